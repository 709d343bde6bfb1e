"""What is written into a mail leads to the portal and nowhere else."""

from __future__ import annotations

import pytest

from organizations.addresses import public_address


def test_a_path_becomes_the_whole_address(settings):
    settings.PUBLIC_URL = "https://kontor.example"

    assert public_address("/statistics/?from=2026-11-04") == "https://kontor.example/statistics/?from=2026-11-04"


@pytest.mark.parametrize(
    "path", ["", "statistics/", "//elsewhere.example/", "https://elsewhere.example/", "@elsewhere"]
)
def test_what_is_no_path_of_the_portal_is_refused(path):
    with pytest.raises(ValueError, match="one slash"):
        public_address(path)
