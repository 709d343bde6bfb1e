"""Who can sign in to the demo world. Printed by the launcher, created by `manage.py seed_demo`; sandbox data only."""

from __future__ import annotations

DEMO_PASSWORD = "kontor demo house"  # noqa: S105 -- published on purpose; the demo world never exists in production

DEMO_SIGN_INS = {
    "partner@kontor.example": "POS manufacturer: its customers, their keys and registers",
    "whitelabel@kontor.example": "white-label partner: provisions, but may not administer",
    "holding@kontor.example": "enterprise holding: branches and their statistics",
    "branch@kontor.example": "one branch: sees itself and nothing else",
}
