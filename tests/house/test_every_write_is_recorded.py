"""Nothing is changed in anybody's name without an entry of the record: asked of the source, and of the services themselves."""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from dataclasses import replace

import pytest

import billing.services
import fiscal.services
import organizations.services
from fiscal.models import Credential, IssuedKey, Mirror
from fiscal.services import add_shop, change_shop, close_shop, remove_credential, replace_credential, reveal, try_again
from fiscal.vault import unseal
from organizations.access import EVERYTHING, Reach
from organizations.audit import record
from organizations.choices import Mode, Road, Verb
from organizations.models import ApiKey, AuditEntry
from organizations.services import change_details, disable_key, enable_key, issue_key, refuse_proof, retire_key
from organizations.services.changes import details_of
from tests.house.tree import python_files

QUIET = {
    "read_now": "it only brings the next reading forward",
    "settle_document": "it asks what became of a document that is on record already",
    "document_pdf": "it reads",
    "address_owners": "it reads",
    "bill_to_candidates": "it reads",
    "may_arrange": "it reads",
    "terms_by_the_guide": "it reads",
}
"""Services that take a reach and record nothing, and why."""


def calls() -> dict[str, set[str]]:
    """Which names each function of the service modules calls."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files():
        if "services" not in path.parts and path.name != "services.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                found[node.name] |= {
                    called.func.id
                    for called in ast.walk(node)
                    if isinstance(called, ast.Call) and isinstance(called.func, ast.Name)
                }
    return found


def services() -> dict[str, object]:
    """The public ones that act by somebody's reach."""
    everything = {
        name: getattr(module, name)
        for module in (organizations.services, billing.services, fiscal.services)
        for name in getattr(module, "__all__", None) or dir(module)
    }
    return {
        name: service
        for name, service in everything.items()
        if inspect.isfunction(service)
        and not name.startswith("_")
        and ".services" in service.__module__
        and next(iter(inspect.signature(service).parameters), "") == "reach"
    }


def test_every_service_that_acts_by_a_reach_records_what_it_does():
    graph = calls()

    def records(name: str, seen: frozenset[str] = frozenset()) -> bool:
        called = graph.get(name, set())
        return "record" in called or any(records(one, seen | {name}) for one in called - seen - {name} if one in graph)

    silent = {name for name in services() if not records(name)}
    assert silent == set(QUIET)
    assert len(services()) > 40


def test_only_one_function_writes_entries():
    writers = [
        path.name
        for path in python_files()
        if "migrations" not in path.parts and "AuditEntry(" in path.read_text().replace("class AuditEntry(", "")
    ]
    assert writers == ["__init__.py"]


def _key(reach) -> ApiKey:
    return issue_key(reach, name="till-1", mode=Mode.TEST)


WRITES = [
    ("issue a key", lambda reach: None, lambda reach, _: _key(reach), Verb.KEY_ISSUED),
    ("disable a key", _key, lambda reach, key: disable_key(reach, key_id=key.public_id), Verb.KEY_DISABLED),
    (
        "enable a key",
        lambda reach: disable_key(reach, key_id=_key(reach).public_id),
        lambda reach, key: enable_key(reach, key_id=key.public_id),
        Verb.KEY_ENABLED,
    ),
    ("delete a key", _key, lambda reach, key: retire_key(reach, key_id=key.public_id), Verb.KEY_RETIRED),
    (
        "change an organization",
        lambda reach: details_of(reach.organization),
        lambda reach, facts: change_details(
            reach, details=replace(facts, town="Graz"), generation=reach.organization.generation
        ),
        Verb.ORGANIZATION_CHANGED,
    ),
    (
        "be refused",
        lambda reach: None,
        lambda reach, _: refuse_proof(reach, action="x", tier=3, missing=["reason"]),
        Verb.PROOF_REFUSED,
    ),
    (
        "try again",
        lambda reach: Mirror.objects.filter(organization=reach.organization, kind="ORGANIZATION").get(),
        lambda reach, mirror: try_again(reach, mirror_id=mirror.pk),
        Verb.TRIED_AGAIN,
    ),
    ("add a shop", lambda reach: None, lambda reach, _: add_shop(reach, name="Yard"), Verb.SHOP_ADDED),
    (
        "change a shop",
        lambda reach: add_shop(reach, name="Yard"),
        lambda reach, shop: change_shop(reach, shop.public_id, name="Court"),
        Verb.SHOP_CHANGED,
    ),
    (
        "close a shop",
        lambda reach: add_shop(reach, name="Yard"),
        lambda reach, shop: close_shop(reach, shop.public_id, reason="sold"),
        Verb.SHOP_CLOSED,
    ),
]


@pytest.mark.parametrize(("words", "before", "write", "verb"), WRITES, ids=[row[0] for row in WRITES])
def test_a_write_leaves_exactly_one_entry(cast, words, before, write, verb):
    cast.shop.refresh_from_db()
    reach = Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT)
    given = before(reach)
    count = AuditEntry.objects.count()
    write(reach, given)
    (entry,) = AuditEntry.objects.order_by("-pk")[: AuditEntry.objects.count() - count]
    assert (entry.verb, entry.actor, entry.organization) == (verb, cast.petra, cast.shop)
    assert entry.acting_from == cast.maker


def test_a_verb_that_is_not_in_the_vocabulary_cannot_be_written(cast):
    with pytest.raises(ValueError, match="is not a valid Verb"):
        record(Reach(cast.petra, cast.shop, EVERYTHING, Road.DIRECT), "DID_SOMETHING", cast.shop)


def test_no_secret_of_anybody_stands_in_the_record(cast, sandbox, settle):
    """A canary: the secrets of keys that were entered and of keys that were issued, looked for in every column."""
    reach = cast.reach(cast.petra, cast.shop)
    key = _key(reach)
    settle()
    secrets = [
        unseal(row.secret_sealed, row.place("secret"))
        for row in (*Credential.objects.exclude(secret_sealed=""), *IssuedKey.objects.exclude(secret_sealed=""))
    ]
    shown = reveal(reach, key_id=key.public_id)
    secrets += [shown.key, shown.secret]
    remote = Mirror.objects.get(kind="ORGANIZATION", organization=cast.maker).remote_id
    new_key, new_secret = sandbox.management.make_api_key(remote, "TEST", "canary")
    credential = Credential.objects.filter(organization=cast.maker, mode=Mode.TEST).first()
    above = cast.reach(cast.petra, cast.maker)
    replace_credential(above, credential_id=credential.public_id, key=new_key, secret=new_secret)
    remove_credential(above, credential_id=credential.public_id, reason="a test")
    columns = str(list(AuditEntry.objects.values()))
    assert len(secrets) > 4 and all(len(secret) > 8 for secret in secrets)
    assert [secret for secret in [*secrets, new_key, new_secret] if secret in columns] == []
