"""Encrypted credentials: codes 01 and 03, locked accounts, and the wording of refusals."""

from __future__ import annotations

import pytest


def info(merchant, **body):
    return merchant("dco/infoUser/", **body)


def code(merchant, **body):
    answer = info(merchant, **body).json()
    return None if answer["esito"] else answer["errori"][0]["codice"]


def test_they_are_asked_for_in_every_body(merchant):
    assert info(merchant, ade_credentials_encrypted=None).status_code == 400
    assert code(merchant, ade_credentials_encrypted="-----BEGIN PGP MESSAGE-----") == "01"


def test_line_breaks_must_be_real_ones_unless_switched(merchant):
    literal = merchant.credentials.replace("\n", "\\n")
    assert code(merchant, ade_credentials_encrypted=literal) == "01"
    merchant.stage.set_rule("literal_newlines", "accept")
    assert code(merchant, ade_credentials_encrypted=literal) is None
    assert code(merchant, ade_credentials_encrypted=merchant.credentials.replace("\n", "\r\n").strip()) is None


def test_refused_credentials_are_code_01(merchant):
    merchant.stage.set_taxpayer(merchant.vat_number, "refused")
    assert code(merchant) == "01"
    merchant.stage.set_taxpayer(merchant.vat_number, "good")
    assert code(merchant) is None


def test_an_expired_password_is_code_03_until_it_is_renewed(merchant):
    merchant.stage.set_taxpayer(merchant.vat_number, "expired")
    assert code(merchant) == "03"
    assert merchant("dco/resetPassword/").json() == {"esito": True, "errori": []}
    assert code(merchant) is None


def test_repeated_bad_logins_lock_the_account_even_for_good_credentials(merchant):
    for _ in range(4):
        assert code(merchant, ade_credentials_encrypted="wrong") == "01"
    assert code(merchant) is None
    for _ in range(5):
        code(merchant, ade_credentials_encrypted="wrong")
    assert code(merchant) == "01"
    assert merchant("dco/resetPassword/").json()["esito"] is False
    merchant.stage.set_taxpayer(merchant.vat_number, "good")
    assert code(merchant) is None


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("errori", {"esito": False, "errori": [{"codice": "01", "descrizione": "Credenziali Fisconline non valide"}]}),
        ("errore", {"esito": False, "errore": {"codice": "01", "descrizione": "Credenziali Fisconline non valide"}}),
        ("message", {"message": "01 - Credenziali Fisconline non valide"}),
    ],
)
def test_refusals_are_worded_in_several_ways(merchant, style, body):
    merchant.stage.set_rule("error_style", style)
    merchant.stage.set_rule("error_status", 422)
    answer = info(merchant, ade_credentials_encrypted="wrong")
    assert (answer.status_code, answer.json()) == (422, body)


def test_a_refusal_may_be_a_page_under_200(merchant):
    merchant.stage.set_rule("error_style", "html")
    answer = info(merchant, ade_credentials_encrypted="wrong")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_object_is_refused(merchant, body):
    address, headers = f"{merchant.host}/datacash/api/dco/infoUser/", {"Datacash-Key": merchant.key}
    assert merchant.session.post(address, data=body, headers=headers).status_code == 400
