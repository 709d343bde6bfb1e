"""Shops: places of sale that registers stand in."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.models import Placement, Shop
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken

MAXIMA = {"name": 100, "number": 40, "address": 300}


def add_shop(reach: Reach, *, name: str, number: str = "", address: str = "") -> Shop:
    """Add a shop to the organization reached. Raises RulesBroken, NotAuthorized."""
    reach.require(Scope.CLIENTS, Level.MANAGE)
    values = _checked(name, number, address)
    if reach.organization.retired_at:
        raise RulesBroken({"": _("The organization is retired: nothing is sold in it any more.")})
    try:
        with transaction.atomic(durable=True):
            shop = Shop.objects.create(organization=reach.organization, **values)
            record(reach, Verb.SHOP_ADDED, shop, after=values)
    except IntegrityError:
        raise _taken() from None
    return shop


def change_shop(reach: Reach, shop_id: UUID, *, name: str, number: str = "", address: str = "") -> Shop:
    """Change the facts of a shop. Raises RulesBroken, NotAuthorized, Shop.DoesNotExist."""
    reach.require(Scope.CLIENTS, Level.MANAGE)
    values = _checked(name, number, address)
    try:
        with transaction.atomic(durable=True):
            shop = _locked(reach, shop_id)
            before = {key: getattr(shop, key) for key in values if getattr(shop, key) != values[key]}
            if before:
                Shop.objects.filter(pk=shop.pk).update(**values)
                record(reach, Verb.SHOP_CHANGED, shop, before=before, after={key: values[key] for key in before})
    except IntegrityError:
        raise _taken() from None
    return shop


@transaction.atomic(durable=True)
def close_shop(reach: Reach, shop_id: UUID, *, reason: str) -> Shop:
    """Close a shop that no register stands in any more; what was sold there stays. Safe to press twice.

    Raises RulesBroken while registers stand there, NotAuthorized, Shop.DoesNotExist.
    """
    reach.require(Scope.CLIENTS, Level.MANAGE)
    shop = _locked(reach, shop_id)
    if shop.closed_at:
        return shop
    standing = Placement.objects.filter(
        Q(until_day__isnull=True) | Q(until_day__gte=timezone.localdate()), shop=shop, register__gone_at=None
    ).count()
    if standing:
        words = ngettext(
            "%(n)d register stands here: move it first.", "%(n)d registers stand here: move them first.", standing
        )
        raise RulesBroken({"": words % {"n": standing}})
    shop.closed_at = timezone.now()
    shop.save(update_fields=["closed_at"])
    record(reach, Verb.SHOP_CLOSED, shop, after={"closed_at": shop.closed_at}, reason=reason)
    return shop


@transaction.atomic(durable=True)
def reopen_shop(reach: Reach, shop_id: UUID) -> Shop:
    """Open a closed shop again. Raises NotAuthorized, Shop.DoesNotExist."""
    reach.require(Scope.CLIENTS, Level.MANAGE)
    shop = _locked(reach, shop_id)
    if shop.closed_at:
        record(reach, Verb.SHOP_CHANGED, shop, before={"closed_at": shop.closed_at})
        shop.closed_at = None
        shop.save(update_fields=["closed_at"])
    return shop


def _locked(reach: Reach, shop_id: UUID) -> Shop:
    return Shop.objects.select_for_update(of=("self",)).get(reach.tree(Scope.CLIENTS, Level.MANAGE), public_id=shop_id)


def _checked(name: str, number: str, address: str) -> dict[str, str]:
    values = {"name": name.strip(), "number": number.strip(), "address": address.strip()}
    errors = {
        key: _("Shorten this to %(most)d characters.") % {"most": most}
        for key, most in MAXIMA.items()
        if len(values[key]) > most
    }
    if not values["name"]:
        errors["name"] = _("Give the shop a name: people find it by that.")
    if errors:
        raise RulesBroken(errors)
    return values


def _taken() -> RulesBroken:
    return RulesBroken({"name": _("The organization has a shop of this name already: give this one another.")})
