"""Takes people out of a provider's rows: names of staff and customers never get any further than this.

Fields that we know stay. Of fields that nobody has documented, those go whose name hints at a person or at free text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_HINTS = re.compile(
    r"user|staff|cashier|operator|operatore|waiter|employee|person|seller|clerk|bedien|kellner|mitarbeit|verk.ufer|kassier"
    r"|kund|gast|customer|client|cliente|guest|buyer|recipient|holder|cognome|lastname|firstname|surname|denominazione"
    r"|mail|phone|telefon|telefono|address|adress|indirizzo|birth|geburt|\bpin\b|iban|codicefiscale|codice_fiscale"
    r"|note|notiz|comment|komment|remark|bemerk|referen|descrizione_cliente|lotteria|lottery|piva",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_personal(field: str) -> bool:
    """Whether a field's name hints at a person or at text that may hold anything."""
    return _HINTS.search(field) is not None


def without_people(value: Any, known: frozenset[str] = frozenset()) -> Any:
    """A copy of a row without such fields, at any depth. `known`: fields that hold no person, whatever they are called."""
    if isinstance(value, dict):
        return {
            name: without_people(inner, known)
            for name, inner in value.items()
            if name in known or not is_personal(name)
        }
    if isinstance(value, list):
        return [without_people(inner, known) for inner in value]
    return value
