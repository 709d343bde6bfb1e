"""What the free-text names of payment methods mean (contract "Kassandro", heading "A real consumer")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import PaymentCategory
from fiscal.models import DayPayment, DirtyTree, PaymentMethod, Register
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken


@transaction.atomic(durable=True)
def map_payment_methods(reach: Reach, *, categories: dict[int, PaymentCategory]) -> int:
    """Say what payment methods that registers had in the tree mean, by primary key. Gives how many changed.

    What a register sold while it stood elsewhere keeps the meaning that was said there.

    The sums over the tree that hold them are made anew; what was sold stays as it was booked. One entry a register.
    Raises RulesBroken for a method that is not there (nothing is changed then), NotAuthorized.
    """
    reach.require(Scope.TRANSACTIONS, Level.MANAGE)
    rows = PaymentMethod.objects.select_for_update(of=("self",)).select_related("register")
    methods = list(rows.filter(reach.tree(Scope.TRANSACTIONS, Level.MANAGE), pk__in=categories))
    if len(methods) != len(categories):
        raise RulesBroken({"": _("A payment method is no longer there. Nothing was changed; look once more.")})
    changed = [method for method in methods if method.category != categories[method.pk]]
    _record(reach, changed, categories)
    now = timezone.now()
    for method in changed:
        method.category, method.mapped_by, method.mapped_at = categories[method.pk], reach.actor, now
    PaymentMethod.objects.bulk_update(changed, ["category", "mapped_by", "mapped_at"])
    _mark_trees(changed)
    return len(changed)


def _record(reach: Reach, changed: Iterable[PaymentMethod], categories: dict[int, PaymentCategory]) -> None:
    by_register: dict[Register, list[PaymentMethod]] = defaultdict(list)
    for method in changed:
        by_register[method.register].append(method)
    for register, methods in by_register.items():
        before = {method.name: str(method.category) for method in methods}
        after = {method.name: str(categories[method.pk]) for method in methods}
        record(reach, Verb.METHOD_MAPPED, register, before=before, after=after)


def _mark_trees(changed: Iterable[PaymentMethod]) -> None:
    """The days on which these methods were used, of every main organization whose sums hold them."""
    days = DayPayment.objects.filter(method__in=[method.pk for method in changed])
    found = set(days.values_list("organization_id", "organization__parent_id", "day").distinct())
    marks = {(parent or own, day) for own, parent, day in found}
    DirtyTree.objects.bulk_create(
        [DirtyTree(head_id=head, day=day, marked_at=timezone.now()) for head, day in sorted(marks)],
        update_conflicts=True,
        unique_fields=["head", "day"],
        update_fields=["marked_at"],
        batch_size=1000,
    )
