"""The pages of Management v0: what it holds, what was asked, what is scripted to go wrong, what is assumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fiscal.sandbox import control
from fiscal.sandbox.console import tree
from fiscal.sandbox.console.render import moment, page, problem
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.kinds import KINDS
from fiscal.sandbox.management.rules import CHOICES
from fiscal.sandbox.web import Reply, Request, json_reply, see_other

LEDGER_PAGE = 50


def answer(desk: Desk, request: Request) -> Reply:
    """One page or one form. What a form asks wrongly comes back as a page that says so."""
    tail = request.path.removeprefix("/management/")
    handler = _PLAIN.get((request.method, tail))
    try:
        if handler is not None:
            return handler(desk, request)
        subject, _, rest = tail.partition("/")
        object_id, _, verb = rest.partition("/")
        named = _NAMED.get((request.method, subject, verb))
        return named(desk, request, object_id) if named else problem("There is no such page.", 404)
    except (ValueError, TypeError) as error:
        return problem(str(error), 400)
    except KeyError:
        return problem("It does not exist, or not any more.", 404)


def _requests(desk: Desk, request: Request) -> Reply:
    needle = request.params.get("q", "")
    before = int(request.params["before"]) if request.params.get("before") else None
    entries = desk.ledger.page(needle=needle, size=LEDGER_PAGE, before=before)
    rows = [{"entry": entry, "at": moment(entry.at)} for entry in entries]
    older = request.link(before=entries[-1].n) if len(entries) == LEDGER_PAGE else None
    return page("requests.html", {"here": "requests", "rows": rows, "q": needle, "older": older})


def _faults(desk: Desk, request: Request) -> Reply:
    rows = [
        {
            "fault": fault,
            "options": json.dumps(fault.options),
            "left": "until removed" if fault.times is None else str(fault.times),
            "ends": moment(fault.ends_at) if fault.ends_at is not None else "",
        }
        for fault in reversed(desk.faults.all())
    ]
    kinds = [{"name": name, "says": kind.says, "options": json.dumps(kind.options)} for name, kind in KINDS.items()]
    return page("faults.html", {"here": "faults", "rows": rows, "kinds": kinds})


def _add_fault(desk: Desk, request: Request) -> Reply:
    form = request.form
    values: dict[str, Any] = {name: form[name] for name in ("method", "path") if form.get(name)}
    if form.get("times"):
        values["times"] = int(form["times"])
    if form.get("lasts"):
        values["lasts"] = float(form["lasts"])
    options = json.loads(form.get("options") or "{}")
    if not isinstance(options, dict):
        raise ValueError('Options are written as JSON, such as {"retry_after": "7"}.')
    desk.faults.add(form.get("kind", ""), skip=int(form.get("skip") or 0), **values, **options)
    return see_other("/management/faults")


def _clear_faults(desk: Desk, request: Request) -> Reply:
    desk.faults.clear()
    return see_other("/management/faults")


def _remove_fault(desk: Desk, request: Request, fault_id: str) -> Reply:
    desk.faults.remove(int(fault_id))
    return see_other("/management/faults")


def _assumptions(desk: Desk, request: Request) -> Reply:
    values = control.assumptions(desk)
    switches = [
        {"name": name, "value": str(value), "choices": CHOICES.get(name)} for name, value in values["rules"].items()
    ]
    return page("assumptions.html", {"here": "assumptions", "rows": values["assumptions"], "switches": switches})


def _assumptions_json(desk: Desk, request: Request) -> Reply:
    return json_reply(control.assumptions(desk))


def _set_rule(desk: Desk, request: Request) -> Reply:
    desk.set_rule(request.form.get("name", ""), request.form.get("value", ""))
    return see_other("/management/assumptions")


def _edit_organization(desk: Desk, request: Request, organization_id: str) -> Reply:
    given = {name: request.form[name].strip() for name in tree.EDITABLE if name in request.form}
    tree.check(given)
    desk.edit_organization(organization_id, **given)
    return see_other(f"/management/organizations/{organization_id}")


def _make_organization(desk: Desk, request: Request) -> Reply:
    name = request.form.get("name", "").strip()
    tree.check({"name": name})
    made = desk.make_organization(name)
    return see_other(f"/management/organizations/{made['_id']}")


def _make_key(desk: Desk, request: Request, organization_id: str) -> Reply:
    """A key as a person makes it in the dashboard: the only way to the first one."""
    doc = next((one for one in desk.objects() if one["_id"] == organization_id), None)
    if doc is None:
        raise KeyError(organization_id)
    env = request.form.get("env", "")
    if env not in doc["_envs"]:
        raise ValueError(f"This organization has {' and '.join(doc['_envs'])}.")
    key, secret = desk.make_api_key(organization_id, env, request.form.get("name", "").strip() or "kontor")
    return page(
        "key.html", {"here": "organizations", "key": key, "secret": secret, "name": doc["name"], "id": organization_id}
    )


def _delete_organization(desk: Desk, request: Request, organization_id: str) -> Reply:
    desk.delete(organization_id)
    return see_other("/management/")


def _set_key_status(desk: Desk, request: Request, key_id: str) -> Reply:
    status = request.form.get("status", "")
    if status not in ("enabled", "disabled"):
        raise ValueError("A key is enabled or disabled.")
    desk.edit_api_key(key_id, status=status)
    return see_other(f"/management/organizations/{request.form.get('organization', '')}")


_PLAIN: dict[tuple[str, str], Callable[[Desk, Request], Reply]] = {
    ("GET", ""): tree.organizations,
    ("POST", "organizations/new"): _make_organization,
    ("GET", "requests"): _requests,
    ("GET", "faults"): _faults,
    ("POST", "faults/add"): _add_fault,
    ("POST", "faults/clear"): _clear_faults,
    ("GET", "assumptions"): _assumptions,
    ("GET", "assumptions.json"): _assumptions_json,
    ("POST", "rules"): _set_rule,
}
_NAMED: dict[tuple[str, str, str], Callable[[Desk, Request, str], Reply]] = {
    ("GET", "organizations", ""): tree.organization,
    ("POST", "organizations", "edit"): _edit_organization,
    ("POST", "organizations", "key"): _make_key,
    ("POST", "organizations", "delete"): _delete_organization,
    ("POST", "api-keys", "status"): _set_key_status,
    ("POST", "faults", "remove"): _remove_fault,
}
