"""What a password may not be, besides short, common or like the person's own name (ASVS 5.0, 6.1.2 and 6.2.11)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONTEXT_WORDS = (
    "kontor fiskaly kassandro datacash kassensicherung registrierkasse rksv sign portal passwort password "
    "organization cashregister"
).split()
"""Words that stand for this place. docs/operating.md lists them for operators."""
LEAST_OWN = 8


class ContextWordsValidator:
    """Refuses what is little more than a word of this place with digits and signs around it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError unless at least LEAST_OWN characters are left without those words, digits and signs."""
        rest = re.sub("|".join(CONTEXT_WORDS), "", password.lower())
        own = re.sub(r"[\W\d_]", "", rest)
        if rest != password.lower() and len(own) < LEAST_OWN:
            raise ValidationError(
                _("This is little more than a word everybody here would try first."), code="password_of_context"
            )

    def get_help_text(self) -> str:
        """What the sign-up page says about it."""
        return _("Your password can’t be built around Kontor’s name or its providers’.")


ROWS = ("0123456789" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")
REPEATED = re.compile(r"(.{1,6}?)\1+(.{0,5})", re.DOTALL)


class EasyPatternsValidator(CommonPasswordValidator):
    """Refuses a common password in disguise: said twice, or with digits and signs around it; and what a hand runs along.

    Of the 20,000 common passwords that Django knows only few have twelve characters, and people make the others long enough
    in these ways (ASVS 5.0, 6.2.4: common passwords "which match the application's password policy").
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for such a password."""
        plain = password.lower()
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        letters = re.sub(r"[\W\d_]", "", plain)
        halves = {letters[: len(letters) // 2], letters[len(letters) // 2 :]}
        repeated = REPEATED.fullmatch(plain)
        if (
            any(plain in row or plain in row[::-1] for row in ROWS)
            or (repeated and repeated[1].startswith(repeated[2]))
            or core in self.passwords
            or all(half in self.passwords for half in halves)
        ):
            raise ValidationError(
                _("This is a common password, or a row of keys, made longer."), code="password_of_habit"
            )

    def get_help_text(self) -> str:
        """What the sign-up page says about it."""
        return _("Your password can’t be a common one with something added, nor a row of keys.")
