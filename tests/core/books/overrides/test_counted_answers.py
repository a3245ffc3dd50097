"""An answer to a line whose units a further report counts on another row of the item goes on with the units."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.counted_answers import follow_units, unsettled
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settlements.booked_settlement import OriginalFile
from core.frame_columns import records
from core.marketplaces import read_file
from core.model import CostStatus
from tests.core.marketplaces.ebay_documents import Row, report, single
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 10, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
DEPOSIT = single("10", "1", "MUG", "10", "0", Transaction_creation_date="Aug 30, 2026")
BALANCE = single("17.60", "1", "MUG", "20", "-2.40", Transaction_creation_date="Sep 1, 2026")
TOLD = ("order_id", "cost_quantity", "cogs", "cost_status")
ONE = [(1, Decimal(5)), (0, Decimal(0))]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, *rows: Row) -> Mapping[str, str]:
    """Import a report as the command does, and return which lines have answers of others."""
    file = OriginalFile("report.csv", report(*rows))
    import_file(database, read_file(file.content, file.name), file, store=None, **WHO)
    return follow_units(database, load_books(database), **WHO)


def answer(database: Database, cost: int) -> None:
    """Type a cost for every line that lacks one."""
    books = load_books(database)
    asked = books.lines[books.lines["cost_status"] == CostStatus.MISSING]
    versions = {row["key"]: int(row["version"]) for row in records(books.overrides)}
    answers = [Answer(key, versions.get(key, 0), Decimal(cost), None) for key in asked["key"]]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, accept_suspect=True, **WHO)


def costs(database: Database) -> list[tuple[object, object]]:
    """Return units and COGS of each line, the first posted first; a question has no COGS."""
    rows = sorted(records(load_books(database).lines), key=lambda row: str(row["posted_at"]))
    return [(row["cost_quantity"], row["cogs"]) for row in rows]


@pytest.mark.long
@pytest.mark.parametrize("rows", [(DEPOSIT, BALANCE), (BALANCE, DEPOSIT)], ids=["deposit first", "balance first"])
def test_it_is_the_same_whichever_report_comes_first(database: Database, rows: tuple[Row, Row]) -> None:
    """5.00 is typed for the one row that is there; the other report brings the other row of the same mug."""
    bring_in(database, rows[0])
    answer(database, 5)
    goes_on = bring_in(database, rows[1])

    assert (rows[0] is BALANCE) == bool(goes_on)
    assert ONE == costs(database)
    assert {} == bring_in(database, DEPOSIT, BALANCE), "nothing goes on twice"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("units", "payout", "expected"),
    [(2, "7600000001", [(2, Decimal(10)), (0, Decimal(0))]), (1, "7600000000", ONE)],
    ids=["two mugs", "in an earlier payout"],
)
def test_units_and_payouts(database: Database, units: int, payout: str, expected: list[tuple[int, Decimal]]) -> None:
    """What was said of the balance's units is said of the deposit's."""
    bring_in(database, {**BALANCE, "Quantity": units})
    answer(database, 5)
    bring_in(database, {**DEPOSIT, "Quantity": units, "Payout ID": payout})

    assert expected == costs(database)


def came_of(database: Database) -> set[tuple[str, str]]:
    return {(one.store, one.settlement_id) for one in load_books(database).settlements}


@pytest.mark.long
def test_where_reports_state_other_units_the_answer_is_unsettled(database: Database) -> None:
    """5.00 was typed for one mug; the deposit states 2: of the balance's units it is asked, and that is said."""
    bring_in(database, BALANCE)
    answer(database, 5)
    before = unsettled(load_books(database), came_of(database))
    goes_on = bring_in(database, {**DEPOSIT, "Quantity": 2})
    (_, balance) = sorted(records(load_books(database).lines), key=lambda row: str(row["posted_at"]))

    assert (set(), {}, {balance["key"]}) == (before, goes_on, unsettled(load_books(database), came_of(database)))
    assert set() == unsettled(load_books(database), {("another store", "7600000000")})
    assert CostStatus.MISSING == balance["cost_status"]


@pytest.mark.long
def test_a_line_with_an_answer_of_its_own_keeps_it(database: Database) -> None:
    """The move is undone and 6.00 typed: what was typed last for the deposit stays, whatever comes."""
    bring_in(database, BALANCE)
    answer(database, 5)
    bring_in(database, DEPOSIT)
    undo_last(database, **WHO)
    undone = costs(database)
    again = follow_units(database, load_books(database), **WHO)
    answer(database, 6)

    assert ([(1, None), (0, Decimal(0))], {}) == (undone, again)
    assert {} == follow_units(database, load_books(database), **WHO)
    assert [(1, Decimal(6)), (0, Decimal(0))] == costs(database)


@pytest.mark.long
def test_an_exported_line_stays_as_it_went_out(database: Database) -> None:
    """The balance went out with its unit; the deposit that comes after it carries none."""
    bring_in(database, BALANCE)
    answer(database, 5)
    books = load_books(database)
    options = ExportOptions(accept_suspect=True, accept_provisional=True)
    export_settlement(database, books, books.settlements[0], options, **WHO)

    assert {} == bring_in(database, {**DEPOSIT, "Payout ID": "7600000000"})
    assert Decimal(5) == sum(cogs for _, cogs in costs(database) if isinstance(cogs, Decimal))
