"""Setting the stage: clients, people, and what the provider does wrong."""

from __future__ import annotations

import secrets
from typing import Any

from fiscal.sandbox.sign_on import records
from fiscal.sandbox.store import Store

WRONG = ("", "unsigned", "other_key", "other_issuer", "other_audience", "other_subject", "expired")


class Stage:
    """Makes what the provider holds, past its interface."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make_client(self, client_id: str, redirect_uri: str, *, secret: str = "") -> dict[str, str]:
        """Register a client that people may be sent back to below `redirect_uri`. Gives its secret."""
        secret = secret or secrets.token_urlsafe(24)
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO sign_on_clients VALUES (?,?,?)", (client_id, secret, redirect_uri))
        return {"client_id": client_id, "secret": secret}

    def make_person(self, email: str, name: str, *, verified: bool = True, sub: str = "") -> str:
        """Add somebody; gives the subject that the provider knows them by."""
        sub = sub or secrets.token_hex(8)
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO sign_on_people VALUES (?,?,?,?)", (sub, email, verified, name))
        return sub

    def misbehave(self, wrong: str) -> None:
        """From now on: one of WRONG; '' is right again. ValueError for anything else."""
        if wrong not in WRONG:
            raise ValueError(f"one of {', '.join(WRONG)}")
        with self._store.transaction() as db:
            records.set_meta(db, "misbehave", wrong)

    def holds(self) -> dict[str, list[dict[str, Any]]]:
        """Clients without their secrets, and people."""
        with self._store.transaction() as db:
            clients = [dict(row) for row in db.execute("SELECT id, redirect_uri FROM sign_on_clients ORDER BY id")]
            people = [dict(row) for row in db.execute("SELECT * FROM sign_on_people ORDER BY email")]
        return {"clients": clients, "people": people}
