"""Kassandro's developer API: every call of both tokens, one per method (contract "Kassandro", heading 1).

Rows come as they were sent, numbers as their text: the names of fields are assumptions, and
`fiscal.statistics.sources.kassandro` is where they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fiscal.providers.addresses import checked_segment
from fiscal.providers.errors import Forbidden, LicenceLapsed, ProviderError, Unauthorized
from fiscal.providers.gate import Gate, OpenGate
from fiscal.providers.http import Answer, Door, Judge
from fiscal.providers.kassandro.envelopes import count_of, object_of, rows_of
from fiscal.providers.kassandro.verdicts import judge_page
from fiscal.providers.tokens import SharedTokens

Params = dict[str, str | int]


class Kassandro:
    """The calls that one token may make. All raise ProviderError.

    `naive_times`: send local times without their offset (assumed: with it). `one_of_many`: the token is of one register
    of an account. A 403 that is about one register of an account is Forbidden and says nothing about the others; any
    other 403 is LicenceLapsed.
    """

    def __init__(
        self,
        door: Door,
        tokens: SharedTokens,
        gate: Gate | None = None,
        *,
        naive_times: bool = False,
        one_of_many: bool = False,
    ) -> None:
        self._door = door
        self._tokens = tokens
        self._gate: Gate = gate or OpenGate()
        self._one_of_many = one_of_many
        self._timespec = "%Y-%m-%dT%H:%M:%S.%f" if naive_times else ""

    def cash_registers(self) -> list[Any]:
        """All registers. Account token only."""
        return rows_of(self._call("GET", "/cashregisters"))

    def articles(self) -> list[Any]:
        """Article groups, each with its articles."""
        return rows_of(self._call("GET", "/articles"))

    def payment_methods(self) -> list[Any]:
        """Payment methods; names are free text and per register."""
        return rows_of(self._call("GET", "/paymentmethods"))

    def receipts(
        self,
        since: datetime,
        until: datetime,
        *,
        limit: int,
        offset: int = 0,
        with_items: bool = True,
        cash_register_id: int | None = None,
    ) -> list[Any]:
        """One page of receipts. Moments are aware, in the register's zone; whether `until` is included is not known.

        Unlike elsewhere whole numbers are int here, read faster than text.

        `cash_register_id`: one register of an account; None for all, and with a register's token.
        """
        params = self._window(since, until, cash_register_id)
        params |= {"limit": limit, "offset": offset, "withItems": "true" if with_items else "false"}
        return rows_of(self._call("GET", "/receipts", params=params, judge=judge_page))

    def count(self, since: datetime, until: datetime, *, cash_register_id: int | None = None) -> int:
        """How many receipts there are between two moments; as in `receipts`."""
        return count_of(self._call("GET", "/receipts/count", params=self._window(since, until, cash_register_id)))

    def receipt(self, number: str) -> dict[str, Any]:
        """One receipt by its number. Raises Absent. With an account's token, a number may mean several registers."""
        return object_of(self._call("GET", f"/receipts/{checked_segment(number)}"))

    def create_receipt(self, details: Mapping[str, Any]) -> dict[str, Any]:
        """Have a receipt made and signed: a fiscal document. Register token only.

        Never repeated here. An error with `outcome_unknown` means that it may exist: look for it first.
        """
        return object_of(self._call("POST", "/receipts", dict(details)), mutating=True)

    # --- how a call is made ----------------------------------------------------------------------------------

    def _window(self, since: datetime, until: datetime, cash_register_id: int | None) -> Params:
        params: Params = {"dateFrom": self._written(since), "dateTo": self._written(until)}
        if cash_register_id is not None:
            params["cashRegisterId"] = cash_register_id
        return params

    def _written(self, moment: datetime) -> str:
        return moment.strftime(self._timespec) if self._timespec else moment.isoformat(timespec="milliseconds")

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: Params | None = None,
        judge: Judge | None = None,
    ) -> Answer:
        self._gate.enter()
        try:
            answer = self._authorised(partial(self._door.call, method, path, json=body, params=params, judge=judge))
        except LicenceLapsed as lapsed:
            is_about_one = self._one_of_many or (params is not None and "cashRegisterId" in params)
            error = _forbidden(lapsed) if is_about_one else lapsed
            self._gate.failed(error)
            raise error from None
        except ProviderError as error:
            self._gate.failed(error)
            raise
        self._gate.passed()
        return answer

    def _authorised(self, send: Callable[..., Answer]) -> Answer:
        token = self._tokens.bearer()
        try:
            return send(bearer=token.access_token, secrets=self._tokens.secrets)
        except Unauthorized:
            # 401 means that nothing was done, so even a POST may be repeated, once.
            token = self._tokens.renew(token)
        return send(bearer=token.access_token, secrets=self._tokens.secrets)


def _forbidden(lapsed: LicenceLapsed) -> Forbidden:
    return Forbidden(lapsed.message, status=lapsed.status, code=lapsed.code, request_id=lapsed.request_id)
