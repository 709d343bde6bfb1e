"""The house stays liveable: small files, short functions, no room for odds and ends."""

from __future__ import annotations

import ast
import statistics

import pytest

from tests.house.tree import ROOT, named, python_files

LONGEST_FILE, MEDIAN_FILE = 400, 100
LONGEST_FUNCTION, MEDIAN_FUNCTION = 60, 40
NO_ROOM_FOR = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py"}


def lengths_of_functions():
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield node.end_lineno - node.lineno + 1, f"{named(path)}: {node.name}"


def test_no_file_is_longer_than_400_lines():
    long = {
        named(path): n
        for path in python_files() + python_files("tests")
        if (n := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_template_or_style_sheet_source_is_longer_than_400_lines():
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "portal" / "css").glob("*.css")]
    assert {named(path): n for path in sources if (n := len(path.read_text().splitlines())) > LONGEST_FILE} == {}


def test_half_of_the_files_are_shorter_than_100_lines():
    assert statistics.median(len(path.read_text().splitlines()) for path in python_files()) < MEDIAN_FILE


def test_no_function_is_longer_than_60_lines():
    assert [(lines, name) for lines, name in lengths_of_functions() if lines > LONGEST_FUNCTION] == []


def test_most_functions_are_much_shorter_than_40_lines():
    lengths = sorted(lines for lines, _ in lengths_of_functions())
    assert statistics.median(lengths) < MEDIAN_FUNCTION / 2
    assert lengths[int(len(lengths) * 0.95)] <= MEDIAN_FUNCTION


@pytest.mark.parametrize("name", sorted(NO_ROOM_FOR))
def test_there_is_no_room_for_odds_and_ends(name):
    assert [named(path) for path in python_files() + python_files("tests") if path.name == name] == []
