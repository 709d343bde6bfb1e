"""What each finding asks of a person. The same words stand in `docs/rksv.md`."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fiscal.statistics.rksv.findings import FindingCode as Code

_MALFORMED = _("Show the receipt to the register's maker: its software writes codes that the tax office refuses.")
_FIRST = _("Have the register put into operation anew with a right start receipt, and check that in FinanzOnline.")

ADVICE: dict[Code, str | Promise] = {
    Code.CHAIN_BROKEN: _("Look for a receipt missing, changed or in the wrong place just before this one."),
    Code.START_NOT_FIRST: _("Ask when the register was set up anew: a new start needs a new Kassen-ID."),
    Code.NO_RESTORE_RECEIPT: _("Have a collective receipt issued now, and note the failure for the tax office."),
    Code.RESTORE_INVALID: _("Have a plain signed zero receipt issued now: neither training nor a cancellation."),
    Code.COUNTER_WRONG: _("Compare the receipts of that day; one cent off points to amounts in floating point."),
    Code.COUNTER_WIDTH_CHANGED: _("Ask the register's maker why; a change belongs to a new start only."),
    Code.REGISTER_CHANGED: _("Export each register by itself. If it was one register, its Kassen-ID was changed."),
    Code.DATE_DECREASING: _("Set the register's clock right and note when it was wrong."),
    Code.DATE_IN_FUTURE: _("Set the register's clock right, or this computer's."),
    Code.SYSTEM_CHANGED: _("Open and closed systems need registers of their own. Ask the register's maker."),
    Code.NUMBER_REPEATED: _("Look whether the receipt was exported twice or the numbering began again."),
    Code.FIRST_NOT_ZERO: _FIRST,
    Code.FIRST_WRONG_KIND: _FIRST,
    Code.FIRST_WRONG_CHAIN: _(
        "If the receipts begin later than the register, verify them as a part. Otherwise see the maker."
    ),
    Code.FIRST_UNSIGNED: _FIRST,
    Code.SERIAL_MISMATCH: _("Export again with all certificates; else the register names the wrong one."),
    Code.SIGNATURE_INVALID: _(
        "The receipt was changed after it was signed, or signed with another key. Keep both copies."
    ),
    Code.MALFORMED_HEADER: _MALFORMED,
    Code.MALFORMED_PAYLOAD: _MALFORMED,
    Code.MALFORMED_PADDING: _MALFORMED,
    Code.MALFORMED_BASE64: _MALFORMED,
    Code.MALFORMED_NUMBER: _MALFORMED,
    Code.MALFORMED_TIME: _MALFORMED,
    Code.MALFORMED_SIGNATURE: _MALFORMED,
    Code.UNSIGNED_NOT_ALLOWED: _(
        "Issue it again once the signature unit works: start, annual and collective receipts."
    ),
    Code.KIND_CONTRADICTS: _("Ask the register's maker which of the two is right; count neither until then."),
    Code.CERTIFICATE_UNREADABLE: _("Export again, or give the certificate separately."),
    Code.UNIT_FAILED: _("Nothing, if it lasted under 48 hours; a longer failure is reported in FinanzOnline."),
    Code.UNIT_STILL_FAILED: _("Get the unit working and have a collective receipt issued. Over 48 hours: report it."),
    Code.START_NOT_CHECKED: _("Verify once from the start receipt on."),
    Code.COUNTER_NOT_CHECKED: _("Give the register's AES key to have the counters checked."),
    Code.SIGNATURE_NOT_CHECKED: _("Give the certificates to have the signatures checked."),
}
