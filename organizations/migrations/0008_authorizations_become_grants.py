"""Each person's authorizations at an organization become one grant of a role, and the flag of delegation its rows.

Who held all nine at manage is an owner. Any other set becomes a role of that organization with just these authorizations;
whoever managed organizations could change many of them at once before, and still can.
"""

import uuid
from collections import defaultdict
from datetime import UTC, datetime

from django.db import migrations
from django.utils import timezone

AREAS = (
    "TSS",
    "CLIENTS",
    "TRANSACTIONS",
    "EXPORTS",
    "INTEGRATIONS",
    "ORGANIZATIONS",
    "USERS",
    "MONITORING",
    "BILLING",
)
EVERYTHING = frozenset((scope, "MANAGE") for scope in (*AREAS, "BULK"))
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
MODELS = ("Authorization", "Organization", "Role", "Right", "Grant", "Delegation")


def name_people(apps, schema_editor):
    """One id each: the column's default was the same for all rows there were."""
    User = apps.get_model("organizations", "User")
    for pk in list(User.objects.values_list("pk", flat=True)):
        User.objects.filter(pk=pk).update(public_id=uuid.uuid4())


def become_grants(apps, schema_editor):
    models = [apps.get_model("organizations", name) for name in MODELS]
    Authorization, Organization, Role, Right, Grant, Delegation = models
    now = timezone.now()
    owner = Role.objects.create(preset="OWNER", name="owner")
    Right.objects.bulk_create(Right(role=owner, scope=scope, level=level, since=ALWAYS) for scope, level in EVERYTHING)
    held = defaultdict(set)
    for row in Authorization.objects.order_by("pk"):
        held[row.user_id, row.organization_id].add((row.scope, row.level))
    roles = {}
    for (user, organization), rights in held.items():
        if ("ORGANIZATIONS", "MANAGE") in rights:
            rights.add(("BULK", "MANAGE"))
        role = owner
        if rights != EVERYTHING:
            key = organization, frozenset(rights)
            role = roles.get(key)
            if role is None:
                number = 1 + sum(at == organization for at, _rights in roles)
                role = roles[key] = Role.objects.create(
                    organization_id=organization,
                    name=f"Authorizations {number}",
                    sentence="The authorizations that people had before there were roles.",
                )
                Right.objects.bulk_create(Right(role=role, scope=at, level=level, since=now) for at, level in rights)
        Grant.objects.create(user_id=user, organization_id=organization, role=role, covers="BELOW", since=now)
    for organization in Organization.objects.filter(delegation=True):
        Delegation.objects.bulk_create(
            Delegation(organization=organization, scope=scope, level="MANAGE", since=now) for scope in (*AREAS, "BULK")
        )


def become_authorizations(apps, schema_editor):
    """Back again: what a person's own grants carry now. Teams, groups and end dates have no place there."""
    models = [apps.get_model("organizations", name) for name in MODELS]
    Authorization, Organization, Role, Right, Grant, Delegation = models
    rights = defaultdict(set)
    for right in Right.objects.filter(until=None, scope__in=AREAS):
        rights[right.role_id].add((right.scope, right.level))
    held = {}
    for grant in Grant.objects.filter(until=None, user__isnull=False).exclude(covers="GROUP"):
        for scope, level in rights[grant.role_id]:
            key = grant.user_id, grant.organization_id, scope
            held[key] = "MANAGE" if "MANAGE" in {level, held.get(key)} else level
    Authorization.objects.bulk_create(
        Authorization(user_id=user, organization_id=organization, scope=scope, level=level)
        for (user, organization, scope), level in held.items()
    )
    delegating = Delegation.objects.filter(until=None).values("organization")
    Organization.objects.filter(pk__in=delegating, provisioned_by__isnull=False).update(delegation=True)
    Grant.objects.all().delete()
    Delegation.objects.all().delete()
    Role.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("organizations", "0007_grants")]

    operations = [
        migrations.RunPython(name_people, migrations.RunPython.noop),
        migrations.RunPython(become_grants, become_authorizations),
    ]
