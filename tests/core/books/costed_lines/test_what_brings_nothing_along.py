"""What may touch anything, and what was stored without being told, brings no kept line along."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import text, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database, costing_tables
from core.books.database.state import changed_between
from core.books.documents import file_rows
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.settings.policies import change_policies
from core.books.settings.sku_mapping import TypedMapping, change_mappings
from core.books.settings.time_zones import change_time_zones
from core.books.settlements.booked_settlement import OriginalFile
from core.books.verification.kept_lines import kept_tie_outs
from core.frame_columns import RETURN_COLUMNS, frame
from tests.core.books.costed_lines.caught_up_books import is_up_to_date, kept_rows, make_kept, now, sale_of, save
from tests.core.books.lives_of_orders import WHO, let_finale_say
from tests.core.costing.random_books import START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with two orders, each with a sale in one settlement and its refund in the next; lines are kept."""
    return make_kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a copy of the books that the test may change."""
    with Database.open(shutil.copy(made, tmp_path / "books.sqlite")) as opened:
        yield opened


def test_what_was_stored_without_being_told_brings_nothing_along(database: Database) -> None:
    let_finale_say(database, "111-0", Decimal("3.00"))
    keep(database, load_books(database))
    with database.writing() as connection:
        connection.execute(text("UPDATE observation SET unit_cost = unit_cost"))
    catch_up(database)
    assert not is_up_to_date(database)


def _policy(database: Database) -> None:
    change_policies(database, {"refunded_goods": "Not returned"}, **WHO)


def _opening(database: Database) -> None:
    change_opening_costs(database, [TypedOpening("MUG", "3.00", "USD", "")], **WHO)


def _mapping(database: Database) -> None:
    change_mappings(database, [TypedMapping("MUG", "CUP", "2")], **WHO)


def _zone(database: Database) -> None:
    change_time_zones(database, {"US": "Asia/Tokyo"}, **WHO)


def _setting(database: Database) -> None:
    with database.writing() as connection:
        stored_settings.put(connection, "anything", "else", **WHO)


@pytest.mark.long
@pytest.mark.parametrize("change", [_policy, _opening, _mapping, _zone, _setting])
def test_a_change_that_may_touch_anything_brings_nothing_along(
    database: Database, change: Callable[[Database], None]
) -> None:
    """Also not what was saved before it or after it."""
    save(database, "4.25")
    change(database)
    save(database, "4.50")
    before = kept_rows(database)
    catch_up(database)
    assert not is_up_to_date(database)
    assert before == kept_rows(database)
    books = load_books(database)
    assert_frame_equal(load_books(database, anew=True).lines, books.lines)
    keep(database, books)
    assert is_up_to_date(database)


def test_the_undo_of_a_report_brings_nothing_along(database: Database) -> None:
    """It writes nothing but its batch, and what the report told of the refund counts no more."""
    file = OriginalFile("returns.txt", b"returns")
    row = {"order_id": "111-0", "sku": "MUG", "units": 1, "disposition": "Unsellable", "raw": "DAMAGED"}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        told = frame(RETURN_COLUMNS, [row | {"returned_at": START}])
        file_rows.add(connection, RETURNED_GOODS, told, store="US", file=file, batch=batch, now=START)
    keep(database, load_books(database))
    with database.writing() as connection:
        batches.new_undo(connection, batch, **WHO)
    catch_up(database)
    assert not is_up_to_date(database)


def test_books_that_were_put_back_bring_nothing_along(database: Database) -> None:
    """What leads from the state of the kept lines to theirs is not known."""
    save(database, "4.25")
    with database.keeping() as connection:
        connection.execute(update(costing_tables.costed_state).values(state="1-abcdef01"))
    catch_up(database)
    assert not is_up_to_date(database)


@pytest.mark.long
def test_what_was_written_to_is_known_from_state_to_state(database: Database) -> None:
    states = [now(database)]
    save(database, "4.25")
    states.append(now(database))
    with database.writing() as connection:
        connection.execute(text("""UPDATE  "setting" SET value = value"""))
        connection.execute(text("DELETE FROM problem"))
    states.append(now(database))
    with database.reading() as connection:
        assert {"batch", "override"} == changed_between(connection, states[0], states[1])
        assert {"setting", "problem"} == changed_between(connection, states[1], states[2])
        assert {"batch", "override", "setting", "problem"} == changed_between(connection, states[0], states[2])
        assert set() == changed_between(connection, states[1], states[1])
        assert changed_between(connection, "1-abcdef01", states[2]) is None
    keep(database, load_books(database))
    with database.reading() as connection:
        assert changed_between(connection, states[0], states[2]) is None, "forgotten once what is kept is newer"


@pytest.mark.long
def test_an_altered_row_is_seen_after_lines_were_brought_along(database: Database) -> None:
    """The digest that moved on is that of the lines; another program's change is in none."""
    let_finale_say(database, "111-1", Decimal("3.00"))
    keep(database, load_books(database))
    with database.keeping() as connection:
        altered = sale_of(database, "111-1")
        line = costing_tables.costed_line
        connection.execute(update(line).where(line.c.key == altered).values(cogs=Decimal("0.01")))
    save(database, "4.25")
    catch_up(database)
    assert is_up_to_date(database)
    assert_frame_equal(load_books(database, anew=True).lines, load_books(database).lines)


def test_verify_names_a_line_that_would_not_be_found(database: Database) -> None:
    books, key = load_books(database), sale_of(database)
    with database.keeping() as connection:
        line = costing_tables.costed_line
        connection.execute(update(line).where(line.c.key == key).values(order_name="another"))
    with database.reading() as connection:
        (told,) = kept_tie_outs(connection, books)
    assert not told.ok
    assert key in told.sentence
