"""Files that come are brought along by ties: what they brought is costed with what it may touch, as if all had been."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines import bringing_in
from core.books.costed_lines.bringing_in import NewDocuments
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep
from core.books.documents import file_rows
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.books.verification.kept_lines import kept_tie_outs
from core.frame_columns import REIMBURSEMENT_COLUMNS, RETURN_COLUMNS, frame
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import (
    NUMBERS,
    Stored,
    a_company,
    answers,
    is_up_to_date,
    say,
    store,
    store_settlement,
    stored_books,
)
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, open_books
from tests.core.costing.random_books import START, STORES, Row
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from core.books.database import Database

PLACES = [(store_name, number) for store_name in STORES for number in NUMBERS]


def come(database: Database, books: Stored, places: Collection[tuple[str, str]]) -> None:
    """Put settlements into the books that were not there."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        for name, number in places:
            store_settlement(connection, name, number, books.rows.lines, batch)


def report(database: Database, rows: Sequence[Row], name: str) -> None:
    """Put a report of returned goods into the books."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        file, told = OriginalFile(name, name.encode()), frame(RETURN_COLUMNS, rows)
        file_rows.add(connection, RETURNED_GOODS, told, store=STORES[0], file=file, batch=batch, now=START)


def brought_along(books: Stored, data: st.DataObject, *, with_more: bool) -> bool:
    """Let settlements come, one or several at a time, and hold what was brought along against a full costing.

    Args:
        books: Of which some settlements come later.
        data: Draws.
        with_more: Whether answers are saved and returns are reported between them.

    Returns:
        Whether everything was brought along.
    """
    later: list[tuple[str, str]] = data.draw(st.lists(st.sampled_from(PLACES), unique=True, min_size=1, max_size=3))
    near = True
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books, later=later)
        keep(database, load_books(database))
        while later:
            count = data.draw(st.integers(1, len(later)))
            some, later = later[:count], later[count:]
            come(database, books, some)
            if with_more and data.draw(st.booleans()):
                report(database, books.returned[:1], f"{len(later)}.txt")
            keys = [r["key"] for r in books.rows.lines if (r["store"], r["settlement_id"]) not in later]
            if with_more and data.draw(st.booleans()) and keys:
                say(database, data.draw(answers(keys)))
            catch_up(database)
            near = near and is_up_to_date(database)
            anew = load_books(database, anew=True)
            assert_kept_as_costed(database, anew)
            with database.reading() as connection:
                assert all(one.ok for one in kept_tie_outs(connection, anew))
            keep(database, anew)
    return near


@pytest.mark.long
@hypothesis_settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_settlements_that_come_are_brought_along_as_costing_everything_gives(
    books: Stored, data: st.DataObject
) -> None:
    brought_along(books, data, with_more=False)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_with_answers_and_reports_beside_them_alike(books: Stored, data: st.DataObject) -> None:
    brought_along(books, data, with_more=True)


@pytest.mark.long
def test_a_line_that_a_reimbursements_report_may_tell_of_brings_nothing_along(tmp_path: Path) -> None:
    """Rows and lines are matched over all the books; without the report, and of other lines, it is brought along."""
    many = tuple(Life(f"222-{number}", "US", sold=((0, 1),), refunds=(), lost=None) for number in range(9))
    files = files_of((Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=2), *many))
    row = {"reimbursement_id": "5001", "approved_at": START, "raw": "Lost_Warehouse", "amount": Decimal(5)}
    with open_books(tmp_path) as database:
        bring_in(database, "US", files["US", 0])
        with database.writing() as connection:
            batch = batches.new(connection, BatchKind.IMPORT, **WHO)
            told = frame(REIMBURSEMENT_COLUMNS, [row | dict.fromkeys(("order_id", "sku", "original_id"), "")])
            told = told.assign(currency="USD")
            file = OriginalFile("reimbursements.txt", b"reimbursements")
            file_rows.add(connection, REIMBURSEMENTS, told, store="US", file=file, batch=batch, now=START)
        keep(database, load_books(database))
        bring_in(database, "US", files["US", 1])
        catch_up(database)
        assert is_up_to_date(database)
        bring_in(database, "US", files["US", 2])
        catch_up(database)
        assert not is_up_to_date(database)


@pytest.mark.parametrize("others", [9, 0], ids=["little beside what was there", "as much as was there"])
def test_what_came_is_brought_in_where_it_is_little(tmp_path: Path, others: int) -> None:
    """Its keys are named with their settlement; where much comes, all lines are costed."""
    many = tuple(Life(f"222-{number}", "US", sold=((0, 1),), refunds=(), lost=None) for number in range(others))
    files = files_of((Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None), *many))
    with open_books(tmp_path) as database:
        bring_in(database, "US", files["US", 0])
        keep(database, load_books(database))
        bring_in(database, "US", files["US", 1])
        came = load_books(database, anew=True).settlements[-1]
        with database.keeping() as connection:
            brought = bringing_in.bring_in(connection, database.company, {came.id}, NewDocuments((), ()), set())
        keys = set(load_books(database, anew=True).lines_of(came)["key"])

    assert (dict.fromkeys(keys, came.id) if others else None) == (brought and brought.new)
