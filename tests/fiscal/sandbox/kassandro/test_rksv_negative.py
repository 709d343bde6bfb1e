"""Each negative case of the validator's list has its defect, in its place, and no other."""

from __future__ import annotations

import pytest

from fiscal.sandbox.kassandro.rksv_negative import BOX, CASES, export
from tests.fiscal.sandbox.kassandro.test_rksv import check, decoded


def receipts(name=None):
    return export(name)[0]["Belege-Gruppe"][0]["Belege-kompakt"]


def test_without_a_name_nothing_is_wrong():
    dep, material, place = export()
    assert place is None
    check(dep["Belege-Gruppe"][0]["Belege-kompakt"], BOX, material)
    assert sum(each.endswith("U2ljaGVyaGVpdHNlaW5yaWNodHVuZyBhdXNnZWZhbGxlbg") for each in receipts()) == 2


def test_all_twenty_cases_and_two_from_real_life_are_there():
    assert len(CASES) == 22


@pytest.mark.parametrize("name", CASES)
def test_a_case_differs_from_the_good_export_from_its_place_on_and_not_before(name):
    good, bad, place = receipts(), receipts(name), export(name)[2]
    assert bad[:place] == good[:place]
    assert bad[place] != good[place]


SEEN_BY_THE_SIMPLE_CHECK = set(CASES) - {
    # These are about the order of kinds and times, or the form of a field, which the check of these tests does not know.
    "no restore receipt", "restore on an invalid receipt", "date decreasing", "system type changes",
    "first receipt not zero", "first receipt of the wrong kind", "first receipt unsigned", "malformed time",
    "malformed padding", "counter width changes",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SEEN_BY_THE_SIMPLE_CHECK))
def test_a_case_does_not_verify(name):
    dep, material, _ = export(name)
    with pytest.raises((AssertionError, LookupError, ValueError)):
        check(dep["Belege-Gruppe"][0]["Belege-kompakt"], BOX, material)


@pytest.mark.parametrize("name", sorted(set(CASES) - SEEN_BY_THE_SIMPLE_CHECK))
def test_the_other_cases_have_right_chains_counters_and_signatures(name):
    dep, material, _ = export(name)
    check(dep["Belege-Gruppe"][0]["Belege-kompakt"], BOX, material)


def test_the_defects_are_what_their_names_say():
    def fields(name):
        return decoded(receipts(name)[export(name)[2]].split(".")[1]).decode().split("_")

    assert fields("malformed number")[5] == "1.200,34"
    assert fields("malformed time")[4] == "2026-13-40T25:61:00"
    assert fields("system type changes")[1] == "R1-AT0"
    assert fields("first receipt not zero")[5] == "1,00"
    assert fields("restore on an invalid receipt")[10] == "VFJB"
    assert "\n" in fields("line feed inside the payload")[10]
    assert len(fields("malformed payload")) == 12
    assert receipts("malformed padding")[3].endswith("==")
    assert "*" in receipts("malformed Base64")[3]
