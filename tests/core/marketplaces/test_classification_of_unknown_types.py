"""Unknown types that the bookkeeper has classified."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.marketplaces import read
from core.marketplaces.classification import classified, word_of
from core.model import AMOUNT_COLUMNS, Event, StockEffect
from tests.core.marketplaces.amazon_files import flat_file, line, summary

if TYPE_CHECKING:
    import pandas as pd

KNOWN = line("10.00")


def unknown(amount: str = "12.00", **cells: str) -> dict[str, str]:
    """Return a row about two units whose reason nobody knows."""
    kind = {"transaction_type": "other-transaction", "amount_type": "FBA Inventory Reimbursement"}
    return line(amount, **{**kind, "amount_description": "NEW_REASON", "quantity_purchased": "2", **cells})


def transactions(*lines: dict[str, str]) -> pd.DataFrame:
    """Return the transactions of a file."""
    return read(flat_file([summary("0"), *lines])).settlements[0].transactions


@pytest.mark.parametrize(
    ("event", "quantity", "stock_effect", "column"),
    [
        (Event.REIMBURSEMENT, 2, StockEffect.OUT, "other"),
        (Event.REIMBURSEMENT_REVERSAL, -2, StockEffect.IN, "other"),
        (Event.SALE, 2, StockEffect.OUT, "other"),
        (Event.REFUND, -2, StockEffect.UNKNOWN, "other"),
        (Event.FEE, 2, StockEffect.NONE, "other_fee"),
        (Event.BALANCE, 2, StockEffect.NONE, "other"),
    ],
)
def test_choice_decides_event_stock_and_column(
    event: Event, quantity: int, stock_effect: StockEffect, column: str
) -> None:
    """What the bookkeeper says holds for every transaction with these words; the amount stays."""
    (row,) = classified(transactions(unknown()), {"other-transaction / NEW_REASON": event}).to_dict("records")

    assert (event, quantity, stock_effect) == (row["event"], row["quantity"], row["stock_effect"])
    assert {column: Decimal(12)} == {name: row[name] for name in AMOUNT_COLUMNS if row[name]}


def test_known_types_and_other_words_stay() -> None:
    """Only what is listed as unknown and chosen changes."""
    before = transactions(KNOWN, unknown(), unknown("1", transaction_type="Glitter"))

    after = classified(before, {"Order": Event.FEE, "Never seen": Event.FEE})

    assert before.equals(after)
    assert before is classified(before, {})


def test_words_are_those_that_are_listed() -> None:
    """The word on Setup is the one `inspect` lists."""
    reading = read(flat_file([summary("0"), unknown(), unknown("1", transaction_type="Glitter")]))
    rows = reading.settlements[0].transactions

    assert set(reading.unknown_types) == {
        word_of(kind, description) for kind, description in zip(rows["raw_type"], rows["raw_description"], strict=True)
    }
