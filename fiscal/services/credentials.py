"""Credentials: connecting the first organization, storing, replacing and removing the keys Kontor works with.

The first organization and its first key are made by a person in fiskaly's dashboard (Human Intervention Registry,
"Create organization", "Generate API key"). The key and secret are entered once, tried, and sealed.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Arrangement
from fiscal.choices import CredentialStatus, ErrorCode, KindName
from fiscal.clients import try_credential, unstored_management
from fiscal.mirror.kinds.organization import FIELDS
from fiscal.models import Credential, Mirror
from fiscal.providers.errors import ProviderError, Unauthorized
from fiscal.providers.payloads import OrganizationPayload
from fiscal.providers.tokens import Token
from organizations.access import EVERYTHING, Reach, grant_everything
from organizations.audit import record
from organizations.choices import Kind, Level, Mode, Origin, Road, Scope, Verb
from organizations.models import Organization, User
from organizations.rules import RulesBroken, check_storable


class CredentialRefused(RulesBroken):
    """The key does not work, or not for this. `errors` says at which field and what to do."""


def connect(user: User, *, key: str, secret: str, request_id: str = "") -> Organization:
    """Connect the organization that `key` belongs to: read it from fiskaly with its mode, and make `user` its owner.

    Calls the provider, outside any transaction. Raises CredentialRefused.
    """
    token = _tried(key, secret)
    remote = _read(key, secret, token)
    if remote.type != Kind.ORGANIZATION:
        raise CredentialRefused({"key": _("This key belongs to a managed organization. Connect its parent instead.")})
    try:
        return _stored(user, key, secret, token, remote, request_id)
    except IntegrityError:
        raise _connected_already() from None


def _connected_already() -> CredentialRefused:
    return CredentialRefused({"key": _("This organization is connected already. Ask one of its people to let you in.")})


@transaction.atomic(durable=True)
def _stored(
    user: User, key: str, secret: str, token: Token, remote: OrganizationPayload, request_id: str
) -> Organization:
    # Asked in here, not before: of two presses of the button, the second finds what the first has stored.
    if Mirror.objects.filter(kind=KindName.ORGANIZATION, remote_id=remote.id).exists():
        raise _connected_already()
    values = {name: getattr(remote, name) or "" for name in FIELDS}
    _check_storable(values)
    organization = Organization.objects.create(
        kind=Kind.ORGANIZATION,
        origin=Origin.CONNECTED,
        in_test=Mode.TEST in remote.envs,
        in_live=Mode.LIVE in remote.envs,
        metadata={name: str(value) for name, value in remote.metadata.items()},
        **values,
    )
    grant_everything(user, [organization])
    credential = _sealed(organization, user, key, secret, token)
    _in_step(credential, remote, values)
    reach = Reach(user, organization, EVERYTHING, Road.DIRECT, request_id)
    record(reach, Verb.ORGANIZATION_CONNECTED, organization, after={**values, "mode": token.env})
    record(reach, Verb.CREDENTIAL_STORED, organization, after={"mode": token.env, "key": credential.key_hint})
    return organization


def _check_storable(values: dict[str, str]) -> None:
    try:
        check_storable(values)
    except RulesBroken as broken:
        raise CredentialRefused({"": " ".join(broken.errors.values())}) from None


def _in_step(credential: Credential, remote: OrganizationPayload, values: dict[str, str]) -> None:
    """What was just read needs no call: the organization and its arrangement are in step from the start."""
    organization, now = credential.organization, timezone.now()
    Mirror.objects.create(
        kind=KindName.ORGANIZATION,
        subject_id=organization.public_id,
        organization=organization,
        credential=credential,
        applied_generation=organization.generation,
        remote_id=remote.id,
        observed=remote.raw,
        observed_at=now,
        agreed=values,
        reread_at=now,
    )
    arrangement = Arrangement.objects.create(organization=organization)
    Mirror.objects.create(
        kind=KindName.ARRANGEMENT,
        subject_id=arrangement.public_id,
        organization=organization,
        credential=credential,
        applied_generation=arrangement.generation,
        remote_id=remote.id,
        observed_at=now,
    )


def store_credential(reach: Reach, *, key: str, secret: str) -> Credential:
    """Store a key for a mode that has none yet. Work that waited for it goes on. Raises CredentialRefused, NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    if reach.organization.is_managed or reach.organization.retired_at:
        raise CredentialRefused({"": _("Nothing is done with a key of this organization: it needs none of its own.")})
    token = _own(reach, key, secret)
    if _held(reach.organization, Mode(token.env)) is not None:
        raise CredentialRefused(
            {"key": _("There is a %(mode)s credential already: replace that one instead.") % {"mode": token.env}}
        )
    with transaction.atomic(durable=True):
        _note_mode(reach.organization, Mode(token.env))
        credential = _sealed(reach.organization, reach.actor, key, secret, token)
        _take_over(credential)
        _resume(reach.organization)
        record(
            reach,
            Verb.CREDENTIAL_STORED,
            reach.organization,
            after={"mode": credential.mode, "key": credential.key_hint},
        )
    return credential


def replace_credential(reach: Reach, *, credential_id: UUID, key: str, secret: str, reason: str = "") -> Credential:
    """Put a new key in place of the stored one, of the same organization and mode. A paused one works again.

    Raises CredentialRefused, NotAuthorized, Credential.DoesNotExist.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    credential = _mine(reach, credential_id)
    token = _own(reach, key, secret)
    if token.env != credential.mode:
        raise CredentialRefused(
            {
                "key": _("This is a %(env)s key; the stored one is %(mode)s.")
                % {"env": token.env, "mode": credential.mode}
            }
        )
    with transaction.atomic(durable=True):
        # Looked for anew: who removed it meanwhile meant it.
        stored = Credential.objects.select_for_update().exclude(status=CredentialStatus.REVOKED)
        credential = stored.get(pk=credential.pk)
        before = {"key": credential.key_hint}
        credential.hold(key, secret)
        credential.token_sealed = ""
        credential.status, credential.status_reason = CredentialStatus.ACTIVE, ""
        credential.status_since = credential.accepted_at = timezone.now()
        credential.auth_failures = 0
        credential.not_before = credential.next_slot_at = None
        credential.stored_by, credential.stored_at = reach.actor, timezone.now()
        credential.save()
        _resume(reach.organization)
        record(
            reach,
            Verb.CREDENTIAL_REPLACED,
            reach.organization,
            before=before,
            after={"key": credential.key_hint},
            reason=reason,
        )
    return credential


@transaction.atomic(durable=True)
def remove_credential(reach: Reach, *, credential_id: UUID, reason: str = "") -> None:
    """Forget a key: wiped here; in fiskaly's dashboard it stays until somebody deletes it there.

    Raises NotAuthorized, Credential.DoesNotExist.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    credential = _mine(reach, credential_id)
    credential.forget()
    credential.status, credential.status_since = CredentialStatus.REVOKED, timezone.now()
    credential.status_reason = reason
    credential.save()
    record(
        reach,
        Verb.CREDENTIAL_REVOKED,
        reach.organization,
        before={"mode": credential.mode, "key": credential.key_hint},
        reason=reason,
    )


def _tried(key: str, secret: str) -> Token:
    try:
        token = try_credential(key, secret)
    except Unauthorized:
        raise CredentialRefused({"secret": _("fiskaly does not accept this key and secret: copy both anew.")}) from None
    except ProviderError as error:
        raise CredentialRefused(
            {"": _("fiskaly could not be asked (%(why)s). Nothing was stored; try again.") % {"why": error.message}}
        ) from None
    if token.env not in Mode.values:
        raise CredentialRefused({"key": _("fiskaly names an unknown environment: %(env)s.") % {"env": token.env}})
    return token


def _read(key: str, secret: str, token: Token) -> OrganizationPayload:
    try:
        return unstored_management(key, secret, token).organization(token.organization_id)
    except ProviderError as error:
        raise CredentialRefused(
            {"": _("The key works, but the organization could not be read: %(why)s") % {"why": error.message}}
        ) from None


def _own(reach: Reach, key: str, secret: str) -> Token:
    """Try the key, and make sure that it belongs to the organization reached."""
    token = _tried(key, secret)
    known = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=reach.organization).exclude(remote_id="")
    if not known.filter(remote_id=token.organization_id).exists():
        raise CredentialRefused({"key": _("This key belongs to another organization.")})
    return token


def _mine(reach: Reach, credential_id: UUID) -> Credential:
    return Credential.objects.exclude(status=CredentialStatus.REVOKED).get(
        organization=reach.organization, public_id=credential_id
    )


def _held(organization: Organization, mode: Mode) -> Credential | None:
    return (
        Credential.objects.filter(organization=organization, mode=mode).exclude(status=CredentialStatus.REVOKED).first()
    )


def _note_mode(organization: Organization, mode: Mode) -> None:
    """A key of a mode proves that the organization is in it. Nothing is desired anew."""
    field = "in_live" if mode == Mode.LIVE else "in_test"
    Organization.objects.filter(pk=organization.pk).update(**{field: True})


def _sealed(organization: Organization, user: User | None, key: str, secret: str, token: Token) -> Credential:
    credential = Credential(
        organization=organization,
        mode=token.env,
        remote_organization_id=token.organization_id,
        stored_by=user,
        accepted_at=timezone.now(),
    )
    credential.hold(key, secret)
    try:
        credential.save()
    except IntegrityError:
        raise CredentialRefused({"key": _("Somebody else has just stored a credential of this mode.")}) from None
    return credential


def _take_over(credential: Credential) -> None:
    """What was made with an earlier, removed key of this organization and mode is looked after with the new one."""
    Mirror.objects.filter(
        credential__organization=credential.organization_id,
        credential__mode=credential.mode,
        credential__status=CredentialStatus.REVOKED,
    ).update(credential=credential)


def _acted_for(organization: Organization) -> Q:
    """Mirrors of organizations for which a credential of this one may act."""
    return (
        Q(organization=organization)
        | Q(organization__parent=organization)
        | Q(organization__provisioned_by=organization)
        | Q(organization__parent__provisioned_by=organization)
    )


def _resume(organization: Organization) -> None:
    """Everything that waited for a credential of this organization is due again."""
    Mirror.objects.filter(
        error_code__in=[ErrorCode.NO_CREDENTIAL, ErrorCode.WRONG_MODE, ErrorCode.UNAUTHORIZED]
    ).filter(_acted_for(organization)).update(
        parked_generation=0, human_action="", error_code="", error_text="", due_at=timezone.now(), tries=0
    )
