"""Files that cannot be read: one clear message naming file, line and column."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from core.marketplaces import errors, read_file
from tests.core.marketplaces.amazon_files import V2_COLUMNS, bare_line, flat_file, line, summary

if TYPE_CHECKING:
    from core.errors import UnreadableFileError

SOUND = flat_file([summary("10.00"), line("12.00"), line("-2.00", amount_type="ItemFees")])


def refusal(content: bytes, kind: type[UnreadableFileError]) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(kind) as caught:
        read_file(content, "June.txt")
    return str(caught.value)


def zipped(**members: bytes) -> bytes:
    """Return a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe"])
def test_empty_file(content: bytes) -> None:
    """Nothing but blanks is an empty file, byte order mark or not."""
    assert "June.txt: the file is empty" in refusal(content, errors.EmptyFileError)


@pytest.mark.parametrize(
    "content",
    [zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b""}), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)
def test_excel_workbook(content: bytes) -> None:
    """A workbook, new or old, is named as what it is."""
    assert "June.txt: this is an Excel workbook" in refusal(content, errors.SpreadsheetGivenError)


def test_something_else() -> None:
    """A file of another kind shows how it begins and what is known."""
    message = refusal(b"Dear Sir or Madam,\nplease find attached", errors.UnknownFormatError)

    assert message.startswith("June.txt, line 1: no settlement file that Cogsheet knows. It begins with 'Dear Sir or")
    assert "Amazon settlement report (V2 flat file)" in message


def test_zero_bytes() -> None:
    """A picture or program is no text."""
    assert "June.txt: this cannot be read as text" in refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", errors.NotTextError)


def test_wrong_encoding() -> None:
    """Bytes that no encoding explains are refused with their line."""
    content = SOUND.replace(b"SKU-1", b"SKU-\x81", 1)

    assert "line 3 has a byte that the encoding cp1252 does not know" in refusal(content, errors.NotTextError)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(a=b"", b=b""), "this zip holds 2 files where one is expected"),
        (zipped(a=SOUND)[:-40], "this zip cannot be unpacked"),
        (gzip.compress(SOUND)[:-20], "this gzip file cannot be unpacked"),
    ],
)
def test_archives(content: bytes, reason: str) -> None:
    """An archive must hold one sound file."""
    assert reason in refusal(content, errors.ArchiveError)


@pytest.mark.parametrize(
    "column", ["settlement-id", "amount", "amount-type", "sku", "quantity-purchased", "total-amount", "currency"]
)
def test_missing_column(column: str) -> None:
    """The message names the column that is not there."""
    columns = [name for name in V2_COLUMNS if name != column]
    content = flat_file([summary("1"), line("1")], columns=columns, before=["Seller: Example"])

    message = refusal(content, errors.MissingColumnError)

    assert message.startswith("June.txt, line 2: the header of this Amazon settlement report (V2 flat file) lacks")
    assert f"the column {column}." in message


def test_localised_header() -> None:
    """A header in another language is told from a file of another kind."""
    content = flat_file([summary("1"), line("1")]).replace(
        "\t".join(V2_COLUMNS).encode(), "\t".join(f"Spalte{chr(65 + n)}" for n in range(24)).encode()
    )

    message = refusal(content, errors.LocalisedHeaderError)

    assert message.startswith("June.txt, line 1: ")
    assert "'SpalteA'" in message


def test_header_alone() -> None:
    """A file without any row holds no settlement."""
    assert "June.txt, line 1: there is no settlement" in refusal(flat_file([]), errors.NoSettlementError)


def test_lines_without_summary_row() -> None:
    """Without total and currency the lines cannot be checked."""
    message = refusal(flat_file([line("1")]), errors.MissingSummaryError)

    assert message.startswith("June.txt, line 2, column settlement-id: settlement 11111111111 has lines but no summary")


def test_two_summary_rows_that_differ() -> None:
    """Two downloads pasted into one file are refused."""
    message = refusal(flat_file([summary("1"), line("1"), summary("2")]), errors.ConflictingSummaryError)

    assert message.startswith("June.txt, line 4, column settlement-id: settlement 11111111111 has a second summary row")


@pytest.mark.parametrize("kept", [-1, -12, -30, -60])
def test_cut_off_in_a_row(kept: int) -> None:
    """A last row with too few columns is where the file was cut off."""
    content = SOUND.rstrip(b"\n\t1")[:kept]

    assert "June.txt, line 4: this row has" in refusal(content, errors.TruncatedFileError)


def test_cut_off_between_rows() -> None:
    """A file that ends too early but cleanly is read, and does not tie out."""
    (settlement,) = read_file(SOUND[: SOUND.rstrip(b"\n").rindex(b"\n") + 1]).settlements

    assert not settlement.ties_out


def test_row_with_too_many_columns() -> None:
    """A row that is wider than the header is refused too."""
    assert "has 25 columns where the header has 24" in refusal(SOUND[:-1] + b"\tmore\n", errors.TruncatedFileError)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (flat_file([summary("1"), line("1"), line("ten")]), "June.txt, line 4, column amount: 'ten' is not an amount."),
        (flat_file([summary("1"), line("")]), "June.txt, line 3, column amount: a blank cell is not an amount."),
        (flat_file([summary("x"), line("1")]), "June.txt, line 2, column total-amount: 'x' is not an amount."),
        (
            flat_file([summary("1", currency=""), line("1")]),
            "June.txt, line 2, column currency: a blank cell is not a currency.",
        ),
        (
            flat_file([summary("1", settlement_id=""), line("1", settlement_id="")]),
            "June.txt, line 2, column settlement-id: a blank cell is not a settlement id.",
        ),
        (
            flat_file([summary("1"), line("1", quantity_purchased="one")]),
            "June.txt, line 3, column quantity-purchased: 'one' is not a whole number.",
        ),
        (
            flat_file([summary("1"), line("1", posted_date_time="last Monday")]),
            "June.txt, line 3, column posted-date-time: 'last Monday' is not a date",
        ),
        (
            flat_file([summary("1", settlement_end_date="soon"), line("1")]),
            "June.txt, line 2, column settlement-end-date: 'soon' is not a date",
        ),
    ],
)
def test_bad_cell(content: bytes, where: str) -> None:
    """A cell that is not what its column holds is named with line and column."""
    assert refusal(content, errors.BadCellError).startswith(where)


def test_mixed_decimal_marks() -> None:
    """One comma among points stops the reading."""
    content = flat_file([summary("3.00"), line("1.50"), line("1,50")])

    message = refusal(content, errors.MixedDecimalMarksError)

    assert message.startswith("June.txt, line 4, column amount: '1,50' is written with another decimal mark")


def test_ambiguous_decimal_mark() -> None:
    """Where every amount and the total can be read both ways nothing is guessed."""
    content = flat_file([summary("3,000"), line("1,500"), line("1,500")])

    assert "June.txt, line 2, column total-amount: '3,000' may be" in refusal(content, errors.AmbiguousDecimalMarkError)


def test_total_decides_an_open_decimal_mark() -> None:
    """Of two readings the one that ties out is right."""
    thousands = read_file(flat_file([summary("1,234"), line("1,000"), line("234")])).settlements[0]
    decimals = read_file(flat_file([summary("12"), line("10,500"), line("1,500")])).settlements[0]

    assert [("1234", True), ("12.000", True)] == [(str(found.sum), found.ties_out) for found in (thousands, decimals)]


def test_ambiguous_dates() -> None:
    """Slash dates that fit the period both ways are refused."""
    cells = {"settlement_start_date": "2026-06-01", "settlement_end_date": "2026-07-31"}
    content = flat_file([summary("1", **cells), line("1", posted_date_time="06/07/2026")])

    message = refusal(content, errors.AmbiguousDatesError)

    assert message.startswith("June.txt, line 3, column posted-date-time: '06/07/2026' may be day/month or month/day")


def test_slash_dates_are_read_against_the_period() -> None:
    """09/06/26 in a settlement of June is the ninth of June; a posted date that is not used does not matter."""
    cells = {"settlement_start_date": "2026-06-02", "settlement_end_date": "2026-06-16"}
    rows = [
        line("1", posted_date_time="09/06/26", posted_date="09/06/26"),
        bare_line("0", posted_date_time="2026-06-09 00:00:00 UTC", posted_date="99/99/99"),
    ]

    (settlement,) = read_file(flat_file([summary("1", **cells), *rows])).settlements

    assert {"2026-06-09"} == {moment.date().isoformat() for moment in settlement.transactions["posted_at"]}


def test_damaged_settlement_id() -> None:
    """The settlement id is needed; rounded by a spreadsheet program it rejects the file."""
    message = refusal(flat_file([summary("1", settlement_id="1.23956E+10")]), errors.DamagedIdError)

    assert message.startswith("June.txt, line 2, column settlement-id: the id '1.23956E+10' was rounded")


def test_damaged_item_code_is_listed() -> None:
    """An id that is not needed is listed as a warning, and the file is read."""
    reading = read_file(flat_file([summary("1"), line("1", order_item_code="1.51673E+13")]), "June.txt")

    assert ["June.txt, line 3, column order-item-code"] == [problem.where for problem in reading.problems]
    assert reading.settlements[0].ties_out


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(SOUND),
        zipped(**{"12345.txt": SOUND}),
        zipped(**{"12345.txt": SOUND, "__MACOSX/._12345.txt": b"\0"}),
        SOUND.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + SOUND,
    ],
)
def test_packed_and_marked_files_are_read(content: bytes) -> None:
    """A zip or gzip of one file and files with a byte order mark are read as they are."""
    assert [True] == [settlement.ties_out for settlement in read_file(content).settlements]


@pytest.mark.parametrize(
    ("encoding", "charset", "currency", "sku"),
    [
        ("utf-8", "", "EUR", "Größe-42"),
        ("cp1252", "", "EUR", "Größe-42€"),
        ("cp1252", "ISO-8859-1", "EUR", "Größe-42€"),
        ("cp932", "", "JPY", "商品-①"),
        ("cp932", "Shift_JIS", "USD", "商品-①"),
        ("utf-8", "no-such-charset", "JPY", "商品-①"),
    ],
)
def test_encodings(encoding: str, charset: str, currency: str, sku: str) -> None:
    """The declared encoding, UTF-8, that of Japan and that of the West are tried in this order."""
    content = flat_file([summary("1", currency=currency), line("1", sku=sku)], encoding=encoding)

    assert [sku] == read_file(content, charset=charset).settlements[0].transactions["sku"].tolist()
