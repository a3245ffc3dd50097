"""A payout whose own row comes alone, in another file than what it paid for, is neither lost nor misread."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from core.books.importing.importing import import_file
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, Import, OriginalFile
from core.frame_columns import records
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CHARGES = (Row("2026-06-29", "#1", "97.00"), Row("2026-06-30", "#2", "48.50"))
PAID = Row("2026-07-01", "", "-145.50", kind="payout")
VIEWS = pytest.mark.parametrize("export", [shopify_export, ebay_export])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, file: OriginalFile) -> tuple[ImportedSettlement, ...]:
    return import_file(
        database, read_file(file.content, file.name), file, store=None, who="M. Lee", now=NOW
    ).settlements


def only(database: Database) -> tuple[BookedSettlement, list[dict[str, Any]]]:
    with database.reading() as connection:
        (one,) = stored_settlements.booked_settlements(connection)
        return one, records(settlement_lines.stored_transactions(connection, [one]))


@VIEWS
def test_alone_it_says_what_the_bank_received_and_what_is_missing(database: Database, export: Any) -> None:
    """It is no settlement of nothing that ties out: 145.50 was paid for rows that no file has shown."""
    (imported,) = bring_in(database, export("july.csv", PAID))
    there, lines = only(database)

    assert (Import.NEW, False) == (imported.result, imported.ties_out)
    assert (Decimal("145.50"), Decimal(0), 1) == (there.total, there.sum, len(lines))
    assert "only the payout itself" in str(there.incomplete)


@pytest.mark.few(1)
@VIEWS
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whichever_file_comes_first(database: Database, export: Any, order: tuple[int, ...]) -> None:
    """The payout and two halves of its rows, each in a file of its own, make one payout that ties out."""
    files = [export("p.csv", PAID), export("a.csv", CHARGES[0]), export("b.csv", CHARGES[1])]
    for number in order:
        bring_in(database, files[number])
    there, lines = only(database)

    assert (Decimal("145.50"), Decimal("145.50"), True) == (there.total, there.sum, there.ties_out)
    assert (3, None) == (len(lines), there.incomplete)


@pytest.mark.few(2)
@VIEWS
@pytest.mark.parametrize("rows", [(PAID, *CHARGES), (CHARGES[0], PAID, CHARGES[1]), (*CHARGES, PAID)])
def test_wherever_it_stands_in_its_file(database: Database, export: Any, rows: tuple[Row, ...]) -> None:
    """The order of rows says nothing."""
    bring_in(database, export("all.csv", *rows))
    assert (Decimal("145.50"), True) == (only(database)[0].total, only(database)[0].ties_out)


@pytest.mark.few(1)
@VIEWS
def test_beside_another_payouts_rows(database: Database, export: Any) -> None:
    """July's export begins with the payout of June's rows: it is that payout's total once June's export comes."""
    bring_in(database, export("july.csv", PAID, Row("2026-07-09", "#9", "5.00", payout="900002")))
    bring_in(database, export("june.csv", *CHARGES))
    with database.reading() as connection:
        known = {one.settlement_id: (one.total, one.sum) for one in stored_settlements.booked_settlements(connection)}
    assert {"900001": (Decimal("145.50"), Decimal("145.50")), "900002": (None, Decimal("5.00"))} == known


@pytest.mark.few(1)
@VIEWS
def test_a_payout_that_failed_is_no_proof_that_it_paid_for_nothing(database: Database, export: Any) -> None:
    """Taken and given back in one file, its rows in another: they stay, and the difference is said."""
    bring_in(database, export("june.csv", *CHARGES))
    bring_in(database, export("july.csv", PAID, Row("2026-07-02", "", "145.50", kind="payout")))
    there, lines = only(database)

    assert (Decimal(0), Decimal("145.50"), False) == (there.total, there.sum, there.ties_out)
    assert 4 == len(lines)


@VIEWS
@pytest.mark.parametrize("others", [(), CHARGES])
def test_a_payout_without_an_id_is_named(export: Any, others: tuple[Row, ...]) -> None:
    """It can be the total of nothing, and is not left out without a word."""
    file = export("f.csv", *others, PAID._replace(payout="--" if export is ebay_export else "", status=""))
    if export is shopify_export and not others:
        return  # without any id the payout is named by its date
    assert any(
        "This payout of 145.50 USD names no payout id" in one.message for one in read_file(file.content).problems
    )
