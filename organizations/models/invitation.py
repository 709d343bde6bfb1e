"""Invitations by e-mail, and the handing over of ownership."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from organizations.choices import Covers, Outcome
from organizations.models.organization import Organization
from organizations.models.role import Role
from organizations.models.team import NamedGroup
from organizations.models.user import User


class Invitation(models.Model):
    """One person is asked in, by e-mail, to one or several organizations. Its link works once and for 48 hours.

    SECURITY: only the digest of the link's token is stored; the token is made when the mail is sent.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    message = models.CharField(max_length=500, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="The end date of what it grants.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, db_index=True, help_text="SHA-256 of the token last sent.")
    mail_due_at = models.DateTimeField(null=True, blank=True, help_text="Since when its mail has to be sent.")
    mail_tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="invitation_mail_due"),
        ]

    def __str__(self) -> str:
        return self.email


class InvitationGrant(models.Model):
    """What an invitation grants at one organization, once it is redeemed."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="grants")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    covers = models.CharField(max_length=10, choices=Covers.choices, default=Covers.BELOW)
    group = models.ForeignKey(NamedGroup, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "organization"], name="invitation_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} at {self.organization_id}"


class Handover(models.Model):
    """An owner offers ownership of an organization to somebody; it changes hands when that person accepts."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(User, models.CASCADE, related_name="handovers_offered")
    taker = models.ForeignKey(User, models.CASCADE, related_name="handovers_received")
    keeps = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, help_text="The role the giver keeps.")
    reason = models.CharField(max_length=200)
    offered_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(settled_at=None), name="handover_open_once_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.public_id}"
