"""What is typed of lines whose units come from pulled orders, and what a preview says, is what the books do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from core.books.books import with_settings
from core.books.costed_lines.recosting import after_save
from core.books.database import Database, marketplace_tables
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import plan_answers, save_answers
from core.books.settings import stored_settings
from core.model import Cause, CostStatus
from core.settings import POLICIES_NAME, Policies
from tests.core.books.documents.pulled_orders import (
    AUGUST,
    NOW,
    ORDER,
    SEPTEMBER,
    SHIPPED,
    both,
    bring_in,
    cogs,
    export,
    in_parts,
    kept_as_costed,
    raised,
    save,
    sync,
)
from tests.core.marketplaces.shopify_documents import Paid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.books import Books


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with kept_as_costed(tmp_path) as opened:
        yield opened


@pytest.mark.long
def test_a_line_confirmed_as_zero_does_not_swallow_the_goods(database: Database) -> None:
    """A deposit whose document did not tell parcels was answered with zero and exported: the balance asks."""
    down, rest = Paid("11", "6.00", "2026-08-03"), Paid("12", "14.00", "2026-11-03")
    first, second = both(replace(ORDER, paid=(down,)), replace(ORDER, paid=(down, rest)))
    bring_in(database, first)
    (key,) = load_books(database).lines["key"]
    save(database, key, zero_confirmed=True, unit_cost=Decimal(0))
    export(database, "801")
    bring_in(database, second)
    sync(database, ("A", 1))
    books = load_books(database)
    (asked,) = books.lines[books.lines["cost_status"] == CostStatus.MISSING].to_dict("records")

    assert ("901", Cause.UNITS_DISAGREE) == (asked["settlement_id"], asked["cause"])
    assert "confirmed at cost 0" in asked["cost_note"]
    save(database, asked["key"], units_back=1)
    assert 10 == cogs(load_books(database))


def zero() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return payouts of an order in two parts, what left of it, and zero for the first part."""
    down, rest = Paid("11", "6.00", "2026-08-03"), Paid("12", "14.00", "2026-11-03")
    return both(replace(ORDER, paid=(down,)), replace(ORDER, paid=(down, rest))), 1, {"zero_ok": True}


def typed_cost() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return the same with a cost for the first part, which keeps its unit."""
    return *zero()[:2], {"cost": Decimal("9.50")}


def typed_units() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return three units of which Finale shipped two, and the answer to the line that asks."""
    return in_parts(), 2, {"units_back": 1, "stock_edited": True}


@pytest.mark.long
@pytest.mark.parametrize("answered", [zero, typed_cost, typed_units])
def test_a_preview_counts_the_units_as_the_books_will(database: Database, answered: Callable[[], Any]) -> None:
    """Zero for the first payment of an order moves its units to the second: what is announced is what is booked."""
    documents, shipped, given = answered()
    bring_in(database, *documents)
    sync(database, ("A", shipped))
    books = load_books(database)
    asking = books.lines[(books.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False).astype(bool)]
    row = (asking if answered is typed_units else books.lines).iloc[0]
    answers = [Answer(str(row["key"]), 0, **{"cost": None, "proposal": None, **given})]
    options: dict[str, Any] = {"settlement_ids": None, "accept_proposals": False, "who": "M. Lee", "now": NOW}
    planned = plan_answers(books, answers, **options).after
    save_answers(database, books, answers, accept_suspect=True, **options)

    booked = load_books(database)
    assert same(planned, booked)
    assert same(after_save(database, books), booked)
    if answered is zero:
        asks = (booked.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False)
        assert ["901"] == booked.lines.loc[asks.astype(bool), "settlement_id"].tolist(), "the second payment asks now"


def same(one: Books, other: Books) -> bool:
    """Tell whether two states of the books have the same lines and costs."""
    names = ["key", "quantity", "stock_effect", "unit_cost", "cogs", "cost_status", "cause", "cost_note"]
    return bool(one.lines[names].equals(other.lines[names]))


@pytest.mark.long
@pytest.mark.parametrize("start", [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)])
def test_a_preview_of_books_start_counts_as_the_books_will(database: Database, start: date) -> None:
    """Whether an order was first paid before books start decides whether its units are asked."""
    bring_in(database, raised()[1])
    sync(database, ("A", 3))
    books = load_books(database)
    policies = books.policies.model_copy(update={"books_start": start})
    planned = with_settings(books, policies, books.zones)
    with database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, policies, who="M. Lee", now=NOW)

    assert same(planned, load_books(database))
    asks = (planned.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False).any()
    assert bool(asks) is (start == date(2026, 9, 1))


def test_an_order_first_paid_before_books_start_is_asked(database: Database) -> None:
    """Its units may have been expensed in the books before these."""
    with database.writing() as connection:
        policies = Policies(books_start=date(2026, 9, 1))
        stored_settings.put(connection, POLICIES_NAME, policies, who="M. Lee", now=NOW)
    bring_in(database, raised()[1])
    sync(database, ("A", 3))
    books = load_books(database)

    assert [Cause.UNITS_DISAGREE] == books.lines["cause"].dropna().tolist()
    assert "before books start" in books.lines["cost_note"].iloc[0]


@pytest.mark.long
def test_units_beside_a_downloaded_export_are_asked_until_its_payout_is_pulled(database: Database) -> None:
    """The export has no SKUs: whether its line counts the units, nobody can know. The record settles it."""
    csv = (
        b"Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
        b"2026-08-03 12:00:00 +0000,charge,#1001,2026-08-06,801,20.00,0.00,20.00,USD\n"
    )
    bring_in(database, csv, SEPTEMBER)
    sync(database, *SHIPPED)
    books = load_books(database)
    asked = books.lines[(books.lines["settlement_id"] == "901") & (books.lines["cost_status"] == CostStatus.MISSING)]

    assert {Cause.UNITS_DISAGREE} == set(asked["cause"])
    bring_in(database, AUGUST)
    assert 17 == cogs(load_books(database))


@pytest.mark.long
def test_documents_of_older_books_take_part_when_another_one_comes(database: Database) -> None:
    """The books did not keep what August's document says of units; September's brings it from the kept bytes."""
    bring_in(database, AUGUST)
    with database.writing() as connection:
        connection.execute(delete(marketplace_tables.order_units))
    bring_in(database, SEPTEMBER)
    sync(database, *SHIPPED)
    with database.reading() as connection:
        documents = connection.scalars(select(marketplace_tables.order_units.c.sha256).distinct()).all()

    assert 17 == cogs(load_books(database))
    assert 2 == len(documents)
