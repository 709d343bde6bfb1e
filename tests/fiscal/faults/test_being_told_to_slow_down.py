"""429: obeyed at once, learnt from, and the business of one credential alone."""

from __future__ import annotations

import random
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from fiscal.choices import ErrorCode
from fiscal.clients import pace
from fiscal.models import Credential
from tests.cast import below
from tests.fiscal.faults.world import check, mirror_of


def credential_of(organization, mode="TEST"):
    return Credential.objects.get(organization=organization, mode=mode)


def test_retry_after_is_kept_by_the_credential_and_by_no_other(world, settle, converge):
    """F38."""
    maker = credential_of(world.cast.maker).key()
    world.sandbox.faults.add("throttled", retry_after=7, path=mirror_of(world.cast.shop).remote_id)
    world.rename(world.cast.shop, "Gasthaus Gebremst")
    settle()
    for number in range(5):
        world.rename(world.cast.sibling, f"Café {number}")
        below(world.cast.stranger, world.cast.elsewhere, f"Fremde Filiale {number}")
        converge(seconds=2, step=1)

    ours = [entry.at for entry in world.asked() if maker.startswith(entry.credential)]
    assert ours[1] - ours[0] >= 7
    theirs = [entry.at for entry in world.asked("POST", "/organizations$") if not maker.startswith(entry.credential)]
    assert len(theirs) == 5
    assert theirs[0] - ours[0] < 1
    converge(seconds=30)
    check(world.sandbox)


@pytest.mark.parametrize(
    ("retry_after", "most"),
    [
        (lambda now: format_datetime(now + timedelta(seconds=90)), 99),
        (lambda now: format_datetime(now - timedelta(days=9)), 20),
        (lambda _now: "-5", 20),
        (lambda _now: "0", 20),
        (lambda _now: str(10 * 365 * 86_400), 900),
        (lambda now: format_datetime(now + timedelta(days=3650)), 900),
        (lambda _now: "soon", 20),
    ],
    ids=["date", "past", "negative", "zero", "ten years", "ten years as a date", "words"],
)
def test_retry_after_is_bounded_and_shown(world, settle, converge, clock, retry_after, most):
    """F40."""
    world.sandbox.faults.add("throttled", retry_after=retry_after(timezone.now()), method="PATCH", times=1)
    world.rename(world.cast.shop, "Gasthaus Gebremst")
    settle()

    mirror = mirror_of(world.cast.shop)
    wait = max(mirror.due_at, credential_of(world.cast.maker).not_before) - timezone.now()
    if mirror.applied_generation != 2:
        assert mirror.error_code == ErrorCode.THROTTLED
        assert timedelta() < wait <= timedelta(seconds=most)
    assert len(world.asked("PATCH")) <= 2
    converge(seconds=most + 30, step=10)
    check(world.sandbox)


def test_a_provider_that_always_says_zero_is_not_hammered(world, converge):
    """F40: `Retry-After: 0` for a minute."""
    world.sandbox.faults.add("throttled", retry_after=0, times=None, lasts=60)
    world.rename(world.cast.shop, "Gasthaus Gebremst")

    converge(seconds=55)

    assert len(world.asked("PATCH")) <= 12
    converge(seconds=120)
    check(world.sandbox)


def test_a_limit_without_retry_after_is_learnt(world, converge):
    """F39 through engine, gate and sandbox: 5 requests a second, 300 changes (1,000 are simulated below)."""
    shops = world.standing(300)
    world.rename_all(shops)
    world.sandbox.faults.add("rate_limit", limit=5, window=1.0)

    converge(seconds=30, step=10)

    asked = world.asked("PATCH")
    refused = [entry for entry in asked if entry.status == 429]
    assert len(refused) <= 0.02 * len(asked)
    assert asked[-1].at - asked[0].at <= 1.15 * 300 / 5
    check(world.sandbox)


class Limiter:
    """A provider that lets `limit` requests a second through, counted in one of three ways."""

    def __init__(self, kind: str, limit: int) -> None:
        self.kind, self.limit = kind, limit
        self.passed: list[float] = []
        self.window, self.used = 0.0, 0
        self.tokens, self.filled = float(limit), 0.0

    def takes(self, now: float) -> bool:
        if self.kind == "fixed window":
            if now >= self.window + 1:
                self.window, self.used = now, 0
            self.used += 1
            return self.used <= self.limit
        if self.kind == "sliding window":
            self.passed = [moment for moment in self.passed[-self.limit :] if moment > now - 1]
            free = len(self.passed) < self.limit
            self.passed += [now] if free else []
            return free
        self.tokens = min(self.limit, self.tokens + (now - self.filled) * self.limit)
        self.filled = now
        free = self.tokens >= 1
        self.tokens -= free
        return free


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limit", [2, 3, 5, 12, 25])
@pytest.mark.parametrize("kind", ["fixed window", "sliding window", "token bucket"])
def test_any_limit_is_learnt_with_few_refusals(kind, limit, seed):
    """F39: 1,000 requests as fast as the pace allows."""
    chance, limiter = random.Random(seed), Limiter(kind, limit)
    now, turn, interval, passed, done, refused = 0.0, 0.0, 0.0, 0, 0, 0
    while done < 1_000:
        now = max(now, turn)
        turn = now + interval
        if limiter.takes(now):
            done += 1
            if interval:
                interval *= pace.easing(passed)
                passed += 1
        else:
            refused += 1
            interval, wait = pace.slower(interval, passed)
            passed, turn = 0, now + wait * chance.uniform(1, 1.1)

    assert refused / (done + refused) <= 0.02
    assert now <= 1.15 * 1_000 / limit


def test_a_limit_that_was_raised_is_used_again():
    """F39: after a refusal long ago the pace comes back to what it was."""
    interval, _wait = pace.slower(0, 0)
    interval, _wait = pace.slower(interval, 2)
    passed = 0
    while interval > pace.FIRST_INTERVAL:
        interval *= pace.easing(passed)
        passed += 1

    assert passed < 1_500


def test_a_limit_by_the_minute_is_not_asked_every_second():
    """F39: refusals in a row are ever farther apart."""
    interval, waited, refused = 0.0, 0.0, 0
    while waited < 60:
        interval, wait = pace.slower(interval, 0)
        waited += wait
        refused += 1

    assert refused <= 14
    assert interval <= 3
