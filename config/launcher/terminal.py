"""What the launcher writes: the children's lines with their names in front, and its own words."""

from __future__ import annotations

import os
import selectors
import sys
from typing import IO

_COLOURS = ("36", "32", "33", "35", "34", "96", "92")
_CHUNK = 65536


class Terminal:
    """Copies the output of many children to ours, a line at a time. Never blocks longer than it is told to."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self.out = out or sys.stdout
        self.selector = selectors.DefaultSelector()
        self._rests: dict[int, bytes] = {}
        self._colours: dict[str, str] = {}

    def say(self, text: str) -> None:
        """Write a line of our own."""
        self.write("kontor", text)

    def write(self, name: str, text: str) -> None:
        """Write one line with `name` in front. A closed terminal is no reason to fail."""
        label = f"{name:<8}|"
        if self.out.isatty():
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            print(label, text, file=self.out, flush=True)
        except (OSError, ValueError):
            self.out = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 -- kept until the process ends

    def attach(self, name: str, stream: IO[bytes]) -> None:
        """Copy `stream` from now on until it ends."""
        os.set_blocking(stream.fileno(), False)
        self._rests[stream.fileno()] = b""
        self.selector.register(stream, selectors.EVENT_READ, name)

    def wake_on(self, descriptor: int) -> None:
        """Return from `pump` when `descriptor` has something to read (a signal came)."""
        self.selector.register(descriptor, selectors.EVENT_READ, None)

    def pump(self, seconds: float) -> None:
        """Copy what there is; wait up to `seconds` for more."""
        for key, _ in self.selector.select(max(seconds, 0)):
            if key.data is None:
                os.read(key.fd, _CHUNK)
            else:
                self._copy(key)

    def _copy(self, key: selectors.SelectorKey) -> None:
        chunk = os.read(key.fd, _CHUNK)
        *lines, rest = (self._rests.pop(key.fd, b"") + chunk).split(b"\n")
        if not chunk:
            self.selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
            lines += [rest] if rest else []
        else:
            self._rests[key.fd] = rest
        for line in lines:
            self.write(key.data, line.decode(errors="replace").rstrip("\r"))
