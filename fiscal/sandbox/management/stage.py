"""Setting the stage: what exists without anybody having called the interface, as if made in fiskaly's dashboard."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from fiscal.sandbox.management import api_keys, auth, billing_addresses, organizations, records, rules, users
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.store import Store
from fiscal.sandbox.web import Request

ADDRESS = {"address_line1": "Musterstraße 1", "zip": "1010", "town": "Wien", "country_code": "AUT"}
DASHBOARD_USER = "00000000-0000-4000-8000-00000000da5b"  # who made what was made in the dashboard
MAKERS = ("organization", "api_key", "user", "billing_address")


class Stage:
    """Makes, changes and reads the objects of Management v0 past its interface. Nothing of it enters the ledger."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def make_organization(
        self,
        name: str,
        envs: Iterable[str] = ("TEST", "LIVE"),
        type: str | None = None,
        *,
        managed_by_organization_id: str | None = None,
        _id: str | None = None,
        created_by_user: str | None = None,
        created_by_key: str | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Make an organization and return it as the provider would show it.

        `created_by_key` is an API key (the whole key, no secret): then that key may edit the organization and its
        owner has provisioned it. Without it a dashboard user made it. ValueError for a type that does not fit the
        parent, an unknown parent or key, or a name too short.
        """
        with self._store.transaction() as db:
            owner = ""
            if created_by_key is not None:
                row = db.execute("SELECT * FROM management_keys WHERE key = ?", (created_by_key,)).fetchone()
                if row is None:
                    raise ValueError("There is no such API key.")
                created_by_user, owner = row["id"], row["organization"]
            doc = organizations.document(
                {
                    **ADDRESS,
                    **fields,
                    "_id": _id or str(uuid.uuid4()),
                    "_type": self._checked_type(type, managed_by_organization_id),
                    "_envs": [env for env in organizations.ENVS if env in tuple(envs)],
                    "name": name,
                    "managed_by_organization_id": managed_by_organization_id,
                    "created_by_user": created_by_user or DASHBOARD_USER,
                }
            )
            parent = managed_by_organization_id or ""
            records.insert(db, organizations.KIND, doc, owner=owner or parent or doc["_id"], parent=parent)
        return doc

    def make_api_key(
        self,
        organization_id: str,
        env: str,
        name: str,
        *,
        key: str | None = None,
        secret: str | None = None,
        _id: str | None = None,
        status: str = "enabled",
        managed_by_organization_id: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> tuple[str, str]:
        """Make an API key and return (key, secret). Both can be given, so that a demo world is the same every time."""
        with self._store.transaction() as db:
            doc, made_secret = api_keys.issue(
                self._call(db),
                organization_id,
                env,
                name=name,
                status=status,
                created_by_user=DASHBOARD_USER,
                managed_by_organization_id=managed_by_organization_id,
                metadata=metadata,
                key=key,
                secret=secret,
                key_id=_id,
            )
        return doc["key"], made_secret

    def make_user(
        self,
        organization_id: str,
        email: str,
        *,
        envs: Iterable[str] = ("TEST",),
        registered: bool = True,
        _id: str | None = None,
        **names: str,
    ) -> dict[str, Any]:
        """Make a user of an organization, or an invitation for who is not `registered`.

        `first_name` and `last_name` may be given. Refusal 409 for an address that is there already.
        """
        with self._store.transaction() as db:
            call = self._call(db)
            users.expire(db, call.now)
            return users.add(call, organization_id, email, list(envs), names=names, user_id=_id, registered=registered)

    def register_person(self, email: str) -> None:
        """The person behind this address registers at fiskaly, whoever invited them."""
        with self._store.transaction() as db:
            users.expire(db, self._clock())
            users.register(db, email)

    def make_billing_address(
        self, organization_id: str, *, envs: Iterable[str] = ("TEST",), _id: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Make a billing address that the keys of this organization see."""
        doc = {"_id": _id or str(uuid.uuid4()), "_type": "BILLING_ADDRESS", "_envs": list(envs), **ADDRESS, **fields}
        with self._store.transaction() as db:
            records.insert(db, billing_addresses.KIND, doc, owner=organization_id)
        return doc

    def edit_organization(self, organization_id: str, **fields: Any) -> dict[str, Any]:
        """Change an organization as if in the dashboard, whoever made it. None or "" takes a value away.

        KeyError if there is none.
        """
        with self._store.transaction() as db:
            doc = organizations.document({**self._existing(db, organizations.KIND, organization_id), **fields})
            records.replace(db, doc)
        return doc

    def edit_api_key(self, key_id: str, **fields: Any) -> dict[str, Any]:
        """Change status or metadata of a key as if in the dashboard. KeyError if there is none."""
        with self._store.transaction() as db:
            return api_keys.change(self._call(db), self._existing(db, api_keys.KIND, key_id), fields)

    def delete(self, object_id: str) -> None:
        """Delete as if in the dashboard, an organization with its keys and users. KeyError if it does not exist."""
        with self._store.transaction() as db:
            row = db.execute("SELECT kind FROM management_objects WHERE id = ?", (object_id,)).fetchone()
            if row is None:
                raise KeyError(object_id)
            if row["kind"] == organizations.KIND:
                organizations.erase(self._call(db), object_id)
            elif row["kind"] == api_keys.KIND:
                api_keys.erase(self._call(db), object_id)
            elif row["kind"] == users.KIND:
                users.erase(db, object_id)
            else:
                records.remove(db, object_id)

    def batch(self, made: Iterable[dict[str, Any]]) -> list[Any]:
        """Make many things in one transaction. Each is {"make": one of MAKERS, ...arguments of its maker}."""
        results: list[Any] = []
        with self._store.transaction():
            for number, item in enumerate(made):
                arguments = dict(item)
                kind = arguments.pop("make", None)
                if kind not in MAKERS:
                    raise ValueError(f"Item {number}: make is one of {', '.join(MAKERS)}.")
                results.append(getattr(self, f"make_{kind}")(**arguments))
        return results

    def objects(self, kind: str = "organization") -> list[dict[str, Any]]:
        """All objects of a kind (organization, api_key, user, billing_address), oldest first, hidden ones too."""
        with self._store.transaction() as db:
            users.expire(db, self._clock())
            return records.documents(db, kind)

    def find(self, mark: str, kind: str = "organization") -> list[dict[str, Any]]:
        """The objects that hold exactly this value in their metadata."""
        with self._store.transaction() as db:
            likely = records.documents(db, kind, "instr(doc, ?) > 0", (json.dumps(mark, ensure_ascii=False),))
        return [doc for doc in likely if mark in doc.get("metadata", {}).values()]

    def expire_tokens(self, key: str | None = None) -> None:
        """End all tokens handed out so far (or those of one API key): the next call with one gets 401."""
        with self._store.transaction() as db:
            auth.expire(db, self._clock(), key)

    def rules(self) -> rules.ManagementRules:
        """The switches as they are set now."""
        with self._store.transaction() as db:
            return rules.read(db)

    def set_rule(self, name: str, value: object) -> None:
        """Switch an assumed value; ValueError for an unknown rule or value."""
        checked = rules.checked(name, value)
        with self._store.transaction() as db:
            rules.write(db, name, checked)

    def _call(self, db: Any) -> Call:
        return Call(db, Request("STAGE", ""), self._clock(), rules.read(db))

    def _existing(self, db: Any, kind: str, object_id: str) -> dict[str, Any]:
        found = records.get(db, kind, object_id)
        if found is None:
            raise KeyError(object_id)
        return found

    def _checked_type(self, wanted: str | None, parent_id: str | None) -> str:
        real = organizations.MANAGED if parent_id else organizations.MAIN
        if wanted not in (None, real):
            raise ValueError(f"With this parent the type is {real}.")
        if parent_id:
            with self._store.transaction() as db:
                parent = records.get(db, organizations.KIND, parent_id)
            if parent is None or parent["_type"] == organizations.MANAGED:
                raise ValueError("The parent does not exist or is itself managed.")
        return real
