"""Kept lines are what a full costing gave, for as long as nobody writes to the books."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import select, text, update

from core.books.costed_lines.line_totals import kept_notes, notes_of, put_notes, put_totals
from core.books.costed_lines.moved_lines import bring_along
from core.books.costed_lines.stored_lines import forget_kept_lines, keep, kept_lines_by_key, open_kept_settlements
from core.books.database import Database, costing_tables
from core.books.database.state import state, writings
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import stored_settings
from core.books.settings.policies import change_policies
from core.books.settlements.booked_settlement import SettlementUnknownError
from core.books.settlements.removing import remove_settlements
from core.books.verification.kept_lines import kept_tie_outs
from core.frame_columns import records
from core.model import Disposition
from core.settings import Policies
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, open_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with a sale in one settlement and its refund in the next, whose lines are kept."""
    folder = tmp_path_factory.mktemp("kept")
    with open_books(folder) as opened:
        for file in files_of((LIFE,)).values():
            bring_in(opened, "US", file)
        keep(opened, load_books(opened))
    return folder / "books.sqlite"


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a copy of the books that the test may change."""
    with Database.open(shutil.copy(made, tmp_path / "books.sqlite")) as opened:
        yield opened


def names(database: Database) -> list[str]:
    return [one.name for one in load_books(database).settlements]


def saved(database: Database) -> None:
    """Save a cost of the sale."""
    books = load_books(database)
    key = str(books.lines.loc[books.lines["event"] == "sale", "key"].iloc[0])
    answer = Answer(key, 0, Decimal("4.25"), None)
    save_answers(database, books, [answer], settlement_ids=None, accept_proposals=False, **WHO)


def states(database: Database) -> str:
    with database.reading() as connection:
        return state(connection)


@pytest.mark.long
def test_costing_every_line_says_how_far_it_is(database: Database) -> None:
    """What is kept of the present state is read and not costed, so that nothing is said of it."""
    said: list[tuple[str, int, int | None]] = []
    keep(database, load_books(database, progress=lambda *told: said.append(told)))
    assert [] == said
    forget_kept_lines(database)

    books = load_books(database, progress=lambda *told: said.append(told))
    keep(database, books, lambda *told: said.append(told))

    lines, settlements = len(books.lines), len(books.settlements)
    of_settlements = [("Keeping costs", done, settlements) for done in range(1, settlements + 1)]
    assert [("Costing lines", 0, lines), ("Costing lines", lines, lines), *of_settlements] == said


class StoppedError(Exception):
    """Somebody stops the program."""


@pytest.mark.long
def test_who_is_stopped_while_costs_are_kept_leaves_none_that_hold(database: Database) -> None:
    """At each settlement: what is read afterwards is costed anew, and is kept in the end."""

    def stop(what: str, done: int, total: int | None = None) -> None:
        raise StoppedError(f"{what} {done} of {total}")

    forget_kept_lines(database)
    before = load_books(database)
    with pytest.raises(StoppedError, match="Keeping costs 1 of 2"):
        keep(database, before, stop)
    assert open_kept_settlements(database, names(database)) is None

    keep(database, load_books(database))
    assert assert_kept_as_costed(database, before)


@pytest.mark.long
def test_a_policy_that_is_stopped_while_lines_are_costed_does_no_harm(database: Database) -> None:
    """It touches every line, and says how far it is; stopped anywhere, it holds, and whoever comes next costs all."""
    places = ("Costing lines 0", "Costing lines 2", "Keeping costs 1", "Keeping costs 2")
    others = [one for one in Disposition if one is not Policies().refunded_goods]
    for place, policy in zip(places, others * 2, strict=False):

        def stop(what: str, done: int, total: int | None = None, *, at: str = place) -> None:
            del total
            if f"{what} {done}" == at:
                raise StoppedError(at)

        change_policies(database, {"refunded_goods": str(policy)}, **WHO)
        with pytest.raises(StoppedError, match=place):
            keep(database, load_books(database, progress=stop), stop)
        assert open_kept_settlements(database, names(database)) is None
        anew = load_books(database, anew=True)
        keep(database, load_books(database))
        assert assert_kept_as_costed(database, anew)
        assert str(policy) in set(anew.lines["disposition"])


@pytest.mark.long
def test_a_settlement_is_read_as_it_was_costed_among_all(database: Database) -> None:
    """The refund has the cost of its sale, which stands in a settlement that is not opened."""
    saved(database)
    books = load_books(database)
    keep(database, books)
    for one in books.settlements:
        opened = open_kept_settlements(database, [one.name])
        assert opened is not None
        assert [one] == list(opened.settlements)
        assert_frame_equal(books.lines_of(one).reset_index(drop=True), opened.lines)
    assert {Decimal("4.25"), Decimal("-4.25")} == set(books.lines["cogs"])


@pytest.mark.long
def test_a_locked_settlement_is_opened_with_what_it_was_locked_with(database: Database) -> None:
    saved(database)
    books = load_books(database)
    sold = next(one for one in books.settlements if "sale" in set(books.lines_of(one)["event"]))
    export_settlement(database, books, sold, ExportOptions(), **WHO)
    books = load_books(database)
    keep(database, books)

    opened = open_kept_settlements(database, [sold.name])

    assert opened is not None
    assert books.locked_lines is not None
    assert_frame_equal(books.locked_lines, opened.locked_lines)
    other = open_kept_settlements(database, [one.name for one in books.settlements if one.name != sold.name])
    assert other is not None
    assert other.locked_lines.empty


def test_whatever_is_written_what_is_kept_holds_no_more(database: Database) -> None:
    """A setting of which costing knows nothing is enough; nobody has to say what a change touches."""
    name = names(database)[0]
    assert open_kept_settlements(database, [name]) is not None
    with database.writing() as connection:
        stored_settings.put(connection, "anything", "else", **WHO)
    assert open_kept_settlements(database, [name]) is None


def test_what_is_only_looked_at_or_fails_leaves_the_books_in_their_state(database: Database) -> None:
    before = states(database)
    with database.writing() as connection:
        stored_settings.versions(connection, "anything", str)
    with pytest.raises(ZeroDivisionError), database.writing() as connection:  # noqa: PT012 - it fails after it wrote
        stored_settings.put(connection, "anything", "else", **WHO)
        raise ZeroDivisionError
    keep(database, load_books(database))
    assert states(database) == before


def test_a_savepoint_moves_the_books_on_with_its_writing(database: Database) -> None:
    before = states(database)
    with database.writing(), database.writing() as connection:
        stored_settings.put(connection, "anything", "else", **WHO)
    assert states(database) != before


@pytest.mark.usefixtures("database")
def test_books_that_were_put_back_and_changed_again_are_in_another_state(tmp_path: Path) -> None:
    """As many writings led to both, and a sheet that shows the one does not show the other."""
    shutil.copy(tmp_path / "books.sqlite", tmp_path / "copy.sqlite")
    found = set()
    for path in (tmp_path / "books.sqlite", tmp_path / "copy.sqlite"):
        with Database.open(path) as opened:
            with opened.writing() as connection:
                stored_settings.put(connection, "anything", "else", **WHO)
            found.add(states(opened))
    assert len({writings(one) for one in found}) == 1
    assert len(found) == 2


def test_nothing_is_kept_of_books_that_somebody_changed_meanwhile(database: Database) -> None:
    old = load_books(database)
    saved(database)
    keep(database, old)
    assert open_kept_settlements(database, names(database)) is None


def test_other_rules_cost_everything_anew(database: Database) -> None:
    """A program of another version believes nothing that was kept before it."""
    with database.keeping() as connection:
        connection.execute(update(costing_tables.costed_state).values(rules="0.0.1, rules 0"))
    assert open_kept_settlements(database, names(database)) is None
    keep(database, load_books(database))
    assert open_kept_settlements(database, names(database)) is not None


def test_only_settlements_that_changed_are_kept_anew(database: Database) -> None:
    """What is as before stays as it is stored: its rows are not even written again."""
    with database.keeping() as connection:
        connection.execute(update(costing_tables.costed_line).values(cost_note="as it was kept first"))
    with database.writing() as connection:
        stored_settings.put(connection, "anything", "else", **WHO)
    keep(database, load_books(database))
    with database.reading() as connection:
        assert {"as it was kept first"} == set(connection.scalars(select(costing_tables.costed_line.c.cost_note)))


@pytest.mark.long
def test_of_a_settlement_that_changed_the_other_lines_stay(tmp_path: Path) -> None:
    """A cost is saved of one of two orders: to the other's sale it is proposed now, the other's refund is as it was."""
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, replace(LIFE, order_id="111-1"))).values():
            bring_in(database, "US", file)
        old = load_books(database)
        keep(database, old)
        before = kept_rows(database)
        saved(database)
        new = load_books(database)
        keep(database, new)
        was, now = ({row["key"]: row for row in records(books.lines)} for books in (old, new))
        same = {key for key in now if was[key] == now[key]}
        assert len(same) == 1
        assert same == {key for key, _ in before & kept_rows(database)}
        assert assert_kept_as_costed(database, new)


def kept_rows(database: Database) -> set[tuple[str, int]]:
    """Return the key of each kept line and the number of its row, which another row has once it was written again."""
    with database.reading() as connection:
        return {(key, row) for key, row in connection.execute(text("SELECT key, rowid FROM costed_line"))}


def test_a_removed_settlement_is_not_kept(database: Database) -> None:
    books = load_books(database)
    remove_settlements(database, books, books.settlements[:1], **WHO)
    books = load_books(database)
    keep(database, books)
    assert assert_kept_as_costed(database, books)
    with database.reading() as connection:
        kept = set(connection.scalars(select(costing_tables.costed_line.c.settlement)))
    assert {one.id for one in books.settlements} == kept


def test_verify_names_a_kept_line_that_costs_something_else(database: Database) -> None:
    books = load_books(database)
    key = str(books.lines["key"].iloc[0])
    with database.reading() as connection:
        assert [True] == [one.ok for one in kept_tie_outs(connection, books)]
    with database.keeping() as connection:
        line = costing_tables.costed_line
        connection.execute(update(line).where(line.c.key == key).values(cogs=Decimal("0.01")))
    with database.reading() as connection:
        (told,) = kept_tie_outs(connection, books)
    assert not told.ok
    assert key in told.sentence
    forget_kept_lines(database)
    keep(database, load_books(database))
    with database.reading() as connection:
        assert [True] == [one.ok for one in kept_tie_outs(connection, books)]


def test_verify_names_a_settlement_whose_totals_are_others(database: Database) -> None:
    books = load_books(database)
    one = books.settlements[0]
    with database.keeping() as connection:
        put_totals(connection, {one.id: replace(books.totals(one), orders=7)})
    with database.reading() as connection:
        (told,) = kept_tie_outs(connection, books)
    assert not told.ok
    assert f"the totals of {one.name}" in told.sentence


def test_verify_names_a_settlement_whose_remarks_are_others(database: Database) -> None:
    books = load_books(database)
    one = books.settlements[0]
    with database.keeping() as connection:
        notes = kept_notes(connection)
        assert notes == notes_of(books)
        put_notes(connection, notes | {one.id: replace(notes[one.id], remarks=("Incomplete",))})
    with database.reading() as connection:
        (told,) = kept_tie_outs(connection, books)
    assert not told.ok
    assert f"the remarks of {one.name}" in told.sentence


@pytest.mark.long
def test_a_typed_sku_lets_no_remark_hold(database: Database) -> None:
    """Which goods of an order are in no settlement follows from the SKUs of lines."""
    keep(database, load_books(database))
    with database.keeping() as connection:
        assert kept_notes(connection)
        before = kept_lines_by_key(connection, load_books(database).lines["key"])
        after = before.assign(sku=before["sku"].str.lower())
        bring_along(connection, before, after, lambda lines: lines)
        assert kept_notes(connection) == {}
    books = load_books(database, anew=True)
    keep(database, books)
    with database.reading() as connection:
        assert notes_of(books) == kept_notes(connection), "noted anew, though the lines are kept"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("costed_line", "UPDATE costed_line SET product_id = 7"),
        ("transaction", 'UPDATE "transaction" SET principal = 7'),
    ],
)
def test_what_is_not_as_it_was_kept_is_not_believed(database: Database, table: str, change: str) -> None:
    """Somebody changed a row past the program: the line is costed, whatever is kept of it."""
    right = load_books(database, anew=True)
    with database.keeping() as connection:
        connection.exec_driver_sql(change)
    assert open_kept_settlements(database, names(database)) is None
    books = load_books(database)
    assert_frame_equal(books.lines, load_books(database, anew=True).lines)
    assert (table == "costed_line") == (records(right.lines) == records(books.lines))


def test_a_half_written_table_is_not_believed(database: Database) -> None:
    right = load_books(database, anew=True)
    with database.keeping() as connection:
        connection.exec_driver_sql("DELETE FROM costed_line WHERE rowid = 1")
    assert_frame_equal(right.lines, load_books(database).lines)
    assert None in [open_kept_settlements(database, [name]) for name in names(database)]


def test_a_settlement_that_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(SettlementUnknownError, match="no such one"):
        open_kept_settlements(database, ["no such one"])
