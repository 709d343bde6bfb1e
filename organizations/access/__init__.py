"""The policy: who may see and do what at which organization. Decided here and nowhere else.

`reach` is what one person may do at one organization, `decide` says it, and `roads` gives the same as a condition for lists.
What each role carries stands in `organizations.roles`; who holds which role, for whom and until when, in the rows of `Grant`
and `Delegation`.
"""

from organizations.access.acquainted import acquainted
from organizations.access.decide import (
    Step,
    access_organization,
    delegated_rights,
    leading_to,
    reach_at,
    standing_around,
    steps,
)
from organizations.access.explaining import Way, WayStep, record_begins, ways
from organizations.access.granted import Supposed
from organizations.access.heads import Head, heads_of
from organizations.access.held import held
from organizations.access.holding import Holding, holding_of
from organizations.access.owners import grant_everything
from organizations.access.people import is_owner, name_for, people_around, people_at, reaches, stands_only_within
from organizations.access.places import Starts
from organizations.access.reach import NoSuchOrganization, NotAuthorized, Reach, system_reach
from organizations.access.rights import EVERYTHING, NOTHING, Right, both, covers, lower
from organizations.access.roads import FEW, Roads, in_reach, reachable, reading_once, roads

__all__ = [
    "EVERYTHING",
    "FEW",
    "NOTHING",
    "Head",
    "Holding",
    "NoSuchOrganization",
    "NotAuthorized",
    "Reach",
    "Right",
    "Roads",
    "Starts",
    "Step",
    "Supposed",
    "Way",
    "WayStep",
    "access_organization",
    "acquainted",
    "both",
    "covers",
    "delegated_rights",
    "grant_everything",
    "heads_of",
    "held",
    "holding_of",
    "in_reach",
    "is_owner",
    "leading_to",
    "lower",
    "name_for",
    "people_around",
    "people_at",
    "reach_at",
    "reachable",
    "reaches",
    "reading_once",
    "record_begins",
    "roads",
    "standing_around",
    "stands_only_within",
    "steps",
    "system_reach",
    "ways",
]
