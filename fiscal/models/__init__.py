"""The tables of the mirror, one file per subject."""

from fiscal.models.credential import Credential
from fiscal.models.issued_key import IssuedKey
from fiscal.models.mirror import Mirror, MirrorAttempt
from fiscal.models.provider_state import PeriodicSlot, ProviderState

__all__ = ["Credential", "IssuedKey", "Mirror", "MirrorAttempt", "PeriodicSlot", "ProviderState"]
