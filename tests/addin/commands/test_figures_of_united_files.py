"""What import says of a payout that several files make: the figures of all of them, not those of the last."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.settlements.import_messages import entries, sentences
from core.books.importing.importing import import_file
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedFile
    from core.books.settlements.booked_settlement import OriginalFile

NOW = datetime(2026, 9, 1, tzinfo=UTC)
JUNE = (Row("2026-06-29", "#1", "97.00"), Row("2026-06-30", "#2", "48.50"))
JULY = (Row("2026-07-01", "#3", "19.40"),)
PAID = Row("2026-07-02", "", "-164.90", kind="payout")
LACKING = "its rows sum to"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, file: OriginalFile) -> ImportedFile:
    return import_file(database, read_file(file.content, file.name), file, store=None, who="M. Lee", now=NOW)


def said(database: Database, file: OriginalFile) -> str:
    return "\n".join(sentences(bring_in(database, file)))


@pytest.mark.long
@pytest.mark.parametrize("write", [ebay_export, shopify_export])
def test_a_payout_that_ties_after_uniting_is_not_said_to_lack_lines(
    database: Database, write: Callable[..., OriginalFile]
) -> None:
    """Also where the second file is imported once more, and where the payout's own row came first."""
    first, second = write("june.csv", *JUNE), write("july.csv", *JULY, PAID)
    bring_in(database, first)
    told = [said(database, second), said(database, second), said(database, first)]

    assert all("4 rows; its total USD 164.90 is the sum of its rows." in one for one in told), told
    assert [one for one in told if LACKING in one] == []


@pytest.mark.long
def test_the_first_file_alone_lacks_them(database: Database) -> None:
    """What is missing is said as long as it is missing."""
    assert f"its total USD 164.90 but {LACKING} 19.40." in said(database, ebay_export("july.csv", *JULY, PAID))
    assert LACKING not in said(database, ebay_export("june.csv", *JUNE))


@pytest.mark.long
def test_files_that_state_no_total_have_their_rows_together(database: Database) -> None:
    """Amazon's date-range reports: 145.50 and 19.40."""
    bring_in(database, unified_export("june.csv", *JUNE))
    told = said(database, unified_export("july.csv", *JULY))

    assert "2026-06-29 – 2026-07-01, 3 rows, together USD 164.90; no file states a total to tie it to." in told


def test_programs_read_the_same(database: Database) -> None:
    """Sum, total and whether they agree are of the union."""
    bring_in(database, ebay_export("june.csv", *JUNE))
    (told,) = entries(bring_in(database, ebay_export("july.csv", *JULY, PAID)))

    assert ("united", True) == (told["result"], told["ties_out"])
    assert [Decimal("164.90")] * 2 == [Decimal(str(told["sum"])), Decimal(str(told["total"]))]


def test_a_part_that_is_not_taken_in_is_a_part(database: Database) -> None:
    """Another row of June contradicts the total: the file's own sum is said to be that of a part."""
    bring_in(database, ebay_export("whole.csv", *JUNE, *JULY, PAID))
    told = said(database, ebay_export("again.csv", Row("2026-06-30", "#9", "5.00"), PAID))

    assert "was not imported" in told
    assert "together USD 5.00 of its total USD 164.90." in told
