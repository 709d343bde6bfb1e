"""Subscribing to turnover reports: when they come, pausing and ending them, and that they are one's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.models import ReportSending, TurnoverReport
from fiscal.queries import ActivityFilters
from fiscal.queries.activity import activity
from fiscal.queries.reports import reports_of
from fiscal.services import reports
from organizations.access import access_organization
from organizations.choices import Scope, Verb
from organizations.models import AuditEntry, User
from organizations.rules import RulesBroken
from tests.cast import allow, withdraw

CHOICES = {"rhythm": "WEEKLY", "hour": "6", "time_zone": "Europe/Rome", "with_csv": "on"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def subscribed(cast, user: User | None = None, **choices: str) -> TurnoverReport:
    client = signed_in(user or cast.petra)
    assert client.post(page_of(cast), {**CHOICES, **choices}).status_code == 303
    return TurnoverReport.objects.get(user=user or cast.petra)


def only_main(html: str) -> str:
    """The page without its navigation."""
    return html[html.index("<main") :]


def page_of(cast) -> str:
    return f"/o/{cast.maker.public_id}/statistics/reports/"


def test_who_has_no_report_yet_is_led_to_where_one_subscribes(cast):
    assert 'href="/organizations/"' in only_main(signed_in(cast.petra).get("/statistics/reports/").content.decode())


def test_a_subscription_comes_at_the_hour_of_its_own_zone(cast, clock):
    clock.move_to(datetime(2026, 11, 4, 12, 0, tzinfo=UTC))  # a Wednesday

    report = subscribed(cast)

    assert report.next_at == datetime(2026, 11, 9, 5, 0, tzinfo=UTC)
    assert "Next on 9 Nov 2026" in signed_in(cast.petra).get(page_of(cast)).content.decode()
    entry = AuditEntry.objects.get(verb=Verb.REPORT_SUBSCRIBED)
    assert (entry.organization, entry.after["rhythm"]) == (cast.maker, "WEEKLY")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"rhythm": "HOURLY"}, "Choose one of those offered"),
        ({"time_zone": "Mars/Olympus"}, "Write a time zone"),
        ({"hour": "24"}, "24"),
    ],
)
def test_what_cannot_be_is_refused_next_to_its_field(cast, choices, words):
    answer = signed_in(cast.petra).post(page_of(cast), {**CHOICES, **choices})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not TurnoverReport.objects.exists()


def test_the_same_rhythm_twice_is_refused(cast):
    subscribed(cast)

    answer = signed_in(cast.petra).post(page_of(cast), CHOICES)

    assert answer.status_code == 422
    assert "You get this report already" in answer.content.decode()


def test_a_report_is_changed_paused_resumed_and_ended_on_record(cast):
    report, client = subscribed(cast), signed_in(cast.petra)
    url = f"/statistics/reports/{report.public_id}/"

    client.post(url, {"hour": "9", "time_zone": "Europe/Vienna"})
    report.refresh_from_db()
    assert (report.hour, report.time_zone, report.with_csv) == (9, "Europe/Vienna", False)

    client.post(f"{url}pause/")
    assert "Paused since" in client.get(page_of(cast)).content.decode()
    client.post(f"{url}resume/")
    report.refresh_from_db()
    assert report.paused_at is None

    client.post(f"{url}end/")
    assert not TurnoverReport.objects.exists()
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="REPORT").order_by("pk")] == [
        Verb.REPORT_SUBSCRIBED,
        Verb.REPORT_CHANGED,
        Verb.REPORT_CHANGED,
        Verb.REPORT_CHANGED,
        Verb.REPORT_ENDED,
    ]


@pytest.mark.parametrize("action", ["", "pause/", "resume/", "end/"])
def test_somebody_elses_report_is_the_same_as_none(cast, action):
    report = subscribed(cast)

    answer = signed_in(cast.hanna).post(f"/statistics/reports/{report.public_id}/{action}", {"hour": "1"})

    assert answer.status_code == 404
    assert TurnoverReport.objects.get() == report
    assert "Kassenwerk" not in signed_in(cast.hanna).get("/statistics/reports/").content.decode()


def test_who_lost_the_view_reads_why_nothing_comes_and_may_still_end_it(cast):
    report = subscribed(cast)
    withdraw(cast.petra, Scope.TRANSACTIONS)
    client = signed_in(cast.petra)

    html = client.get("/statistics/reports/").content.decode()

    assert "Nothing is sent: its transactions are not in your reach." in html
    assert "Kassenwerk" not in html
    assert client.post(f"/statistics/reports/{report.public_id}/").status_code == 403
    assert client.post(f"/statistics/reports/{report.public_id}/end/").status_code == 303
    assert not TurnoverReport.objects.exists()


def test_how_the_last_sendings_went_is_shown(cast):
    report = subscribed(cast)
    day = datetime(2026, 11, 1, tzinfo=UTC)
    for number, (outcome, words) in enumerate([("SENT", ""), ("FAILED", "Not sent: the mail server"), ("", "")]):
        ReportSending.objects.create(
            report=report,
            first_day=day.date().replace(day=1 + number),
            last_day=day.date().replace(day=1 + number),
            started_at=day,
            outcome=outcome,
            error_text=words,
        )

    html = signed_in(cast.petra).get(page_of(cast)).content.decode()

    assert "sent 1 Nov" in html or "sent Sun" in html
    assert "Not sent: the mail server" in html
    assert "nobody knows whether it went out" in html


def test_the_record_of_a_managed_organization_names_nobody_from_above(cast):
    """Somebody from above gets a report about a managed organization, and ends it: its people read of it without a name."""
    page = f"/o/{cast.shop.public_id}/statistics/reports/"
    petra = signed_in(cast.petra)
    assert petra.post(page, CHOICES).status_code == 303
    report = TurnoverReport.objects.get(user=cast.petra)
    assert petra.post(f"/statistics/reports/{report.public_id}/end/").status_code == 303
    events = activity(
        access_organization(cast.mio, cast.shop.public_id, scope=Scope.ORGANIZATIONS), ActivityFilters()
    ).events
    told = [event for event in events if "report" in event.did]
    assert len(told) == 2
    assert "Petra" not in str(told)
    above = activity(
        access_organization(cast.petra, cast.shop.public_id, scope=Scope.ORGANIZATIONS), ActivityFilters()
    ).events
    assert {event.actor for event in above if "report" in event.did} == {"Petra"}


def test_two_who_subscribe_at_once_get_one_report(cast, monkeypatch):
    reach = cast.reach(cast.petra, cast.maker)
    wanted = {"rhythm": "WEEKLY", "hour": 6, "time_zone": "Europe/Rome", "with_csv": True}

    def subscribe_meanwhile(report, after):
        monkeypatch.undo()
        TurnoverReport.objects.create(
            organization=cast.maker, user=cast.petra, rhythm="WEEKLY", time_zone="Europe/Rome", next_at=after
        )
        return after

    monkeypatch.setattr(reports, "following", subscribe_meanwhile)
    with pytest.raises(RulesBroken) as refused:
        reports.subscribe(reach, **wanted)
    assert "rhythm" in refused.value.errors


def test_the_page_of_an_organization_lists_its_own_reports(cast):
    subscribed(cast)
    allow(cast.petra, cast.elsewhere, Scope.TRANSACTIONS)
    TurnoverReport.objects.create(
        user=cast.petra, organization=cast.elsewhere, rhythm="DAILY", hour=5, time_zone="UTC", next_at=timezone.now()
    )

    assert [line.organization for line in reports_of(cast.petra, cast.maker)] == ["Kassenwerk GmbH"]
    assert len(reports_of(cast.petra)) == 2
