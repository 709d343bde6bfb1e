"""Invitations as tests make and open them: what the mail says, and the browser that follows its link."""

from __future__ import annotations

import re
from datetime import datetime

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from organizations.access import access_organization
from organizations.choices import Covers, Preset, Scope
from organizations.models import DelegationRequest, Invitation, InvitationGrant, Organization, Role, User
from organizations.services import Offer, invite, send_due_invitations
from organizations.services.invitations import LIFE

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


def open_invitation(organization: Organization) -> Invitation:
    """One that nobody sent, for tests of who may see it."""
    now = timezone.now()
    made = Invitation.objects.create(
        organization=organization, email="nina@neu.example", expires_at=now + LIFE, mail_due_at=now
    )
    role = Role.objects.get(preset=Preset.VIEWER)
    InvitationGrant.objects.create(invitation=made, organization=organization, role=role)
    return made


def waiting_request(organization: Organization) -> DelegationRequest:
    """A request of the partner, for tests of who may see it."""
    return DelegationRequest.objects.create(organization=organization, rights={"TSS": "VIEW"}, reason="why")


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
