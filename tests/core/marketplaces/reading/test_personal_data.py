"""Names, cities and postal codes: dropped on reading, and blank in a scrubbed original."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.marketplaces import FORMATS, format_of, read_file, without_personal_data
from core.marketplaces.reading.contents import open_contents
from core.marketplaces.reading.file_tables import Kind
from core.marketplaces.reading.personal_data import scrubbed
from core.marketplaces.settlements.line_keys import with_line_keys

GOLDEN = Path(__file__).parents[3] / "golden" / "marketplaces"
PERSONAL = {
    "amazon-unified-us.csv": (b"SPRINGFIELD", b"97477"),
    "amazon-unified-germany.csv": ("Köln".encode(), b"50667"),
    "amazon-unified-spain.csv": (b"Oviedo", b"33001"),
    "walmart-v1.csv": (b"Anytown", b"90001"),
    "walmart-v1.tsv": (b"Anytown", b"90001"),
    "amazon-customer-returns.txt": (b"Jane Buyer",),
    "ebay-transaction-report.csv": (b"Jane Buyer", b"Springfield", b"97477"),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", PERSONAL)
def test_scrubbed_original_reads_like_the_original(name: str) -> None:
    """Without its personal data a file has the same settlements, transactions and line keys."""
    original = (GOLDEN / name).read_bytes()
    scrubbed = without_personal_data(original, name)
    before, after = read_file(original, name), read_file(scrubbed, name)

    assert all(words in original and words not in scrubbed for words in PERSONAL[name])
    assert before.raw_lines.equals(after.raw_lines)
    assert before.unsettled.equals(after.unsettled)
    assert before.returns.equals(after.returns)
    assert [True] * len(before.settlements) == [
        with_line_keys("Store", one.transactions).equals(with_line_keys("Store", other.transactions))
        for one, other in zip(before.settlements, after.settlements, strict=True)
    ]


@pytest.mark.parametrize("name", ["amazon-v2-japan-cp932.txt", "amazon-xml-archive.xml", "shopify-payments.csv"])
def test_file_without_personal_columns_is_left_as_it_is(name: str) -> None:
    """There is nothing to take out, so not a byte changes."""
    original = (GOLDEN / name).read_bytes()

    assert original == without_personal_data(original)


@pytest.mark.parametrize("name", PERSONAL)
def test_nothing_personal_is_in_what_was_read(name: str) -> None:
    """Neither lines nor transactions nor problems hold any of it."""
    reading = read_file((GOLDEN / name).read_bytes(), name)
    frames = [
        reading.raw_lines,
        reading.unsettled,
        reading.returns,
        *(found.transactions for found in reading.settlements),
    ]
    everything = "".join(frame.to_csv() for frame in frames) + repr(reading.problems)

    assert not any(words.decode() in everything for words in PERSONAL[name])


def test_personal_columns_are_declared() -> None:
    """Every format that has such columns says which they are."""
    declared = {
        form.name for form in FORMATS if form.layout and any(c.kind is Kind.PERSONAL for c in form.layout.columns)
    }

    assert {
        "amazon_unified_csv",
        "walmart_recon_v1",
        "ebay_transaction_report",
        "amazon_customer_returns",
    } == declared


def test_a_scrubbed_report_is_quoted_as_it_was() -> None:
    """Between tabs, quotes count only where every cell has them: also those that were made blank."""
    name = "amazon-customer-returns.txt"
    rows = [row.split("\t") for row in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]
    original = "".join("\t".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()
    contents = open_contents(original, name)
    blank = scrubbed(original, contents, format_of(contents)).decode()
    expected = [[*cells[:-1], ""] for cells in rows[1:]]

    assert expected == [[cell.strip('"') for cell in row.split("\t")] for row in blank.splitlines()[1:]]
    assert all(cell.startswith('"') and cell.endswith('"') for row in blank.splitlines() for cell in row.split("\t"))
