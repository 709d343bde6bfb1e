"""Leaves out one wall between tenants at a time, and asks whether any test notices.

    .venv/bin/python -m tests.mutants [--only queries/shops] [--seconds 120] [tests ...]

A mutant is the code without one condition: `reach.tree(...)`, `in_reach(...)` and `starts.rows()` become true for every row,
`reachable(...)` and `known.reached(...)` give every organization, and a look-up forgets `organization=...`.

No file is changed, and all mutants live in one process: as the code is imported, each condition is made to ask first whether
it is the one left out. So the tests run once with nothing left out, which tells how long each takes and which conditions it
meets; then each mutant meets only the tests that meet its condition, the quickest first, until one fails.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
WHERE = ("organizations/access", "organizations/services", "billing", "fiscal/services", "fiscal/queries")
TESTS = (
    "tests/portal",
    "tests/organizations",
    *(f"tests/fiscal/{part}" for part in ("connections", "notices", "people", "reports", "statistics/uploads")),
    "tests/fiscal/test_others_stay_as_they_are.py",
)
TWICE = {
    "organizations/services/granting.py role_of": "check_grant refuses a role of others in the same words",
    "organizations/services/granting.py group_of": "check_grant refuses a group of others in the same words",
    "organizations/services/invitations.py _checked": "check_grant refuses role and group of others in the same words",
    "organizations/services/removing.py _hold": "more organizations are held than need be, and nothing else is done to them",
    "fiscal/services/dashboard_people.py remove_person": "the person is looked for at the organization next",
    "fiscal/queries/activity/files.py record_lines: AuditEntry": "the lines themselves are of the organization only",
    "fiscal/queries/organization.py _keys: Mirror": "mirrors are found by the id of a key of the organization",
    "fiscal/queries/payment_methods.py _sums": "sums are looked up by methods of the organizations reached",
    "fiscal/queries/people_person.py _history: Grant": "entries about grants elsewhere are in no record but that one",
}
"""Conditions that hold nothing by themselves, by how they begin, and why: another wall stands beside them."""
ASK = "_left_out"
"""What each condition calls in the altered code."""


class Mutant(NamedTuple):
    """One condition to be left out: the file and which of its conditions, and for people where it stands."""

    path: str
    number: int
    line: int
    function: str
    words: str

    @property
    def place(self) -> str:
        """What stays when lines are added above it."""
        return f"{self.path} {self.function}: {self.words}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function}: {self.words}"


def is_condition(node: ast.Call) -> bool:
    """Whether the call says whose rows may be seen, or is a look-up that names the organization reached."""
    name, words = _name(node), ast.unparse(node.func)
    return (
        name in {"tree", "in_reach", "reachable", "acquainted"}
        or (name == "rows" and "starts" in words)
        or (name == "reached" and ("roads(" in words or "known." in words))
        or (name in {"filter", "get", "Q"} and any(map(_names_it, node.keywords)))
    )


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _names_it(keyword: ast.keyword) -> bool:
    value = ast.unparse(keyword.value).removesuffix(".pk")
    chosen = keyword.arg is None or keyword.arg.endswith(("pk", "public_id"))  # what somebody picks of what they reach
    return not chosen and value in {"organization", "reach.organization", "there.organization"}


def _without(node: ast.Call) -> str:
    """The call without its condition. It still asks the database as often, so that no test notices by counting that."""
    words, name = ast.unparse(node), _name(node)
    if name == "reachable":
        return f"{words}.model._default_manager.all()"
    if name == "reached":
        return f"({words}, set({ast.unparse(node.args[1])}))[1]"
    if name in {"tree", "in_reach", "acquainted", "rows"}:
        return f"type({words})(pk__isnull=False)"
    left = [keyword for keyword in node.keywords if not _names_it(keyword)]
    if name == "Q":
        left.append(ast.keyword("pk__isnull", ast.Constant(value=False)))
    return ast.unparse(ast.Call(node.func, node.args, left))


class Asking(ast.NodeTransformer):
    """The tree in which each condition asks first whether it is left out; `found` are the conditions."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Mutant] = []
        self._function = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self._function = self._function, node.name
        self.generic_visit(node)
        self._function = outer
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not is_condition(node):
            return self.generic_visit(node)
        mutant = Mutant(self.path, len(self.found), node.lineno, self._function, ast.unparse(node)[:90])
        self.found.append(mutant)
        self.generic_visit(node)
        asking = f"({_without(node)}) if {ASK}({mutant.number}) else ({ast.unparse(node)})"
        return ast.copy_location(ast.parse(asking, mode="eval").body, node)


def sources() -> Iterator[str]:
    """The files that are altered."""
    for where in WHERE:
        for path in sorted((ROOT / where).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def mutants(path: str) -> list[Mutant]:
    """All there are of one file."""
    asking = Asking(path)
    asking.visit(ast.parse((ROOT / path).read_text()))
    return asking.found


class Doors:
    """Knows which condition is left out now, and which were met. Imports the files such that they ask here."""

    def __init__(self) -> None:
        self.left_out: tuple[str, int] | None = None
        self.met: set[tuple[str, int]] = set()
        self._paths = {_module(path): path for path in sources()}

    def ask(self, path: str, number: int) -> bool:
        self.met.add((path, number))
        return self.left_out == (path, number)

    def find_spec(self, name: str, *_path_and_target: Any) -> Any:
        if name not in self._paths:
            return None
        path = self._paths[name]
        return spec_from_file_location(name, ROOT / path, loader=_Altering(name, path, self))


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class _Altering(SourceFileLoader):
    """Imports a module whose conditions ask."""

    def __init__(self, name: str, place: str, doors: Doors) -> None:
        super().__init__(name, str(ROOT / place))
        self._place, self._doors = place, doors

    def get_code(self, fullname: str) -> Any:
        tree = Asking(self._place).visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: Any) -> None:
        setattr(module, ASK, lambda number: self._doors.ask(self._place, number))
        super().exec_module(module)


class Hunt:
    """The pytest plugin that runs the tests again and again instead of once."""

    def __init__(self, doors: Doors, every: list[Mutant], seconds: float) -> None:
        self.doors, self.every, self.seconds = doors, every, seconds
        self.outcomes: Counter[str] = Counter()
        self.took: dict[pytest.Item, float] = {}
        self.meet: defaultdict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
        self.killers: defaultdict[str, Counter[pytest.Item]] = defaultdict(Counter)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("tests could not be collected")
        # Tests with real transactions empty the database afterwards, also of what the migrations put there.
        self._look([item for item in session.items if "transactional_db" not in item.fixturenames])  # type: ignore[attr-defined]
        for mutant in self.every:
            began = time.monotonic()
            outcome, by = self._try(mutant)
            self.outcomes[outcome] += 1
            print(f"{outcome:8} {mutant} [{time.monotonic() - began:.0f} s] {by}", flush=True)
        return True

    def _look(self, items: Iterable[pytest.Item]) -> None:
        """Run everything as the code is. What does not pass now would say nothing later."""
        for item in items:
            self.doors.met = set()
            began = time.monotonic()
            if not _passes(item):
                print("FAILS with nothing left out:", item.nodeid, flush=True)
                continue
            self.took[item] = time.monotonic() - began
            for condition in self.doors.met:
                self.meet[condition].append(item)
        print(f"{len(self.took)} tests in {sum(self.took.values()):.0f} s", flush=True)

    def _try(self, mutant: Mutant) -> tuple[str, str]:
        """What became of the mutant, and the test that noticed or how many did not."""
        condition, ends = (mutant.path, mutant.number), time.monotonic() + self.seconds
        killers = self.killers[mutant.path]
        # Who noticed its neighbours is likely to notice this one.
        asked = sorted(self.meet[condition], key=lambda item: (-killers[item], self.took[item]))
        for number, item in enumerate(asked):
            if time.monotonic() + self.took[item] > ends:
                return "no time", f"after {number} of {len(asked)} tests"
            if self._notices(item, condition):
                killers[item] += 1
                return "killed", item.nodeid
        for begins, why in TWICE.items():
            if mutant.place.startswith(begins):
                return "twice", why
        return "SURVIVED", f"{len(asked)} tests"

    def _notices(self, item: pytest.Item, condition: tuple[str, int]) -> bool:
        """Whether the test fails without the condition, and passes with it right afterwards."""
        self.doors.left_out = condition
        try:
            passes = _passes(item)
        finally:
            self.doors.left_out = None
        return not passes and _passes(item)


def _passes(item: pytest.Item) -> bool:
    """Run the test in all its phases. What belongs to the whole session, as the database does, stays for the next one."""
    reports = runtestprotocol(item, log=False, nextitem=item.session)  # type: ignore[arg-type]
    return not any(report.failed for report in reports)


def main() -> None:
    """Try all mutants, and say which nobody noticed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", default="", help="a regular expression for file, function or words")
    asked.add_argument("--seconds", type=float, default=120, help="the most that one mutant may take")
    asked.add_argument("tests", nargs="*", default=list(TESTS))
    wanted = asked.parse_args()
    os.environ.setdefault("KONTOR_DATA_DIR", str(ROOT / ".data/test"))
    doors = Doors()
    sys.meta_path.insert(0, doors)  # type: ignore[arg-type]
    every = [mutant for path in sources() for mutant in mutants(path) if re.search(wanted.only, str(mutant))]
    hunt = Hunt(doors, every, wanted.seconds)
    options = ["-p", "no:randomly", "--tb=line", "--quiet", "--no-summary", "-m", "not browser and not processes"]
    began = time.monotonic()
    code = pytest.main([*options, *wanted.tests], plugins=[hunt])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        sys.exit(code)
    print(f"{len(every)} mutants in {time.monotonic() - began:.0f} s: {dict(hunt.outcomes)}")
    sys.exit(bool(hunt.outcomes["SURVIVED"] or hunt.outcomes["no time"]))


if __name__ == "__main__":
    main()
