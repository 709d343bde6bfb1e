"""Our own source files, for the tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "portal", "organizations", "billing", "fiscal")
NOT_OURS = {"node_modules", "__pycache__", "migrations", ".venv", ".data"}


def python_files(*rooms: str) -> list[Path]:
    """Every Python file of the given rooms (default: all rooms, no tests), migrations left out."""
    return [
        path
        for room in rooms or ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if not NOT_OURS & set(path.relative_to(ROOT).parts)
    ]


def named(path: Path) -> str:
    """The path as a person would write it."""
    return str(path.relative_to(ROOT))
