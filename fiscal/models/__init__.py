"""The tables of the mirror and of the statistics, one file per subject."""

from fiscal.models.chain import Chain, Finding
from fiscal.models.claim import SerialClaim
from fiscal.models.connection import Connection
from fiscal.models.credential import Credential
from fiscal.models.document import FiscalDocument
from fiscal.models.fill import Backfill, DirtyDay, DirtyTree, FillDay, Window
from fiscal.models.issued_key import IssuedKey
from fiscal.models.mirror import Mirror, MirrorAttempt
from fiscal.models.provider_state import PeriodicSlot, ProviderState
from fiscal.models.receipt import RawPage, Receipt
from fiscal.models.register import Article, PaymentMethod, Placement, Register, Shop
from fiscal.models.report import ReportSending, TurnoverReport
from fiscal.models.rollup import DayArticle, DayPayment, DayTotal, DayVat, TreeArticle, TreePayment, TreeTotal, TreeVat
from fiscal.models.upload import ColumnMapping, FileImport, WebhookDelivery

__all__ = [
    "Article",
    "Backfill",
    "Chain",
    "ColumnMapping",
    "Connection",
    "Credential",
    "DayArticle",
    "DayPayment",
    "DayTotal",
    "DayVat",
    "DirtyDay",
    "DirtyTree",
    "FileImport",
    "FillDay",
    "Finding",
    "FiscalDocument",
    "IssuedKey",
    "Mirror",
    "MirrorAttempt",
    "PaymentMethod",
    "PeriodicSlot",
    "Placement",
    "ProviderState",
    "RawPage",
    "Receipt",
    "Register",
    "ReportSending",
    "SerialClaim",
    "Shop",
    "TreeArticle",
    "TreePayment",
    "TreeTotal",
    "TreeVat",
    "TurnoverReport",
    "WebhookDelivery",
    "Window",
]
