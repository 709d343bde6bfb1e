"""Signing in with an organization's own provider: a real one, over real HTTP, with its own keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.server import serving
from organizations.models import AuditEntry, IdentityProvider, MailDomain, Organization, User
from tests.cast import person
from tests.portal.sign_in.hand import FIREFOX, add_app, is_in, typed_in

pytestmark = pytest.mark.django_db


@dataclass
class Provider:
    """A customer's provider, running."""

    sandbox: Sandbox
    url: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/sign-on"

    def set_up(self, client: Client, organization: Organization, domains: str = "", **more: str):
        made = self.sandbox.sign_on.make_client("kontor", "http://testserver/accounts/sso/")
        typed = {
            "name": "Ostermann ID",
            "issuer": self.issuer,
            "client_id": "kontor",
            "client_secret": made["secret"],
            "domains": domains,
        }
        return client.post(f"/o/{organization.public_id}/sign-in/", {**typed, **more})

    def sign_in(self, client: Client, sub: str, *, next_url: str = "", **more: str):
        """Go there, choose who one is, and come back with the answer."""
        row = IdentityProvider.objects.get()
        start = client.get(f"/accounts/sso/{row.public_id}/", {"next": next_url} if next_url else {})
        assert start.status_code == 302, start.content.decode()
        back = requests.get(start["Location"], params={"as": sub, **more}, allow_redirects=False, timeout=5)
        parts = urlsplit(back.headers["Location"])
        return client.get(f"{parts.path}?{parts.query}")


@pytest.fixture
def provider(sandbox) -> Iterator[Provider]:
    with serving(sandbox) as url:
        yield Provider(sandbox, url)


@pytest.fixture
def hanna(cast) -> Client:
    return typed_in(cast.hanna)


def browser() -> Client:
    return Client(headers={"User-Agent": FIREFOX})


def confirm(cast) -> None:
    call_command("confirm_domain", "ostermann.example", str(cast.holding.public_id))


@pytest.fixture
def confirmed(cast, provider, hanna) -> Provider:
    """The holding's provider, with a domain that an operator has confirmed."""
    assert provider.set_up(hanna, cast.holding, "ostermann.example").status_code == 303
    confirm(cast)
    return provider


def test_setting_it_up_is_recorded_without_the_secret_which_lies_sealed(cast, provider, hanna):
    provider.set_up(hanna, cast.holding, "Ostermann.example")
    row = IdentityProvider.objects.get()
    page = hanna.get(f"/o/{cast.holding.public_id}/sign-in/").content.decode()
    secret = provider.sandbox.sign_on.make_client("other", "x")["secret"]

    entry = AuditEntry.objects.get(verb="SIGN_ON_CONFIGURED")
    assert row.secret_sealed.startswith("v1:embedded:")
    assert entry.after["domains"] == ["ostermann.example"]
    assert "secret" not in str(entry.after)
    assert secret not in page and row.secret_sealed not in page
    assert f"/accounts/sso/{row.public_id}/back/" in page


def test_the_test_button_asks_the_provider_and_saves_nothing(cast, provider, hanna):
    good = provider.set_up(hanna, cast.holding, go="try")
    bad = provider.set_up(hanna, cast.holding, go="try", issuer=f"{provider.url}/elsewhere")

    assert "It answers and calls itself" in good.content.decode()
    assert bad.status_code == 422
    assert not IdentityProvider.objects.exists()


def test_somebody_of_a_confirmed_domain_signs_in_to_the_account_they_have(cast, confirmed):
    sub = confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    client = browser()
    answer = confirmed.sign_in(client, sub, next_url="/keys/")

    assert answer["Location"] == "/keys/"
    assert client.get("/account/").context["user"] == cast.hanna
    assert SocialAccount.objects.get().user == cast.hanna


def test_somebody_new_of_a_confirmed_domain_gets_an_account_that_sees_nothing(cast, confirmed):
    sub = confirmed.sandbox.sign_on.make_person("kai@ostermann.example", "Kai Neu")
    client = browser()
    confirmed.sign_in(client, sub)
    kai = User.objects.get(email="kai@ostermann.example")

    assert (kai.name, kai.has_usable_password()) == ("Kai Neu", False)
    assert EmailAddress.objects.get(user=kai).verified
    assert client.get(f"/o/{cast.holding.public_id}/").status_code == 404


@pytest.mark.parametrize("email", ["hanna@ostermann.example", "new@ostermann.example"])
def test_an_address_that_the_provider_has_not_verified_is_nobodys(cast, confirmed, email):
    sub = confirmed.sandbox.sign_on.make_person(email, "Hanna", verified=False)
    client = browser()

    assert confirmed.sign_in(client, sub).status_code == 403
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_provider_cannot_speak_for_people_of_another_domain(cast, confirmed):
    for email in (cast.petra.email, cast.stranger.email, "nobody@elsewhere.example"):
        client = browser()
        answer = confirmed.sign_in(client, confirmed.sandbox.sign_on.make_person(email, "Somebody"))
        assert answer.status_code == 403, email
        assert not is_in(client)

    assert not SocialAccount.objects.exists()
    assert not get_user_model().objects.filter(email="nobody@elsewhere.example").exists()


def test_an_unconfirmed_domain_serves_only_who_was_let_in_there_and_nowhere_else(cast, provider, hanna):
    """A tenant may name any domain, and let in anybody: neither gives it the accounts of others."""
    provider.set_up(hanna, cast.holding, "ostermann.example\nkassenwerk.example")
    from organizations.access import grant_everything

    guest = person("guest@freelance.example", "Guest")
    grant_everything(guest, [cast.branch])
    grant_everything(cast.petra, [cast.holding])
    results = {}
    for user in (cast.hanna, guest, cast.petra, cast.stranger):
        client = browser()
        provider.sign_in(client, provider.sandbox.sign_on.make_person(user.email, user.name))
        results[user.name] = is_in(client)

    assert results == {"Hanna": True, "Guest": True, "Petra": False, "Stranger": False}


def test_who_is_let_in_elsewhere_later_is_no_longer_served(cast, provider, hanna):
    provider.set_up(hanna, cast.holding)
    sub = provider.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    client = browser()
    provider.sign_in(client, sub)
    assert is_in(client)
    from organizations.access import grant_everything

    grant_everything(cast.hanna, [cast.elsewhere])
    other = browser()

    assert provider.sign_in(other, sub).status_code == 403
    assert not is_in(other)


def test_one_domain_is_confirmed_for_one_organization(cast, confirmed):
    stranger = typed_in(cast.stranger)
    confirmed.set_up(stranger, cast.elsewhere, "ostermann.example")

    with pytest.raises(CommandError):
        call_command("confirm_domain", "ostermann.example", str(cast.elsewhere.public_id))
    with pytest.raises(CommandError):
        call_command("confirm_domain", "label.example", str(cast.holding.public_id))
    assert MailDomain.objects.filter(confirmed_at__isnull=False).count() == 1


def test_the_sign_in_page_offers_it_by_the_mail_domain_alone(cast, confirmed):
    pages = [
        Client().post("/accounts/login/", {"login": email}).content.decode()
        for email in (cast.hanna.email, "nobody@ostermann.example", cast.petra.email)
    ]

    assert ["Sign in with Ostermann ID" in page for page in pages] == [True, True, False]


def test_an_unconfirmed_domain_is_never_offered(cast, provider, hanna):
    provider.set_up(hanna, cast.holding, "ostermann.example")
    page = Client().post("/accounts/login/", {"login": cast.hanna.email}).content.decode()

    assert "Ostermann ID" not in page


@pytest.mark.parametrize(
    "wrong", ["unsigned", "other_key", "other_issuer", "other_audience", "other_subject", "expired"]
)
def test_what_the_provider_did_not_sign_for_this_person_and_for_us_is_refused(cast, confirmed, wrong):
    sub = confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    confirmed.sandbox.sign_on.misbehave(wrong)
    client = browser()
    confirmed.sign_in(client, sub)

    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_an_answer_is_taken_once_and_only_by_who_asked(cast, confirmed):
    sub = confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    row = IdentityProvider.objects.get()
    victim, thief = browser(), browser()
    start = victim.get(f"/accounts/sso/{row.public_id}/")
    back = requests.get(start["Location"], params={"as": sub}, allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    stolen = thief.get(f"{parts.path}?{parts.query}")
    victim.get(f"{parts.path}?{parts.query}")

    assert not is_in(thief)
    assert stolen.status_code != 302
    assert is_in(victim)


def test_cancelling_at_the_provider_signs_nobody_in(cast, confirmed):
    client = browser()

    assert confirmed.sign_in(client, "nobody")["Location"] == "/accounts/sso/cancelled/"
    assert client.get("/accounts/sso/cancelled/").status_code == 200
    assert not is_in(client)


def test_a_provider_that_does_not_answer_is_said_so(cast, confirmed):
    row = IdentityProvider.objects.get()
    IdentityProvider.objects.update(issuer="http://127.0.0.1:9/sign-on")

    assert browser().get(f"/accounts/sso/{row.public_id}/").status_code == 503
    assert browser().get("/accounts/sso/00000000-0000-0000-0000-000000000000/").status_code == 404
    assert browser().get("/accounts/sso/nonsense/").status_code == 404


def test_an_enforced_domain_signs_in_that_way_and_owners_keep_a_way_back(cast, confirmed, hanna):
    kai = person("kai@ostermann.example", "Kai")
    add_app(hanna)
    confirmed.set_up(hanna, cast.holding, "ostermann.example", enforced="on")
    by_password = typed_in(kai)
    by_sign_on = browser()
    confirmed.sign_in(by_sign_on, confirmed.sandbox.sign_on.make_person(kai.email, "Kai"))
    owner = typed_in(cast.hanna)

    assert not is_in(by_password)
    assert is_in(by_sign_on)
    assert owner.get("/accounts/2fa/authenticate/").status_code == 200


def test_an_owner_without_a_second_factor_has_no_way_around_an_enforced_domain(cast, confirmed, hanna):
    confirmed.set_up(hanna, cast.holding, "ostermann.example", enforced="on")

    assert not is_in(typed_in(cast.hanna))


def test_nothing_can_be_enforced_before_a_domain_is_confirmed(cast, provider, hanna):
    answer = provider.set_up(hanna, cast.holding, "ostermann.example", enforced="on")

    assert answer.status_code == 422
    assert not IdentityProvider.objects.exists()


def test_who_signed_in_that_way_proves_it_that_way_again(cast, confirmed, clock):
    sub = confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    client = browser()
    confirmed.sign_in(client, sub)
    cast.hanna.set_unusable_password()
    page = f"/o/{cast.holding.public_id}/keys/new/"
    clock.shift(301)
    led = client.get(page)
    stale = confirmed.sign_in(client, sub, next_url=page, ago="4000")
    fresh = confirmed.sign_in(client, sub, next_url=page)

    assert led.status_code == 302
    assert stale.status_code == 403
    assert fresh["Location"] == page
    assert client.get(page).status_code == 200


def test_somebody_else_at_the_provider_proves_nothing(cast, confirmed, clock):
    own = confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna")
    other = confirmed.sandbox.sign_on.make_person("kai@ostermann.example", "Kai")
    client = browser()
    confirmed.sign_in(client, own)

    assert confirmed.sign_in(client, other).status_code == 403
    assert client.get("/account/").context["user"] == cast.hanna


def test_another_issuer_needs_the_secret_again(cast, confirmed, hanna):
    kept = confirmed.set_up(hanna, cast.holding, "ostermann.example", client_secret="")
    moved = confirmed.set_up(hanna, cast.holding, "ostermann.example", client_secret="", issuer="https://evil.example")

    assert kept.status_code == 303
    assert moved.status_code == 422


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example",
        "https://user@id.example",
        "https://id.example?x=1",
        "ftp://id.example",
        "https://id.example:25",
        "id.example",
        "https:///x",
    ],
)
def test_an_issuer_is_a_plain_https_address(cast, provider, hanna, issuer):
    assert provider.set_up(hanna, cast.holding, issuer=issuer).status_code == 422


def test_removing_it_takes_name_and_reason_and_ends_it(cast, confirmed, hanna):
    url = f"/o/{cast.holding.public_id}/sign-in/remove/"
    assert hanna.post(url).status_code == 422
    hanna.post(url, {"typed_name": str(cast.holding), "reason": "moved"})

    assert not IdentityProvider.objects.exists()
    assert AuditEntry.objects.get(verb="SIGN_ON_REMOVED").reason == "moved"


def test_a_second_factor_set_up_here_is_asked_for_after_it_too(cast, confirmed, hanna):
    add_app(hanna)
    client = browser()
    confirmed.sign_in(client, confirmed.sandbox.sign_on.make_person(cast.hanna.email, "Hanna"))

    assert not is_in(client)
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
