"""Fiscal documents that people have a provider make: a receipt in Austria, a document or its void in Italy.

Each is written before the call, and made once: nothing here repeats a call. When its outcome is unknown, it is looked
for, and nothing else is made on that register before it is found or known not to be there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, DocumentAction, Outcome, Provider
from fiscal.clients import datacash, kassandro
from fiscal.models import Connection, FiscalDocument, Register
from fiscal.providers.datacash import Issued
from fiscal.providers.errors import Garbled, ProviderError, Throttled, Unreachable, Untrusted
from fiscal.services.documents.finding import look_for
from fiscal.services.documents.rules import (
    UNSETTLED,
    DocumentRefused,
    check_known,
    check_request,
    check_voidable,
    register_of,
    unsettled_of,
)
from fiscal.statistics.sources.people import without_people
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb

__all__ = [
    "DocumentRefused",
    "create_receipt",
    "document_pdf",
    "emit_document",
    "settle_document",
    "void_document",
]

VERBS = {
    DocumentAction.CREATE: Verb.RECEIPT_CREATED,
    DocumentAction.EMIT: Verb.DOCUMENT_EMITTED,
    DocumentAction.VOID: Verb.DOCUMENT_VOIDED,
}


@dataclass(frozen=True)
class Made:
    """What the provider made. `answer`: without people's names."""

    number: str
    remote_id: str
    answer: dict[str, Any] = field(default_factory=dict)


def create_receipt(reach: Reach, register_id: UUID, *, request: dict[str, Any], reason: str) -> FiscalDocument:
    """Have Kassandro make and sign a receipt of a register. The document's `outcome` says what came of it.

    `request`: items and payments, as the contract's receipt has them. Raises DocumentRefused, NotAuthorized,
    Register.DoesNotExist.
    """
    register = register_of(reach, register_id, Provider.KASSANDRO, Level.MANAGE)
    check_request(request, reason, lists=("items", "payments"))

    def call() -> Made:
        connection = register.connection
        is_account = connection.kind == ConnectionKind.ACCOUNT
        client = kassandro(connection, cash_register_id=int(register.remote_id) if is_account else None)
        answer = client.create_receipt(request)
        number = str(answer.get("receiptNumber") or "")
        if not number:
            raise Garbled("Kassandro's answer names no receipt.", outcome_unknown=True)
        return Made(number, number, without_people(answer, frozenset({"name"})))

    return _made(reach, register, DocumentAction.CREATE, request, reason, call)


def emit_document(reach: Reach, register_id: UUID, *, request: dict[str, Any], reason: str) -> FiscalDocument:
    """Have DataCash issue a receipt. While the tax agency is down it has a temporary id only, and no number.

    `request`: the contract's `document`. Raises DocumentRefused, NotAuthorized, Register.DoesNotExist.
    """
    register = register_of(reach, register_id, Provider.DATACASH, Level.MANAGE)
    check_request(request, reason, lists=("elementiContabili",))
    return _made(
        reach,
        register,
        DocumentAction.EMIT,
        request,
        reason,
        lambda: _issued(datacash(register.connection).send_document(request)),
    )


def void_document(reach: Reach, register_id: UUID, *, remote_id: str, reason: str) -> FiscalDocument:
    """Have DataCash void a sale, which makes another document.

    Raises DocumentRefused, NotAuthorized, Register.DoesNotExist.
    """
    register = register_of(reach, register_id, Provider.DATACASH, Level.MANAGE)
    check_request({}, reason, lists=())
    check_known(reach, register, remote_id)
    check_voidable(register, remote_id)
    return _made(
        reach,
        register,
        DocumentAction.VOID,
        {"idtrx": remote_id},
        reason,
        lambda: _issued(datacash(register.connection).void_document(remote_id)),
    )


def document_pdf(reach: Reach, register_id: UUID, remote_id: str) -> bytes:
    """A document of DataCash as PDF. Raises DocumentRefused, NotAuthorized, Register.DoesNotExist."""
    register = register_of(reach, register_id, Provider.DATACASH, Level.VIEW)
    check_known(reach, register, remote_id)
    try:
        return datacash(register.connection).download_document(remote_id)
    except ProviderError as error:
        words = _("DataCash did not give the document: %(why)s Try again later.") % {"why": error.message}
        raise DocumentRefused({"": words}) from None


def settle_document(reach: Reach, public_id: UUID, *, number: str = "", none_of_them: bool = False) -> FiscalDocument:
    """Look for a document whose outcome is unknown.

    Where several may be it, a person says which (`number`), or that it is `none_of_them`. Raises DocumentRefused, NotAuthorized, FiscalDocument.DoesNotExist.
    """
    reach.require(Scope.TRANSACTIONS, Level.MANAGE)
    documents = FiscalDocument.objects.select_related("register__connection")
    document = documents.get(organization=reach.organization, public_id=public_id)
    return _settled(document, number, none_of_them) if document.outcome in UNSETTLED else document


# --- making ----------------------------------------------------------------------------------------------------------


def _made(
    reach: Reach,
    register: Register,
    action: DocumentAction,
    request: dict[str, Any],
    reason: str,
    call: Callable[[], Made],
) -> FiscalDocument:
    if (earlier := unsettled_of(register)) and _settled(earlier).outcome in UNSETTLED:
        raise _unsettled()
    document = _begun(reach, register, action, request, reason)
    try:
        made = call()
    except ProviderError as error:
        return _ended(document, _outcome_of(error), error_text=error.message)
    return _ended(document, Outcome.DONE, number=made.number, remote_id=made.remote_id, answer=made.answer)


@transaction.atomic(durable=True)
def _begun(
    reach: Reach, register: Register, action: DocumentAction, request: dict[str, Any], reason: str
) -> FiscalDocument:
    """Write down what is about to be asked for. Of two who ask at once, the second finds the first's."""
    Register.objects.select_for_update().get(pk=register.pk)
    if unsettled_of(register) is not None:
        raise _unsettled()
    document = FiscalDocument.objects.create(
        organization=reach.organization,
        register=register,
        action=action,
        request=without_people(request, frozenset({"name", "descrizioneProdotto"})),
        reason=reason.strip(),
        asked_by=reach.actor,
    )
    record(reach, VERBS[action], document, after={"register": register.name}, reason=reason.strip())
    return document


@transaction.atomic(durable=True)
def _ended(document: FiscalDocument, outcome: Outcome, **facts: Any) -> FiscalDocument:
    """Write down how it ended, unless somebody has found that out meanwhile."""
    open_still = FiscalDocument.objects.filter(pk=document.pk, outcome__in=UNSETTLED)
    ended_at = None if outcome in UNSETTLED else timezone.now()
    open_still.update(outcome=outcome, ended_at=ended_at, **_fitting(facts))
    if outcome == Outcome.DONE:
        # What was made shows in the figures with the next round, which is now.
        Connection.objects.filter(pk=document.register.connection_id).update(due_at=timezone.now())
    document.refresh_from_db()
    return document


def _fitting(facts: dict[str, Any]) -> dict[str, Any]:
    most = {"number": 100, "remote_id": 100, "error_text": 500}
    return {name: value[: most[name]] if name in most else value for name, value in facts.items()}


def _outcome_of(error: ProviderError) -> Outcome:
    if error.outcome_unknown:
        return Outcome.UNKNOWN
    return Outcome.FAILED if isinstance(error, Unreachable | Throttled | Untrusted) else Outcome.REFUSED


def _issued(issued: Issued) -> Made:
    answer = without_people(issued.answer)
    return Made(issued.number, issued.idtrx or issued.temporary_id, answer)


# --- looking for -----------------------------------------------------------------------------------------------------


def _settled(document: FiscalDocument, number: str = "", none_of_them: bool = False) -> FiscalDocument:  # noqa: FBT001, FBT002
    try:
        found = look_for(document)
    except ProviderError as error:
        words = _("The provider could not be asked whether it exists: %(why)s") % {"why": error.message}
        return _ended(document, Outcome.UNKNOWN, error_text=words)
    candidates = [one for one in found.candidates if not number or number in (one.number, one.key)]
    if none_of_them and not found.early:
        return _ended(document, Outcome.NOT_THERE, error_text=_("Somebody who looked says that it is not there."))
    if len(candidates) == 1:
        return _ended(document, Outcome.DONE, number=candidates[0].number, remote_id=candidates[0].key, error_text="")
    if found.candidates:
        numbers = ", ".join(one.number for one in found.candidates[:10])
        words = _("Several documents may be this one: %(numbers)s. Say which.") % {"numbers": numbers}
        return _ended(document, Outcome.UNKNOWN, error_text=words)
    if found.early:
        return _ended(document, Outcome.UNKNOWN, error_text=_("It does not show yet. Look again in two minutes."))
    return _ended(document, Outcome.NOT_THERE, error_text=_("It was looked for and is not there: ask for it anew."))


def _unsettled() -> DocumentRefused:
    words = _("Nobody knows yet whether an earlier document of this register was made. Have it looked for first.")
    return DocumentRefused({"": words})
