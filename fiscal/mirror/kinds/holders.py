"""Whose credential may act for an organization, and what the provider calls it."""

from __future__ import annotations

from fiscal.choices import KindName
from fiscal.models import Mirror
from organizations.models import Organization


def holders_of(organization: Organization) -> tuple[Organization, ...]:
    """Organizations whose credential may create and change this one, the nearest first.

    "API Keys of an organization can be used for the related managed organizations" (guide, "API Keys"); a second-level
    organization is made with the key of the partner that provisioned it ("Organizational Structure", 2 and 3).
    """
    if organization.parent:
        chain = [organization.parent, organization.parent.provisioned_by]
    elif organization.provisioned_by:
        chain = [organization.provisioned_by, organization]
    else:
        chain = [organization]
    return tuple(link for link in chain if link)


def remote_ids(*organization_ids: int | None) -> dict[int, str]:
    """The provider's ids of the organizations that have one, by primary key. One query."""
    known = {pk for pk in organization_ids if pk}
    rows = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization_id__in=known)
    return dict(rows.exclude(remote_id="").values_list("organization_id", "remote_id"))


def creator_id(organization_id: int) -> str:
    """The provider's id of the user or key that created an organization there; '' as long as that was not read."""
    mirror = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization_id=organization_id).only("observed").first()
    return str(mirror.observed.get("created_by_user") or "") if mirror else ""
