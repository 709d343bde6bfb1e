"""The calls of fiskaly Management: what goes over the wire, what comes back, and what a broken answer means."""

from __future__ import annotations

import time

import pytest

from fiscal.providers.errors import Absent, Garbled, Unauthorized, Unreachable
from fiscal.providers.management import Management
from fiscal.providers.tokens import MemoryKeeper, Token, Tokens

PARENT = "0b9b6f3e-54a9-4d8a-9d7e-0d1a52d3c111"
CHILD = "1c9b6f3e-54a9-4d8a-9d7e-0d1a52d3c222"
KEY = "2d9b6f3e-54a9-4d8a-9d7e-0d1a52d3c333"
SECRET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"


class Gatekeeper:
    """A gate that writes down who came by; `refusal` is raised at the entrance."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.refusal: Exception | None = None

    def enter(self) -> None:
        if self.refusal:
            raise self.refusal
        self.seen.append("enter")

    def passed(self) -> None:
        self.seen.append("passed")

    def failed(self, error) -> None:
        self.seen.append(type(error).__name__)


@pytest.fixture
def gate() -> Gatekeeper:
    return Gatekeeper()


@pytest.fixture
def keeper() -> MemoryKeeper:
    keeper = MemoryKeeper()
    keeper.store(Token("access-one", "", time.time() + 9_000, 0, "TEST", PARENT))
    return keeper


@pytest.fixture
def management(door, gate, keeper) -> Management:
    return Management(door, Tokens(door, "test_key", "s3cret-value", keeper), gate)


def organization(number: int = 2, **changes):
    raw = {
        "_id": f"{number:08d}-54a9-4d8a-9d7e-0d1a52d3c222",
        "_type": "MANAGED_ORGANIZATION",
        "_envs": ["TEST"],
        "name": "Bakery",
        "address_line1": "Street 1",
        "zip": "some_zip",
        "town": "Town",
        "country_code": "AUT",
        "managed_by_organization_id": PARENT,
        "created_by_user": PARENT,
    }
    raw.update(changes)
    return {name: value for name, value in raw.items() if value is not ...}


def api_key(**changes):
    raw = {
        "_id": KEY,
        "_type": "API_KEY",
        "_envs": ["TEST"],
        "key": "test_abc_name",
        "secret": SECRET,
        "created_at": 1645604200,
        "created_by_user": PARENT,
        "name": "name",
        "status": "enabled",
        "metadata": {},
        "managed_by_organization_id": "",
    }
    raw.update(changes)
    return {name: value for name, value in raw.items() if value is not ...}


def auth_answer(name: str):
    now = int(time.time())
    claims = {"env": "TEST", "organization_id": PARENT}
    return {"access_token": name, "access_token_claims": claims, "access_token_expires_at": now + 500}


def test_an_organization_is_read_with_the_bearer(server, management, gate):
    server.queue(server.reply(organization(metadata={"kontor": "1"})))
    found = management.organization(CHILD)
    assert (found.name, found.type, found.envs, found.managed_by_organization_id) == (
        "Bakery",
        "MANAGED_ORGANIZATION",
        ["TEST"],
        PARENT,
    )
    assert found.metadata == {"kontor": "1"} and found.vat_id is None and found.billing_options is None
    assert server.requests[0].target == f"/organizations/{CHILD}"
    assert server.requests[0].headers["authorization"] == "Bearer access-one"
    assert gate.seen == ["enter", "passed"]


def test_unknown_fields_and_values_do_no_harm_and_stay_readable(server, management):
    raw = organization(_type="HOLDING", _envs=["TEST", "STAGING"], loyalty={"points": 3}, vat_id="", display_name=None)
    server.queue(server.reply(raw))
    found = management.organization(CHILD)
    assert (found.type, found.envs, found.vat_id, found.display_name) == ("HOLDING", ["TEST", "STAGING"], None, None)
    assert found.raw == raw


@pytest.mark.parametrize("field", ["_id", "_type", "_envs", "name"])
def test_an_answer_without_a_required_field_is_garbled(server, management, field):
    server.queue(server.reply(organization(**{field: ...})))
    with pytest.raises(Garbled, match=field):
        management.organization(CHILD)


@pytest.mark.parametrize("changes", [{"name": 5}, {"zip": 1010}, {"_id": "../auth"}, {"_envs": "TEST"}, {"name": ""}])
def test_a_created_organization_with_a_wrong_type_is_of_unknown_outcome(server, management, changes):
    server.queue(server.reply(organization(**changes)))
    with pytest.raises(Garbled) as caught:
        management.create_organization({"name": "Bakery"})
    assert caught.value.outcome_unknown is True


def test_a_created_organization_is_asked_for_once_and_returned(server, management):
    body = {"name": "Bakery", "metadata": {"kontor": "mark"}}
    server.queue(server.reply(organization(billing_options={"bill_to_organization": PARENT, "withhold_billing": True})))
    made = management.create_organization(body)
    assert made.billing_options is not None and made.billing_options.bill_to_organization == PARENT
    assert made.billing_options.withhold_billing is True
    assert [(request.method, request.target, request.json) for request in server.requests] == [
        ("POST", "/organizations", body)
    ]


def test_a_create_that_the_server_did_not_answer_is_unknown_and_not_repeated(server, management, gate):
    server.otherwise = server.send(b"", keep=False)
    with pytest.raises(Unreachable) as caught:
        management.create_organization({"name": "Bakery"})
    assert caught.value.outcome_unknown is True
    assert len(server.requests) == 1
    assert gate.seen == ["enter", "Unreachable"]


def test_an_update_sends_only_the_changes(server, management):
    server.queue(server.reply(organization(name="New")))
    assert management.update_organization(CHILD, {"name": "New"}).name == "New"
    assert (server.requests[0].method, server.requests[0].json) == ("PATCH", {"name": "New"})


def test_enabling_live_and_deleting_are_confirmed(server, management):
    server.queue(server.reply({"_success": True}), server.reply({"_success": True}))
    management.enable_env(CHILD, "LIVE")
    management.delete_organization(CHILD)
    assert [(request.method, request.target) for request in server.requests] == [
        ("POST", f"/organizations/{CHILD}/enable-env"),
        ("DELETE", f"/organizations/{CHILD}"),
    ]
    assert server.requests[0].json == {"env": "LIVE"}


@pytest.mark.parametrize("body", [{}, {"_success": False}, {"_success": "true"}, []])
def test_a_change_that_is_not_confirmed_is_of_unknown_outcome(server, management, body):
    server.queue(server.reply(body))
    with pytest.raises(Garbled) as caught:
        management.enable_env(CHILD, "LIVE")
    assert caught.value.outcome_unknown is True


@pytest.mark.parametrize("bad", ["", "../auth", "1", f"{CHILD}/enable-env", f"{CHILD}\n", "{" + CHILD + "}"])
def test_an_id_that_is_no_uuid_never_gets_into_a_path(server, management, bad):
    for call in (
        lambda: management.organization(bad),
        lambda: management.delete_organization(bad),
        lambda: management.update_organization(bad, {"name": "x"}),
        lambda: management.enable_env(bad, "TEST"),
        lambda: management.api_keys(bad),
        lambda: management.create_api_key(bad, name="abc", status="enabled"),
        lambda: management.delete_api_key(CHILD, bad),
        lambda: management.update_api_key(CHILD, bad, status="disabled"),
        lambda: management.update_billing_address(bad, {"zip": "1"}),
        lambda: management.delete_billing_address(bad),
    ):
        with pytest.raises(ValueError):
            call()
    assert server.requests == []


def test_an_update_without_changes_is_not_sent(server, management):
    with pytest.raises(ValueError):
        management.update_organization(CHILD, {})
    with pytest.raises(ValueError):
        management.update_api_key(CHILD, KEY)
    assert server.requests == []


def test_a_new_key_has_its_secret_once_and_keeps_it_out_of_everything_printed(server, management):
    server.queue(server.reply(api_key(managed_by_organization_id=PARENT, _type="MANAGED_API_KEY")))
    key = management.create_api_key(CHILD, name="till", status="enabled", managed_by=PARENT, metadata={"kontor": "1"})
    assert key.secret is not None and key.secret.get_secret_value() == SECRET
    assert SECRET not in repr(key) and SECRET not in str(key.model_dump()) and SECRET not in str(key.raw)
    assert server.requests[0].json == {
        "name": "till",
        "status": "enabled",
        "metadata": {"kontor": "1"},
        "managed_by_organization_id": PARENT,
    }


@pytest.mark.parametrize("changes", [{"secret": ...}, {"secret": ""}, {"_id": ...}, {"status": 1}])
def test_a_new_key_that_cannot_be_used_is_of_unknown_outcome_and_shows_no_secret(server, management, changes):
    server.queue(server.reply(api_key(**changes)))
    with pytest.raises(Garbled) as caught:
        management.create_api_key(CHILD, name="till", status="enabled")
    assert caught.value.outcome_unknown is True
    assert SECRET not in caught.value.preview and SECRET not in str(caught.value)


def test_half_an_answer_to_a_new_key_shows_no_secret(server, management):
    server.queue(server.reply(b'{"_id": "1", "secret": "short-and-cut'))
    with pytest.raises(Garbled) as caught:
        management.create_api_key(CHILD, name="till", status="enabled")
    assert "short-and-cut" not in caught.value.preview


def test_keys_are_listed_by_status_without_secrets(server, management):
    server.queue(server.reply({"data": [api_key(secret=...)], "count": 1, "_type": "API_KEY_LIST"}))
    found = management.api_keys(CHILD, status="enabled")
    assert found.complete and found.items[0].managed_by_organization_id is None and found.items[0].secret is None
    assert "status=enabled" in server.requests[0].target


def test_a_key_is_disabled_and_deleted(server, management):
    server.queue(server.reply(api_key(secret=..., status="disabled")), server.reply({"_success": True}))
    assert management.update_api_key(CHILD, KEY, status="disabled").status == "disabled"
    management.delete_api_key(CHILD, KEY)
    assert server.requests[0].json == {"status": "disabled"}
    assert server.requests[1].target == f"/organizations/{CHILD}/api-keys/{KEY}"


def test_billing_addresses_are_listed_made_changed_and_deleted(server, management):
    address = {"_id": CHILD, "recipient": "Holding", "zip": "1010", "vat_id_valid": True}
    server.queue(
        server.reply({"data": [address], "count": 1}),
        server.reply(address),
        server.reply({**address, "zip": "1020"}),
        server.reply({"_success": True}),
    )
    assert management.billing_addresses().items[0].vat_id_valid is True
    assert management.create_billing_address({"recipient": "Holding"}).recipient == "Holding"
    assert management.update_billing_address(CHILD, {"zip": "1020"}).zip == "1020"
    management.delete_billing_address(CHILD)


def test_billing_addresses_beyond_the_first_page_are_admitted_to_be_missing(server, management):
    server.queue(server.reply({"data": [{"_id": CHILD, "recipient": "Holding"}], "count": 30}))
    assert management.billing_addresses().complete is False


def test_a_token_that_died_is_replaced_once_and_the_call_repeated(server, management, gate):
    server.queue(
        server.reply({"message": "could not parse jwt: 'access-one'"}, status=401),
        server.reply(auth_answer("access-two")),
        server.reply(organization()),
    )
    management.create_organization({"name": "Bakery"})
    assert [request.target for request in server.requests] == ["/organizations", "/auth", "/organizations"]
    assert server.requests[2].headers["authorization"] == "Bearer access-two"
    assert gate.seen == ["enter", "passed"]


def test_a_401_on_every_call_ends_after_one_login(server, management, gate):
    def refuse(connection, request):
        answer = auth_answer("access-two") if request.target == "/auth" else {"message": "no"}
        return server.reply(answer, status=200 if request.target == "/auth" else 401)(connection, request)

    server.otherwise = refuse
    with pytest.raises(Unauthorized) as caught:
        management.create_organization({"name": "Bakery"})
    assert caught.value.outcome_unknown is False
    assert [request.target for request in server.requests] == ["/organizations", "/auth", "/organizations"]
    assert gate.seen == ["enter", "Unauthorized"]


def test_a_login_that_times_out_leaves_the_change_known_as_not_made(server, door, gate):
    server.otherwise = server.send(b"", keep=False)
    with pytest.raises(Unreachable) as caught:
        Management(door, Tokens(door, "k", "s", MemoryKeeper()), gate).create_organization({"name": "Bakery"})
    assert caught.value.outcome_unknown is False
    assert [request.target for request in server.requests] == ["/auth"]


def test_a_closed_gate_lets_nothing_out(server, management, gate):
    gate.refusal = Unreachable("The circuit is open.", sent=False)
    with pytest.raises(Unreachable):
        management.create_organization({"name": "Bakery"})
    with pytest.raises(Unreachable):
        management.claims()
    assert (server.requests, gate.seen) == ([], [])


def test_the_gate_hears_of_failures(server, management, gate):
    server.queue(server.reply({"message": "Not Found"}, status=404))
    with pytest.raises(Absent):
        management.organization(CHILD)
    assert gate.seen == ["enter", "Absent"]


def test_claims_say_whose_key_it_is(management):
    claims = management.claims()
    assert (claims.env, claims.organization_id) == ("TEST", PARENT)
