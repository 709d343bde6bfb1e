"""Every rule about facts is refused next to its field, in words, in the wizard and on the edit page; nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from organizations.models import Organization
from tests.cast import Cast
from tests.portal.wizard import FACTS, answer, at, begin

BROKEN = [
    ("name", "ab", "Write at least 3 characters"),
    ("name", "x" * 101, "Shorten this to 100 characters."),
    ("address_line1", "", "Fill this in: fiskaly needs it"),
    ("zip", " ", "Fill this in: fiskaly needs it"),
    ("town", "", "Fill this in: fiskaly needs it"),
    ("country_code", "", "Choose a country"),
    ("country_code", "AT", "Choose a country"),
    ("state", "y" * 101, "Shorten this to 100 characters."),
    ("vat_id", "ATU12345678", "is not a VAT number"),
    ("vat_id", "DE136695976", "Start the VAT number with AT"),
    ("tax_number", "1" * 41, "Shorten this to 40 characters."),
    ("economy_id", "1" * 41, "Shorten this to 40 characters."),
    ("contact_person_id", "petra", "Copy the whole id"),
    ("metadata", "shop 17", "as key=value, one pair a line"),
    ("metadata", "shop=1\nshop=2", "stands there twice"),
    ("metadata", "kontor_id=1", "Rename"),
    ("metadata", "\n".join(f"k{n}={n}" for n in range(19)), "Keep at most 18 pairs"),
    ("metadata", "k=" + "v" * 501, "to 500 characters"),
]


@pytest.fixture
def petra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def error_of(page: str, field: str) -> str:
    """The words that stand at the field itself, linked to it."""
    found = re.search(rf'<div class="k-error" id="id_{field}_error">(.*?)</div>', page, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize(("field", "value", "words"), BROKEN)
def test_the_wizard_refuses_it_next_to_the_field_and_keeps_the_rest(
    petra: Client, cast: Cast, field: str, value: str, words: str
) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    typed = {**FACTS, "address_line2": "Stiege 4", field: value}
    page = answer(petra, draft_id, "facts", typed, status=422).content.decode()
    assert words in error_of(page, field)
    assert 'value="Stiege 4"' in page
    assert f'href="#id_{field}"' in page, "the summary leads to the field"
    assert re.search(rf'<(input|select|textarea)[^>]*name="{field}"[^>]*aria-invalid="true"', page)


@pytest.mark.parametrize(("field", "value", "words"), BROKEN)
def test_the_edit_page_refuses_it_the_same_way_and_changes_nothing(
    petra: Client, cast: Cast, field: str, value: str, words: str
) -> None:
    typed = {**FACTS, "address_line2": "Stiege 4", field: value, "generation": cast.shop.generation}
    answered = petra.post(reverse("portal:organization_edit", args=[cast.shop.public_id]), typed)
    page = answered.content.decode()
    assert answered.status_code == 422
    assert words in error_of(page, field)
    assert 'value="Stiege 4"' in page
    assert Organization.objects.get(pk=cast.shop.pk).name == "Gasthaus Mio"


@pytest.mark.parametrize("name", ["ab", "Till-1", "till 1", "x" * 31, "", "kassé"])
def test_a_key_name_that_fiskaly_refuses_is_refused_next_to_its_field(petra: Client, cast: Cast, name: str) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    page = answer(petra, draft_id, "key", {"when": "now", "key_name": name}, status=422).content.decode()
    assert "Use 3 to 30 lower-case letters, digits or hyphens" in error_of(page, "key_name")


@pytest.mark.parametrize("gln", ["123", "9006542000007", "900654200000A"])
def test_a_gln_with_a_wrong_check_digit_is_refused_next_to_its_field(petra: Client, cast: Cast, gln: str) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    fields = {"bill_to": str(cast.maker.public_id), "withhold": "on", "gln": gln}
    assert "A GLN has 13 digits" in error_of(
        answer(petra, draft_id, "billing", fields, status=422).content.decode(), "gln"
    )
