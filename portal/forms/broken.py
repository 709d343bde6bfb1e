"""Words of broken rules, next to the fields they are about."""

from __future__ import annotations

from django import forms

from organizations.rules import RulesBroken


def add_broken(form: forms.Form, broken: RulesBroken) -> None:
    """Put each rule's words at its field; rules about no field of this form stand above it.

    The rule's words replace Django's own: "this field is required" says less than what is needed and why.
    """
    for name, words in broken.errors.items():
        if name in form.fields:
            form.errors.pop(name, None)
            form.add_error(name, words)
        else:
            form.add_error(None, words)
