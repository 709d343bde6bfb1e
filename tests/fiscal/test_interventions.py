"""The registry of human steps is data, and every reason to wait for a person has words."""

from __future__ import annotations

from fiscal.choices import ErrorCode
from fiscal.interventions import ERROR_WORDS, REGISTRY, registry_counts


def test_the_registry_is_counted_by_its_rows_not_by_its_headline():
    """Human Intervention Registry: 20 rows; its headline speaks of 12, 2 and 8."""
    assert len(REGISTRY) == 20
    assert registry_counts() == {"yes": 11, "partial": 2, "no": 7}


def test_the_first_organization_and_the_first_key_are_made_by_a_person():
    by_people = {row.action for row in REGISTRY if row.automatable == "no"}

    assert {"Create organization", "Generate API key", "Switch TEST to LIVE"} <= by_people


def test_every_error_has_words_for_people():
    assert set(ERROR_WORDS) == set(ErrorCode.values)
