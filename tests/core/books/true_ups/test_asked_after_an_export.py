"""Exported lines of which it is asked only since what became of their goods: shown, and answered a true-up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from core.books.costed_lines.late_questions import any_late_question
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database
from core.books.database.company import new_company
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.type_choices import are_asked
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.removing import remove_settlements
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import questions_since_export
from core.frame_columns import records
from core.model import Cause
from tests.core.books.documents import reported_returns
from tests.core.books.documents.reported_returns import GIVEN_BACK, back, bring_in, fee, sold, statement
from tests.core.books.shops import Shop, lost, refund, sale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.database import Connection
    from core.books.settlements.booked_settlement import OriginalFile

NOW = reported_returns.NOW
OUT = (sold(1), back(1))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as opened:
        yield opened


def export_all(database: Database) -> None:
    books = load_books(database)
    for one in books.settlements:
        export_settlement(database, load_books(database), one, ExportOptions(), who="M. Lee", now=NOW)


def asked(database: Database) -> list[tuple[object, object]]:
    """Return SKU and cause of the exported lines that are asked; the kept lines say the same."""
    books = load_books(database)
    keep(database, books)
    rows = records(questions_since_export(books))
    with database.reading() as connection:
        assert any_late_question(connection) == bool(rows) == bool(books.late_questions)
    return [(row["sku"], row["cause"]) for row in rows]


def proposed(database: Database) -> list[Decimal]:
    return list(differences(load_books(database))["difference"])


def answer(database: Database, units: int) -> None:
    """Say how many units came back of what is asked, at the cost that is proposed."""
    books = load_books(database)
    answers = [
        Answer(row["key"], 0, row["proposed_cost"], row["proposed_cost"], units_back=units, stock_edited=True)
        for row in records(questions_since_export(books))
    ]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, who="M. Lee", now=NOW)


def of_amazon(*words: str) -> tuple[tuple[OriginalFile, ...], OriginalFile]:
    return (reported_returns.SETTLEMENT,), reported_returns.report(*words)


def of_walmart(before: tuple[str, ...], *since: str) -> tuple[tuple[OriginalFile, ...], OriginalFile]:
    return (statement(6, *OUT, *before),), statement(7, *since)


def read_by(connection: Connection, *works: Callable[[], object]) -> set[str]:
    """Return how SQLite says that it reads the lines, by the words of its plans."""
    asked: list[Any] = []

    def note(*told: Any) -> None:
        asked.append(told[2:4])

    event.listen(connection, "before_cursor_execute", note)
    for work in works:
        work()
    event.remove(connection, "before_cursor_execute", note)
    plans = (connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in asked)
    steps = {str(row[-1]) for plan in plans for row in plan}
    return {re.sub(r"_\d+(?= USING)", "", step) for step in steps if "line" in step or "transaction" in step}


def test_what_exported_lines_ask_is_found_without_reading_the_lines(tmp_path: Path) -> None:
    """However many went out: those alone are read that are in an index of what may ask, and what left the books.

    A type and an amount that nobody has declared are found there as in a table of lines.
    """
    odd = {**sale("111-2", "CUP"), "amount-description": "New", "amount-type": "New"}
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP"), odd, {**odd, "order-id": "", "transaction-type": "New"}, lost("MUG"))
    with shop.database.reading() as connection:
        booked, found = stored_settlements.booked_settlements(connection), []
        steps = read_by(
            connection,
            lambda: any_late_question(connection),
            lambda: found.append(settlement_lines.lines_with_asked_words(connection, booked)),
        )
        stored = settlement_lines.stored_transactions(connection)
    shop.database.close()

    assert {
        "SCAN costed_line USING INDEX ix_costed_line_open_goods",
        "SCAN ended_transaction USING COVERING INDEX ix_ended_transaction_key",
        "SCAN later_transaction USING COVERING INDEX ix_later_transaction_key",
        "SEARCH costed_line USING INDEX ix_costed_line_original_key (original_key=?)",
        "SEARCH transaction USING INDEX sqlite_autoindex_transaction_1 (key=?)",
        "SEARCH transaction USING INDEX ix_transaction_order_id (order_id=?)",
        "SEARCH transaction USING INDEX ix_transaction_asked_words (settlement=?)",
    } == steps
    asked = stored[are_asked(stored)]
    assert (4, 2) == (len(stored), len(asked))
    assert [sorted(asked["key"])] == [sorted(lines["key"]) for lines in found]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("files", "was", "sku"),
    [
        (of_walmart((fee(),), fee(**GIVEN_BACK)), 0, "MUG"),
        (of_walmart((), fee(**GIVEN_BACK)), -5, "MUG"),
        (of_walmart((), fee(), fee(place=",,108,1", **GIVEN_BACK)), -5, "MUG"),
        (of_amazon("REPAIRED"), -4, "MUG"),
        (of_amazon("SELLABLE (used)"), -4, "MUG"),
        (of_amazon("verkaufbar"), -4, "MUG"),
    ],
)
@pytest.mark.parametrize("units", [0, 1])
def test_a_refund_whose_goods_are_open_since_is_asked_and_answered_a_true_up(
    database: Database, files: tuple[tuple[OriginalFile, ...], OriginalFile], was: int, sku: str, units: int
) -> None:
    """A fee that is given back, a state that nobody has declared: nothing is proposed until somebody says what came."""
    bring_in(database, *files[0])
    reported_returns.refund_line(database) if was == -4 else reported_returns.costs(database)
    export_all(database)
    quiet = asked(database)
    bring_in(database, files[1])
    loud = (asked(database), proposed(database))
    answer(database, units)

    cost = -4 * units if was == -4 else -5 * units
    assert [] == quiet
    assert ([(sku, Cause.UNITS_UNKNOWN)], []) == loud
    assert ([], [Decimal(cost - was)] if cost != was else []) == (asked(database), proposed(database))
    assert (was,) == tuple(set(load_books(database).lines.query("event == 'refund'")["cogs"]))


@pytest.mark.long
@pytest.mark.parametrize("kept", [-1, -2, -3])
def test_a_clawback_is_asked_while_its_loss_is_out_of_the_books(tmp_path: Path, kept: int) -> None:
    """Exported with the loss's cost, it has none to name when that is removed; imported again, nothing is asked."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", -kept))
    shop.bring_in("2", sale("222-1", "CUP"), {**lost("CUP", kept), "amount": "-9.00"})
    shop.finale_says({("111-1", "CUP"): "5.00", ("222-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("2")
    quiet = asked(shop.database)
    books = shop.books
    remove_settlements(shop.database, books, [books.named(["1"])[0]], who="M. Lee", now=NOW)
    loud = (asked(shop.database), proposed(shop.database))
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", -kept))

    assert ([], ([("CUP", Cause.ORIGINAL_MISSING)], [])) == (quiet, loud)
    assert ([], []) == (asked(shop.database), proposed(shop.database))
    shop.database.close()


@pytest.mark.long
def test_an_original_that_has_another_key_since_is_not_gone(tmp_path: Path) -> None:
    """Another settlement has the sale of that order and SKU: books are loaded in parts again, and nothing is asked."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.bring_in("2", refund("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("2")
    books = shop.books
    remove_settlements(shop.database, books, [books.named(["1"])[0]], who="M. Lee", now=NOW)
    without = shop.books.late_questions
    shop.bring_in("3", sale("111-1", "CUP"))
    keep(shop.database, shop.books)
    with shop.database.reading() as connection:
        kept = any_late_question(connection)

    assert (1, frozenset(), False) == (len(without), shop.books.late_questions, kept)
    shop.database.close()
