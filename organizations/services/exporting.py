"""That the record was exported is on record itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.access import Reach, access_organization, roads
from organizations.audit import hold, record
from organizations.audit.asked import run
from organizations.choices import Scope, Verb
from organizations.models import AuditEntry, User
from organizations.rules import RulesBroken


@transaction.atomic(durable=True)
def note_export(reach: Reach, **facts: Any) -> AuditEntry:
    """Record that this person exported the organization's record; `facts` say what of it. Raises NotAuthorized.

    The file holds what was recorded before the entry this gives.
    """
    reach.require(Scope.ORGANIZATIONS)
    return record(reach, Verb.RECORD_EXPORTED, reach.organization, after=facts)


@transaction.atomic(durable=True)
def note_export_in_reach(user: User, **facts: Any) -> AuditEntry:
    """The same for everything in reach: one run, an entry at each organization that stands below no other in it.

    Gives the first entry. Raises RulesBroken if there are none, or too many to tell each.
    """
    roots = roads(user).roots(Scope.ORGANIZATIONS)
    if not roots:
        raise RulesBroken({"": _("Export the record of one organization after the other, on its own page.")})
    reaches = [access_organization(user, root.public_id, scope=Scope.ORGANIZATIONS) for root in roots]
    hold(*(reach.organization for reach in reaches))
    with run():
        entries = [record(reach, Verb.RECORD_EXPORTED, reach.organization, after=facts) for reach in reaches]
    return entries[0]
