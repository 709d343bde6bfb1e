"""Walking through the wizard as a person would, one POST a step."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from organizations.models import Draft, Organization

FACTS = {
    "name": "Bäckerei Kornblum",
    "address_line1": "Mühlgasse 3",
    "zip": "8010",
    "town": "Graz",
    "country_code": "AUT",
}
LATER = {"when": "later"}


def url(draft_id: UUID | str, step: str) -> str:
    return reverse("portal:wizard_step", args=[draft_id, step])


def begin(client: Client, model: str, **fields: str) -> str:
    """Answer the first question. Gives the draft's id."""
    answer = client.post(reverse("portal:wizard_start"), {"model": model, **fields})
    assert answer.status_code == 303, answer.content
    return str(Draft.objects.latest("created_at").public_id)


def answer(client: Client, draft_id: str, step: str, fields: dict[str, Any], *, status: int = 303) -> HttpResponse:
    """Answer one step; the status says whether it was taken."""
    given = client.post(url(draft_id, step), fields)
    assert given.status_code == status, given.content
    return given


def at(above: Organization, mode: str = "TEST", **more: str) -> dict[str, str]:
    return {"parent": str(above.public_id), "mode": mode, **more}


def billed_to(organization: Organization | None, *, withhold: bool = True) -> dict[str, str]:
    bill_to = str(organization.public_id) if organization else "itself"
    return {"bill_to": bill_to, **({"withhold": "on"} if withhold else {})}


def answered(client: Client, above: Organization, *, model: str = "single", **steps: dict[str, str]) -> str:
    """A draft with every step answered, ready for the plan. Gives its id."""
    draft_id = begin(client, model)
    asked = {"place": at(above), "facts": FACTS, "billing": billed_to(above), "key": LATER, **steps}
    for step in ("place", "facts", "billing", "key"):
        answer(client, draft_id, step, asked[step])
    return draft_id


def create(client: Client, draft_id: str) -> HttpResponse:
    return client.post(url(draft_id, "plan"), {"go": "create"})
