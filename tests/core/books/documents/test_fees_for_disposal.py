"""A fee for disposal says that the goods of its refund were destroyed, in whatever statement it comes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.undo import undo_last
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.removing import remove_settlements
from core.books.true_ups.cost_comparison import differences
from core.model import Disposition
from tests.core.books.documents.reported_returns import (
    FEE,
    GIVEN_BACK,
    NOW,
    back,
    bring_in,
    costs,
    fee,
    sold,
    statement,
)
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("refunds", "fees", "cogs"),
    [
        ([back(1)], [fee()], [0]),
        ([back(1)], [fee(place=",,108,1")], [0]),
        ([back(1)], [fee(place=",,108,")], [0]),
        ([back(1)], [fee(place="200,1,,")], [0]),
        ([back(1)], [fee(place="200,1,108,1", units="1", sku="MUG")], [0]),
        ([back(1)], [fee("1 " + FEE)], [0]),
        ([back(1)], [fee("wfs_returned-item disposal FEE")], [0]),
        ([back(1)], [fee("Returned Item Disposal Fee")], [0]),
        ([back(1)], [fee(place="201,1,109,1")], [-5]),
        ([back(3)], [fee("3 " + FEE)], [0]),
        ([back(3)], [fee()], [0]),
        ([back(3)], [fee("2 x " + FEE)], [-5]),
        ([back(3)], [fee(units="1")], [-10]),
        ([back(3)], [fee(units="1"), fee(units="1")], [-5]),
        ([back(1), back(1, price="9.99")], [fee()], [0, -5]),
        ([back(1), back(1, price="9.99")], [fee(), fee()], [0, 0]),
        ([back(1), back(1, price="9.99")], [fee("2 " + FEE)], [0, 0]),
        ([back(1), back(1, price="9.99")], [fee(units="1")], [0, -5]),
        ([back(1), back(1, "CUP", 2)], [fee(sku="CUP")], [0, -5]),
        ([back(1), back(1, "CUP", 2)], [fee(place=",,108,2")], [None, None]),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_a_fee_for_disposal_is_of_its_refund_in_whatever_statement(
    database: Database, refunds: list[str], fees: list[str], cogs: list[int | None], *, together: bool
) -> None:
    """A destroyed return of 5.00 takes nothing back: as often as fees say, no more, whichever statement has them."""
    sales = [sold(3), sold(1, "CUP", 2)]
    if together:
        bring_in(database, statement(6, *sales, *refunds, *fees))
        cogs = [0 if sku == "CUP" else -5 for sku in ("CUP", "MUG")] if None in cogs else cogs
    else:
        bring_in(database, statement(6, *sales, *refunds), statement(7, *fees))

    assert cogs == costs(database)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("refunds", "fees", "cogs"),
    [
        ([back(1)], [fee(), fee(**GIVEN_BACK)], [None]),
        ([back(2)], [fee(units="1", sku="MUG"), fee(units="1", sku="MUG", **GIVEN_BACK)], [None]),
        ([back(1)], [fee(**GIVEN_BACK)], [None]),
        ([back(3)], [fee("2 x " + FEE), fee(place=",,108,1", **GIVEN_BACK)], [None]),
        ([back(1), back(1, "CUP", 2)], [fee(), fee(**GIVEN_BACK, sku="MUG")], [-5, None]),
        ([back(1)], [fee(place="201,1,109,1", **GIVEN_BACK)], [-5]),
        ([back(1)], [fee(), fee(amount="0.00")], [0]),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_fee_for_disposal_that_is_given_back_destroys_nothing_and_is_asked(
    database: Database, refunds: list[str], fees: list[str], cogs: list[int | None], *, apart: bool
) -> None:
    """It counted as one more destroyed unit; whether the unit is stock again, or was paid for, nobody says."""
    sales, last = [sold(3), sold(1, "CUP", 2)], fees[-1:]
    files = [statement(6, *sales, *refunds, *fees[:-1], *([] if apart else last))]
    bring_in(database, *files, *([statement(7, *last)] if apart else []))

    assert cogs == costs(database)
    notes = load_books(database).lines["cost_note"]
    assert (None in cogs) == notes.str.contains(f"{FEE}, given back", regex=False).any()


@pytest.mark.long
def test_a_fee_of_the_next_statement_corrects_an_exported_refund(database: Database) -> None:
    """The refund went out with -5.00; the fee says that its unit was destroyed: +5.00 as a true-up, with its reason."""
    bring_in(database, statement(6, sold(1), back(1)))
    assert [Decimal(-5)] == costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)

    bring_in(database, statement(7, fee()))

    (found,) = differences(load_books(database)).to_dict("records")
    assert (Decimal(5), "disposition", Disposition.UNSELLABLE) == (
        found["difference"],
        found["cause"],
        found["disposition"],
    )


def take_out(database: Database, *settlement_ids: str) -> None:
    books = load_books(database)
    named = [one for one in books.settlements if one.settlement_id in settlement_ids]
    remove_settlements(database, books, named, who="M. Lee", now=NOW)


SOLD_AND_BACK = (sold(1), back(1))


@pytest.mark.long
def test_a_fee_that_a_corrected_file_lacks_says_nothing_any_more(database: Database) -> None:
    """The file that does not tie out gives way with its fee, and so do its words about the goods."""
    bring_in(database, statement(6, *SOLD_AND_BACK, fee(), total="0.00"))
    assert [Decimal(0)] == costs(database)
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_a_fee_ends_with_its_settlement_and_comes_back_with_it(database: Database) -> None:
    """Removed, brought back by undo, removed and imported again: the refund follows each time."""
    later = statement(7, fee())
    bring_in(database, statement(6, *SOLD_AND_BACK), later)
    seen = [costs(database)]
    take_out(database, "20260701-20260714")
    seen.append(costs(database))
    undo_last(database, who="M. Lee", now=NOW)
    seen.append(costs(database))
    take_out(database, "20260701-20260714")
    bring_in(database, later)
    seen.append(costs(database))

    assert [[0], [-5], [0], [0]] == seen


@pytest.mark.long
def test_another_file_in_the_place_of_a_removed_one_hears_nothing_of_it(database: Database) -> None:
    """All of a statement is removed, with the fee; what is imported then has none."""
    bring_in(database, statement(6, *SOLD_AND_BACK, fee()))
    take_out(database, "20260601-20260614")
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


def test_a_file_that_is_refused_says_nothing_of_goods(database: Database) -> None:
    """It differs from what the books have, and nothing of it enters them."""
    bring_in(database, statement(6, *SOLD_AND_BACK))
    (refused,) = bring_in(database, statement(6, *SOLD_AND_BACK, fee()))
    assert (True, None) == (refused.needs_attention, refused.returns)
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_the_same_statement_packed_otherwise_ends_with_its_lines_too(database: Database) -> None:
    """Its bytes are others and its lines the same: its fee is the one that is there already, and goes with it."""
    one = statement(6, *SOLD_AND_BACK, fee())
    bring_in(database, one, OriginalFile("again.csv", one.content.replace(b"\n", b"\r\n")))
    assert [Decimal(0)] == costs(database)
    take_out(database, "20260601-20260614")
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_a_fee_that_is_removed_after_the_refund_went_out_is_a_true_up(database: Database) -> None:
    """It went out as destroyed, 0.00; without the fee its unit is stock again: -5.00, in the open period."""
    bring_in(database, statement(6, *SOLD_AND_BACK), statement(7, fee()))
    costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)
    assert differences(load_books(database)).empty
    take_out(database, "20260701-20260714")

    (found,) = differences(load_books(database)).to_dict("records")
    assert (Decimal(-5), Disposition.RESTOCKED) == (found["difference"], found["disposition"])
