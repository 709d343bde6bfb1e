"""What people set for themselves."""

from __future__ import annotations

from organizations.choices import Theme
from organizations.models import User


def choose_theme(user: User, theme: Theme) -> None:
    """Remember light, dark or the system's choice."""
    user.theme = theme
    user.save(update_fields=["theme"])


def choose_name(user: User, name: str) -> None:
    """Remember how the person wants to be called."""
    user.name = name
    user.save(update_fields=["name"])
