"""Files that are damaged or made to do harm: one sentence each, never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.errors import UnreadableFileError
from core.marketplaces import errors, read_file, without_personal_data
from core.marketplaces.reading.contents import open_contents, unpacked, unpacked_document
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOUND = flat_file([summary("10.00"), line("12.00"), line("-2.00", amount_type="ItemFees")])
SOLD = [Sold("111-1", "A-1", 2, Decimal("10.00"), Decimal("-1.00"))]


def refusal(content: bytes, kind: type[UnreadableFileError], charset: str = "") -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(kind) as caught:
        read_file(content, "June.txt", charset)
    return str(caught.value)


def zipped(name: str = "a.txt", content: bytes = SOUND, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def patched(content: bytes, after: bytes, offset: int, new: bytes) -> bytes:
    """Return an archive with bytes replaced, so far behind the last place of a mark."""
    start = content.rindex(after) + offset
    return content[:start] + new + content[start + len(new) :]


CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"
DAMAGED = {
    "directory before the file": patched(zipped(), END, 16, b"\xff\xff\x00\x00"),
    "name that is no UTF-8": patched(patched(zipped("éé"), CENTRAL, 46, b"\xa9\xa9"), CENTRAL, 8, b"\x00\x08"),
    "unknown packing": patched(zipped(), CENTRAL, 10, struct.pack("<H", 99)),
    "wrong check sum": patched(zipped(), CENTRAL, 16, b"\0\0\0\0"),
    "header elsewhere": patched(zipped(), CENTRAL, 42, struct.pack("<I", 7)),
    "needs a version to come": patched(zipped(), CENTRAL, 6, struct.pack("<H", 999)),
    "lzma without its head": patched(zipped(), CENTRAL, 10, struct.pack("<H", 14)),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_zip(content: bytes) -> None:
    """Whatever Python's reader of archives stumbles over is a damaged zip to a person."""
    assert refusal(content, errors.ArchiveError).startswith("June.txt: this zip cannot be unpacked: it is damaged")


@pytest.mark.parametrize("at", range(0, 120, 7))
@pytest.mark.parametrize("pack", [zipped(), gzip.compress(SOUND)], ids=["zip", "gzip"])
def test_any_byte_of_an_archive_may_be_wrong(pack: bytes, at: int) -> None:
    """A flipped byte is read as what was packed, or refused in a sentence."""
    content = pack[:at] + bytes([pack[at] ^ 0xFF]) + pack[at + 1 :] if at < len(pack) else pack

    try:
        assert read_file(content, "June.txt").settlements
    except UnreadableFileError as error:
        assert str(error).startswith("June.txt")  # noqa: PT017 - either is right


def test_damaged_gzip() -> None:
    """A gzip that breaks off or whose check sum is wrong."""
    packed = gzip.compress(SOUND)

    for content in (packed[:30], packed[:-8] + bytes(8), packed[:12] + b"\xff" * 20):
        assert "June.txt: this gzip file cannot be unpacked" in refusal(content, errors.ArchiveError)


def test_locked_zip() -> None:
    """A zip with a password is named as what it is."""
    locked = patched(patched(zipped(), CENTRAL, 8, b"\x01\x00"), b"PK\x03\x04", 6, b"\x01\x00")

    assert "locked with a password. Unpack it and import" in refusal(locked, errors.ArchiveError)


def test_archives_in_archives() -> None:
    """One archive in another is opened; one that never ends is not, and a workbook in a zip is named."""
    assert read_file(gzip.compress(zipped())).settlements
    endless = SOUND
    for _ in range(5):
        endless = gzip.compress(endless)
    assert "there are archives in the archive" in refusal(endless, errors.ArchiveError)
    workbook = zipped("[Content_Types].xml", b"<Types/>")
    assert "this is an Excel workbook" in refusal(zipped("a.xlsx", workbook), errors.SpreadsheetGivenError)


def test_archive_that_unpacks_without_end() -> None:
    """What is larger than any settlement is not unpacked, whether the archive says so or not."""
    bomb = b"0" * 3_000_000

    for content in (zipped(content=bomb), gzip.compress(bomb)):
        with pytest.raises(errors.ArchiveError, match="larger than 1 million bytes"):
            unpacked(content, "June.txt", 1_000_000)
    lying = patched(zipped(content=bomb), CENTRAL, 24, struct.pack("<I", 10))
    with pytest.raises(errors.ArchiveError, match=r"June\.txt: this zip"):
        unpacked(lying, "June.txt", 1_000_000)


@pytest.mark.long
@pytest.mark.parametrize("packed", [lambda content: zipped(content=content), gzip.compress])
def test_an_archive_of_next_to_nothing_is_not_unpacked(packed: Callable[[bytes], bytes]) -> None:
    """51 million bytes from some thousand are no settlement; 49 million are unpacked, for they do no harm."""
    bomb = packed(b"0" * 51_000_000)

    with pytest.raises(errors.ArchiveError, match="far larger than the archive, as no settlement is"):
        unpacked(bomb, "June.txt")
    with pytest.raises(errors.ArchiveError, match="far larger than the archive"), io.BytesIO(bomb) as document:
        unpacked_document(document, "June.txt")
    assert 49_000_000 == len(unpacked(packed(b"0" * 49_000_000), "June.txt"))


@pytest.mark.parametrize("form", ["amazon_v2_flat", "ebay_transaction_report", "walmart_recon_v1", "amazon_xml"])
def test_amounts_that_together_are_too_large(form: str) -> None:
    """Each fits a cell, their sum does not; the line on which it becomes too much is named."""
    prices = (Decimal("900000000000.00"), Decimal("-900000000000.00"))
    sold = [Sold(f"1-{n}", "A", 1, price, Decimal("-1.00")) for n, price in enumerate(prices)]

    message = refusal(WRITERS[form](sold).content(), errors.TooMuchMoneyError)

    assert message.startswith("June.txt, line ")
    assert "more than a million million" in message


@pytest.mark.parametrize("text", ["1000000000000", "0.0000001", "-5e12", "1E+400", "9" * 5000])
def test_single_amounts_beyond_the_books(text: str) -> None:
    """One cell too large or too fine is named with its column."""
    message = refusal(flat_file([summary("1"), line(text)]), errors.BadCellError)

    assert message.startswith("June.txt, line 3, column amount: ")


@pytest.mark.parametrize(
    ("column", "text"), [("sku", "A\0B"), ("order_id", "\0"), ("amount_description", "x" * 32_768)]
)
def test_texts_that_nothing_can_hold(column: str, text: str) -> None:
    """A zero byte or a text without end in a table is named with line and column."""
    message = refusal(flat_file([summary("1"), line("1", **{column: text})]), errors.UnstorableTextError)

    assert message.startswith(f"June.txt, line 3, column {column.replace('_', '-')}: this text ")


def test_text_without_end_in_other_formats() -> None:
    """The same in XML, in a quoted cell and in a pulled document."""
    long = "x" * 40_000
    for form, old in (("amazon_xml", "A-1"), ("amazon_unified_csv", "A-1"), ("ebay_payout_api", "A-1")):
        content = WRITERS[form](SOLD).content().replace(old.encode(), long.encode())
        assert "more than 32,767 characters" in refusal(content, errors.UnstorableTextError)


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udfff"])
def test_pulled_text_that_is_no_character(escape: str) -> None:
    """JSON can write by number what nothing can store."""
    content = WRITERS["ebay_payout_api"](SOLD).content().replace(b"A-1", f"A{escape}".encode())

    assert "holds what is no character" in refusal(content, errors.UnstorableTextError)


def test_documents_nested_without_end() -> None:
    """Brackets in brackets exhaust no reader."""
    deep = '{"format": "ebay_payout_api", "payout": ' + "[" * 100_000 + "}"
    assert "this pulled payout is damaged" in refusal(deep.encode(), errors.DamagedBundleError)
    nested = json.dumps({"format": "ebay_payout_api"})[:-1] + ', "x": ' + '{"a":' * 900 + "1" + "}" * 901
    with pytest.raises(UnreadableFileError):
        without_personal_data(nested.encode())
    xml = "<SettlementReport>" + "<a>" * 100_000
    assert "too many elements in each other" in refusal(xml.encode(), errors.DamagedXmlError)


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        ("amazon_xml", b"A-1", b"A\x1f-1"),
        ("amazon_xml", b"A-1", b"A&#x1F;-1"),
        ("amazon_xml", b"A-1", b"A&#31;&#x01;-1"),
        ("amazon_xml", b"A-1", b"A&#0;-1"),
        ("amazon_xml", b"A-1", b"A-1&#xFFFE;"),
        ("amazon_xml", b"A-1", b"&#65535;A-1"),
        ("ebay_payout_api", b"A-1", b"A\\uFFFE-1"),
        ("amazon_v2_flat", b"A-1", b"\x02A-1"),
        ("amazon_unified_csv", b"A-1", b"A-1\x7f"),
        ("ebay_payout_api", b"A-1", b"A\\u001f-1"),
        ("ebay_payout_api", b"A-1", b"A\\b-1"),
    ],
)
def test_control_characters_are_left_out_and_said(form: str, old: bytes, new: bytes) -> None:
    """The SKU is what it was; a note names the line."""
    written = WRITERS[form](SOLD).content()
    plain, marred = read_file(written, "f"), read_file(written.replace(old, new), "f")

    assert plain.settlements[0].transactions["sku"].tolist() == marred.settlements[0].transactions["sku"].tolist()
    assert (0, 1) == (len(plain.problems), len(marred.problems))
    assert "left out (line " in marred.problems[0].message


def test_backslashes_before_a_u_are_no_control_character() -> None:
    r"""`\\\\u001f` in JSON is a backslash and five letters."""
    assert ("A\\\\u001f", ()) == ((found := open_contents(b"A\\\\u001f")).text, found.notes)
    written = WRITERS["ebay_payout_api"](SOLD).content().replace(b"A-1", b"A\\\\u001f")
    assert ["A\\u001f"] == read_file(written).settlements[0].transactions["sku"].tolist()


@pytest.mark.parametrize(
    "charset", ["base64", "zip", "rot13", "punycode", "unicode_escape", "utf-16", "no\0name", "x" * 99]
)
def test_declared_charsets_that_are_none(charset: str) -> None:
    """What a sender declares is believed only where it makes a text."""
    assert read_file(SOUND, "f", charset).settlements


@pytest.mark.parametrize("posted", ["0001-01-01", "9999-12-31 23:59:59 UTC", "1889-06-01"])
def test_years_without_marketplaces(posted: str) -> None:
    """A date that no sheet or zone can show is no date of a settlement."""
    assert "column posted-date-time" in refusal(
        flat_file([summary("1"), line("1", posted_date_time=posted)]), errors.BadCellError
    )


def test_units_without_end() -> None:
    """A barcode where the quantity should be would be counted unit by unit."""
    message = refusal(flat_file([summary("1"), line("1", quantity_purchased="401234567")]), errors.BadCellError)

    assert "column quantity-purchased: '401234567' is not a whole number up to 1,000,000" in message


def test_hostile_cases(shared_cases: Path) -> None:
    """The files that gave a traceback."""
    for name, words in (
        ("negative_seek.zip", "this zip cannot be unpacked"),
        ("zip_unicode_decode_error.bin", "this zip cannot be unpacked"),
        ("amount_group_over_1e12.txt", "line 15: up to this line the amounts"),
    ):
        with pytest.raises(UnreadableFileError, match=words):
            read_file((shared_cases / "hostile" / name).read_bytes(), name)
