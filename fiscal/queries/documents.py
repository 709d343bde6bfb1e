"""Fiscal documents that people had a provider make, and what is needed to have one made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fiscal.choices import ConnectionKind, ConnectionStatus, DocumentAction, Outcome, Provider
from fiscal.models import FiscalDocument, PaymentMethod, Receipt, Register
from fiscal.queries.people import known_people, name_of
from organizations.access import Reach
from organizations.choices import Scope

UNSETTLED = (Outcome.STARTED, Outcome.UNKNOWN)


@dataclass(frozen=True)
class DocumentFacts:
    """One attempt. `open`: nobody knows yet whether the document exists. `receipt_id`: what it became, once read."""

    document_id: UUID
    action: str
    words: str
    outcome: str
    outcome_words: str
    open: bool
    number: str
    remote_id: str
    error: str
    reason: str
    asked_by: str
    started_at: datetime
    ended_at: datetime | None
    register_id: UUID
    register: str
    provider: str
    receipt_id: int | None


@dataclass(frozen=True)
class MakingFacts:
    """A register that documents can be made on. `methods`: payment methods by name; `unsettled`: an attempt in the way."""

    register_id: UUID
    register: str
    provider: str
    country: str
    currency: str
    methods: Sequence[str]
    unsettled: UUID | None
    active: bool


def document_facts(reach: Reach, document_id: UUID) -> DocumentFacts | None:
    """One attempt of the organization reached; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    rows = FiscalDocument.objects.select_related("register", "asked_by")
    row = rows.filter(organization=reach.organization, public_id=document_id).first()
    if row is None:
        return None
    known = known_people(reach.actor, [row.asked_by_id])
    return DocumentFacts(
        document_id=row.public_id,
        action=row.action,
        words=str(DocumentAction(row.action).label),
        outcome=row.outcome,
        outcome_words=str(Outcome(row.outcome).label),
        open=row.outcome in UNSETTLED,
        number=row.number,
        remote_id=row.remote_id,
        error=row.error_text,
        reason=row.reason,
        asked_by=name_of(row.asked_by, known),
        started_at=row.started_at,
        ended_at=row.ended_at,
        register_id=row.register.public_id,
        register=row.register.name,
        provider=str(Provider(row.register.provider).label),
        receipt_id=_became(reach, row),
    )


def _became(reach: Reach, row: FiscalDocument) -> int | None:
    if not row.number:
        return None
    found = Receipt.objects.filter(organization=reach.organization, number=row.number, register=row.register)
    return found.values_list("pk", flat=True).first()


def making_facts(reach: Reach, register_id: UUID) -> MakingFacts | None:
    """A register of the organization reached; None if there is none that has a key. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    rows = Register.objects.select_related("connection").exclude(connection__kind=ConnectionKind.FILES)
    register = rows.filter(organization=reach.organization, public_id=register_id).first()
    if register is None:
        return None
    waiting = FiscalDocument.objects.filter(register=register, organization=reach.organization, outcome__in=UNSETTLED)
    methods = PaymentMethod.objects.filter(register=register, organization=reach.organization).order_by("name")
    return MakingFacts(
        register_id=register.public_id,
        register=register.name,
        provider=register.provider,
        country=register.country_code,
        currency=register.currency,
        methods=list(methods.values_list("name", flat=True)[:100]),
        unsettled=waiting.order_by("started_at", "pk").values_list("public_id", flat=True).first(),
        active=register.connection.status == ConnectionStatus.ACTIVE,
    )
