"""What can go wrong when a provider is called, classified once, so that nobody else has to read status codes.

Every text in these errors is redacted when the error is made: it may be stored and shown.
"""

from __future__ import annotations

from fiscal.providers.redaction import redact

TEXT_LIMIT = 500
LONGEST_WAIT = 900.0  # seconds; a provider that asks for more is asked again after that


class ProviderError(Exception):
    """A call that did not end well.

    `status`: HTTP status, if an answer came. `code`: the provider's own code, if it gave one. `request_id`: the
    answer's, else the one we sent, else empty. `sent`: the request may have reached the provider. `outcome_unknown`:
    it asked for a change, and the provider may have made it. `retry_after`: seconds the provider asks us to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str = "",
        outcome_unknown: bool = False,
        sent: bool = True,
        retry_after: float | None = None,
    ) -> None:
        self.message = redact(message, limit=TEXT_LIMIT)
        super().__init__(self.message)
        self.status = status
        self.code = redact(code, limit=100) if code else None
        self.request_id = request_id
        self.outcome_unknown = outcome_unknown
        self.sent = sent
        self.retry_after = None if retry_after is None else min(max(retry_after, 0.0), LONGEST_WAIT)

    def __str__(self) -> str:
        return self.message


class Unreachable(ProviderError):
    """No answer, or one that says "not now": refused, timed out, no name, dropped, 5xx. Worth another try later."""


class Throttled(ProviderError):
    """Too many requests (429), by the provider or by our own budget. Nothing was done. See `retry_after`."""


class Unauthorized(ProviderError):
    """The credential or its token is not accepted (401). Nothing was done."""


class Forbidden(ProviderError):
    """The credential is good but may not do this (403). Nothing was done."""


class LicenceLapsed(ProviderError):
    """The key is right but dead: licence or tier do not cover it now. It comes back by itself. Nothing was done."""


class CredentialsRefused(ProviderError):
    """DataCash: the tax agency does not take the encrypted credentials (`code` 01) or their password is over (03).

    Nothing was done. Never to be tried by a machine again: repeated bad log-ins may lock the taxpayer's account.
    """


class Absent(ProviderError):
    """The provider itself says that there is no such thing (404)."""


class AlreadyThere(ProviderError):
    """The thing exists already (409)."""


class Refused(ProviderError):
    """The provider read the request and will not do it (400, 422, any other 4xx). Another try changes nothing."""


class Garbled(ProviderError):
    """An answer that is not what the contract says. `preview`: its redacted beginning, at most 500 characters."""

    def __init__(
        self,
        message: str,
        *,
        preview: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str = "",
        outcome_unknown: bool = False,
        sent: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message,
            status=status,
            code=code,
            request_id=request_id,
            outcome_unknown=outcome_unknown,
            sent=sent,
            retry_after=retry_after,
        )
        self.preview = redact(preview, limit=TEXT_LIMIT)


class Untrusted(ProviderError):
    """The provider's TLS certificate could not be verified. Nothing was sent; a person must look at it."""
