"""Dangerous pages, declared one by one: they open only for who has proved within minutes who they are."""

from __future__ import annotations

from django.test import Client

from tests.portal.doors_world import ALL, SCOPED, fingerprint, sign_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture

# What leaves this list has to be taken out here too.
DANGEROUS = {
    "account_change_password",
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "portal:address_delete",
    "portal:address_edit",
    "portal:address_new",
    "portal:billing_change",
    "portal:billing_drift_decision",
    "portal:chain_keys",
    "portal:connect",
    "portal:connection_connect",
    "portal:connection_remove",
    "portal:connection_replace",
    "portal:connection_webhook",
    "portal:credential_new",
    "portal:credential_remove",
    "portal:credential_replace",
    "portal:key_delete",
    "portal:key_new",
    "portal:key_reveal",
    "portal:key_rotate",
    "portal:organization_live",
    "portal:organization_retire",
    "portal:second_factor_demand",
    "portal:access_give_up",
    "portal:session_end",
    "portal:sessions_end",
    "portal:sign_on",
    "portal:sign_on_remove",
    "portal:team_add",
    "portal:take_over",
    "portal:role_new",
    "portal:role",
    "portal:invitation_new",
    "portal:handover",
    "portal:group_change",
    "portal:grant_several",
    "portal:grant_new",
    "portal:grant_change",
    "portal:delegation_request",
    "portal:delegation_give_up",
}


def test_exactly_the_dangerous_pages_ask_again_who_somebody_is():
    assert {address.name for address in ALL if address.fresh} == DANGEROUS


def test_every_dangerous_page_leads_to_the_proof_once_the_last_one_is_old(world):
    """By every method that opens a page, as a page or a fragment; a form is held with 422. Nothing changes."""
    client = sign_in(world.people["petra"])
    make_old(client)
    before, failures, cells = fingerprint(), [], 0
    for address in ALL:
        if not address.fresh or set(address.arguments) - {"organization_id", *world.things["shop"]}:
            continue
        url = world.url(address, "maker")
        for method, headers in [
            ("GET", {}),
            ("POST", {}),
            ("GET", {"HX-Request": "true"}),
            ("POST", {"HX-Request": "true"}),
        ]:
            answer = client.generic(method, url, headers=headers)
            cells += 1
            where = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
            led = where.startswith("/accounts/reauthenticate/?next=")
            if not led and answer.status_code not in {405, 422}:
                failures.append((method, address.name, answer.status_code))

    assert failures == []
    assert fingerprint() == before
    assert cells > 100


def test_who_may_not_come_in_learns_nothing_from_being_asked_again(world):
    """The door is asked before the proof: a foreign organization is 404 and a missing authorization 403, however old."""
    stranger, viewer = sign_in(world.people["stranger"]), sign_in(world.people["viewer"])
    make_old(stranger)
    make_old(viewer)
    for address in SCOPED:
        if address.fresh:
            assert stranger.get(world.url(address, "maker")).status_code in {404, 405}, address.name
            assert viewer.get(world.url(address, "maker")).status_code in {403, 405}, address.name


def make_old(client: Client) -> None:
    """As if the person had signed in an hour ago."""
    session = client.session
    session["kontor_proved_at"] -= 3600
    session.save()
