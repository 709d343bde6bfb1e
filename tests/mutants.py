"""Removes one wall between tenants at a time, and asks whether the access tests notice.

    .venv/bin/python -m tests.mutants [--share 10] [--seconds 300] [--only fiscal/queries/shops.py] [tests ...]

A mutant is the code without one condition: `reach.tree(...)`, `in_reach(...)` and `starts.rows()` become true for every row,
`reachable(...)` and `known.reached(...)` give every organization, and a look-up forgets `organization=reach.organization`. No file is changed:
the code is altered as it is imported, in a process of its own (this module is the pytest plugin that does so).
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.abc import Loader
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WHERE = ("fiscal/queries", "fiscal/services", "organizations/services", "billing")
CHOSEN = "MUTANT"
TESTS = (
    "tests/portal/test_registers_of_two_tenants.py",
    "tests/portal/test_reaching_an_organization_and_not_all_below_it.py",
    "tests/portal/test_swapping_ids.py",
    "tests/portal/test_canaries_of_tenants.py",
)


class Mutant(NamedTuple):
    """One condition to be left out: the file, and which of its conditions."""

    path: str
    number: int
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.words}"


def is_condition(node: ast.AST) -> bool:
    """Whether the node is a call that says whose rows may be seen, or a look-up that names the organization reached."""
    if not isinstance(node, ast.Call):
        return False
    name, words = _name(node), ast.unparse(node.func)
    return (
        name in {"tree", "in_reach", "reachable"}
        or (name == "rows" and "starts" in words)
        or (name == "reached" and ("roads(" in words or "known." in words))
        or (name in {"filter", "get"} and any(map(_names_it, node.keywords)))
    )


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _names_it(keyword: ast.keyword) -> bool:
    return keyword.arg not in {None, "pk"} and ast.unparse(keyword.value) in {
        "reach.organization",
        "reach.organization.pk",
    }


class Without(ast.NodeTransformer):
    """The tree without its condition of this number, counted as `conditions` counts them."""

    def __init__(self, number: int) -> None:
        self.left = number

    def visit_Call(self, node: ast.Call) -> ast.AST:
        mine = is_condition(node)
        if mine:
            self.left -= 1
        if mine and self.left < 0:
            self.left = sys.maxsize
            return _removed(node)
        return self.generic_visit(node)


def _removed(node: ast.Call) -> ast.Call:
    words, name = ast.unparse(node), _name(node)
    if name == "reachable":
        words = f"{words}.model._default_manager.all()"
    elif name == "reached":
        words = f"set({ast.unparse(node.args[1])})"
    elif name in {"tree", "in_reach", "rows"}:
        words = f"type({words})(pk__isnull=False)"
    else:
        node.keywords = [keyword for keyword in node.keywords if not _names_it(keyword)]
        words = ast.unparse(node)
    return ast.copy_location(ast.parse(words, mode="eval").body, node)  # type: ignore[return-value]


class _Counting(ast.NodeVisitor):
    """Conditions in the order in which `Without` meets them."""

    def __init__(self) -> None:
        self.found: list[ast.Call] = []

    def visit_Call(self, node: ast.Call) -> None:
        if is_condition(node):
            self.found.append(node)
        self.generic_visit(node)


def mutants(only: str = "") -> Iterator[Mutant]:
    """All there are."""
    for path in sorted(path for where in WHERE for path in (ROOT / where).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if "/migrations/" in place or only not in place:
            continue
        counting = _Counting()
        counting.visit(ast.parse(path.read_text()))
        for number, node in enumerate(counting.found):
            yield Mutant(place, number, node.lineno, ast.unparse(node)[:90])


class _Altering(SourceFileLoader):
    """Imports a module without one of its conditions."""

    number = 0

    def source_to_code(self, data, path, *, _optimize=-1):  # type: ignore[no-untyped-def]
        tree = ast.fix_missing_locations(Without(self.number).visit(ast.parse(data)))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)

    def get_code(self, fullname: str):  # type: ignore[no-untyped-def]
        return self.source_to_code(self.get_data(self.path), self.path)


class _Finder:
    """Finds the one module that is to be altered."""

    @staticmethod
    def find_spec(name, *_path_and_target):  # type: ignore[no-untyped-def]
        place, _colon, number = os.environ[CHOSEN].rpartition(":")
        module = place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if name != module:
            return None
        loader: Loader = _Altering(name, str(ROOT / place))
        loader.number = int(number)  # type: ignore[attr-defined]
        return spec_from_file_location(name, ROOT / place, loader=loader)


if CHOSEN in os.environ:
    sys.meta_path.insert(0, _Finder)  # type: ignore[arg-type]


def survives(mutant: Mutant | None, tests: list[str], seconds: float) -> bool | None:
    """Whether all tests pass without the condition (with all of them, for None); None if there was no time to tell."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants", "-p", "no:randomly", "-q", "-x", "-m", "", *tests]
    environment = {**os.environ, **({CHOSEN: f"{mutant.path}:{mutant.number}"} if mutant else {})}
    try:
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
    return done.returncode == 0


def main() -> None:
    """Try a share of all mutants, evenly spread, as far as the time goes, and say which nobody noticed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--share", type=int, default=1, help="every so manyth mutant")
    asked.add_argument("--seconds", type=float, default=300)
    asked.add_argument("--only", default="", help="part of a path")
    asked.add_argument("tests", nargs="*", default=list(TESTS))
    wanted = asked.parse_args()
    every = list(mutants(wanted.only))
    if survives(None, wanted.tests, wanted.seconds) is not True:
        sys.exit("The tests do not pass as the code is, or not in this time: they would say nothing about mutants.")
    ends, killed, survived = time.monotonic() + wanted.seconds, 0, 0
    for mutant in every[:: wanted.share]:
        if time.monotonic() > ends:
            break
        lives = survives(mutant, wanted.tests, max(ends - time.monotonic(), 1))
        killed, survived = killed + (lives is False), survived + (lives is True)
        print({True: "SURVIVED", False: "killed", None: "no time"}[lives], mutant, flush=True)
    print(f"{killed} killed, {survived} survived, of {len(every)} mutants")
    sys.exit(bool(survived))


if __name__ == "__main__":
    main()
