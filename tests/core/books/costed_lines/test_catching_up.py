"""Kept lines are brought along by ties: what a change may touch is costed again, and it is as if all had been."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sqlalchemy import text, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.line_totals import moved_totals
from core.books.costed_lines.stored_lines import keep, kept_state, kept_tie_outs
from core.books.database import Database, costing_tables
from core.books.database.state import changed_between, state
from core.books.documents import file_rows
from core.books.documents.reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer
from core.books.overrides.questions import question_of
from core.books.overrides.saving import plan_answers
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.overrides.undo import undo_batch, undo_last
from core.books.part_of_books import load_to_answer
from core.books.settings import sku_mapping, stored_settings, stores
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.settings.policies import change_policies
from core.books.settings.sku_mapping import TypedMapping, change_mappings
from core.books.settings.stores import Store
from core.books.settings.time_zones import change_time_zones
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, OriginalFile, SettlementKind, Source
from core.books.settlements.status import settlement_totals
from core.books.syncing import observations
from core.frame_columns import (
    AMOUNT_COLUMNS,
    COSTED_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    REIMBURSEMENT_COLUMNS,
    RETURN_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
    records,
)
from core.model import Disposition, Event, Marketplace, ObservationKind, OverrideKind, Settlement
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books
from tests.core.costing.random_books import MAPPINGS, ORDERS, SKUS, START, STORES, Row, Rows, costs, random_books
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    import pandas as pd
    from sqlalchemy import Connection

LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)
NUMBERS = ("S1", "S2", "S3")


@dataclass(frozen=True)
class Stored:
    """Random lines with what reports say beside them, and which settlements are locked."""

    rows: Rows
    returned: tuple[Row, ...]
    reimbursed: tuple[Row, ...]
    locked: frozenset[tuple[str, str]]


@st.composite
def stored_books(draw: st.DrawFn) -> Stored:
    """Draw books as they can be stored: whole settlements are locked, and reports tell of some lines."""
    places = [(store, number) for store in STORES for number in NUMBERS]
    return Stored(
        draw(random_books(with_locks=False)),
        tuple(draw(st.lists(_returns(), max_size=2))),
        tuple(draw(st.lists(_reimbursements(), max_size=3))),
        frozenset(draw(st.lists(st.sampled_from(places), unique=True, max_size=2))),
    )


@st.composite
def _returns(draw: st.DrawFn) -> Row:
    return {
        "order_id": draw(st.sampled_from(ORDERS)),
        "sku": draw(st.sampled_from(SKUS)),
        "units": draw(st.integers(0, 2)),
        "disposition": str(draw(st.sampled_from(Disposition))),
        "raw": "SELLABLE",
        "returned_at": START,
    }


@st.composite
def _reimbursements(draw: st.DrawFn) -> Row:
    back = draw(st.booleans())
    amount = draw(st.sampled_from(["5", "10", "20"]))
    return {
        "reimbursement_id": draw(st.sampled_from(["5001", "5002"])),
        "approved_at": START,
        "order_id": draw(st.sampled_from(["", *ORDERS])),
        "raw": draw(st.sampled_from(["Lost_Warehouse", "CustomerReturn", "Reversal_Reimbursement", "No such reason"])),
        "sku": draw(st.sampled_from(SKUS)),
        "currency": "USD",
        "amount": Decimal(f"-{amount}" if back else amount),
        "units_cash": draw(st.sampled_from([0, 1, 2, None])),
        "units_inventory": draw(st.sampled_from([0, 1, None])),
        "original_id": draw(st.sampled_from(["", "5001"])),
    }


def store(
    database: Database, books: Stored, mapped: Collection[str] = SKUS, later: Collection[tuple[str, str]] = ()
) -> None:
    """Put random books into a database, through the functions by which the program stores its own.

    Args:
        database: Which.
        books: The books.
        mapped: The SKUs of which it is known for which products they stand.
        later: The settlements that are not put there, by store and number.
    """
    with database.writing() as connection:
        for name in STORES:
            stores.ensure(connection, Store(name, Marketplace.AMAZON))
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        for name in STORES:
            for number in NUMBERS:
                if (name, number) not in later:
                    store_settlement(connection, name, number, books.rows.lines, batch)
        sku_mapping.add(connection, mapping_of(mapped), batch, START)
        observations.add(connection, frame(OBSERVATION_COLUMNS, books.rows.observations), batch, START)
        told = (
            (RETURNED_GOODS, RETURN_COLUMNS, books.returned),
            (REIMBURSEMENTS, REIMBURSEMENT_COLUMNS, books.reimbursed),
        )
        for of, columns, rows in told:
            file = OriginalFile(f"{of.table.name}.txt", of.table.name.encode())
            file_rows.add(connection, of, frame(columns, rows), store=STORES[0], file=file, batch=batch, now=START)
    keys = {row["key"] for row in books.rows.lines if (row["store"], row["settlement_id"]) not in later}
    say(database, [row for row in books.rows.overrides if row["key"] in keys])
    lock(database, books.locked)


def mapping_of(skus: Collection[str]) -> pd.DataFrame:
    """Return what SKUs stand for."""
    return frame(MAPPING_COLUMNS, [row for row in MAPPINGS if row["sku"] in skus])


def store_settlement(connection: Connection, name: str, number: str, lines: tuple[Row, ...], batch: int) -> None:
    own = [row for row in lines if (row["store"], row["settlement_id"]) == (name, number)]
    blank = dict.fromkeys(AMOUNT_COLUMNS, Decimal(0))
    rows = [{**blank, **row, "group_key": row["key"], "ordinal": 0} for row in own]
    net = sum((row["net"] for row in rows), Decimal(0))
    lines_of_it = frame(TRANSACTION_COLUMNS, rows)
    read = Settlement(
        number,
        "Amazon.com",
        "USD",
        START,
        START,
        None,
        net,
        net,
        ties_out=True,
        lines=100,  # of a file, several to a transaction
        transactions=lines_of_it,
    )
    file = OriginalFile(f"{name}{number}.txt", f"{name}{number}".encode())
    source = Source(name, file, "Amazon V2", SettlementKind.RECORD, reader_version=1)
    stored_settlements.save(connection, read, source, batch, START)


def lock(database: Database, places: frozenset[tuple[str, str]]) -> None:
    """Lock settlements as they cost now."""
    books = load_books(database)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.EXPORT, **WHO)
        for one in books.settlements:
            if (one.store, one.settlement_id) in places:
                locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.EXPORTED)


def say(database: Database, rows: list[Row]) -> int:
    """Save answers as the next versions of their lines, each with the question that its line asks."""
    books = load_books(database)
    held = books.costing_input.transactions if books.documents is None else books.documents.transactions
    asked = {row["key"]: question_of(row) for row in records(held)}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, **WHO)
        there = stored_overrides.newest_of(connection, [row["key"] for row in rows])
        shown = {row["key"]: there.get(row["key"], {"version": 0})["version"] for row in rows}
        plain = [
            {name: value for name, value in row.items() if name in ANSWER_COLUMNS}
            | {"currency": "USD", "shown_version": shown[row["key"]]}
            | asked[row["key"]]
            for row in rows
        ]
        assert [] == stored_overrides.save(connection, frame(ANSWER_COLUMNS, plain), batch, **WHO)
    return batch


@st.composite
def answers(draw: st.DrawFn, keys: list[str]) -> list[Row]:
    """Draw what is saved of some lines."""
    return [
        {
            "key": key,
            "unit_cost": draw(st.one_of(st.none(), costs)),
            "zero_confirmed": draw(st.sampled_from([False, False, True])),
            "disposition": draw(st.sampled_from([None, *map(str, Disposition)])),
            "units_back": draw(st.sampled_from([None, 0, 1, 2])),
            "sku": draw(st.sampled_from([None, "MUG", "CUP"])),
            "kind": str(draw(st.sampled_from(OverrideKind))),
        }
        for key in draw(st.lists(st.sampled_from(keys), unique=True, min_size=1, max_size=3))
    ]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_is_brought_along_is_what_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Saves, and undos of them, up to three times, one or several before the lines are brought along."""
    answered_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def answered_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Answer some lines, take some of it back, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for _ in range(times):
            say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                undo_last(database, **WHO)
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        assert assert_kept_as_costed(database, load_books(database, anew=True)), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, load_books(database, anew=True))]


@hypothesis_settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_says_is_brought_along_as_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Costs of orders, averages that moved or were said again, SKUs that nobody had asked for; beside them answers."""
    said_and_brought_along(books, data, 1)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_often_says_is_brought_along_alike(books: Stored, data: st.DataObject) -> None:
    said_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def said_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Let Finale say something, answer some lines, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        mapped = set(data.draw(st.lists(st.sampled_from(SKUS), unique=True)))
        store(database, books, mapped)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for number in range(1, times + 1):
            again = (
                data.draw(st.lists(st.sampled_from(books.rows.observations), unique_by=id))
                if books.rows.observations
                else []
            )
            new = data.draw(random_books(with_locks=False)).observations
            let_finale_tell(database, (*again, *new), set(data.draw(st.lists(st.sampled_from(SKUS)))), number)
            if data.draw(st.booleans()):
                say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        assert assert_kept_as_costed(database, load_books(database, anew=True)), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, load_books(database, anew=True))]


def let_finale_tell(database: Database, rows: Iterable[Row], skus: Collection[str], days: int) -> None:
    """Keep what Finale says some days later, page by page as a sync does."""
    moment = START + timedelta(days=days)
    facts: dict[tuple[object, ...], Row] = {}
    for row in rows:
        fact = tuple(row.get(name) for name in ("kind", "order_id", "product_id", "record_date"))
        facts[fact] = row | {"fetched_at": moment}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, **WHO)
    for page in (list(facts.values())[::2], list(facts.values())[1::2]):
        with database.writing() as connection:
            sku_mapping.add(connection, mapping_of(skus), batch, moment)
            observations.add(connection, frame(OBSERVATION_COLUMNS, page), batch, moment)


@st.composite
def typed(draw: st.DrawFn, keys: list[str], versions: dict[str, int]) -> list[Answer]:
    """Draw rows of Resolve; one may be of a line that the books do not have."""
    return [
        Answer(
            key,
            versions.get(key, 0),
            draw(st.one_of(st.none(), costs, st.just(Decimal(900)))),
            draw(st.one_of(st.none(), costs)),
            units_back=draw(st.sampled_from([None, 0, 1, 2])),
            disposition=draw(st.sampled_from([None, *map(str, Disposition)])),
            stock_edited=draw(st.booleans()),
        )
        for key in draw(st.lists(st.sampled_from([*keys, "gone"]), unique=True, min_size=1, max_size=4))
    ]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_answers_are_judged_by_what_is_near_them_as_by_everything(books: Stored, data: st.DataObject) -> None:
    judged_alike(books, data)


def judged_alike(books: Stored, data: st.DataObject) -> None:
    """Plan answers with a part of the books and with all of them: rulings, sums and odd costs are the same."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        whole = load_books(database)
        keep(database, whole)
        versions = {row["key"]: row["version"] for row in records(whole.overrides)}
        answered = data.draw(typed([row["key"] for row in books.rows.lines], versions))
        part = load_to_answer(database, answered, ())
        assert part is not None
        one, other = (
            plan_answers(each, answered, settlement_ids=None, accept_proposals=True, **WHO) for each in (part, whole)
        )
        assert (one.decisions, one.suspects, one.versions) == (other.decisions, other.suspects, other.versions)
        assert one.cogs == other.cogs
        assert [one.after.state(each) for each in whole.settlements] == [
            other.after.state(each) for each in whole.settlements
        ]
        names = [*COSTED_COLUMNS, "sku"]
        now = {row["key"]: row for row in records(other.after.lines[names])}
        near = records(one.after.lines[names])
        proposed = ("proposed_cost", "proposal", "proposal_as_of")
        assert [without(row, *proposed) for row in near] == [without(now[row["key"]], *proposed) for row in near]


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def a_company(folder: Path) -> Database:
    return new_books(folder / "books.sqlite", "Acme", "USD", START)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with two orders, each with a sale in one settlement and its refund in the next; lines are kept."""
    folder = tmp_path_factory.mktemp("kept")
    with open_books(folder) as opened:
        for file in files_of((LIFE, replace(LIFE, order_id="111-1"))).values():
            bring_in(opened, "US", file)
        keep(opened, load_books(opened))
    return folder / "books.sqlite"


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a copy of the books that the test may change."""
    with Database.open(shutil.copy(made, tmp_path / "books.sqlite")) as opened:
        yield opened


def sale_of(database: Database, order: str = "111-0") -> str:
    """Return the key of an order's sale."""
    rows = records(load_books(database).lines)
    return str(next(row["key"] for row in rows if row["order_id"] == order and row["event"] == Event.SALE))


def is_up_to_date(database: Database) -> bool:
    """Tell whether the kept lines are of the state that the books are in."""
    with database.reading() as connection:
        kept = kept_state(connection)
        return kept is not None and kept[0] == state(connection)


def save(database: Database, cost: str, order: str = "111-0") -> int:
    """Save a cost of an order's sale; return the batch."""
    answer = {"key": sale_of(database, order), "unit_cost": Decimal(cost), "kind": str(OverrideKind.ENTERED)}
    return say(database, [answer])


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


def kept_rows(database: Database) -> set[tuple[str, int]]:
    """Return the key of each kept line and the number of its row, which another row has once it was written again."""
    with database.reading() as connection:
        return {(key, row) for key, row in connection.execute(text("SELECT key, rowid FROM costed_line"))}


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
        observations.add(connection, said, batches.new(connection, BatchKind.SYNC, **WHO), START)


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


def now(database: Database) -> str:
    with database.reading() as connection:
        return state(connection)


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
