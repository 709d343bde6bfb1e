"""From bytes to text: UTF-8 with or without a mark, or Windows-1252. Everything else is refused by its name."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _

from fiscal.statistics.files.faults import FileRefused

MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel 97–2003 (.xls)"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
)
PAGES = ("<!doctype", "<html", "<?xml", "<head", "<body")


def refuse_others(content: bytes) -> None:
    """Raise FileRefused for kinds of files that are neither text nor an Excel workbook."""
    for beginning, name in OTHERS:
        if content.startswith(beginning):
            raise FileRefused(
                _("This is a %(name)s file. Download it once more as CSV or as an Excel workbook (.xlsx).")
                % {"name": name}
            )


def decode(content: bytes) -> str:
    """The text of a CSV file. Raises FileRefused for another encoding and for what is no table at all."""
    refuse_others(content)
    for mark, name in MARKS:
        if content.startswith(mark):
            raise FileRefused(_other_encoding(name))
    if b"\x00" in content:
        raise FileRefused(_other_encoding("UTF-16") if b"\x00" in content[:4] else _("This is not a text file."))
    text = _text(content)
    if text.lstrip()[:20].lower().startswith(PAGES):
        # Trap 21: an error page that was saved in place of a file is not a day without sales.
        raise FileRefused(
            _(
                "This is a web page, not a table: the sign-in may have ended before the download. Sign in at DataCash and "
                "download the file once more."
            )
        )
    return text


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(
        _("This file is written neither in UTF-8 nor in Windows-1252. Save it as “CSV UTF-8” and upload it again.")
    )


def _other_encoding(name: str) -> str:
    return _("This file is written in %(name)s. Save it as “CSV UTF-8” and upload it again.") % {"name": name}
