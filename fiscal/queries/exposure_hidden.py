"""What stays hidden from somebody in spite of a grant, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.exposure_places import Everywhere
from organizations.models import Organization


def hidden(organization: Organization, known: Everywhere) -> Iterator[str]:
    """What stands around the organization of the grant and would still not be seen. Areas are counted elsewhere.

    SECURITY: what stands above a managed organization is never named, whoever reads.
    """
    words = {"name": str(organization)}
    if not _seen(known, organization.pk):
        yield _("%(name)s itself, its keys and its billing.") % words
    if organization.parent_id and not _seen(known, organization.parent_id):
        yield _("The organization above %(name)s, its keys, and what else it manages.") % words
    below = _unseen(organization.children.filter(retired_at=None), known)
    if below:
        yield ngettext(
            "%(n)d managed organization below %(name)s.", "%(n)d managed organizations below %(name)s.", below
        ) % {**words, "n": below}
    partners = _unseen(organization.provisioned.filter(retired_at=None), known)
    if partners:
        yield ngettext(
            "%(n)d organization that %(name)s provisioned, with all it manages: nothing of this is delegated.",
            "%(n)d organizations that %(name)s provisioned, with all they manage: nothing of this is delegated.",
            partners,
        ) % {**words, "n": partners}


def _seen(known: Everywhere, pk: int) -> bool:
    place = known.places.get(pk)
    return place is not None and bool(place.after)


def _unseen(rows: QuerySet[Organization], known: Everywhere) -> int:
    return sum(not _seen(known, pk) for pk in rows.order_by().values_list("pk", flat=True).iterator(2000))
