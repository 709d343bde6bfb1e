"""What can be wrong with a record, and where."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    """What an attack on the record looks like afterwards."""

    CHANGED = "CHANGED", _("does not fit its own digest: it was changed, or exchanged with another entry")
    UNSEALED = "UNSEALED", _("was not written by Kontor: it was inserted or changed by somebody without the key")
    NO_KEY = "NO_KEY", _("was sealed with a key that is not configured: put it back into KONTOR_AUDIT_KEYS")
    MISSING = "MISSING", _("is missing: it was removed")
    BEGINNING = "BEGINNING", _("is the first one, and nothing says that those before it were removed rightly")
    CUT = "CUT", _("and what follows is missing: the end of the record was cut off")
    BEYOND = "BEYOND", _("lies beyond the end of the record: it was inserted, or the end was set back")
    NO_END = "NO_END", _("and all others have no end: the row of organizations_auditchain was removed or changed")
    OLDER = "OLDER", _("was attested by a checkpoint and is missing: the end was cut off, or an old database restored")
    REWRITTEN = "REWRITTEN", _("is not the one that a checkpoint attested: the record was written anew")
    FORGED = "FORGED", _("no key of ours signed this line of a checkpoint file, or a line before it was removed")
    UNATTESTED = "UNATTESTED", _("should be attested, but the checkpoint files hold none of this record")


@dataclass(frozen=True)
class Finding:
    """One fault: at which entry of which organization (its public id)."""

    organization: str
    number: int
    fault: Fault
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        if self.fault == Fault.FORGED:
            return f"{self.organization}: {self.fault.label}{detail}"
        return f"{self.organization}: entry {self.number} {self.fault.label}{detail}"
