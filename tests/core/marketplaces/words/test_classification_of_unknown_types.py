"""Undeclared words that the bookkeeper has classified."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import AMOUNT_COLUMNS
from core.line_types import LineType
from core.marketplaces import read_file
from core.marketplaces.words.classification import CHOICES, OLDER_CHOICES, choice_of, classified
from core.model import Event, Goods
from core.typed_amounts import from_text
from tests.core.marketplaces.amazon_files import flat_file, line, summary

if TYPE_CHECKING:
    import pandas as pd

KNOWN = line("10.00")


def unknown(amount: str = "12.00", **cells: str) -> dict[str, str]:
    """Return a row about two units whose reason nobody knows."""
    kind = {"transaction_type": "other-transaction", "amount_type": "other-transaction"}
    return line(amount, **{**kind, "amount_description": "NEW_REASON", "quantity_purchased": "2", **cells})


def transactions(*lines: dict[str, str]) -> pd.DataFrame:
    """Return the transactions of a file."""
    return read_file(flat_file([summary("0"), *lines])).settlements[0].transactions


@pytest.mark.parametrize(
    ("choice", "event", "goods", "quantity", "column"),
    [
        ("Reimbursements for lost or damaged goods", Event.REIMBURSEMENT, Goods.LOST, 2, "other"),
        ("Reimbursements", Event.REIMBURSEMENT, Goods.UNCLEAR, 2, "other"),
        ("Reimbursements taken back", Event.REIMBURSEMENT_REVERSAL, Goods.FOUND, -2, "other"),
        ("Sales", Event.SALE, Goods.SOLD, 2, "other"),
        ("Refunds, goods kept by the buyer", Event.REFUND, Goods.KEPT, -2, "other"),
        ("Chargebacks", Event.DISPUTE, Goods.KEPT, 2, "other"),
        ("Storage", Event.FEE, Goods.UNCLEAR, 2, "other_fee"),
        ("Other fees", Event.FEE, Goods.UNCLEAR, 2, "other_fee"),
        ("Advertising", Event.ADVERTISING, Goods.UNCLEAR, 2, "other_fee"),
        ("Adjustments", Event.ADJUSTMENT, Goods.UNCLEAR, 2, "other"),
        ("Tax collected", Event.TAX_ONLY, Goods.UNCLEAR, 2, "other"),
        ("Loans", Event.BALANCE, Goods.UNCLEAR, 2, "other"),
    ],
)
def test_choice_decides_event_goods_and_line_type(
    choice: str, event: Event, goods: Goods, quantity: int, column: str
) -> None:
    """What the bookkeeper says holds for every transaction with these words; the amount stays."""
    (row,) = classified(transactions(unknown()), {"other-transaction / NEW_REASON": choice}).to_dict("records")

    assert (event, goods, quantity) == (row["event"], row["goods"], row["quantity"])
    assert {column: Decimal(12)} == {name: row[name] for name in AMOUNT_COLUMNS if row[name]}
    assert [(CHOICES[choice].line_type, column)] == [(one.line_type, one.column) for one in from_text(row["typed"])]


@pytest.mark.few(1)
@pytest.mark.parametrize("cells", [{"sku": ""}, {"quantity_purchased": ""}, {"quantity_purchased": "0"}])
@pytest.mark.parametrize("choice", ["Other fees", "Advertising", "Loans", "Reimbursements"])
def test_money_that_names_no_units_of_an_sku_asks_about_no_goods(choice: str, cells: dict[str, str]) -> None:
    """The question about goods is left standing only where the line names some."""
    (row,) = classified(transactions(unknown(**cells)), {"other-transaction / NEW_REASON": choice}).to_dict("records")

    assert Goods.NONE == row["goods"]


def test_known_types_and_other_words_stay() -> None:
    """Only what is listed as unknown and chosen changes."""
    before = transactions(KNOWN, unknown(), unknown("1", transaction_type="Glitter"))

    after = classified(before, {"Order": "Storage", "Never seen": "Storage"})

    assert before.equals(after)
    assert before is classified(before, {})


def asked_words(text: str | None) -> tuple[str, ...]:
    """Return the words among a transaction's typed amounts that nobody has declared or chosen."""
    return tuple(one.word for one in from_text(text) if one.line_type is None)


def test_an_unknown_amount_of_an_order_is_classified_by_itself() -> None:
    """The order stays a sale of its units, the amount in its column; only what it is about is told."""
    order = transactions(line("10.00"), line("-1.00", amount_type="ItemFees", amount_description="Sparkle Levy"))
    (row,) = classified(order, {"ItemFees / Sparkle Levy": "Storage"}).to_dict("records")

    assert ("sale", 1, Decimal(-1)) == (row["event"], row["quantity"], row["other_fee"])
    assert (LineType.STORAGE,) == tuple(one.line_type for one in from_text(row["typed"]))
    assert ("ItemFees / Sparkle Levy",) == asked_words(order["typed"].iloc[0])


@pytest.mark.parametrize(
    "word", ["other-transaction / new reason", "OTHER-TRANSACTION / NEW-REASON", "other-transaction / *"]
)
def test_words_are_compared_without_case_blanks_and_hyphens(word: str) -> None:
    """And what books of earlier versions said of a type holds for all its descriptions."""
    (row,) = classified(transactions(unknown()), {word: "Storage"}).to_dict("records")

    assert "fee" == row["event"]


@pytest.mark.parametrize("event", [event for event in Event if event is not Event.PAYOUT])
def test_what_earlier_versions_stored_is_a_choice(event: Event) -> None:
    """An event was chosen there; each is one of today's choices, typed in any case."""
    choice = choice_of(event.value.upper())

    assert choice == OLDER_CHOICES[event.value]
    assert choice in CHOICES


def test_words_are_those_that_are_listed() -> None:
    """The word on sheet Transaction types is the one `inspect` lists."""
    reading = read_file(flat_file([summary("0"), unknown(), unknown("1", transaction_type="Glitter")]))
    rows = reading.settlements[0].transactions

    assert set(reading.unknown_types) == {word for text in rows["typed"] for word in asked_words(text)}
