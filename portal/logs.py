"""What the logs leave out."""

from __future__ import annotations

import logging
import re

# The list of an organization's invitations (…/people/invitations/…) names no secret, nor does the page one is led to.
SECRET_ADDRESS = re.compile(r"(/webhooks/datacash/|(?<!/people)/invitations/(?!open/))[^/\s?\"']+")


class WithoutSecretAddresses(logging.Filter):
    """Cuts the last part out of the address of a webhook or an invitation: it is the only proof of who calls.

    Django names the path of every request that it refuses or fails at.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, cut where need be."""
        message = record.getMessage()
        if "/webhooks/" in message or "/invitations/" in message:
            record.msg, record.args = SECRET_ADDRESS.sub(r"\1…", message), ()
        return True
