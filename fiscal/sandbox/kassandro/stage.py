"""Setting the stage: what people do in my.kassandro and what happens in the shops. Nothing of it enters the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from fiscal.sandbox.kassandro import (
    booking,
    edits,
    export,
    methods,
    posting,
    records,
    rules,
    selection,
    signing,
    tokens,
    truth,
    wire,
)
from fiscal.sandbox.kassandro.days import day_at, local_day, moment_of
from fiscal.sandbox.kassandro.trade import PROFILES
from fiscal.sandbox.store import Store

MAKERS = {
    "account": "make_account",
    "register": "make_register",
    "api_key": "make_api_key",
    "receipt": "add_receipt",
    "change": "change_receipt",
    "removal": "remove_receipt",
    "late": "deliver_late",
}
Day = date | str


class Stage:
    """Makes, changes and reads what Kassandro holds, past its interface. Days are dates or ISO text."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def make_account(self, name: str, tier: str = "Premium", *, id: int | None = None) -> dict[str, Any]:
        """Make a customer's account; only Premium and Gastro may use the interface."""
        with self._store.transaction() as db:
            number = records.insert(db, "kassandro_accounts", id=id, name=name, tier=tier)
        return {"id": number, "name": name, "tier": tier}

    def edit_account(self, account_id: int, *, name: str | None = None, tier: str | None = None) -> None:
        """Change name or tier. KeyError if there is no such account."""
        with self._store.transaction() as db:
            found = records.account(db, account_id)
            values = (name or found["name"], tier or found["tier"], account_id)
            db.execute("UPDATE kassandro_accounts SET name = ?, tier = ? WHERE id = ?", values)

    def make_register(
        self,
        account_id: int,
        name: str,
        serial: str | None = None,
        *,
        profile: str = "bakery",
        opened_on: Day | None = None,
        seed: str | None = None,
        signed: bool = True,
        id: int | None = None,
        **facts: Any,
    ) -> dict[str, Any]:
        """Make a cash register and return it as the interface shows it, with `account`.

        serial: the Kassen-ID; without one it is made from the register's number
        opened_on: day of the start receipt (default: today by the sandbox's clock)
        seed: decides what it sells (default: the Kassen-ID)
        facts: further facts of `trade.Trade`: daily, region, articles, closed, gaps, failures, closed_on
        signed: False leaves signatures out, for load tests

        KeyError for an unknown account, ValueError for facts that make no sense.
        """
        if profile not in PROFILES:
            raise ValueError(f"profile is one of {', '.join(PROFILES)}.")
        with self._store.transaction() as db:
            records.account(db, account_id)
            number = id or 1 + db.execute("SELECT coalesce(max(id), 0) FROM kassandro_registers").fetchone()[0]
            serial = serial or f"KAS-{number:05d}"
            if "_" in serial:
                raise ValueError("A Kassen-ID has no underscore.")
            facts |= {"seed": seed or serial, "profile": profile, "opened_on": opened_on or day_at(self._clock())}
            trade = records.trade_text(records.trade_from(facts))
            values = {"id": number, "account": account_id, "name": name, "serial": serial, "trade": trade}
            records.insert(db, "kassandro_registers", **values, signed=signed)
        return self.register(number)

    def edit_register(self, register_id: int, **values: Any) -> dict[str, Any]:
        """Change a register: `name` (it stands in another shop), `closed_on`, `gaps`, `closed`, `failures` and so on.

        A fact that would have changed days that are over changes them: numbers and signatures move with it.
        """
        with self._store.transaction() as db:
            found = records.register(db, register_id)
            name, signed = values.pop("name", found.name), values.pop("signed", found.signed)
            trade = records.trade_from({**records.trade_values(found.trade), **values})
            db.execute(
                "UPDATE kassandro_registers SET name = ?, signed = ?, trade = ? WHERE id = ?",
                (name, signed, records.trade_text(trade), register_id),
            )
            if values:
                signing.forget(db, register_id)
        return self.register(register_id)

    def make_api_key(
        self, account_id: int, label: str = "main", *, register_id: int | None = None, key: str | None = None
    ) -> str:
        """Make an API key as in my.kassandro and return it. With `register_id` it is good for that register only."""
        with self._store.transaction() as db:
            records.account(db, account_id)
            return tokens.make_key(db, account_id, register_id, label, key)[1]

    def disable_key(self, label: str, account_id: int) -> None:
        """Take an API key away; its tokens end with it."""
        with self._store.transaction() as db:
            db.execute("UPDATE kassandro_keys SET enabled = 0 WHERE account = ? AND label = ?", (account_id, label))

    def revoke_tokens(self, *, account_id: int | None = None, register_id: int | None = None) -> int:
        """End the tokens handed out so far: all, those of an account's keys, or those of a register. Returns how many."""
        with self._store.transaction() as db:
            cursor = db.execute(
                "DELETE FROM kassandro_tokens WHERE (? IS NULL OR register = ?) AND"
                " (? IS NULL OR key IN (SELECT id FROM kassandro_keys WHERE account = ?))",
                (register_id, register_id, account_id, account_id),
            )
            return cursor.rowcount

    def add_receipt(
        self,
        register_id: int,
        cents: int = 1230,
        *,
        rate: float = 20,
        kind: str = "standard",
        items: Sequence[dict[str, Any]] | None = None,
        payments: Sequence[dict[str, Any]] | None = None,
        date: str | None = None,
        visible_at: float | None = None,
    ) -> dict[str, Any]:
        """Book a receipt beyond the trade and return it as `books` shows it.

        One line of `cents` at `rate` paid in cash, or `items` and `payments` as for POST /receipts. It is numbered and
        signed now; `date` (ISO) dates it otherwise. `visible_at`: unix seconds from which the provider knows it.
        """
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            body = posting.simple(register, cents, rate, kind, items, payments)
            day = None
            if date is not None:
                day, body = posting.dated(body, moment_of(date))
            found = booking.book(db, register, body, now=self._clock(), day=day, visible_at=visible_at)
            return truth.shown(*found)

    def change_receipt(
        self,
        register_id: int,
        number: int,
        cents: int | None = None,
        *,
        rate: float = 20,
        kind: str | None = None,
        items: Sequence[dict[str, Any]] | None = None,
        payments: Sequence[dict[str, Any]] | None = None,
        jws: str | None = None,
    ) -> dict[str, Any]:
        """Change a receipt under its number: amounts, kind, or the JWS it is shown with. KeyError if there is none."""
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            _, entry = edits.find(db, register, number, self._clock())
            body = entry.receipt
            if cents is not None or items is not None:
                body = posting.simple(register, cents or 0, rate, body.kind, items, payments)._replace(at=body.at)
            body = body._replace(kind=kind or body.kind)
            edited = edits.change(db, register, number, body, now=self._clock(), jws=jws)
            return truth.shown(edits.find(db, edited, number, self._clock())[1], edited)

    def remove_receipt(self, register_id: int, number: int) -> None:
        """Take a receipt away. KeyError if there is none."""
        with self._store.transaction() as db:
            edits.remove(db, records.register(db, register_id), number, now=self._clock())

    def delay_receipt(self, register_id: int, number: int, visible_at: float) -> None:
        """Let the provider know a receipt only from a moment on, unix seconds. KeyError if there is none."""
        with self._store.transaction() as db:
            edits.deliver(db, records.register(db, register_id), number, visible_at, now=self._clock())

    def deliver_late(self, register_id: int, first: Day, last: Day | None = None, *, days: int = 3) -> None:
        """The register was offline from `first` to `last`: each day's receipts arrive so many days later, at six."""
        begins, ends = records.day_from(first), records.day_from(last or first)
        with self._store.transaction() as db:
            records.register(db, register_id)
            values = {"first": begins.isoformat(), "last": ends.isoformat(), "days": days}
            records.insert(db, "kassandro_lates", register=register_id, **values)
            booking.touch(db, register_id)

    def register(self, register_id: int) -> dict[str, Any]:
        """One register as the interface shows it, with `account`, `signed` and the facts of its `trade` as JSON."""
        with self._store.transaction() as db:
            found = records.register(db, register_id)
        shown = wire.register(found, day_at(self._clock()))
        return {**shown, "account": found.account, "signed": found.signed, "trade": records.trade_values(found.trade)}

    def registers(self, account_id: int | None = None) -> list[dict[str, Any]]:
        """All registers, or those of an account."""
        with self._store.transaction() as db:
            found = records.registers(db, "? IS NULL OR account = ?", (account_id, account_id))
        return [self.register(each.id) for each in found]

    def methods(self, register_id: int) -> list[dict[str, Any]]:
        """The payment methods of a register: id, name, type."""
        with self._store.transaction() as db:
            found = records.register(db, register_id)
        return [method._asdict() for method in methods.methods(found.id, found.trade.seed)]

    def books(self, register_id: int, day: Day, *, whole: bool = False) -> list[dict[str, Any]]:
        """The receipts dated on a local day, by time, as the provider knows them now; `whole`: all that will ever be.

        Each: number, date (local, no zone), zone, moment (unix seconds), kind, total, rates {"20": {gross, net, tax}},
        payments [[name, cents]], lines [{article, name, quantity, price, rate, total}], failed.
        """
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            return truth.books(db, register, records.day_from(day), None if whole else self._clock())

    def totals(self, register_id: int, first: Day, last: Day, *, whole: bool = False) -> dict[str, dict[str, Any]]:
        """Sums by ISO day, both ends included, of what the provider knows now (`whole`: of all that will ever be).

        Each: receipts (number), turnover (cents of standard and storno), and kinds {kind: {count, gross,
        rates {"20": {gross, net, tax}}, payments {name: cents}, articles {name: {quantity, gross}}}}.
        """
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            ends = records.day_from(first), records.day_from(last)
            return truth.totals(db, register, *ends, None if whole else self._clock())

    def prepare(self, register_id: int) -> int:
        """Sign everything up to today, so that no caller waits for it. Returns the number of receipts made so far."""
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            day = day_at(self._clock())
            if register.signed and day >= register.trade.opened_on:
                signing.day_jws(db, register, day)
            start = local_day(register.trade.opened_on).midnight
            return selection.Window(db, (register,), start, int(self._clock()) + 1, self._clock()).count()

    def dep7(self, register_id: int, first: Day | None = None, last: Day | None = None) -> dict[str, Any]:
        """The DEP7 export of a signed register, removed receipts included: what it signed up to now, in order."""
        with self._store.transaction() as db:
            register = records.register(db, register_id)
            begins = records.day_from(first) if first else None
            ends = records.day_from(last) if last else None
            return export.dep7(db, register, begins, ends, now=self._clock())

    def crypto_material(self, register_id: int) -> dict[str, Any]:
        """AES key and certificate of a register, as the ministry's tool wants them."""
        with self._store.transaction() as db:
            return export.material(records.register(db, register_id))

    def batch(self, made: Iterable[dict[str, Any]]) -> list[Any]:
        """Make many things in one transaction. Each is {"make": one of MAKERS, ...arguments of its maker}."""
        results: list[Any] = []
        with self._store.transaction():
            for number, item in enumerate(made):
                arguments = dict(item)
                maker = MAKERS.get(arguments.pop("make", ""))
                if maker is None:
                    raise ValueError(f"Item {number}: make is one of {', '.join(MAKERS)}.")
                results.append(getattr(self, maker)(**arguments))
        return results

    def rules(self) -> rules.KassandroRules:
        """The switches as they are set now."""
        with self._store.transaction() as db:
            return rules.read(db)

    def set_rule(self, name: str, value: object) -> None:
        """Switch an assumed value; ValueError for an unknown rule or value."""
        checked = rules.checked(name, value)
        with self._store.transaction() as db:
            rules.write(db, name, checked)
