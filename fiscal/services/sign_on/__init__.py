"""Single sign-on of an organization: setting it up, changing and removing it, and trying whether it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.clients.sign_on import NoSignOn, discover, secret_place
from fiscal.services.sign_on.rules import check_provider
from fiscal.vault import seal
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.models import IdentityProvider, MailDomain, Organization
from organizations.rules import RulesBroken


@dataclass(frozen=True)
class Wishes:
    """What was typed about a provider. An empty secret keeps the stored one."""

    name: str
    issuer: str
    client_id: str
    domains: tuple[str, ...] = ()
    enforced: bool = False
    secret: str = field(default="", repr=False)


def try_sign_on(reach: Reach, *, issuer: str) -> list[str]:
    """Ask the provider to describe itself; gives what is fine, in words. Raises RulesBroken, NotAuthorized."""
    reach.require(Scope.USERS, Level.MANAGE)
    try:
        found = discover(issuer)
    except NoSignOn as reason:
        raise RulesBroken({"issuer": str(reason)}) from reason
    methods = ", ".join(found.get("id_token_signing_alg_values_supported", [])) or _("not said")
    return [
        _("It answers and calls itself %(issuer)s.") % {"issuer": found["issuer"]},
        _("People are sent to %(address)s.") % {"address": found["authorization_endpoint"]},
        _("Its tokens are signed with: %(methods)s.") % {"methods": methods},
    ]


@transaction.atomic(durable=True)
def set_up_sign_on(reach: Reach, *, wishes: Wishes) -> IdentityProvider:
    """Store a provider for the organization, or change the stored one. Unchanged facts are not recorded again.

    Raises RulesBroken with a message per field, NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    row = IdentityProvider.objects.filter(organization=reach.organization).first()
    _check(wishes, row)
    before = _facts(row) if row else {}
    provider = row or IdentityProvider(organization=reach.organization)
    provider.name, provider.issuer, provider.client_id = wishes.name, wishes.issuer, wishes.client_id
    provider.enforced = wishes.enforced
    if wishes.secret:
        provider.secret_sealed = seal(wishes.secret, secret_place(provider.public_id))
    provider.save()
    _keep_domains(provider, wishes.domains)
    _record(reach, provider, before, _facts(provider), secret=bool(wishes.secret))
    return provider


@transaction.atomic(durable=True)
def remove_sign_on(reach: Reach, *, reason: str) -> None:
    """Forget the provider, its secret and its domains. Who only ever signed in there resets a password by e-mail.

    Raises IdentityProvider.DoesNotExist, NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    provider = IdentityProvider.objects.select_for_update().get(organization=reach.organization)
    record(reach, Verb.SIGN_ON_REMOVED, provider, before=_facts(provider), reason=reason)
    provider.delete()


@transaction.atomic(durable=True)
def confirm_domain(domain: str, *, organization: str) -> MailDomain:
    """An operator has made sure that the domain belongs to the organization with this id (`manage.py confirm_domain`).

    Raises MailDomain.DoesNotExist, and RulesBroken if it is another organization's already.
    """
    row = MailDomain.objects.select_for_update().get(
        domain=domain.lower(), provider__organization__public_id=organization
    )
    if MailDomain.objects.filter(domain=row.domain, confirmed_at__isnull=False).exclude(pk=row.pk).exists():
        raise RulesBroken({"": _("%(domain)s is confirmed for another organization.") % {"domain": row.domain}})
    row.confirmed_at = row.confirmed_at or timezone.now()
    row.save(update_fields=["confirmed_at"])
    return row


def _check(wishes: Wishes, row: IdentityProvider | None) -> None:
    """A secret stays with the issuer it was typed for: another issuer needs it typed again."""
    kept = row.secret_sealed if row and row.issuer == wishes.issuer else ""
    confirmed = row.domains.filter(confirmed_at__isnull=False).values_list("domain", flat=True) if row else ()
    check_provider(
        name=wishes.name,
        issuer=wishes.issuer,
        client_id=wishes.client_id,
        secret=wishes.secret or kept,
        domains=wishes.domains,
        confirmed=set(confirmed),
        enforced=wishes.enforced,
    )


def _keep_domains(provider: IdentityProvider, domains: tuple[str, ...]) -> None:
    """What is no longer named goes, with its confirmation."""
    provider.domains.exclude(domain__in=domains).delete()
    known = set(provider.domains.values_list("domain", flat=True))
    MailDomain.objects.bulk_create(MailDomain(provider=provider, domain=one) for one in domains if one not in known)


def _facts(provider: IdentityProvider) -> dict[str, Any]:
    facts = {name: getattr(provider, name) for name in ("name", "issuer", "client_id", "enforced")}
    return facts | {"domains": list(provider.domains.values_list("domain", flat=True))}


def _record(
    reach: Reach, provider: IdentityProvider, before: dict[str, Any], after: dict[str, Any], *, secret: bool
) -> None:
    if not before:
        record(reach, Verb.SIGN_ON_CONFIGURED, provider, after=after)
        return
    changed = {name for name in after if before[name] != after[name]}
    if not changed and not secret:
        return
    shown = {name: after[name] for name in changed} | ({"client_secret": _("replaced")} if secret else {})
    record(reach, Verb.SIGN_ON_CHANGED, provider, before={name: before[name] for name in changed}, after=shown)
