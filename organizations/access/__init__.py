"""The policy: who may see and do what at which organization. Decided here and nowhere else.

`reach` is what one person may do at one organization, `decide` says it, `places` gives the same as a condition for lists,
and `roads` reads it once for pages that ask for several authorizations. What each role carries stands in
`organizations.roles`; who holds which role, for whom and until when, in the rows of `Grant` and `Delegation`.
"""

from organizations.access.acquainted import acquainted
from organizations.access.decide import Step, access_organization, delegated_rights, leading_to, lower, reach_at, steps
from organizations.access.explaining import Way, WayStep, record_begins, ways
from organizations.access.heads import Head, Supposed, heads_of
from organizations.access.owners import grant_everything
from organizations.access.people import is_owner, name_for, people_around, people_at, reaches, stands_only_within
from organizations.access.places import Starts, held, in_reach, places, reachable
from organizations.access.reach import EVERYTHING, NoSuchOrganization, NotAuthorized, Reach, Right, covers, system_reach
from organizations.access.roads import FEW, Roads, roads

__all__ = [
    "EVERYTHING",
    "FEW",
    "Head",
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
    "covers",
    "delegated_rights",
    "grant_everything",
    "heads_of",
    "held",
    "in_reach",
    "is_owner",
    "leading_to",
    "lower",
    "name_for",
    "people_around",
    "people_at",
    "places",
    "reach_at",
    "reachable",
    "reaches",
    "record_begins",
    "roads",
    "stands_only_within",
    "steps",
    "system_reach",
    "ways",
]
