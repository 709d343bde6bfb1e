"""The pages of Kassandro: accounts and registers, and the edits that people make in my.kassandro."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fiscal.sandbox.console import tills
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.kassandro import handles
from fiscal.sandbox.kassandro.days import day_at
from fiscal.sandbox.kassandro.rules import CHOICES
from fiscal.sandbox.kassandro.trade import PROFILES
from fiscal.sandbox.render import page, problem
from fiscal.sandbox.web import Reply, Request, json_reply, see_other


def answer(desk: Desk, request: Request) -> Reply:
    """One page or one form. What a form asks wrongly comes back as a page that says so."""
    tail = request.path.removeprefix("/kassandro/")
    try:
        plain = _PLAIN.get((request.method, tail))
        if plain is not None:
            return plain(desk, request)
        subject, _, rest = tail.partition("/")
        number, _, verb = rest.partition("/")
        named = _NAMED.get((request.method, subject, verb))
        if named is None or not number.isascii() or not number.isdigit():
            return problem("There is no such page.", 404)
        return named(desk, request, int(number))
    except (ValueError, TypeError) as error:
        return problem(str(error), 400)
    except KeyError:
        return problem("It does not exist, or not any more.", 404)


def _assumptions(desk: Desk, request: Request) -> Reply:
    rules = asdict(desk.kassandro.rules())
    switches = [{"name": name, "value": str(value), "choices": CHOICES.get(name)} for name, value in rules.items()]
    rows = handles.assumptions(desk.kassandro)["assumptions"]
    values = {"here": "assumptions", "rows": rows, "switches": switches}
    return page("assumptions.html", {**values, "room": "kassandro", "frame": "kassandro/base.html"})


def _assumptions_json(desk: Desk, request: Request) -> Reply:
    return json_reply(handles.assumptions(desk.kassandro))


def _set_rule(desk: Desk, request: Request) -> Reply:
    desk.kassandro.set_rule(request.form.get("name", ""), request.form.get("value", ""))
    return see_other("/kassandro/assumptions")


def _open_account(desk: Desk, request: Request) -> Reply:
    """An account with its first cash register; nothing is made when one of them makes no sense."""
    form = request.form
    today = day_at(desk.clock())
    name, register = form.get("name", "").strip(), form.get("register", "").strip() or "Kassa 1"
    if not name:
        raise ValueError("An account needs a name.")
    profile, since = form.get("profile", ""), form.get("opened") or today.isoformat()
    if profile not in PROFILES:
        raise ValueError(f"profile is one of {', '.join(PROFILES)}.")
    if date.fromisoformat(since) > today:
        raise ValueError("A register trades since today or earlier.")
    account = desk.kassandro.make_account(name)["id"]
    desk.kassandro.make_register(account, register, profile=profile, opened_on=since)
    return see_other(f"/kassandro/#account-{account}")


def _make_key(desk: Desk, request: Request, account_id: int) -> Reply:
    form = request.form
    register = int(form["register"]) if form.get("register") else None
    if register is not None and register not in {each["id"] for each in desk.kassandro.registers(account_id)}:
        raise ValueError("The register is not one of this account.")
    key = desk.kassandro.make_api_key(account_id, form.get("label", "").strip() or "main", register_id=register)
    return page("kassandro/key.html", {"here": "accounts", "key": key})


def _add(desk: Desk, request: Request, register_id: int) -> Reply:
    form = request.form
    made = desk.kassandro.add_receipt(
        register_id, _cents(form), kind=form.get("kind", "standard"), date=form.get("date", "").strip() or None
    )
    return _back(register_id, made["date"][:10])


def _change(desk: Desk, request: Request, register_id: int) -> Reply:
    desk.kassandro.change_receipt(register_id, int(request.form["number"]), _cents(request.form))
    return _back(register_id, request.form.get("day", ""))


def _remove(desk: Desk, request: Request, register_id: int) -> Reply:
    desk.kassandro.remove_receipt(register_id, int(request.form["number"]))
    return _back(register_id, request.form.get("day", ""))


def _late(desk: Desk, request: Request, register_id: int) -> Reply:
    form = request.form
    desk.kassandro.deliver_late(register_id, form["first"], form.get("last") or None, days=int(form["days"]))
    return _back(register_id, form["first"])


def _edit(desk: Desk, request: Request, register_id: int) -> Reply:
    form, known = request.form, desk.kassandro.register(register_id)
    values: dict[str, Any] = {"name": form.get("name", "").strip() or known["name"]}
    closed_on = form.get("closed_on") or None
    if closed_on != known["trade"]["closed_on"]:
        values["closed_on"] = closed_on
    desk.kassandro.edit_register(register_id, **values)
    return _back(register_id)


def _revoke(desk: Desk, request: Request, register_id: int) -> Reply:
    desk.kassandro.revoke_tokens(register_id=register_id)
    return _back(register_id)


def _dep7(desk: Desk, request: Request, register_id: int) -> Reply:
    return _download(desk.kassandro.dep7(register_id), f"dep7-{register_id}.json")


def _material(desk: Desk, request: Request, register_id: int) -> Reply:
    return _download(desk.kassandro.crypto_material(register_id), "cryptographicMaterialContainer.json")


def _download(value: Any, name: str) -> Reply:
    body = json.dumps(value, ensure_ascii=False, indent=1).encode()
    return Reply(body=body, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _back(register_id: int, day: str = "") -> Reply:
    return see_other(f"/kassandro/registers/{register_id}{f'?day={date.fromisoformat(day)}' if day else ''}")


def _cents(form: dict[str, str]) -> int:
    try:
        cents = Decimal(form.get("total", "").strip().replace(",", ".")) * 100
    except InvalidOperation:
        raise ValueError("An amount is written as 12.30.") from None
    if cents != int(cents):
        raise ValueError("An amount has two decimals.")
    return int(cents)


_PLAIN: dict[tuple[str, str], Callable[[Desk, Request], Reply]] = {
    ("GET", ""): tills.accounts,
    ("GET", "assumptions"): _assumptions,
    ("GET", "assumptions.json"): _assumptions_json,
    ("POST", "rules"): _set_rule,
    ("POST", "accounts"): _open_account,
}
_NAMED: dict[tuple[str, str, str], Callable[[Desk, Request, int], Reply]] = {
    ("POST", "accounts", "key"): _make_key,
    ("GET", "registers", ""): tills.register,
    ("GET", "registers", "dep7.json"): _dep7,
    ("GET", "registers", "crypto-material.json"): _material,
    ("POST", "registers", "add"): _add,
    ("POST", "registers", "change"): _change,
    ("POST", "registers", "remove"): _remove,
    ("POST", "registers", "late"): _late,
    ("POST", "registers", "edit"): _edit,
    ("POST", "registers", "revoke"): _revoke,
}
