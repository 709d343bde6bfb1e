"""API keys, the two kinds of token, and who is let in."""

from __future__ import annotations

import pytest

from tests.fiscal.sandbox.kassandro.conftest import API


def test_a_key_is_exchanged_for_an_account_token(shop):
    answer = shop.session.post(f"{API}/token/account", json={"apiKey": shop.key})
    assert answer.json()["expiresIn"] == 86_400
    assert [each["name"] for each in shop.get("/cashregisters")] == ["Kassa SD"]


def test_a_register_token_sees_its_own_register_only(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", opened_on="2026-08-03")["id"]
    found = shop.all("2026-09-09", "2026-09-10", register=other)
    assert {each["cashRegisterId"] for each in found} == {other}
    assert shop.call("GET", "/cashregisters", register=other).status_code == 403
    window = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10", "cashRegisterId": other}
    assert shop.call("GET", "/receipts", register=other, params=window).status_code == 400


@pytest.mark.parametrize("token", ["", "nonsense", "ü" * 40])
def test_without_a_valid_token_nobody_comes_in(shop, token):
    headers = {"kassandra-token": token.encode()}
    assert shop.session.get(f"{API}/cashregisters", headers=headers).status_code == 401


def test_a_wrong_key_gets_no_token(shop):
    assert shop.session.post(f"{API}/token/account", json={"apiKey": "wrong"}).status_code == 401
    assert shop.session.post(f"{API}/token/account", json=[]).status_code == 401
    assert shop.session.post(f"{API}/token/account", data="{").status_code == 400
    body = {"apiKey": shop.key, "cashRegisterId": 99}
    assert shop.session.post(f"{API}/token/cashregister", json=body).status_code == 404
    assert shop.session.post(f"{API}/token/cashregister", json={"apiKey": shop.key}).status_code == 400


def test_a_key_of_one_register_is_good_for_that_one(shop):
    key = shop.stage.make_api_key(shop.account, "nur SD", register_id=shop.register)
    assert shop.session.post(f"{API}/token/account", json={"apiKey": key}).status_code == 403
    assert shop.session.post(f"{API}/token/cashregister", json={"apiKey": key}).status_code == 200


def test_a_token_ends_after_its_life_and_when_it_is_revoked(shop):
    shop.token()
    shop.clock.now += 86_399
    assert shop.call("GET", "/articles").status_code == 200
    shop.clock.now += 1
    assert shop.call("GET", "/articles").status_code == 401

    shop.tokens.clear()
    assert shop.call("GET", "/articles").status_code == 200
    assert shop.stage.revoke_tokens(account_id=shop.account) == 1
    assert shop.call("GET", "/articles").status_code == 401


def test_the_end_of_a_key_ends_its_tokens(shop):
    shop.token()
    shop.stage.disable_key("main", shop.account)
    assert shop.call("GET", "/articles").status_code == 401
    assert shop.session.post(f"{API}/token/account", json={"apiKey": shop.key}).status_code == 401


@pytest.mark.parametrize(("tier", "status"), [("Premium", 200), ("Gastro", 200), ("Pro", 403), ("Expert", 403)])
def test_only_premium_and_gastro_may_use_the_interface(shop, tier, status):
    shop.token()
    shop.stage.edit_account(shop.account, tier=tier)
    assert shop.call("GET", "/articles").status_code == status
    assert shop.session.post(f"{API}/token/account", json={"apiKey": shop.key}).status_code == status


def test_the_name_of_the_header_can_be_switched(shop):
    shop.token()
    shop.stage.set_rule("token_header", "kassandro-token")
    assert shop.call("GET", "/articles").status_code == 401
    assert shop.call("GET", "/articles", headers={"kassandro-token": shop.token()}).status_code == 200


def test_the_ledger_names_the_key_and_holds_no_secret(shop):
    shop.get("/articles")
    entries = shop.sandbox.ledger.requests()
    assert [entry.credential for entry in entries] == ["", "1:main"]
    assert shop.key not in str(entries)
    assert shop.token() not in str(entries)


def test_keys_and_tokens_are_not_kept_in_the_store(shop):
    token = shop.token()
    with shop.sandbox.store.transaction() as db:
        kept = "\n".join(db.iterdump())
    assert shop.key not in kept
    assert token not in kept


def test_a_lapsed_licence_shuts_its_register_and_a_new_one_opens_it(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", opened_on="2026-08-03")["id"]
    shop.token(other)
    shop.stage.edit_register(other, gaps=[["2026-09-08", "2026-09-20"]])

    assert [each["id"] for each in shop.get("/cashregisters")] == [shop.register]
    assert {each["cashRegisterId"] for each in shop.all("2026-08-03", "2026-09-10")} == {shop.register}
    assert shop.call("GET", "/articles", register=other).status_code == 403
    shop.stage.set_rule("lapsed", "inactive")
    assert [each["active"] for each in shop.get("/cashregisters")] == [True, False]

    shop.later(days=12)
    assert [each["active"] for each in shop.get("/cashregisters")] == [True, True]
    found = shop.all("2026-08-03", "2026-09-22", register=other)
    assert not [each for each in found if "2026-09-08" <= each["date"] < "2026-09-21"]
    assert [each["receiptNumber"] for each in found] == list(range(1, len(found) + 1))
