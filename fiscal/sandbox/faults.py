"""Scripted misbehaviour: what can be told to go wrong, when, and how often. No chance is involved.

A fault is matched by method and path (and, as options, by `credential` and `query`), can let some requests pass first
(`skip`), act a number of times (`times`) and end by itself (`lasts`, seconds by the sandbox's clock). Faults live in the
store, so several processes agree on them.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fiscal.sandbox import spoil
from fiscal.sandbox.kinds import DEFAULT_METHODS, DEFAULT_PATHS, KINDS, Kind
from fiscal.sandbox.store import Store
from fiscal.sandbox.web import Reply, Request

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, method TEXT, path TEXT, skip INTEGER NOT NULL,
    times INTEGER, ends_at REAL, options TEXT NOT NULL, state TEXT NOT NULL DEFAULT '{}',
    acted INTEGER NOT NULL DEFAULT 0
);
"""
UNSET: Any = object()
EVERYWHERE = ("credential", "query")  # options of every kind: regular expressions, searched in what a request carries


@dataclass
class Fault:
    """One scripted fault. `times` is how often it will still act (None: until removed); `acted` how often it did."""

    id: int
    kind: str
    method: str | None
    path: str | None
    skip: int
    times: int | None
    ends_at: float | None
    options: dict[str, Any]
    state: dict[str, Any] = field(default_factory=dict)
    acted: int = 0

    def matches(self, request: Request, now: float) -> bool:
        """Whether this request is one that the fault is about."""
        if self.times == 0 or (self.ends_at is not None and now >= self.ends_at):
            return False
        if self.method and self.method != request.method:
            return False
        if self.kind == "forbidden" and self.options["organization"] not in request.path:
            return False
        if re.search(self.options.get("query", ""), request.query) is None:
            return False
        return not self.path or re.search(self.path, request.path) is not None

    def concerns(self, credential: str) -> bool:
        """Whether this credential, as the ledger shows it, is one that the fault is about."""
        return re.search(self.options.get("credential", ""), credential) is not None


@dataclass
class Script:
    """The faults that take part in one request."""

    before: Fault | None = None
    around: dict[str, Fault] = field(default_factory=dict)
    after: list[Fault] = field(default_factory=list)

    @property
    def names(self) -> str:
        """The kinds, for the ledger."""
        taking_part = ([self.before] if self.before else []) + list(self.around.values()) + self.after
        return ",".join(fault.kind for fault in taking_part)

    @property
    def reaches_provider(self) -> bool:
        """False when the request never gets to the provider: no connection, lost on the way, or a proxy answered."""
        return self.before is None or KINDS[self.before.kind].seen

    def refusal(self, request: Request, now: float) -> Reply | None:
        """The answer (or silence) that comes instead of the provider's work, if there is one."""
        return spoil.instead(self.before.kind, self.before.options, request, now) if self.before else None

    def spoiled(self, reply: Reply) -> Reply:
        """What becomes of the provider's answer."""
        for fault in self.after:
            reply = spoil.answer(fault.kind, fault.options, reply)
        return reply

    def option(self, kind: str, name: str) -> Any:
        """An option of a fault that works inside the provider (delayed_visibility ...), None when not scripted."""
        fault = self.around.get(kind)
        return fault.options[name] if fault else None


class Faults:
    """The list of scripted faults of one sandbox."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock

    def add(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int | None = UNSET,
        skip: int = 0,
        lasts: float | None = None,
        **options: Any,
    ) -> Fault:
        """Script a fault and return it.

        `kind` is one of `kinds.KINDS`, whose entries name the options and their defaults. `times` is 1 unless the kind
        is one that stays (then None: until removed). `lasts` is in seconds. ValueError for an unknown kind or option,
        a missing option, or a path that is no regular expression.
        """
        known = KINDS.get(kind)
        if known is None:
            raise ValueError(f"Unknown fault {kind!r}. Known are: {', '.join(KINDS)}.")
        settled = _settled(known, kind, options)
        path = path if path is not None else DEFAULT_PATHS.get(kind)
        for pattern in (path, *(options.get(name) for name in EVERYWHERE)):
            _check_pattern(pattern)
        if times is UNSET:
            times = None if known.stays else 1
        values = (
            kind,
            method.upper() if method else DEFAULT_METHODS.get(kind),
            path,
            skip,
            times,
            None if lasts is None else self._clock() + lasts,
            json.dumps(settled),
        )
        with self._store.transaction() as db:
            cursor = db.execute(
                "INSERT INTO faults (kind, method, path, skip, times, ends_at, options) VALUES (?,?,?,?,?,?,?)", values
            )
            row = db.execute("SELECT * FROM faults WHERE id = ?", (cursor.lastrowid,)).fetchone()
        return _fault(row)

    def all(self) -> list[Fault]:
        """Every scripted fault, spent ones included, oldest first."""
        with self._store.transaction() as db:
            return [_fault(row) for row in db.execute("SELECT * FROM faults ORDER BY id")]

    def remove(self, fault_id: int) -> None:
        """Take one fault away. Nothing happens if it is gone already."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM faults WHERE id = ?", (fault_id,))

    def clear(self) -> None:
        """Take all faults away: the provider is well again."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM faults")

    def script(self, db: sqlite3.Connection, request: Request, credential: str) -> Script:
        """Choose what goes wrong with this request, and count it. The earliest fault that answers instead wins."""
        script, now = Script(), self._clock()
        rows = db.execute("SELECT * FROM faults WHERE times IS NULL OR times > 0 ORDER BY id").fetchall()
        for row in rows:
            fault = _fault(row)
            if not fault.matches(request, now) or not fault.concerns(credential):
                continue
            if fault.skip > 0:
                db.execute("UPDATE faults SET skip = skip - 1 WHERE id = ?", (fault.id,))
                continue
            if self._joins(db, script, fault, credential, now):
                db.execute("UPDATE faults SET acted = acted + 1, times = times - 1 WHERE id = ?", (fault.id,))
        return script

    def _joins(self, db: sqlite3.Connection, script: Script, fault: Fault, credential: str, now: float) -> bool:
        stage = spoil.stage(fault.kind, fault.options)
        if stage == "around":
            script.around[fault.kind] = fault
        elif stage == "after":
            if script.before:
                return False
            script.after.append(fault)
        else:
            if script.before or (KINDS[fault.kind].counts and self._within_limit(db, fault, credential, now)):
                return False
            script.before, script.after = fault, []
        return True

    def _within_limit(self, db: sqlite3.Connection, fault: Fault, credential: str, now: float) -> bool:
        window = fault.options["window"]
        started, used = fault.state.get(credential, (now, 0))
        if now >= started + window or now < started:
            started, used = now, 0
        fault.options["seconds_left"] = started + window - now
        within = used < fault.options["limit"]
        fault.state[credential] = (started, used + within)
        db.execute("UPDATE faults SET state = ? WHERE id = ?", (json.dumps(fault.state), fault.id))
        return bool(within)


def _settled(known: Kind, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    strange = sorted(set(options) - set(known.options) - set(EVERYWHERE))
    if strange:
        raise ValueError(f"{kind} has no option {', '.join(strange)}. It has: {', '.join(known.options) or 'none'}.")
    settled = {**known.options, **options}
    missing = sorted(name for name in known.needs if settled[name] is None)
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}.")
    return settled


def _check_pattern(path: str | None) -> None:
    try:
        re.compile(path or "")
    except re.error as error:
        raise ValueError(f"{path!r} is not a regular expression: {error}.") from None


def _fault(row: sqlite3.Row) -> Fault:
    values = dict(row)
    values["options"], values["state"] = json.loads(values["options"]), json.loads(values["state"])
    return Fault(**values)
