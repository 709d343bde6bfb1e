"""What is wrong with a provider that somebody wants to sign in with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from fiscal.clients.sign_on import NoSignOn, check_issuer
from organizations.rules import RulesBroken

DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
MOST_DOMAINS = 20


def check_provider(
    *, name: str, issuer: str, client_id: str, secret: str, domains: Sequence[str], confirmed: set[str], enforced: bool
) -> None:
    """Raise RulesBroken with every fault at once. `secret`: the typed one, or the stored one if none was typed."""
    errors: dict[str, str] = {}
    if not name.strip():
        errors["name"] = _("Give it the name that your people know it by.")
    if not client_id.strip():
        errors["client_id"] = _("Your provider shows it where Kontor is registered.")
    if not secret:
        errors["secret"] = _("Your provider shows it once, when Kontor is registered.")
    try:
        check_issuer(issuer)
    except NoSignOn as reason:
        errors["issuer"] = str(reason)
    wrong = [domain for domain in domains if not DOMAIN.fullmatch(domain)]
    if wrong:
        errors["domains"] = _("This is no mail domain: %(domains)s.") % {"domains": ", ".join(wrong[:3])}
    elif len(domains) > MOST_DOMAINS:
        errors["domains"] = _("At most %(most)s domains.") % {"most": MOST_DOMAINS}
    elif enforced and not confirmed & set(domains):
        errors["enforced"] = _("Only people of a confirmed domain can be made to use it, and none is confirmed yet.")
    if errors:
        raise RulesBroken(errors)
