"""Why a reading was not complete, in Kontor's own words.

Workers store them in English, as logs have them; `in_words` says them again in the reader's language. What a provider has
said stays as it is.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

UNREADABLE = gettext_noop("%(n)s receipts could not be read: %(first)s")
SAME_PAGE = gettext_noop("The provider gave the same page again and again.")
SHOWS_OTHERS = gettext_noop("The provider counts %(counted)s receipts and shows %(shown)s.")
HOLDS_OTHERS = gettext_noop("The provider counts %(counted)s receipts, Kontor %(held)s.")
SHOWS_NOTHING = gettext_noop("The provider shows none of the receipts that it showed before, and nothing else either.")
OWN_FAULT = gettext_noop("A fault in Kontor (%(kind)s); it is in the log and is tried again within the hour.")

SENTENCES = (UNREADABLE, SAME_PAGE, SHOWS_OTHERS, HOLDS_OTHERS, SHOWS_NOTHING, OWN_FAULT)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_PATTERNS = [
    (sentence, re.compile(_PLACE.sub(r"(?P<\1>.*)", re.escape(sentence)), re.DOTALL)) for sentence in SENTENCES
]


def in_words(stored: str) -> str:
    """A stored text in the reader's language, if it is one of ours."""
    for sentence, pattern in _PATTERNS:
        if match := pattern.fullmatch(stored):
            return gettext(sentence) % match.groupdict()
    return stored
