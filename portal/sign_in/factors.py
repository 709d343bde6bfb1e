"""Second factors: allauth.mfa's one override point."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _

from fiscal.queries import is_last_factor, second_factor_demanded
from fiscal.services import open_factor, seal_factor


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes lie sealed, and nobody drops what an organization demands."""

    def encrypt(self, text: str) -> str:
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_factor(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The last one stays while an organization that the person reaches demands one."""
        return not (is_last_factor(authenticator.user, authenticator.pk) and second_factor_demanded(authenticator.user))

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white with its quiet zone, so that it can be scanned from a dark page too."""
        image = BytesIO()
        segno.make(url, error="m").save(image, kind="svg", border=4, light="#fff", omitsize=True, xmldecl=False)
        return image.getvalue().decode()

    def get_totp_issuer(self) -> str:
        return "Kontor"

    def _get_site_name(self) -> str:
        return "Kontor"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # allauth's signature
        return _("Passkey")
