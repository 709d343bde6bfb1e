"""Invitations as tests make and open them: what the mail says, and the browser that follows its link."""

from __future__ import annotations

import re
from datetime import datetime

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.test import Client

from organizations.access import access_organization
from organizations.choices import Covers, Preset, Scope
from organizations.models import Invitation, Organization, Role, User
from organizations.services import Offer, invite, send_due_invitations

OPEN = "/invitations/open/"


def role_id(preset: Preset) -> str:
    return str(Role.objects.get(preset=preset).public_id)


def offer(giver: User, organization: Organization, preset: Preset = Preset.VIEWER, **facts: object) -> Offer:
    """An offer with what the giver really has there."""
    reach = access_organization(giver, organization.public_id, scope=Scope.USERS)
    return Offer(reach, Role.objects.get(preset=preset).public_id, **facts)  # type: ignore[arg-type]


def invited(
    giver: User,
    *organizations: Organization,
    email: str = "nina@neu.example",
    preset: Preset = Preset.VIEWER,
    reaches: Covers = Covers.BELOW,
    until: datetime | None = None,
) -> Invitation:
    """An invitation whose mail is due."""
    offers = [offer(giver, each, preset, reaches=reaches) for each in organizations]
    return invite(offers, email=email, until=until)


def sent() -> str:
    """Send what is due and give the path of the last mail's link."""
    send_due_invitations()
    return link_of(mail.outbox[-1])  # type: ignore[arg-type]


def link_of(message: EmailMultiAlternatives) -> str:
    found = re.search(r"/invitations/[\w-]+/", str(message.body))
    assert found, message.body
    return found.group()


def follow(client: Client, link: str) -> HttpResponse:
    """Open the link as a browser does, up to the page behind it."""
    away = client.get(link)
    assert away.status_code == 302
    assert away["Location"] == OPEN
    return client.get(OPEN)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
