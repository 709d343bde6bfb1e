"""Uploading files of sales, naming their columns, looking at what they would change, applying and discarding them."""

from __future__ import annotations

import csv
import html
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from fiscal.choices import ConnectionKind, FileLayout, ImportState
from fiscal.models import DayTotal, FileImport, Register
from fiscal.services.file_checks import check_files
from organizations.choices import Level, Scope
from tests.cast import Cast
from tests.fiscal.statistics import books
from tests.portal.sales import only, signed_in, url

HEAD = "data;documenti;annulli;resi;totale"
GOOD = f"{HEAD}\r\n16/11/2026;3;1;0;12,50\r\n17/11/2026;2;0;0;-1,00\r\n"
BAD = f"{HEAD}\r\n16/11/2026;drei;1;0;12,50\r\n=1+1;2;0;0;-1,00\r\n"
STRANGE = "giorno;scontrini;incasso;<svg onload=alert(2)>\r\n16/11/2026;3;12,50;<svg onload=alert(1)>\r\n"
DAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-25 12:00+01:00", tick=False):
        yield


@pytest.fixture
def device(cast: Cast) -> Register:
    source = books.make_connection(cast.shop, country="ITA", kind=ConnectionKind.FILES, name="Files of the shop")
    return books.make_register(cast.shop, country="ITA", connection=source, name="Banco")


@pytest.fixture
def petra(cast: Cast, device: Register) -> Client:
    return signed_in(cast.petra)


def form(device: Register, text: str = GOOD, **fields: object) -> dict[str, object]:
    usual = {
        "register": device.public_id,
        "layout": FileLayout.DAILY_TOTALS,
        "first_day": "2026-11-16",
        "last_day": "2026-11-24",
        "file": SimpleUploadedFile("aggregati.csv", text.encode()),
    }
    return {**usual, **fields}


def send(petra: Client, cast: Cast, device: Register, text: str = GOOD, **fields: object) -> str:
    """Upload a file; the address of its page."""
    answer = petra.post(url("upload_new", cast.shop), form(device, text, **fields))
    assert answer.status_code == 303, text_of(answer)
    check_files(now=timezone.now())
    return answer["Location"]


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def expected_of(page: str) -> str:
    return page.partition('name="expected" value="')[2].partition('"')[0]


def test_a_file_is_shown_before_it_counts_and_counts_when_applied(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    page = text_of(petra.get(page_url))
    assert "2 days will be filled." in page
    assert "7 days of the span are not in the file" in page
    assert "not their amounts" in page
    assert "Will be filled" in page
    assert not DayTotal.objects.exists()

    answer = petra.post(f"{page_url}apply/", {"expected": expected_of(page)})
    assert (answer.status_code, answer["Location"]) == (303, page_url)
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1150
    page = text_of(petra.get(page_url))
    assert "2 days were filled." in page
    assert f"from=2026-11-16&to=2026-11-24&register={device.public_id}" in page


def test_the_page_asks_again_until_the_file_was_checked(petra: Client, cast: Cast, device: Register) -> None:
    page_url = petra.post(url("upload_new", cast.shop), form(device))["Location"]
    page = text_of(petra.get(page_url))
    assert "The file is being read" in page
    assert f'hx-get="{page_url}" hx-trigger="every 2s"' in page
    assert "Being checked" in text_of(petra.get(url("uploads", cast.shop)))
    check_files(now=timezone.now())
    fragment = text_of(petra.get(page_url, headers={"HX-Request": "true"}))
    assert fragment.lstrip().startswith('<div id="upload-state">')
    assert "2 days will be filled." in fragment
    assert "hx-trigger" not in fragment.partition("k-page")[0][:200]


def test_the_valid_rows_can_be_applied_and_the_rest_comes_back(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device, GOOD.replace("17/11/2026;2", "17/11/2026;zwei"))
    page = text_of(petra.get(page_url))
    assert "All or nothing" in page
    assert "Or apply the valid rows" in page
    assert "One row is left out" in page
    answer = petra.post(f"{page_url}apply/", {"expected": expected_of(page), "partly": "yes"})
    assert answer.status_code == 303
    page = text_of(petra.get(page_url))
    assert "1 day was filled. One row was left out." in page
    content = b"".join(petra.get(f"{page_url}rows-to-fix.csv").streaming_content).decode("utf-8-sig")
    assert "16/11/2026" not in content
    assert "“zwei” is not a whole number." in content


def test_the_same_file_again_is_noticed(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    petra.post(f"{page_url}apply/", {"expected": expected_of(text_of(petra.get(page_url)))})
    page = text_of(petra.get(send(petra, cast, device)))
    assert "This very file was applied already" in page
    assert "2 days say the same already." in page
    assert "Apply the file" not in page


def test_what_receipts_say_is_shown_beside_the_file_and_stays(petra: Client, cast: Cast, device: Register) -> None:
    books.sell(device, DAY, [1000])
    page_url = send(petra, cast, device)
    page = text_of(petra.get(page_url))
    assert "its receipts say otherwise, and they count" in page
    assert "€ 2.50" in page.replace("\u00a0", " ").replace("\u202f", " ")
    petra.post(f"{page_url}apply/", {"expected": expected_of(page)})
    assert DayTotal.objects.get(day=DAY).total == 1000


def test_what_changed_meanwhile_is_shown_again_before_it_counts(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    seen = expected_of(text_of(petra.get(page_url)))
    books.sell(device, DAY, [1000])
    answer = petra.post(f"{page_url}apply/", {"expected": seen})
    assert answer.status_code == 422
    assert "has changed since this preview" in text_of(answer)
    assert expected_of(text_of(answer)) != seen


def test_all_problems_are_listed_and_come_back_as_rows_to_fix(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device, BAD)
    page = text_of(petra.get(page_url))
    assert "2 things are wrong" in page
    assert "“drei” is not a whole number." in page
    assert "Apply" not in page

    answer = petra.get(f"{page_url}rows-to-fix.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0] == [*HEAD.split(";"), "kontor_error"]
    assert rows[1][-1] == "documenti: “drei” is not a whole number."
    assert rows[2][0] == "'=1+1"

    # Corrected, with its last column still there.
    corrected = content.replace("drei", "3").replace("'=1+1", "17/11/2026")
    assert "2 days will be filled." in text_of(petra.get(send(petra, cast, device, corrected)))


def test_what_was_typed_stays_when_a_file_is_refused(petra: Client, cast: Cast, device: Register) -> None:
    answer = petra.post(url("upload_new", cast.shop), form(device, "%PDF-1.7"))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "This is a PDF file" in page
    assert 'value="2026-11-16"' in page
    assert f'value="{device.public_id}" selected' in page
    assert "choose it again" in page


@pytest.mark.parametrize("missing", ["register", "layout", "first_day", "last_day", "file"])
def test_every_field_of_the_form_is_needed(petra: Client, cast: Cast, device: Register, missing: str) -> None:
    sent = form(device)
    del sent[missing]
    assert petra.post(url("upload_new", cast.shop), sent).status_code == 422
    assert not FileImport.objects.exists()


def test_unknown_columns_are_named_by_a_person(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device, STRANGE)
    assert "4 columns have headers that Kontor does not know" in text_of(petra.get(page_url))
    answer = petra.get(f"{page_url}columns/")
    assert b"<svg onload" not in answer.content
    assert "Net turnover: sales less voids and returns" in text_of(answer)

    said = {"column-0": "day", "column-1": "sales_count", "column-2": "net_turnover"}
    answer = petra.post(f"{page_url}columns/", said)
    assert answer.status_code == 422
    assert "Say what it means, or that it is not needed." in text_of(answer)
    assert 'value="net_turnover" selected' in text_of(answer)

    assert petra.post(f"{page_url}columns/", {**said, "column-3": "-"}).status_code == 303
    check_files(now=timezone.now())
    assert "1 day will be filled." in text_of(petra.get(page_url))
    # Remembered for the same headers.
    assert "1 day will be filled." in text_of(petra.get(send(petra, cast, device, STRANGE)))


def test_a_mapping_without_what_is_needed_says_so(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device, STRANGE)
    said = {"column-0": "day", "column-1": "-", "column-2": "net_turnover", "column-3": "-"}
    answer = petra.post(f"{page_url}columns/", said)
    assert "Needed, and in no column: “Number of sales”." in text_of(answer)


def test_a_file_is_discarded_after_asking(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    assert "no figure changes" in text_of(petra.get(f"{page_url}discard/"))
    assert petra.post(f"{page_url}discard/").status_code == 303
    assert not FileImport.objects.exists()
    assert petra.get(page_url).status_code == 404


def test_the_counter_compares_counts(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    petra.post(f"{page_url}apply/", {"expected": expected_of(text_of(petra.get(page_url)))})
    counter = "Data;Tipo;Numero documento;Identificativo\r\n" + "".join(
        f"16/11/2026;{kind};n{n};id{n}\r\n" for n, kind in enumerate(["Vendita", "Vendita", "Vendita", "Annullo"])
    )
    page_url = send(petra, cast, device, counter, layout=FileLayout.COUNTER)
    page = text_of(petra.get(page_url))
    assert "1 day differs. 1 day agrees. 7 days are not filled here." in page
    assert "3 / 3" in page
    assert "0 / 2" in page
    assert petra.post(f"{page_url}apply/").status_code == 303
    page = text_of(petra.get(page_url))
    assert "4 documents were compared. 1 filled day differed." in page
    assert 'class="k-banner" data-tone="warn"' in page


def test_the_list_says_where_each_file_stands(petra: Client, cast: Cast, device: Register) -> None:
    assert "No files yet" in text_of(petra.get(url("uploads", cast.shop)))
    send(petra, cast, device)
    send(petra, cast, device, BAD)
    send(petra, cast, device, STRANGE)
    page = text_of(petra.get(url("uploads", cast.shop)))
    for words in ("3 files", "Not applied yet", "Refused", "2 problems", "Columns to name"):
        assert words in page
    # The people of the organization above see it too, in theirs.
    assert "3 files" in text_of(petra.get(url("uploads", cast.maker)))


def test_without_a_device_the_pages_say_what_is_missing(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    for name in ("uploads", "upload_new"):
        assert "No device that files could be of" in text_of(petra.get(url(name, cast.shop)))


def test_files_of_others_are_not_there(petra: Client, cast: Cast, device: Register) -> None:
    row = FileImport.objects.get(public_id=send(petra, cast, device).rstrip("/").rpartition("/")[2])
    stranger = signed_in(cast.stranger)
    for name in ("upload", "upload_columns", "upload_apply", "upload_discard", "upload_fix"):
        for client, place in ((petra, cast.sibling), (stranger, cast.elsewhere), (stranger, cast.shop)):
            answer = (client.post if name == "upload_apply" else client.get)(url(name, place, row.public_id))
            assert answer.status_code == 404, (name, place)
    row.refresh_from_db()
    assert row.state == ImportState.READY


def test_a_register_of_others_takes_no_file(petra: Client, cast: Cast, device: Register) -> None:
    source = books.make_connection(cast.elsewhere, country="ITA", kind=ConnectionKind.FILES)
    theirs = books.make_register(cast.elsewhere, country="ITA", connection=source)
    answer = petra.post(url("upload_new", cast.shop), form(device, register=theirs.public_id))
    assert answer.status_code == 422


def test_who_may_only_look_sees_files_and_changes_none(petra: Client, cast: Cast, device: Register) -> None:
    page_url = send(petra, cast, device)
    only(cast.mio, cast.shop, Scope.INTEGRATIONS, Level.VIEW)
    mio = signed_in(cast.mio)
    page = text_of(mio.get(page_url))
    assert "2 days will be filled." in page
    assert "Apply the file" not in page
    assert "Discard" not in page
    assert mio.post(f"{page_url}apply/").status_code == 403
    assert mio.get(url("upload_new", cast.shop)).status_code == 403


def test_a_forgotten_file_says_what_became_of_it(petra: Client, cast: Cast, device: Register) -> None:
    from fiscal.services.imports import forget_files

    page_url = send(petra, cast, device)
    forget_files(now=timezone.now() + timedelta(days=31))
    assert "was deleted here" in text_of(petra.get(page_url))
    assert petra.get(f"{page_url}rows-to-fix.csv")["Location"] == page_url
    assert petra.post(f"{page_url}apply/").status_code == 422


def test_nobody_below_learns_what_the_connection_above_is_called_or_who_uploaded_there(cast: Cast) -> None:
    source = books.make_connection(cast.maker, country="ITA", kind=ConnectionKind.FILES, name="Files of the maker")
    device = books.make_register(cast.shop, country="ITA", connection=source, name="Banco")
    page_url = send(signed_in(cast.petra), cast, device)
    mio = signed_in(cast.mio)
    for address in (page_url, url("uploads", cast.shop), url("upload_new", cast.shop)):
        page = text_of(mio.get(address))
        assert "Banco" in page
        assert "Files of the maker" not in page
        assert "Petra" not in page
    assert "Files of the maker" in text_of(signed_in(cast.petra).get(page_url))
    assert "Petra" in text_of(signed_in(cast.petra).get(page_url))
