"""The stage of the customer area: accounts, licences, keys, credentials, shops and devices, past the interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fiscal.sandbox.datacash import credentials, days, devices, licences, records
from fiscal.sandbox.store import Store

Plain = dict[str, Any]


class CustomerArea:
    """Everything a customer does on the vendor's pages. An account is named by its partita IVA."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    def make_customer(
        self,
        vat_number: str,
        licence_until: Any,
        tier: str = "light",
        *,
        name: str | None = None,
        licence_from: Any = None,
        contract_signed: bool = False,
        cloud_completo: bool = True,
        invoicing: bool = True,
        webhook_url: str = "",
    ) -> Plain:
        """Make an account with a licence whose last good day is `licence_until` (a date or ISO text).

        tier is light, standard or premium. The licence began a year ago, or a year before it ended, unless `licence_from` says so.
        ValueError for a partita IVA with a wrong check digit or one that has an account.
        """
        until = days.read(licence_until)
        began = licence_from or min(until, days.day_of(self._clock())) - timedelta(days=365)
        if tier not in licences.INCLUDED:
            raise ValueError(f"A tier is one of {', '.join(licences.INCLUDED)}.")
        doc = {
            "vat_number": licences.valid_vat_number(vat_number),
            "name": name or f"Esercente {vat_number}",
            "tier": tier,
            "licence_from": days.read(began).isoformat(),
            "licence_until": until.isoformat(),
            "contract_signed": contract_signed,
            "cloud_completo": cloud_completo,
            "invoicing": invoicing,
            "webhook_url": "",
            "webhook_since": 0,
            "add_ons": [],
        }
        with self._store.transaction() as db:
            records.insert(db, "customer", vat_number, doc, vat_number=vat_number)
        return self.edit_customer(vat_number, webhook_url=webhook_url) if webhook_url else doc

    def edit_customer(self, customer: str, **changes: Any) -> Plain:
        """Change an account: licence_until (lapse, renew), tier, contract_signed, cloud_completo, webhook_url ..."""
        with self._store.transaction() as db:
            doc = records.get(db, "customer", customer)
            strange = sorted(set(changes) - (set(doc) - {"vat_number", "add_ons"}))
            if strange:
                raise ValueError(f"An account has no {', '.join(strange)} to change.")
            for name in ("licence_until", "licence_from"):
                if name in changes:
                    changes[name] = days.read(changes[name]).isoformat()
            if changes.get("tier", doc["tier"]) not in licences.INCLUDED:
                raise ValueError(f"A tier is one of {', '.join(licences.INCLUDED)}.")
            doc.update(changes)
            records.replace(db, "customer", customer, doc)
        return doc

    def renew(self, customer: str, until: Any) -> Plain:
        """Renew the licence (or let it end earlier): its keys live and die with it."""
        return self.edit_customer(customer, licence_until=until)

    def lapse(self, customer: str) -> Plain:
        """Let the licence have ended yesterday."""
        return self.renew(customer, days.day_of(self._clock()) - timedelta(days=1))

    def sign_contract(self, customer: str) -> Plain:
        """Sign the contract, without which no add-on is sold."""
        return self.edit_customer(customer, contract_signed=True)

    def buy_add_on(self, customer: str, kind: str, number: int = 1) -> Plain:
        """Buy key slots (kind: light, standard, premium). ValueError while the contract is not signed."""
        with self._store.transaction() as db:
            return licences.buy_add_on(db, customer, kind, number)

    def make_key(self, customer: str, vat_number: str | None = None, *, key: str | None = None) -> str:
        """Add a key for a partita IVA (the account's own unless given) and return it, this once.

        ValueError when all slots are in use or the partita IVA has an active key.
        """
        vat_number = licences.valid_vat_number(vat_number or customer)
        with self._store.transaction() as db:
            return licences.issue_key(db, customer, vat_number, key, self._clock())

    def deactivate_key(self, key: str) -> Plain:
        """Switch a key off (named by the key itself or by its id): its slot is free again."""
        return self._switch(key, active=False)

    def reactivate_key(self, key: str) -> Plain:
        """Switch a key on again; ValueError when no slot is free."""
        return self._switch(key, active=True)

    def replace_key(self, key: str, vat_number: str, *, new_key: str | None = None) -> str:
        """Deactivate a key and use its slot for another partita IVA; returns the new key."""
        with self._store.transaction():
            old = self.deactivate_key(key)
            return self.make_key(old["customer"], vat_number, key=new_key)

    def keys(self, customer: str) -> list[Plain]:
        """The keys of an account, oldest first, without what they are written like."""
        with self._store.transaction() as db:
            return [_without_digest(key) for key in records.all_of(db, "key", owner=customer)]

    def slots(self, customer: str) -> tuple[int, int]:
        """Key slots in use, and how many there are."""
        with self._store.transaction() as db:
            account = records.get(db, "customer", customer)
            return len(licences.active_keys(db, customer)), licences.slots(account)

    def make_credentials(self, vat_number: str, *, seed: str | None = None) -> str:
        """An encrypted-looking text that stands for the Fisconline credentials of a partita IVA."""
        with self._store.transaction() as db:
            return credentials.make(db, vat_number, seed)

    def set_taxpayer(self, vat_number: str, state: str) -> Plain:
        """Make the tax agency's account good, refused or locked (code 01) or expired (code 03)."""
        if state not in credentials.STATES:
            raise ValueError(f"A state is one of {', '.join(credentials.STATES)}.")
        with self._store.transaction() as db:
            account = {**credentials.taxpayer(db, vat_number), "state": state, "refusals": 0}
            credentials.keep_taxpayer(db, account)
        return account

    def make_shop(
        self, customer: str, name: str, address: str = "Via Roma 1, Milano", *, id: str | None = None
    ) -> Plain:
        """Make a shop (negozio) of an account."""
        with self._store.transaction() as db:
            records.get(db, "customer", customer)
            doc = {"id": id or f"shop-{records.count(db, 'shop') + 1}", "customer": customer}
            doc |= {"name": name, "address": address}
            records.insert(db, "shop", doc["id"], doc, owner=customer)
        return doc

    def make_device(
        self,
        customer: str,
        name: str = "Cassa",
        profile: str = "bar",
        *,
        id: str | None = None,
        vat_number: str | None = None,
        shop: str | None = None,
        model: str = "Sunmi V2s",
        seed: str | None = None,
        per_day: int = 40,
        opened: Any = "2025-01-01",
        closed: Any = None,
        sync: str = "live",
        deferred: int = 0,
    ) -> Plain:
        """Make a device that trades by itself from `opened` to `closed` (local days).

        profile: bar, panificio, ristorante, emporio or discoteca. per_day: sales on an ordinary day. sync: live, or
        logout (documents arrive late). deferred: sales in a thousand that stay pending for 1 to 3 hours.
        """
        with self._store.transaction() as db:
            records.get(db, "customer", customer)
            opened_on = days.read(opened)
            doc: Plain = {
                "id": id or f"device-{records.count(db, 'device') + 1}",
                "customer": customer,
                "vat_number": licences.valid_vat_number(vat_number or customer),
                "opened": opened_on.isoformat(),
                "closed": days.read(closed).isoformat() if closed else None,
                "places": [],
            }
            doc |= {"name": name, "model": model, "profile": profile, "per_day": per_day, "sync": sync}
            doc |= {"deferred": deferred, "seed": seed or doc["id"]}
            if shop:
                records.get(db, "shop", shop)
                devices.move(doc, shop, opened_on)
            return devices.add(db, doc)

    def move_device(self, device: str, shop: str, since: Any) -> Plain:
        """Put a device into another shop from a day on."""
        with self._store.transaction() as db:
            records.get(db, "shop", shop)
            doc = records.get(db, "device", device)
            devices.move(doc, shop, days.read(since))
            records.replace(db, "device", device, doc)
        return doc

    def close_device(self, device: str, last_day: Any) -> Plain:
        """Let a device trade no longer after a day (None: it goes on)."""
        with self._store.transaction() as db:
            doc = records.get(db, "device", device)
            doc["closed"] = days.read(last_day).isoformat() if last_day else None
            records.replace(db, "device", device, doc)
        return doc

    def objects(self, kind: str = "customer") -> list[Plain]:
        """All objects of a kind (customer, key, shop, device, taxpayer), oldest first."""
        with self._store.transaction() as db:
            return [_without_digest(doc) for doc in records.all_of(db, kind)]

    def _switch(self, key: str, *, active: bool) -> Plain:
        with self._store.transaction() as db:
            doc = licences.key_by_text(db, key) or records.get(db, "key", key)
            if active and not doc["active"]:
                used, there_are = self.slots(doc["customer"])
                if used >= there_are:
                    raise ValueError(f"All {there_are} API keys of this licence are in use.")
            doc["active"] = active
            records.replace(db, "key", doc["id"], doc)
        return _without_digest(doc)


def _without_digest(doc: Plain) -> Plain:
    return {name: value for name, value in doc.items() if name != "digest"}
