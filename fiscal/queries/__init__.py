"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

from fiscal.queries.changing import Affected, LogoImage, affected_by_retirement, logo_digest, logo_image
from fiscal.queries.creation import Creation, CreationLine, creation_of
from fiscal.queries.shell import ProviderHealth, attention_count, database_answers, provider_state
from fiscal.queries.wizard import DraftLine, ModeChoice, Place, Places, draft_answers, drafts_of, place, places

__all__ = [
    "Affected",
    "Creation",
    "CreationLine",
    "DraftLine",
    "LogoImage",
    "ModeChoice",
    "Place",
    "Places",
    "ProviderHealth",
    "affected_by_retirement",
    "attention_count",
    "creation_of",
    "database_answers",
    "draft_answers",
    "drafts_of",
    "logo_digest",
    "logo_image",
    "place",
    "places",
    "provider_state",
]
