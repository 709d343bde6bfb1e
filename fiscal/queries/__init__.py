"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

from fiscal.queries.shell import ProviderHealth, attention_count, database_answers, provider_state

__all__ = ["ProviderHealth", "attention_count", "database_answers", "provider_state"]
