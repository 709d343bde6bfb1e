"""Words for what stands in the mirror's rows. What a provider wrote stays its own text and is shown as such."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fiscal.choices import CredentialStatus, ErrorCode, Phase
from fiscal.interventions import ERROR_WORDS, INTERVENTIONS
from organizations.models import Organization

SHORT = 36

FIELD_WORDS = {
    **{field.name: field.verbose_name for field in Organization._meta.concrete_fields},  # noqa: SLF001 - documented API
    "in_live": gettext_lazy("LIVE"),
    "in_test": gettext_lazy("TEST"),
    "kind": gettext_lazy("Kind"),
    "mode": gettext_lazy("Mode"),
    "delegation": gettext_lazy("Delegation"),
    "metadata": gettext_lazy("Metadata"),
    "retired_at": gettext_lazy("Retired"),
    "bill_to": gettext_lazy("Bill to"),
    "withhold": gettext_lazy("Withhold billing"),
    "gln": gettext_lazy("GLN"),
    "billing_address": gettext_lazy("Billing address"),
    "recipient": gettext_lazy("Recipient"),
    "status": gettext_lazy("Status"),
    "action": gettext_lazy("Asked for"),
    "missing": gettext_lazy("Missing"),
    "confirmation_tier": gettext_lazy("Confirmation tier"),
    "key": gettext_lazy("Key"),
    "replaced_by": gettext_lazy("Replaced by"),
    "ends_at": gettext_lazy("Ends"),
    "error": gettext_lazy("Error"),
    "logo": gettext_lazy("Logo"),
    "place": gettext_lazy("Place"),
    "shop": gettext_lazy("Shop"),
    "from": gettext_lazy("From"),
    "region": gettext_lazy("Region"),
    "number": gettext_lazy("Shop number"),
    "address": gettext_lazy("Address"),
    "closed_at": gettext_lazy("Closed"),
    "licence_ends_on": gettext_lazy("Licence ends"),
    "slots": gettext_lazy("Slots"),
    "slots_used": gettext_lazy("Slots in use"),
    "add_ons": gettext_lazy("Add-ons"),
    "tier": gettext_lazy("Product"),
    "vat_number": gettext_lazy("Partita IVA"),
    "provider": gettext_lazy("Provider"),
    "format": gettext_lazy("Format"),
    "filters": gettext_lazy("Filters"),
    "first": gettext_lazy("From entry"),
    "last": gettext_lazy("To entry"),
    "up_to": gettext_lazy("Up to entry"),
    "file": gettext_lazy("File"),
}
"""A field's name as people read it."""


def short_reason(
    phase: str, *, error_code: str = "", error_text: str = "", human_action: str = "", credential_status: str = ""
) -> str:
    """Why a row of a list stands where it stands, in a few words; '' where the phase says it all."""
    if phase == Phase.NEEDS_PERSON:
        if human_action in INTERVENTIONS:
            return str(INTERVENTIONS[human_action].title)
        return _("credential paused") if credential_status == CredentialStatus.PAUSED else ""
    if phase == Phase.REFUSED:
        return error_text if len(error_text) <= SHORT else f"{error_text[: SHORT - 1]}…"
    if phase == Phase.DRIFTED:
        return _("differs at fiskaly")
    if phase == Phase.WAITING and error_code == ErrorCode.NEEDS:
        return _("for something else")
    return ""


def long_reason(phase: str, *, error_code: str = "", human_action: str = "", credential_status: str = "") -> str:
    """Why one object stands where it stands, and what to do, in sentences."""
    if phase == Phase.NEEDS_PERSON:
        if human_action in INTERVENTIONS:
            words = INTERVENTIONS[human_action]
            return f"{words.title}. {words.what_to_do}"
        if credential_status == CredentialStatus.PAUSED:
            return _("fiskaly rejected the credential, so it is paused. Replace it; work then goes on by itself.")
    if phase == Phase.DRIFTED:
        return _("fiskaly holds other values than we last agreed on. Compare them and decide.")
    if phase == Phase.IN_STEP:
        return _("fiskaly holds what is shown here.")
    if phase == Phase.RETIRED:
        return _("It is retired, and no longer at fiskaly.")
    if phase == Phase.WORKING:
        return _("Kontor is working on it now.")
    if error_code in ERROR_WORDS:
        return str(ERROR_WORDS[error_code])
    return _("What is shown here is not yet at fiskaly. Kontor will bring it there by itself.")
