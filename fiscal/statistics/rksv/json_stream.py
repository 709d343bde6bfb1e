"""Reads JSON piece by piece from any place in a file, so that an export of 100 MB takes no more memory than one of 1 MB."""

from __future__ import annotations

import json
import os
import re

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.unreadable import Unreadable

_CHUNK = 1 << 16
_LARGEST = 1 << 22
"""Bytes that one text may have; a receipt has 600, a certificate 3,000."""

_TOKEN = re.compile(
    rb"""[ \t\r\n]*+(?: ([{}\[\]:,]) | ("[^"\\]*+(?:\\.[^"\\]*+)*+") | (-?[0-9][0-9.eE+-]*+) | (true|false|null) )""",
    re.VERBOSE | re.DOTALL,
)


class JsonReader:
    """A place in an open file (`descriptor`), from which tokens are read on. Many may share one file."""

    def __init__(self, descriptor: int, position: int = 0) -> None:
        self.descriptor = descriptor
        self._buffer, self._place, self._base = b"", 0, position

    @property
    def position(self) -> int:
        """Where the next token is looked for, in bytes from the start of the file."""
        return self._base + self._place

    def next(self) -> bytes:
        """The next token: a bracket, colon or comma, a text in its quotes, a number or a word. Raises Unreadable."""
        while True:
            match = _TOKEN.match(self._buffer, self._place)
            if match and (match.end() < len(self._buffer) or match[3] is None):
                self._place = match.end()
                return match[match.lastindex or 0]
            if not self._fill():
                if match:
                    self._place = match.end()
                    return match[0].strip()
                raise Unreadable(
                    _("This is not JSON: there is nothing readable at byte %(n)d. Export it again.")
                    % {"n": self.position}
                )

    def peek(self) -> bytes:
        """The next token, which stays the next one."""
        token = self.next()
        self._place -= len(token)
        return token

    def expect(self, wanted: bytes) -> None:
        """Read `wanted`, or raise Unreadable."""
        token = self.next()
        if token != wanted:
            facts = {"wanted": wanted.decode(), "found": token[:20].decode(errors="replace"), "n": self.position}
            raise Unreadable(_("“%(wanted)s” was expected at byte %(n)d, not %(found)s. Export it again.") % facts)

    def text(self) -> str:
        """Read a text. Raises Unreadable."""
        token = self.next()
        try:
            value = token[1:-1].decode() if token[:1] == b'"' and b"\\" not in token else json.loads(token)
        except ValueError:
            value = None
        if not isinstance(value, str):
            raise Unreadable(_("A text was expected at byte %(n)d. Export it again.") % {"n": self.position})
        return value

    def more(self, end: bytes, *, first: bool) -> bool:
        """Whether another member or element follows in the object or array that `end` closes."""
        following = self.peek()
        if following == end if first else following != b",":
            self.expect(end)
            return False
        if not first:
            self.expect(b",")
        return True

    def skip(self) -> None:
        """Read one value of any kind and forget it."""
        depth = 0
        while True:
            token = self.next()
            depth += (token in {b"{", b"["}) - (token in {b"}", b"]"})
            if depth <= 0:
                return

    def _fill(self) -> bool:
        if len(self._buffer) - self._place > _LARGEST:
            raise Unreadable(_("This is no DEP export: it has a text of more than 4 MB."))
        chunk = os.pread(self.descriptor, _CHUNK, self._base + len(self._buffer))
        self._base += self._place
        self._buffer, self._place = self._buffer[self._place :] + chunk, 0
        return bool(chunk)
