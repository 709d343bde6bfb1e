"""One connection: where it stands in words, trying, reading, describing, replacing and removing it, and its webhook."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.choices import ConnectionStatus, FillState, WindowState
from fiscal.models import Connection, Finding, WebhookDelivery, Window
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import fill_day, make_connection, make_register
from tests.portal.sales import days_ago, only, signed_in, today, url

VAT_NUMBER = "99000010159"


def register_row(html: str) -> list[str]:
    """What the last two cells of the only register say: filled until, as of."""
    row = re.search(r"Cassa Banco.*?</tr>", html, re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)][-2:]


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def key(cast, sandbox) -> Connection:
    """A DataCash key of Mio's that the sandbox knows."""
    sandbox.datacash.make_customer(VAT_NUMBER, "2099-12-31", name="Bar Centrale")
    source = make_connection(cast.shop, country="ITA", name="Bar Centrale", vat_number=VAT_NUMBER)
    source.hold(sandbox.datacash.make_key(VAT_NUMBER), sandbox.datacash.make_credentials(VAT_NUMBER))
    source.save()
    return source


def page_of(client: Client, source: Connection, organization) -> str:
    return client.get(url("connection", organization, source.public_id)).content.decode()


def change(source: Connection, **fields: object) -> None:
    Connection.objects.filter(pk=source.pk).update(**fields)
    source.refresh_from_db()


def test_an_active_one_says_when_it_was_and_will_be_read(cast, petra, key):
    change(key, read_at=timezone.now(), due_at=timezone.now() + timedelta(minutes=5))
    html = page_of(petra, key, cast.shop)
    assert "It is read every few minutes" in html
    assert "Last read to the end" in html
    assert "Next round:" in html
    assert "hx-trigger" not in html.split('id="connection-state"')[1].split(">")[0]


def test_a_paused_one_says_that_it_goes_on_by_itself_and_when(cast, petra, key):
    change(
        key,
        status=ConnectionStatus.PAUSED,
        status_reason="Licenza scaduta",
        due_at=timezone.now() + timedelta(hours=20),
    )
    html = page_of(petra, key, cast.shop)
    assert "the licence may have lapsed" in html
    assert "The same key works again then" in html
    assert "Next try:" in html
    assert "Licenza scaduta" in html


@pytest.mark.parametrize(
    ("action", "words"),
    [("credentials_refused", "lock"), ("password_expired", "password"), ("", "replace the key here")],
)
def test_a_stopped_one_says_what_the_person_does(cast, petra, key, action, words):
    change(key, status=ConnectionStatus.STOPPED, human_action=action, status_reason="01")
    html = page_of(petra, key, cast.shop)
    assert "not tried by itself" in html
    assert words in html.split("not tried by itself")[1]


def test_registers_windows_and_findings_are_shown(cast, petra, key):
    register = make_register(cast.shop, country="ITA", connection=key, name="Cassa Banco")
    fill_day(register, days_ago(1), state=FillState.DONE)
    Window.objects.create(
        connection=key, register=register, first_day=days_ago(7), last_day=days_ago(1), state=WindowState.INCOMPLETE,
        read=12, counted=14, started_at=timezone.now(),
    )  # fmt: skip
    Finding.objects.create(register=register, code="CHAIN_BROKEN", day=days_ago(2), found_at=timezone.now())
    html = page_of(petra, key, cast.shop)
    assert "Cassa Banco" in html
    assert "Count and rows disagree" in html
    assert "1 open finding in signed receipts" in html


def test_a_day_that_was_only_begun_is_not_called_filled(cast, petra, key):
    register = make_register(cast.shop, country="ITA", connection=key, name="Cassa Banco")
    fill_day(register, today(), state=FillState.STARTED)
    assert register_row(page_of(petra, key, cast.shop)) == ["–", "–"]
    fill_day(register, days_ago(3))
    filled = f"{days_ago(3):%-d %b %Y}"
    assert register_row(page_of(petra, key, cast.shop))[0] == filled
    fill_day(register, days_ago(2), state=FillState.INCOMPLETE)
    assert register_row(page_of(petra, key, cast.shop))[0] == filled


def test_days_whose_number_was_only_compared_are_not_called_empty(cast, petra, key):
    register = make_register(cast.shop, country="ITA", connection=key, name="Cassa Banco")
    span = {"connection": key, "register": register, "first_day": days_ago(90), "last_day": days_ago(8)}
    Window.objects.create(**span, state=WindowState.DONE, walks=0, started_at=timezone.now())
    assert "Only compared by number" in page_of(petra, key, cast.shop)
    Window.objects.update(walks=1)
    assert "Only compared by number" not in page_of(petra, key, cast.shop)


def test_it_follows_by_itself_only_while_something_moves(cast, petra, key):
    change(key, lease_until=timezone.now() + timedelta(minutes=1))
    html = page_of(petra, key, cast.shop)
    assert 'hx-trigger="every 3s"' in html
    part = petra.get(url("connection", cast.shop, key.public_id), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="connection-state"')
    assert "<html" not in part
    change(key, lease_until=None, due_at=timezone.now())
    assert "It is read next." in page_of(petra, key, cast.shop)
    assert 'hx-trigger="every 3s"' in page_of(petra, key, cast.shop)
    change(key, due_at=timezone.now() - timedelta(hours=1))
    assert 'hx-trigger="every 3s"' not in page_of(petra, key, cast.shop)
    change(key, due_at=timezone.now() + timedelta(minutes=5))
    assert 'hx-trigger="every 3s"' not in page_of(petra, key, cast.shop)


def test_trying_a_paused_one_that_works_again_lets_it_go_on(cast, petra, key):
    change(key, status=ConnectionStatus.PAUSED, status_reason="Licenza scaduta")
    answer = petra.post(url("connection_try", cast.shop, key.public_id), follow=True)
    key.refresh_from_db()
    assert key.status == ConnectionStatus.ACTIVE
    assert "The provider takes the key" in answer.content.decode()
    assert AuditEntry.objects.filter(verb=Verb.CONNECTION_RESUMED).count() == 1


def test_trying_a_stopped_one_that_is_still_refused_says_why(cast, petra, key, sandbox):
    change(key, status=ConnectionStatus.STOPPED)
    sandbox.datacash.set_taxpayer(VAT_NUMBER, "expired")
    answer = petra.post(url("connection_try", cast.shop, key.public_id), follow=True)
    key.refresh_from_db()
    assert key.status == ConnectionStatus.STOPPED
    assert "The Fisconline password is over" in answer.content.decode()


def test_reading_now_makes_it_due(cast, petra, key):
    change(key, due_at=timezone.now() + timedelta(hours=1))
    assert petra.post(url("connection_read", cast.shop, key.public_id)).status_code == 303
    key.refresh_from_db()
    assert key.due_at <= timezone.now()


def test_what_people_know_of_it_can_be_described(cast, petra, key):
    typed = {"name": "Bar al Duomo", "licence_ends_on": f"{today():%Y-%m-%d}", "slots": "5", "add_ons": ["PREMIUM"]}
    answer = petra.post(url("connection_describe", cast.shop, key.public_id), typed)
    assert answer.status_code == 303
    key.refresh_from_db()
    assert (key.name, key.slots, key.slots_used, key.add_ons) == ("Bar al Duomo", 5, None, ["PREMIUM"])
    again = petra.get(url("connection_describe", cast.shop, key.public_id)).content.decode()
    assert f'value="{today():%Y-%m-%d}"' in again
    assert petra.post(url("connection_describe", cast.shop, key.public_id), {"name": ""}).status_code == 422


def test_a_new_key_takes_the_place_of_a_stopped_one(cast, petra, key, sandbox):
    change(key, status=ConnectionStatus.STOPPED, human_action="replace_source_key")
    new = sandbox.datacash.replace_key(key.secret(), VAT_NUMBER)
    answer = petra.post(url("connection_replace", cast.shop, key.public_id), {"key": new, "credentials": ""})
    assert answer.status_code == 303
    key.refresh_from_db()
    assert (key.status, key.secret()) == (ConnectionStatus.ACTIVE, new)


def test_a_key_that_is_refused_does_not_replace_anything(cast, petra, key):
    before = key.secret()
    answer = petra.post(
        url("connection_replace", cast.shop, key.public_id), {"key": "an-invented-key", "credentials": ""}
    )
    assert answer.status_code == 422
    assert 'id="id_key_error"' in answer.content.decode()
    assert "an-invented-key" not in answer.content.decode()
    key.refresh_from_db()
    assert key.secret() == before


def test_kassandros_refusal_stands_at_the_field_as_well(cast, petra):
    account = make_connection(cast.maker)
    answer = petra.post(url("connection_replace", cast.maker, account.public_id), {"key": "an-invented-key"})
    assert answer.status_code == 422
    assert 'id="id_key_error"' in answer.content.decode()


@pytest.mark.parametrize("proof", [{}, {"typed_name": "Bar"}, {"typed_name": "Bar Centrale"}])
def test_it_is_not_removed_without_its_name_and_a_reason(cast, petra, key, proof):
    assert petra.post(url("connection_remove", cast.shop, key.public_id), proof).status_code == 422
    key.refresh_from_db()
    assert key.status == ConnectionStatus.ACTIVE


def test_a_removed_one_is_wiped_keeps_its_page_and_can_do_nothing_more(cast, petra, key):
    make_register(cast.shop, country="ITA", connection=key, name="Cassa Banco")
    proof = {"typed_name": "Bar Centrale", "reason": "customer left"}
    assert petra.post(url("connection_remove", cast.shop, key.public_id), proof).status_code == 303
    key.refresh_from_db()
    assert (key.secret_sealed, key.credentials_sealed) == ("", "")
    assert AuditEntry.objects.get(verb=Verb.CONNECTION_REMOVED).reason == "customer left"
    html = page_of(petra, key, cast.shop)
    assert "what was read stays" in html
    assert "Cassa Banco" in html
    for name in (
        "connection_describe",
        "connection_replace",
        "connection_remove",
        "connection_webhook",
        "backfill_new",
    ):
        assert petra.get(url(name, cast.shop, key.public_id)).status_code == 404
    assert petra.post(url("connection_try", cast.shop, key.public_id)).status_code == 404


def test_a_webhook_address_is_shown_once_and_kept_as_a_digest(cast, petra, key):
    answer = petra.post(url("connection_webhook", cast.shop, key.public_id))
    html = answer.content.decode()
    assert "http://testserver/webhooks/datacash/" in html
    assert answer["Cache-Control"] == "no-store"
    assert 'hx-history="false"' in html
    token = html.split("/webhooks/datacash/")[1].split("/")[0]
    assert len(token) > 40
    key.refresh_from_db()
    assert token not in str(vars(key))
    again = petra.get(url("connection_webhook", cast.shop, key.public_id)).content.decode()
    assert token not in again
    assert "An address is set" in again
    assert "address set" in page_of(petra, key, cast.shop)


def test_a_webhook_address_can_be_replaced_and_removed(cast, petra, key):
    petra.post(url("connection_webhook", cast.shop, key.public_id))
    key.refresh_from_db()
    first = key.webhook_digest
    petra.post(url("connection_webhook", cast.shop, key.public_id))
    key.refresh_from_db()
    assert key.webhook_digest not in {"", first}
    assert petra.post(url("connection_webhook_remove", cast.shop, key.public_id)).status_code == 303
    key.refresh_from_db()
    assert key.webhook_digest == ""


def test_the_last_deliveries_are_shown_with_what_became_of_them(cast, petra, key):
    assert "Webhook deliveries" not in petra.get(url("connection", cast.shop, key.public_id)).content.decode()
    petra.post(url("connection_webhook", cast.shop, key.public_id))
    assert "delivered nothing yet" in petra.get(url("connection", cast.shop, key.public_id)).content.decode()
    now = timezone.now()
    for n in range(7):
        read = now if n == 6 else None
        moment = now - timedelta(hours=7 - n)
        WebhookDelivery.objects.create(
            connection=key,
            digest=str(n),
            temporary_id=f"tmp-{n}",
            remote_id=f"77{n}",
            received_at=moment,
            settled_at=read,
        )
    html = petra.get(url("connection", cast.shop, key.public_id)).content.decode()
    assert [f"tmp-{n}" in html for n in range(7)] == [False, False, True, True, True, True, True]
    assert "776" in html
    assert (html.count("Read again<"), html.count("still to be read<")) == (1, 4)


def test_kassandro_has_no_webhook(cast, petra):
    account = make_connection(cast.maker)
    assert petra.get(url("connection_webhook", cast.maker, account.public_id)).status_code == 404
    assert petra.post(url("connection_webhook", cast.maker, account.public_id)).status_code == 404


DOING = (
    "connection_try", "connection_read", "connection_describe", "connection_replace", "connection_remove",
    "connection_webhook", "connection_webhook_remove", "backfill_new",
)  # fmt: skip


@pytest.mark.parametrize("name", DOING)
def test_who_may_only_look_changes_nothing_and_strangers_find_nothing(cast, key, name):
    only(cast.viewer, cast.maker, Scope.INTEGRATIONS, Level.VIEW)
    before = list(Connection.objects.values())
    typed = {"typed_name": "Bar Centrale", "reason": "x", "name": "x", "key": "x" * 20, "first_day": f"{days_ago(9)}"}
    assert signed_in(cast.viewer).post(url(name, cast.shop, key.public_id), typed).status_code == 403
    assert signed_in(cast.stranger).post(url(name, cast.shop, key.public_id), typed).status_code == 404
    assert signed_in(cast.stranger).post(url(name, cast.elsewhere, key.public_id), typed).status_code == 404
    assert list(Connection.objects.values()) == before
