"""The pages of DataCash: the customer area as its people see it, what was asked, and what is assumed."""

from __future__ import annotations

from collections.abc import Callable

from fiscal.sandbox.console import datacash_pages as pages
from fiscal.sandbox.datacash import handles
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.render import page, problem
from fiscal.sandbox.web import Reply, Request, json_reply, see_other

HOME = "/datacash/"


def answer(desk: Desk, request: Request) -> Reply:
    """One page, one file or one form. What a form asks wrongly comes back as a page that says so."""
    parts = request.path.removeprefix(HOME).split("/")
    handler = _HANDLERS.get((request.method, parts[0], parts[2] if len(parts) > 2 else ""))
    if handler is None or len(parts) > 3:
        return problem("There is no such page.", 404)
    try:
        return handler(desk, request, parts[1] if len(parts) > 1 else "")
    except (ValueError, TypeError) as error:
        return problem(str(error), 400)
    except KeyError:
        return problem("It does not exist, or not any more.", 404)


def _make_customer(desk: Desk, request: Request, _: str) -> Reply:
    form = request.form
    made = desk.datacash.make_customer(form["vat_number"], form["licence_until"], form["tier"])
    return _account(made["vat_number"])


def _edit(desk: Desk, request: Request, customer: str) -> Reply:
    form = request.form
    changes: dict[str, object] = {name: form[name] for name in ("licence_until", "tier") if name in form}
    changes |= {name: form.get(name) == "on" for name in ("contract_signed", "cloud_completo", "invoicing")}
    # A webhook address that stays the same keeps the time since which it is called.
    if form.get("webhook_url", "") != _customer(desk, customer)["webhook_url"]:
        changes["webhook_url"] = form.get("webhook_url", "")
    desk.datacash.edit_customer(customer, **changes)
    return _account(customer)


def _add_on(desk: Desk, request: Request, customer: str) -> Reply:
    desk.datacash.buy_add_on(customer, request.form.get("kind", ""), int(request.form.get("number", "1")))
    return _account(customer)


def _make_key(desk: Desk, request: Request, customer: str) -> Reply:
    key = desk.datacash.make_key(customer, request.form.get("vat_number") or None)
    return page("datacash/once.html", {"title": "The new key", "customer": customer, "text": key})


def _make_credentials(desk: Desk, request: Request, customer: str) -> Reply:
    text = desk.datacash.make_credentials(request.form.get("vat_number") or customer)
    return page("datacash/once.html", {"title": "Encrypted credentials", "customer": customer, "text": text})


def _switch_key(desk: Desk, request: Request, key: str) -> Reply:
    switch = desk.datacash.reactivate_key if request.form.get("active") == "yes" else desk.datacash.deactivate_key
    return _account(switch(key)["customer"])


def _set_taxpayer(desk: Desk, request: Request, vat_number: str) -> Reply:
    desk.datacash.set_taxpayer(vat_number, request.form.get("state", ""))
    return _account(request.form.get("customer", vat_number))


def _make_shop(desk: Desk, request: Request, customer: str) -> Reply:
    desk.datacash.make_shop(customer, request.form["name"], request.form.get("address") or "Via Roma 1, Milano")
    return _account(customer)


def _make_device(desk: Desk, request: Request, customer: str) -> Reply:
    form = request.form
    desk.datacash.make_device(
        customer,
        form.get("name") or "Cassa",
        form.get("profile", ""),
        vat_number=form.get("vat_number") or None,
        shop=form.get("shop") or None,
        per_day=int(form.get("per_day") or 40),
        opened=form.get("opened") or "2025-01-01",
        sync=form.get("sync", "live"),
        deferred=int(form.get("deferred") or 0),
    )
    return _account(customer)


def _move_device(desk: Desk, request: Request, device: str) -> Reply:
    return _account(desk.datacash.move_device(device, request.form["shop"], request.form["since"])["customer"])


def _deliver(desk: Desk, request: Request, customer: str) -> Reply:
    desk.datacash.deliver_webhooks(customer, int(request.form.get("copies") or 1))
    return _account(customer)


def _file(desk: Desk, request: Request, name: str) -> Reply:
    if name not in handles.FILES:
        raise KeyError(name)
    given = {field: value for field, value in request.params.items() if value or field == "thousands"}
    return handles.file(desk.datacash, name, given)


def _assumptions_json(desk: Desk, request: Request, _: str) -> Reply:
    return json_reply(pages.described(desk))


def _set_rule(desk: Desk, request: Request, _: str) -> Reply:
    desk.datacash.set_rule(request.form.get("name", ""), request.form.get("value", ""))
    return see_other("/datacash/assumptions")


def _account(customer: str) -> Reply:
    return see_other(f"/datacash/customers/{customer}")


def _customer(desk: Desk, customer: str) -> dict[str, object]:
    found = {account["vat_number"]: account for account in desk.datacash.objects()}
    return found[customer]


_HANDLERS: dict[tuple[str, str, str], Callable[[Desk, Request, str], Reply]] = {
    ("GET", "", ""): pages.customers,
    ("GET", "customers", ""): pages.customer,
    ("GET", "files", ""): _file,
    ("GET", "requests", ""): pages.requests,
    ("GET", "assumptions", ""): pages.assumptions,
    ("GET", "assumptions.json", ""): _assumptions_json,
    ("POST", "rules", ""): _set_rule,
    ("POST", "customers", ""): _make_customer,
    ("POST", "customers", "edit"): _edit,
    ("POST", "customers", "add-on"): _add_on,
    ("POST", "customers", "key"): _make_key,
    ("POST", "customers", "credentials"): _make_credentials,
    ("POST", "customers", "shop"): _make_shop,
    ("POST", "customers", "device"): _make_device,
    ("POST", "customers", "webhooks"): _deliver,
    ("POST", "keys", "switch"): _switch_key,
    ("POST", "taxpayers", "state"): _set_taxpayer,
    ("POST", "devices", "move"): _move_device,
}
