"""The export of a register's journal, “DEP7”: read piece by piece, written piece by piece (RKSV annex, “DEP-Export”)."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.json_stream import JsonReader
from fiscal.statistics.rksv.unreadable import Unreadable

GROUPS, RECEIPTS, AUTHORITIES = "Belege-Gruppe", "Belege-kompakt", "Zertifizierungsstellen"
CERTIFICATE = "Signaturzertifikat"
CERTIFICATE_NAMES = {CERTIFICATE, "Signatur- bzw. Siegelzertifikat"}
DRAFT = "Belege-gruppiert"


@dataclass(frozen=True, slots=True)
class DepGroup:
    """Receipts of one certificate. Certificates are the Base64 of their DER form; an empty text where there is none.

    `receipts`: compact JWS in the order of issue. Those of a read file are read anew each time they are walked through.
    """

    certificate: str
    authorities: tuple[str, ...]
    receipts: Iterable[str]


@dataclass(frozen=True, slots=True)
class StoredReceipts:
    """The receipts of a group in an open file, from `position` on."""

    descriptor: int
    position: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        reader = JsonReader(self.descriptor, self.position)
        for place in range(self.count):
            if place:
                reader.expect(b",")
            yield reader.text()


@contextmanager
def read_dep(path: Path) -> Iterator[list[DepGroup]]:
    """The groups of an export. Their receipts can be walked through while the context lasts.

    Raises Unreadable for anything that is no export of this form (the draft of 2015 among it), OSError as `open` does.
    """
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            raise Unreadable(_("The file is UTF-16. Save it as UTF-8 and try again."))
        file.seek(0)
        start = 3 if file.read(3) == codecs.BOM_UTF8 else 0
        yield _groups(JsonReader(file.fileno(), start))


def write_dep(stream: TextIO, groups: Iterable[DepGroup]) -> None:
    """Write an export that `read_dep` and the ministry's tool read."""
    stream.writelines(dep_pieces(groups))


def dep_pieces(groups: Iterable[DepGroup]) -> Iterator[str]:
    """The text of an export, piece by piece."""
    yield f'{{"{GROUPS}":['
    for place, group in enumerate(groups):
        head = {CERTIFICATE: group.certificate, AUTHORITIES: list(group.authorities)}
        yield "," if place else ""
        yield json.dumps(head, separators=(",", ":"))[:-1] + f',"{RECEIPTS}":['
        yield from (("," if number else "") + json.dumps(compact) for number, compact in enumerate(group.receipts))
        yield "]}"
    yield "]}\n"


def _groups(reader: JsonReader) -> list[DepGroup]:
    groups: list[DepGroup] | None = None
    for key in _members(reader):
        if key == GROUPS:
            groups = [_group(reader) for _place in _elements(reader)]
        else:
            reader.skip()
    if groups is None:
        raise Unreadable(
            _("This is no DEP export: “%(key)s” is missing. Ask the register for its “DEP7” or “DEP131” export.")
            % {"key": GROUPS}
        )
    return groups


def _group(reader: JsonReader) -> DepGroup:
    certificate, authorities, receipts = "", [], None
    for key in _members(reader):
        if key in CERTIFICATE_NAMES:
            certificate = reader.text()
        elif key == AUTHORITIES:
            authorities = [reader.text() for _place in _elements(reader)]
        elif key == RECEIPTS:
            receipts = _stored(reader)
        else:
            reader.skip()
    if receipts is None:
        raise Unreadable(_("A group without “%(key)s”. Export it again.") % {"key": RECEIPTS})
    return DepGroup(certificate, tuple(authorities), receipts)


def _stored(reader: JsonReader) -> StoredReceipts:
    reader.expect(b"[")
    position, count = reader.position, 0
    while reader.more(b"]", first=count == 0):
        reader.text()
        count += 1
    return StoredReceipts(reader.descriptor, position, count)


def _members(reader: JsonReader) -> Iterator[str]:
    """The keys of an object; whoever walks through them reads each value."""
    reader.expect(b"{")
    first = True
    while reader.more(b"}", first=first):
        key, first = reader.text(), False
        reader.expect(b":")
        if key == DRAFT:
            raise Unreadable(
                _(
                    "“%(key)s” is the draft of 2015, which no law knows. Update the register's software and export again."
                )
                % {"key": DRAFT}
            )
        yield key


def _elements(reader: JsonReader) -> Iterator[int]:
    """The places of an array's elements; whoever walks through them reads each element."""
    reader.expect(b"[")
    place = 0
    while reader.more(b"]", first=place == 0):
        yield place
        place += 1
