"""Puts the words of a broken rule at the fields of a form."""

from __future__ import annotations

from django.forms import Form

from organizations.rules import RulesBroken


def tell(form: Form, broken: RulesBroken) -> None:
    """Add each error to its field; what belongs to no field of this form stands above it."""
    for name, words in broken.errors.items():
        form.add_error(name if name in form.fields else None, words)
