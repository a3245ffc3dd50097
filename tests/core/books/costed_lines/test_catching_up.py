"""Kept lines are brought along by ties: what a change may touch is costed again, and it is as if all had been."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.line_totals import moved_totals
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database
from core.books.loading import load_books
from core.books.overrides.undo import undo_batch
from core.books.settlements.status import settlement_totals
from core.books.syncing import stored_observations
from core.frame_columns import OBSERVATION_COLUMNS, frame, records
from core.model import Event, ObservationKind
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import is_up_to_date, kept_rows, make_kept, sale_of, save
from tests.core.books.lives_of_orders import WHO, let_finale_say
from tests.core.costing.random_books import START, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with two orders, each with a sale in one settlement and its refund in the next; lines are kept."""
    return make_kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a copy of the books that the test may change."""
    with Database.open(shutil.copy(made, tmp_path / "books.sqlite")) as opened:
        yield opened


@pytest.mark.long
def test_only_the_tie_of_what_was_answered_is_written_again(database: Database) -> None:
    """The refund in the next settlement follows its sale; the rows of the other order are those that were there.

    The other order has costs of its own, so that no last cost used is proposed for it.
    """
    let_finale_say(database, "111-1", Decimal("3.00"))
    keep(database, load_books(database))
    before = kept_rows(database)
    save(database, "4.25")
    catch_up(database)
    assert is_up_to_date(database)
    books = load_books(database, anew=True)
    assert assert_kept_as_costed(database, books)
    of_order = {row["key"] for row in records(books.lines) if row["order_id"] == "111-0"}
    assert of_order == {key for key, _ in before ^ kept_rows(database)}
    assert [Decimal("-4.25"), Decimal("4.25")] == sorted(books.lines.loc[books.lines["order_id"] == "111-0", "cogs"])


@pytest.mark.long
@pytest.mark.parametrize("left_out", ["111-0", "111-1", "none"])
def test_totals_move_on_to_what_all_lines_come_to(database: Database, left_out: str) -> None:
    """Whether a line that changes lies before a books start that splits its settlement, or after it."""

    def counted(lines: pd.DataFrame) -> pd.DataFrame:
        return lines[lines["order_id"] != left_out]

    keys = [sale_of(database), sale_of(database, "111-1")]
    was = load_books(database).lines
    save(database, "4.25")
    save(database, "5.00", "111-1")
    now = load_books(database).lines
    was, now = (lines[lines["key"].isin(keys)].assign(settlement=1) for lines in (was, now))
    totals = {1: settlement_totals(was, counted(was)), 2: settlement_totals(was)}
    alone = now["order_id"] == "111-0"
    half = moved_totals(totals, was[alone.to_numpy()], now[alone], counted)
    assert half.keys() == {1}
    assert half[1] != totals[1]
    whole = moved_totals(half, was[~alone.to_numpy()], now[~alone], counted)
    assert {1: settlement_totals(now, counted(now))} == whole
    assert (Decimal("9.25"), 2) == (whole[1].cogs, whole[1].orders)


@pytest.mark.long
def test_a_line_of_another_order_is_proposed_the_cost_that_was_last_used(database: Database) -> None:
    """It shares no tie with what was answered but the SKU."""
    save(database, "4.25")
    catch_up(database)
    assert is_up_to_date(database)
    rows = records(load_books(database).lines)
    assert {Decimal("4.25")} == {row["proposed_cost"] for row in rows if row["order_id"] == "111-1" and row["proposal"]}


@pytest.mark.long
def test_an_undo_is_brought_along(database: Database) -> None:
    before = records(load_books(database).lines)
    batch = save(database, "4.25")
    catch_up(database)
    undo_batch(database, batch, **WHO)
    catch_up(database)
    assert is_up_to_date(database)
    after = records(load_books(database).lines)
    assert [row | {"version": 0} for row in before] == [row | {"version": 0} for row in after]


def say_average(database: Database, cost: str, days: int = 0) -> None:
    """Let Finale say what a mug costs on average, some days after the beginning."""
    fact = {"kind": ObservationKind.AVERAGE, "product_id": "MUG", "unit_cost": Decimal(cost), "currency": "USD"}
    said = frame(OBSERVATION_COLUMNS, [fact | {"fetched_at": START + timedelta(days=days)}])
    with database.writing() as connection:
        stored_observations.add(connection, said, batches.new(connection, BatchKind.SYNC, **WHO), START)


def caught_up(database: Database) -> list[Row]:
    """Bring the kept lines along; return them, which are those of a full costing."""
    catch_up(database)
    assert is_up_to_date(database)
    books = load_books(database, anew=True)
    assert assert_kept_as_costed(database, books)
    return records(books.lines)


@pytest.mark.long
def test_what_an_order_cost_is_brought_along_to_its_lines(database: Database) -> None:
    """The sale and its refund in the next settlement; the rows of the other order are those that were there."""
    let_finale_say(database, "111-1", Decimal("3.00"))
    let_finale_say(database, "111-0", Decimal("3.00"))
    keep(database, load_books(database))
    before = kept_rows(database)
    let_finale_say(database, "111-0", Decimal("4.25"))
    rows = caught_up(database)
    of_order = {row["key"] for row in rows if row["order_id"] == "111-0"}
    assert of_order == {key for key, _ in before ^ kept_rows(database)}
    assert {Decimal("4.25"), Decimal("-4.25")} == {row["cogs"] for row in rows if row["key"] in of_order}


@pytest.mark.long
def test_another_average_is_brought_along_to_what_looks_wrong_beside_it(database: Database) -> None:
    """A cost of 3.00 beside an average of 3.00, of 20.00, and of 3.00 again."""
    for order in ("111-0", "111-1"):
        let_finale_say(database, order, Decimal("3.00"))
    say_average(database, "3.00")
    keep(database, load_books(database))
    for cost, looks_wrong in (("20.00", True), ("0.50", True), ("3.00", False)):
        say_average(database, cost)
        sales = [row for row in caught_up(database) if row["event"] == Event.SALE]
        assert [looks_wrong] * 2 == [row["suspect"] is not None for row in sales], cost


@pytest.mark.long
def test_an_average_that_is_said_again_is_brought_along_to_what_is_proposed(database: Database) -> None:
    """As of when a proposal is moves on; of a line that has its cost no row is written again."""
    let_finale_say(database, "111-1", Decimal("3.00"))
    say_average(database, "3.00")
    keep(database, load_books(database))
    before = kept_rows(database)
    say_average(database, "3.00", days=2)
    rows = [row for row in caught_up(database) if row["proposal"]]
    assert {START + timedelta(days=2)} == {row["proposal_as_of"] for row in rows}
    assert {row["key"] for row in rows} == {key for key, _ in before ^ kept_rows(database)}
