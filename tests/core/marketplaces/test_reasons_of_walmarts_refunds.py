"""Walmart states the reason of a refund: words about goods decide, why the buyer got the money does not, others ask."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import records
from core.marketplaces.reading.column_parsing import columns_of
from core.marketplaces.reading.contents import Contents
from core.marketplaces.walmart import recon_v1, recon_v1_columns
from core.model import Goods
from tests.core.marketplaces.same_readings import assert_same, outcome
from tests.core.marketplaces.words.test_units_beside_undeclared_words import WALMART
from tests.examples import examples

if TYPE_CHECKING:
    from random import Random

READERS = pytest.mark.parametrize("reader", [recon_v1, recon_v1_columns])


def refunds(reader: object, *rows: tuple[str, str]) -> list[tuple[str, str | None]]:
    """Return goods and words of refunds with a description and a reason each, in the order of their moments."""
    lines = [
        f",,,,K{day},07/{day}/2026,Refund,{description},2000123,1,1088,1,-20.00,Product Price,1,,,{reason},W-9"
        f"{',' * 13}"
        for day, (description, reason) in enumerate(rows, start=15)
    ]
    head = f"07/14/2026,07/28/2026,-{20 * len(rows)}.00,USD,,,PaymentSummary{',' * 25}"
    contents = Contents("w.csv", "\n".join([WALMART, head, *lines]).encode())
    (settlement,) = reader.FORMAT.read(contents).settlements  # type: ignore[attr-defined]  # one of the two modules
    return [(row["goods"], row["raw_description"]) for row in records(settlement.transactions)]


@READERS
@pytest.mark.parametrize(
    ("description", "reason", "goods"),
    [
        ("Return Refund", "", Goods.REFUNDED),
        ("Return Refund", "DamagedItem", Goods.REFUNDED),
        ("Return Refund", "Customer Changed Mind", Goods.REFUNDED),
        ("Return Refund", "Shipping & Delivery -> Damaged", Goods.REFUNDED),
        ("Return Refund", "Keep it", Goods.KEPT),
        ("Return Refund", "Return not required", Goods.KEPT),
        ("Keep-it refund", "DamagedItem", Goods.KEPT),
        ("Keep-it refund", "A reason of tomorrow", Goods.KEPT),
        ("Return Refund", "A reason of tomorrow", Goods.REFUND_UNCLEAR),
        ("Return Refund", "Finance -> Goodwill", Goods.REFUND_UNCLEAR),
        ("Return Refund", "ItemNotReceivedByCustomer", Goods.REFUND_UNCLEAR),
        ("Seller Initiated Returns", "DamagedItem", Goods.REFUND_UNCLEAR),
        ("A word of tomorrow", "Keep it", Goods.KEPT),
    ],
)
def test_a_reason_decides_about_goods_only_in_declared_words(
    reader: object, description: str, reason: str, goods: Goods
) -> None:
    """By rows and by columns; the reason stands beside the description, so that whoever is asked reads it."""
    expected = f"{description} / {reason}" if reason else description
    assert [(goods, expected)] == refunds(reader, (description, reason))


@READERS
def test_each_refund_has_its_own_reason(reader: object) -> None:
    """Rows that differ in their reason alone are told apart."""
    told = refunds(reader, ("Return Refund", "Keep it"), ("Return Refund", ""), ("Return Refund", "Zork"))
    assert [Goods.KEPT, Goods.REFUNDED, Goods.REFUND_UNCLEAR] == [goods for goods, _ in told]


def of_one_moment(reader: object, *rows: tuple[str, str, str]) -> list[tuple[str, str | None, object, object]]:
    """Return goods, words, units and net of refunds of one order line on one day, by their words.

    Args:
        reader: Of which module.
        rows: Amount type, amount and reason of each row; a price is one of one unit.
    """
    lines = [
        f",,,,,07/15/2026,Refund,Return Refund,2000123,1,1088,1,{amount},{kind},{1 if kind in PRICE else ''},,,{reason}"
        f",W-9{',' * 13}"
        for kind, amount, reason in rows
    ]
    total = sum(Decimal(amount) for _, amount, _ in rows)
    head = f"07/14/2026,07/28/2026,{total},USD,,,PaymentSummary{',' * 25}"
    contents = Contents("w.csv", "\n".join([WALMART, head, *lines]).encode())
    (settlement,) = reader.FORMAT.read(contents).settlements  # type: ignore[attr-defined]  # one of the two modules
    told = [
        (row["goods"], row["raw_description"], row["quantity"], row["net"]) for row in records(settlement.transactions)
    ]
    return sorted(told, key=str)


PRICE, COMMISSION, TAX = "Product Price", "Commission on Product", "Product Tax"


@READERS
@pytest.mark.parametrize(
    ("one", "other", "goods"),
    [
        ("DefectiveItem", "Returnless refund", [Goods.REFUNDED, Goods.KEPT]),
        ("Zork", "No return", [Goods.REFUND_UNCLEAR, Goods.KEPT]),
        ("Customer keeps the item", "BillingError", [Goods.KEPT, Goods.REFUND_UNCLEAR]),
        ("DefectiveItem", "ItemNotReceivedByCustomer", [Goods.REFUNDED, Goods.REFUND_UNCLEAR]),
        ("", "Keep it", [Goods.REFUNDED, Goods.KEPT]),
        ("DefectiveItem", "CustomerChangedMind", [Goods.REFUNDED, Goods.REFUNDED]),
    ],
)
def test_refunds_of_one_moment_with_several_reasons_stay_apart(
    reader: object, one: str, other: str, goods: list[Goods]
) -> None:
    """One unit came back and the other did not: neither reason speaks for both, whichever row comes first."""
    words = [f"Return Refund / {reason}" if reason else "Return Refund" for reason in (one, other)]
    expected = {(kind, said, -1, Decimal(-20)) for kind, said in zip(goods, words, strict=True)}
    rows = (PRICE, "-20.00", one), (PRICE, "-20.00", other)
    assert expected == set(of_one_moment(reader, *rows))
    assert of_one_moment(reader, *rows) == of_one_moment(reader, *rows[::-1])


@READERS
def test_other_amounts_of_a_refund_need_not_repeat_its_reason(reader: object) -> None:
    """A refund is one line whose reason stands on its price alone; of two, each keeps the amounts with its reason."""
    alone = of_one_moment(reader, (PRICE, "-20.00", "Keep it"), (COMMISSION, "3.00", ""), (TAX, "-1.00", ""))
    assert [(Goods.KEPT, "Return Refund / Keep it", -1, Decimal("-18.00"))] == alone

    two = [(PRICE, "-20.00", "Keep it"), (COMMISSION, "3.00", "Keep it"), (PRICE, "-20.00", "Zork"), (TAX, "-1.00", "")]
    assert [("Return Refund / Keep it", Decimal("-18.00")), ("Return Refund / Zork", Decimal("-20.00"))] == sorted(
        (words, net) for _, words, _, net in of_one_moment(reader, *two)
    )


def random_row(random: Random) -> str:
    """Return a row of few orders, moments and reasons, so that many of them meet."""
    kind = random.choice(["Refund", "Refund", "Sale", "Adjustment"])
    description = random.choice(["Return Refund", "Keep-it refund", "Purchase", "A word of tomorrow"])
    amount_type = random.choice([PRICE, PRICE, "Item Price", COMMISSION, TAX])
    reason = random.choice(["", "DamagedItem", " DamagedItem", "Keep it", "Zork", "Returnless refund"])
    place = f"K{random.choice('12')},07/1{random.choice('56')}/2026,{kind},{description},2000{random.choice('12')},1"
    amount, quantity = random.choice(["-20.00", "3.00"]), random.choice(["1", "2", ""])
    return f",,,,{place},1088,1,{amount},{amount_type},{quantity},,,{reason},W-{random.choice('89')}{',' * 13}"


@given(random=st.randoms(use_true_random=True))
@settings(deadline=None, max_examples=examples(20))
def test_refunds_of_random_reasons_read_the_same_both_ways(random: Random) -> None:
    """And by columns indeed: a file with such refunds is not read row by row for them."""
    rows = [random_row(random) for _ in range(random.randint(1, 12))]
    head = f"07/14/2026,07/28/2026,0.00,USD,,,PaymentSummary{',' * 25}"
    contents = Contents("w.csv", "\n".join([WALMART, head, *rows]).encode())
    expected = outcome(recon_v1.read, contents)

    assert_same(outcome(recon_v1_columns.read, contents), expected)
    table = columns_of(recon_v1.LAYOUT, contents)
    assert table is not None
    assert_same(recon_v1_columns.by_columns(table), expected)
