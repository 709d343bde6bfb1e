"""Sales of the demo world: registers that trade in the sandbox, connected and about to be read.

The past 100 days are there from the start and are read by the worker, newest first; the registers go on trading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from fiscal.choices import ConnectionKind, PaymentCategory, Provider
from fiscal.demo import stage
from fiscal.demo.rows import fixed_id, fixed_text
from fiscal.models import Chain, Connection, PaymentMethod, Placement, Register, Shop
from organizations.models import Organization

PAST = timedelta(days=100)
AUSTRIA, ITALY = ("AUT", "Europe/Vienna"), ("ITA", "Europe/Rome")
MEANT = {
    **dict.fromkeys(("BARZAHLUNG", "Barzahlung", "Bar", "bar "), PaymentCategory.CASH),
    **dict.fromkeys(("Karte", "KARTE", "SumUp", "SUMUP", "Bankomat"), PaymentCategory.CARD),
}
"""What somebody has said already; other methods stay unmapped, so that there is something to say."""


@dataclass(frozen=True)
class Till:
    """A cash register of Kassandro: where it stands, and what it sells."""

    at: Organization
    name: str
    profile: str
    daily: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class House:
    """The companies that sell, as `fiscal.demo.world` made them."""

    maker: Organization
    shops: list[Organization]
    holding: Organization
    branches: list[Organization]
    label_customers: list[Organization]


def load(house: House, now: datetime) -> None:
    """Open shops, let registers trade, and connect them. Raises fiscal.demo.stage.NoSandbox."""
    today = timezone.localdate(now)
    _kassandro(house.maker, "Kassenwerk customers", 1, _customers(house, now), now)
    _kassandro(house.holding, "Ostermann registers", 2, _branches(house, now), now)
    for branch in (one for one in house.branches if one.country_code == "ITA"):
        _datacash(house.holding, branch, until=today + timedelta(days=200), now=now)
    lapsed = next(shop for shop in house.shops if shop.country_code == "ITA")
    _datacash(house.maker, lapsed, until=today - timedelta(days=12), now=now)
    _files(next(one for one in house.label_customers if one.country_code == "ITA"), now)


def _customers(house: House, now: datetime) -> list[Till]:
    """Shops of the manufacturer; the first one is the shop whose owner signs in."""
    austrian = [shop for shop in house.shops if shop.country_code == "AUT"][:5]
    failed = timezone.localtime(now) - timedelta(days=6)
    failures = [[f"{failed:%Y-%m-%d}T11:00", f"{failed:%Y-%m-%d}T15:30"]]
    tills = [Till(austrian[0], "Schank", "restaurant", 70), Till(austrian[0], "Gastgarten", "restaurant", 25)]
    tills += [Till(shop, "Kassa 1", "bakery", 80, {"failures": failures}) for shop in austrian[1:2]]
    return tills + [Till(shop, "Kassa 1", "shop", 35) for shop in austrian[2:]]


def _branches(house: House, now: datetime) -> list[Till]:
    """The holding's Austrian branches, two registers each; one was rebuilt and closed for ten days."""
    rebuilt = timezone.localdate(now) - timedelta(days=40)
    closed = {"closed": [[rebuilt.isoformat(), (rebuilt + timedelta(days=9)).isoformat()]]}
    return [
        Till(branch, f"{branch} {number}", "shop", 30 + 7 * n, closed if n == 2 else {})
        for n, branch in enumerate(one for one in house.branches if one.country_code == "AUT")
        for number in (1, 2)
    ]


def _kassandro(owner: Organization, name: str, account: int, tills: list[Till], now: datetime) -> None:
    key = fixed_text(40, "kassandro", name)
    opened = timezone.localdate(now) - PAST
    ids = dict(enumerate(tills, start=account * 100))
    made = stage.tell(
        "kassandro/batch",
        [
            {"make": "account", "name": name, "id": account},
            *(
                {
                    "make": "register",
                    "account_id": account,
                    "id": number,
                    "name": till.name,
                    "serial": f"KASSE-{number}",
                    "profile": till.profile,
                    "daily": till.daily,
                    "opened_on": opened.isoformat(),
                    "seed": f"demo-{number}",
                    **till.facts,
                }
                for number, till in ids.items()
            ),
            {"make": "api_key", "account_id": account, "label": "Kontor", "key": key},
        ],
    )["made"]
    connection = _connected(owner, name, ConnectionKind.ACCOUNT, Provider.KASSANDRO, AUSTRIA, now, tier="Premium")
    connection.hold(key)
    connection.save()
    serials = {item["id"]: item["serial"] for item in made if isinstance(item, dict) and "serial" in item}
    for number, till in ids.items():
        register = _register(connection, till.at, str(number), till.name, AUSTRIA, now, serial=serials[number])
        stage.tell("kassandro/registers/prepare", {"register_id": number})
        _verifiable(register, stage.ask("kassandro/crypto-material", register_id=number))


def _verifiable(register: Register, material: dict[str, Any]) -> None:
    """Give the register's chain what its receipts are verified with."""
    chain = Chain(register=register)
    chain.hold_key(material["base64AESKey"])
    devices = material["certificateOrPublicKeyMap"].values()
    chain.certificates = [device["signatureCertificateOrPublicKey"] for device in devices]
    chain.save()


def _datacash(owner: Organization, seller: Organization, *, until: Any, now: datetime) -> None:
    vat_number = seller.vat_id.removeprefix("IT")
    key = fixed_text(40, "datacash", vat_number)
    credentials = _sells_in_italy(seller, vat_number, key, until)
    connection = _connected(owner, f"DataCash {seller}", ConnectionKind.KEY, Provider.DATACASH, ITALY, now)
    connection.vat_number, connection.licence_ends_on = vat_number, until
    connection.slots, connection.slots_used = 3, 1
    connection.hold(key, credentials)
    connection.save()
    _register(connection, seller, vat_number, f"All devices of {seller}"[:100], ITALY, now)


def _files(seller: Organization, now: datetime) -> None:
    """A customer with nothing but the client area: its files wait on the sandbox's pages to be uploaded."""
    _sells_in_italy(seller, seller.vat_id.removeprefix("IT"), "", timezone.localdate(now) + timedelta(days=90))
    connection = _connected(seller, "DataCash client area", ConnectionKind.FILES, Provider.DATACASH, ITALY, now)
    connection.vat_number = seller.vat_id.removeprefix("IT")
    connection.save()
    _register(connection, seller, "Cassa 1", "Cassa 1", ITALY, now)


def _sells_in_italy(seller: Organization, vat_number: str, key: str, until: Any) -> str:
    """Open an account with one device in the sandbox. Gives the encrypted credentials if there is a key, else ''."""
    customer = {"make": "customer", "vat_number": vat_number, "licence_until": until.isoformat(), "name": str(seller)}
    shop = {"make": "shop", "customer": vat_number, "name": seller.town, "id": f"shop-{vat_number}"}
    device = {"make": "device", "customer": vat_number, "name": "Cassa 1", "profile": "emporio", "per_day": 45}
    device |= {"id": f"cassa-{vat_number}", "shop": f"shop-{vat_number}", "seed": vat_number}
    items = [{**customer, "tier": "standard"}, shop, device]
    if key:
        items += [
            {"make": "key", "customer": vat_number, "key": key},
            {"make": "credentials", "vat_number": vat_number},
        ]
    made = stage.tell("datacash/batch", items)["made"]
    return str(made[-1]) if key else ""


def _connected(
    owner: Organization,
    name: str,
    kind: ConnectionKind,
    provider: Provider,
    place: tuple[str, str],
    now: datetime,
    **facts: Any,
) -> Connection:
    return Connection(
        public_id=fixed_id("connection", name),
        organization=owner,
        provider=provider,
        kind=kind,
        name=name[:100],
        country_code=place[0],
        stored_at=now,
        due_at=now,
        **facts,
    )


def _register(
    connection: Connection,
    at: Organization,
    remote_id: str,
    name: str,
    place: tuple[str, str],
    now: datetime,
    *,
    serial: str = "",
) -> Register:
    country, zone = place
    first_day = timezone.localdate(now) - PAST
    register = Register.objects.create(
        public_id=fixed_id("register", remote_id, name),
        organization=at,
        connection=connection,
        provider=connection.provider,
        remote_id=remote_id,
        serial=serial,
        name=name,
        country_code=country,
        time_zone=zone,
        read_from=first_day,
    )
    shop, _created = Shop.objects.get_or_create(
        organization=at,
        name=f"{at}"[:100],
        defaults={"public_id": fixed_id("shop", str(at.pk)), "address": f"{at.address_line1}, {at.zip} {at.town}"},
    )
    Placement.objects.create(register=register, organization=at, shop=shop, from_day=first_day)
    if country == "AUT":
        PaymentMethod.objects.bulk_create(
            PaymentMethod(organization=at, register=register, name=method, category=category, first_seen_at=now)
            for method, category in MEANT.items()
        )
    return register
