"""A file that cannot be verified at all."""

from __future__ import annotations


class Unreadable(ValueError):
    """Not a DEP export, or not the keys that belong to one. The message says why, and what to do."""
