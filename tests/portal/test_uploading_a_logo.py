"""Logos: what is accepted is decoded and written anew; everything else is refused in words, and nothing runs."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from fiscal.queries.changing import logo_digest, logo_image
from organizations.models import Logo
from tests.cast import Cast


def picture(kind: str, size: tuple[int, int] = (800, 400), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def with_place_of_taking() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 0.0)}
    return picture("JPEG", exif=exif)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "svg": (
        "logo.svg",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "this file is none",
    ),
    "svg named png": ("logo.png", lambda: b"<svg onload=alert(1)/>", "this file is none"),
    "html named png": ("logo.png", lambda: b"<!doctype html><script>alert(1)</script>", "this file is none"),
    "gif": ("logo.gif", lambda: picture("GIF"), "this file is none"),
    "bmp": ("logo.bmp", lambda: picture("BMP", (20, 20)), "this file is none"),
    "truncated png": ("logo.png", lambda: picture("PNG")[:120], "it is damaged"),
    "truncated jpeg": ("logo.jpg", lambda: picture("JPEG")[:700], "it is damaged"),
    "too many bytes": ("logo.png", lambda: picture("PNG") + b"0" * 1_000_001, "at most 1 MB"),
    "too many pixels": ("logo.png", lambda: picture("PNG", (2100, 2000)), "at most 4 megapixels"),
    "bomb": ("logo.png", lambda: png_that_claims(50_000, 50_000), "Choose a"),
    "small bomb": ("logo.png", lambda: png_that_claims(10_000, 10_000), "Choose a"),
    "empty": ("logo.png", lambda: b"", "this one is empty"),
}


@pytest.fixture
def petra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def address(cast: Cast) -> str:
    return reverse("portal:organization_logo", args=[cast.shop.public_id])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_as_a_small_png(petra: Client, cast: Cast, kind: str) -> None:
    sent = SimpleUploadedFile("logo", picture(kind), content_type="application/octet-stream")
    assert petra.post(address(cast), {"logo": sent}).status_code == 303
    logo = Logo.objects.get(organization=cast.shop)
    with Image.open(io.BytesIO(bytes(logo.content))) as kept:
        assert (kept.format, kept.size) == ("PNG", (512, 256))
    assert f"/logo/{logo.digest}.png" in petra.get(address(cast)).content.decode()


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_in_words(petra: Client, cast: Cast, name: str) -> None:
    filename, content, words = REFUSED[name]
    sent = SimpleUploadedFile(filename, content(), content_type="image/png")
    answer = petra.post(address(cast), {"logo": sent})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Logo.objects.exists()


def test_where_a_picture_was_taken_is_gone(petra: Client, cast: Cast) -> None:
    raw = with_place_of_taking()
    assert b"taken at home" in raw
    petra.post(address(cast), {"logo": SimpleUploadedFile("logo.jpg", raw)})
    kept = bytes(Logo.objects.get(organization=cast.shop).content)
    assert b"taken at home" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()


def test_a_logo_is_served_so_that_nothing_in_it_can_run(petra: Client, cast: Cast) -> None:
    petra.post(address(cast), {"logo": SimpleUploadedFile("logo.png", picture("PNG"))})
    digest = Logo.objects.get(organization=cast.shop).digest
    served = petra.get(reverse("portal:logo", args=[cast.shop.public_id, digest]))
    assert served["Content-Type"] == "image/png"
    assert served["Content-Disposition"] == f'inline; filename="logo-{digest[:8]}.png"'
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "immutable" in served["Cache-Control"]
    assert "private" in served["Cache-Control"]


def test_a_logo_is_seen_by_who_sees_the_organization_and_by_nobody_else(
    petra: Client, cast: Cast, client: Client
) -> None:
    petra.post(address(cast), {"logo": SimpleUploadedFile("logo.png", picture("PNG"))})
    digest = Logo.objects.get(organization=cast.shop).digest
    url = reverse("portal:logo", args=[cast.shop.public_id, digest])
    for person, status in ((cast.mio, 200), (cast.viewer, 200), (cast.stranger, 404), (cast.hanna, 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
    client.force_login(cast.mio)
    assert client.get(reverse("portal:logo", args=[cast.shop.public_id, "0" * 64])).status_code == 404
    assert client.get(reverse("portal:logo", args=[cast.sibling.public_id, digest])).status_code == 404


def test_a_logo_can_be_removed(petra: Client, cast: Cast) -> None:
    petra.post(address(cast), {"logo": SimpleUploadedFile("logo.png", picture("PNG"))})
    assert petra.post(address(cast), {"remove": "yes"}).status_code == 303
    assert not Logo.objects.exists()
    assert "There is none yet." in petra.get(address(cast)).content.decode()


def test_the_logo_of_another_organization_is_neither_named_nor_served(cast: Cast) -> None:
    Logo.objects.create(organization=cast.elsewhere, content=b"\x89PNG", content_type="image/png", digest="ab" * 32)
    reach = cast.reach(cast.petra, cast.maker)
    assert logo_digest(reach) == ""
    assert logo_image(reach, "ab" * 32) is None
