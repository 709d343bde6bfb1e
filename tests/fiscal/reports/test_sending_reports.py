"""Sending turnover reports: once, to who may see it, and never in silence."""

from __future__ import annotations

import re
import smtplib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django.utils.html import escape

from fiscal import tasks
from fiscal.choices import ReportRhythm
from fiscal.models import ReportSending, TurnoverReport
from fiscal.services.reports import days_reported, following, subscribe
from organizations.choices import Scope
from tests.cast import withdraw
from tests.takings import Takings

WEDNESDAY = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def report(cast, clock) -> TurnoverReport:
    """Petra's daily report about everything below the maker, at seven in Vienna; yesterday something was sold."""
    clock.move_to(WEDNESDAY)
    takings = Takings()
    at, it = takings.register(cast.shop), takings.register(cast.sibling, italian=True)
    takings.day(
        at, date(2026, 11, 4), sales=3, cents=12_345, payments={"Bar": 12_345}, rates={("NORMAL", 2000): 12_345}
    )
    takings.day(it, date(2026, 11, 4), sales=1, cents=1_000, rates={("22", 2200): 1_000})
    takings.day(takings.register(cast.elsewhere), date(2026, 11, 4), sales=1, cents=77_777)
    takings.write()
    made = subscribe(
        cast.reach(cast.petra, cast.maker),
        rhythm=ReportRhythm.DAILY,
        hour=7,
        time_zone="Europe/Vienna",
        with_csv=True,
    )
    clock.move_to(datetime(2026, 11, 5, 6, 1, tzinfo=UTC))
    return made


def send() -> int:
    return tasks._send_reports(timezone.now())


def test_a_report_says_what_the_page_says_in_text_html_and_file(cast, report):
    assert send() == 1

    (message,) = mail.outbox
    text, (html, kind) = message.body.replace("\u00a0", " "), message.alternatives[0]
    assert message.to == ["petra@kassenwerk.example"]
    assert message.subject.replace("\u00a0", " ") == "Kassenwerk GmbH: turnover 4 Nov"
    assert "Takings are € 133.45 on 4 Nov 2026" in text
    assert "Sales (4): € 133.45" in text
    assert "By VAT rate, Austria" in text
    assert "By VAT rate, Italy" in text
    assert kind == "text/html"
    assert "133.45" in html
    assert "style=" not in html
    name, content, _type = message.attachments[0]
    assert name == "daily-totals-2026-11-04-to-2026-11-04.csv"
    assert ";133,45;" in content
    assert "777" not in text + html + content


def test_a_report_leads_to_its_figures_and_to_the_subscription(cast, report, settings, client):
    settings.PUBLIC_URL = "https://kontor.example"
    send()

    (message,) = mail.outbox
    links = re.findall(r"https://kontor\.example(/\S*)", message.body)
    assert links == [
        f"/o/{cast.maker.public_id}/statistics/?from=2026-11-04&to=2026-11-04",
        "/statistics/reports/",
    ]
    html, _kind = message.alternatives[0]
    for link in links:
        assert f'href="https://kontor.example{escape(link)}"' in html
    client.force_login(cast.petra)
    assert "133.45" in client.get(links[0]).content.decode()
    assert client.get(links[1]).status_code == 200


def test_nobody_gets_it_twice(cast, report, clock):
    send()
    send()
    TurnoverReport.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    send()

    assert len(mail.outbox) == 1
    assert ReportSending.objects.count() == 1


def test_a_worker_that_died_while_sending_leaves_it_unknown_and_it_is_not_sent_again(cast, report, monkeypatch):
    def die(*_arguments: object, **_more: object) -> None:
        raise SystemExit(137)

    monkeypatch.setattr("fiscal.services.reports.EmailMultiAlternatives.send", die)
    with pytest.raises(SystemExit):
        send()
    monkeypatch.undo()
    TurnoverReport.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    send()

    assert mail.outbox == []
    assert ReportSending.objects.get().outcome == ""


def test_who_lost_the_view_gets_nothing_and_the_subscription_says_why(cast, report):
    withdraw(cast.petra, Scope.TRANSACTIONS)

    assert send() == 0

    assert mail.outbox == []
    sending = ReportSending.objects.get()
    assert (sending.outcome, sending.error_text) == (
        "FAILED",
        "Not sent: you may no longer see the transactions of this organization.",
    )


def test_a_person_who_was_deactivated_gets_nothing(cast, report):
    cast.petra.is_active = False
    cast.petra.save()

    assert send() == 0
    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_told_and_stops_nobody_else(cast, report, monkeypatch):
    subscribe(
        cast.reach(cast.mio, cast.shop), rhythm=ReportRhythm.DAILY, hour=7, time_zone="Europe/Vienna", with_csv=False
    )
    TurnoverReport.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    real = EmailBackend.send_messages

    def refuse(self, messages):
        if messages[0].to == ["petra@kassenwerk.example"]:
            raise smtplib.SMTPServerDisconnected("secret words of the server")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)

    assert send() == 1

    failed = ReportSending.objects.get(report=report)
    assert "SMTPServerDisconnected" in failed.error_text
    assert "secret" not in failed.error_text
    assert [message.to for message in mail.outbox] == [["mio@gasthaus.example"]]
    assert mail.outbox[0].attachments == []


def test_after_an_outage_only_the_newest_report_comes(cast, report, clock):
    clock.shift(timedelta(days=5))

    assert send() == 1

    sending = ReportSending.objects.get()
    assert (sending.first_day, sending.last_day) == (date(2026, 11, 9), date(2026, 11, 9))
    report.refresh_from_db()
    assert report.next_at == datetime(2026, 11, 11, 6, 0, tzinfo=UTC)


def test_a_paused_report_does_not_come(cast, report):
    TurnoverReport.objects.update(paused_at=timezone.now())

    assert send() == 0


@pytest.mark.parametrize(
    ("rhythm", "slot", "span"),
    [
        (ReportRhythm.DAILY, date(2026, 3, 1), (date(2026, 2, 28), date(2026, 2, 28))),
        (ReportRhythm.WEEKLY, date(2026, 11, 9), (date(2026, 11, 2), date(2026, 11, 8))),
        (ReportRhythm.MONTHLY, date(2024, 3, 1), (date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_a_report_is_about_whole_days(rhythm, slot, span):
    report = TurnoverReport(rhythm=rhythm, hour=7, time_zone="Europe/Vienna")

    assert days_reported(report, datetime.combine(slot, time(7), ZoneInfo("Europe/Vienna"))) == span


def test_the_hour_stays_the_recipients_through_the_change_of_clocks():
    report = TurnoverReport(rhythm=ReportRhythm.DAILY, hour=7, time_zone="Europe/Vienna")
    before = datetime(2026, 10, 24, 5, 0, tzinfo=UTC)  # seven o'clock in summer

    assert following(report, before) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


def test_a_name_that_no_subject_can_have_stops_this_report_alone(cast, report):
    """A line break in a name that the provider sent: told at the subscription, and the next one still goes out."""
    type(cast.maker).objects.filter(pk=cast.maker.pk).update(display_name="Kassen\nwerk")
    other = TurnoverReport.objects.create(
        organization=cast.shop, user=cast.mio, rhythm=ReportRhythm.DAILY, time_zone="Europe/Vienna",
        next_at=report.next_at + timedelta(seconds=1),
    )  # fmt: skip
    assert send() == 1
    assert [message.to for message in mail.outbox] == [[other.user.email]]
    assert "Not sent" in ReportSending.objects.get(report=report).error_text
