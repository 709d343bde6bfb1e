"""Logos: accepted only after they were decoded, bounded and written anew.

PNG, JPEG or WebP, at most 1 MB and 4 megapixels, checked from the header before anything is decoded. SVG is refused: it
can carry script, and nobody validates it safely. Metadata (EXIF) does not survive the re-encoding.
"""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.models import Logo
from organizations.rules import RulesBroken

FORMATS = ("PNG", "JPEG", "WEBP")
DAMAGED = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
MOST_BYTES, MOST_PIXELS, LONGEST_SIDE = 1_000_000, 4_000_000, 512


@transaction.atomic(durable=True)
def set_logo(reach: Reach, *, upload: BinaryIO) -> Logo:
    """Store the picture as PNG of at most 512 px a side. Raises RulesBroken with what to do instead; NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    content = _as_png(upload.read(MOST_BYTES + 1))
    digest = hashlib.sha256(content).hexdigest()
    logo, _created = Logo.objects.update_or_create(
        organization=reach.organization,
        defaults={"content": content, "content_type": "image/png", "digest": digest},
    )
    record(reach, Verb.LOGO_CHANGED, reach.organization, after={"digest": digest})
    return logo


@transaction.atomic(durable=True)
def remove_logo(reach: Reach) -> None:
    """Take the logo away. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    deleted, _rows = Logo.objects.filter(organization=reach.organization).delete()
    if deleted:
        record(reach, Verb.LOGO_REMOVED, reach.organization)


def _as_png(raw: bytes) -> bytes:
    if len(raw) > MOST_BYTES:
        raise RulesBroken({"logo": _("Choose a file of at most 1 MB.")})
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise RulesBroken({"logo": _("Choose a picture of at most 4 megapixels, for example 2000 × 2000.")})
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            still = picture.convert("RGBA")
            still.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except DAMAGED:
        raise RulesBroken(
            {"logo": _("Choose a PNG, JPEG or WebP picture: this file is none, or it is damaged.")}
        ) from None
    out = io.BytesIO()
    still.save(out, "PNG", optimize=True)
    return out.getvalue()
