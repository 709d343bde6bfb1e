"""Which credential to act with."""

from __future__ import annotations

from collections.abc import Sequence

from fiscal.choices import CredentialStatus
from fiscal.models import Credential
from organizations.choices import Mode
from organizations.models import Organization


def nearest_credential(holders: Sequence[Organization], modes: Sequence[Mode]) -> Credential | None:
    """The credential to act with: in the first of `modes` that there is one for, of the nearest of `holders`."""
    order = {holder.pk: place for place, holder in enumerate(holders)}
    found = Credential.objects.exclude(status=CredentialStatus.REVOKED)
    found = found.filter(organization_id__in=order, mode__in=modes)
    return min(found, key=lambda one: (modes.index(Mode(one.mode)), order[one.organization_id]), default=None)
