"""Walmart states the reason of a refund: words about goods decide, why the buyer got the money does not, others ask."""

from __future__ import annotations

import pytest

from core.frame_columns import records
from core.marketplaces.reading.contents import Contents
from core.marketplaces.walmart import recon_v1, recon_v1_columns
from core.model import Goods
from tests.core.marketplaces.words.test_units_beside_undeclared_words import WALMART

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
