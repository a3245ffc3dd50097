"""The figures that `inspect` shows, key by key."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.marketplaces import read_file
from core.marketplaces.inspection import inspection, problems, ties_out
from tests.core.marketplaces.amazon_files import bare_line, flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

KEYS = {
    "format",
    "marketplace",
    "currency",
    "period_start",
    "period_end",
    "settlements",
    "settlement_id",
    "lines",
    "transactions",
    "total",
    "sum",
    "ties_out",
    "orders",
    "skus",
    "units_sold",
    "units_refunded",
    "sales_without_units",
    "refunds_without_units",
    "events",
    "unknown_types",
    "problems",
}
MIXED = flat_file(
    [
        summary("18.00"),
        line("30.00", quantity_purchased="3"),
        line("-3.00", quantity_purchased="3", amount_type="ItemFees", amount_description="Commission"),
        line("-10.00", transaction_type="Refund", order_id="111-2", quantity_purchased="1"),
        line("5.00", transaction_type="Refund", order_id="111-3", quantity_purchased="", sku="SKU-2"),
        bare_line("-4.00", transaction_type="Glitter", order_id="FBA15X"),
    ]
)


def test_keys() -> None:
    """Exactly the keys that were agreed."""
    assert KEYS == set(inspection(read_file(MIXED)))


def test_counts_and_amounts() -> None:
    """Counts are numbers, amounts are text, orders are all ids that stand on any line."""
    found = inspection(read_file(MIXED))

    assert {
        "format": "amazon_v2_flat",
        "marketplace": "Amazon",
        "currency": "USD",
        "period_start": "2026-06-16T00:00:00+00:00",
        "period_end": "2026-06-30T00:00:00+00:00",
        "settlement_id": "11111111111",
        "lines": 5,
        "transactions": 4,
        "total": "18.00",
        "sum": "18.00",
        "ties_out": True,
        "orders": 4,
        "skus": 2,
        "units_sold": 3,
        "units_refunded": 1,
        "sales_without_units": 0,
        "refunds_without_units": 1,
        "events": {"sale": 2, "refund": 2, "other": 1},
        "unknown_types": ["Glitter / Principal"],
        "problems": [],
    } == {key: value for key, value in found.items() if key != "settlements"}


def test_each_settlement_has_its_own_totals() -> None:
    """Two currencies do not sum; each settlement keeps its own."""
    content = flat_file(
        [
            summary("5", settlement_id="1"),
            summary("9", settlement_id="2", currency="CAD"),
            line("8", settlement_id="2"),
            line("5", settlement_id="1"),
        ]
    )
    found = inspection(read_file(content, "two.txt"))
    settlements = found["settlements"]

    assert isinstance(settlements, list)
    assert [None] * 4 == [found[key] for key in ("settlement_id", "currency", "total", "sum")]
    assert [("1", "5.00", "5.00", True, 1), ("2", "9.00", "8.00", False, 1)] == [
        (s["settlement_id"], s["total"], s["sum"], s["ties_out"], s["lines"]) for s in settlements
    ]
    assert found["ties_out"] is False


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1", "1.00"), ("1.5", "1.50"), ("0", "0.00"), ("-0.123456", "-0.123456"), ("999999999999", "999999999999.00")],
)
def test_amounts_keep_their_decimals(amount: str, text: str) -> None:
    """At least two decimals, all there are, and never an exponent."""
    assert text == inspection(read_file(flat_file([summary(amount), line(amount)])))["sum"]


def test_problems_of_file_and_settlements_are_listed_together() -> None:
    """What a person must know is in one list."""
    reading = read_file(flat_file([summary("1"), line("2", order_item_code="1.5E+13")], end="\n"), "bad.txt")

    assert ["warning", "error"] == [problem.severity for problem in problems(reading)]
    assert not ties_out(reading)
    assert Decimal(2) == reading.settlements[0].sum


SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00"))]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WRITERS["shopify_payments_csv"](SOLD).content(), (None, 0, 1, 0)),
        (flat_file([summary("1"), line("1", quantity_purchased="")]), (None, 0, 1, 0)),
        (flat_file([summary("1"), line("1"), line("0", order_id="2", quantity_purchased="")]), (1, 0, 1, 0)),
        (flat_file([summary("-1"), line("-1", transaction_type="Refund", quantity_purchased="")]), (0, None, 0, 1)),
        (flat_file([summary("1"), bare_line("1", transaction_type="ServiceFee")]), (0, 0, 0, 0)),
    ],
)
def test_units_that_no_row_says_are_unknown(content: bytes, expected: tuple[int | None, ...]) -> None:
    """Unknown is not 0; a sum of the known ones says of how many transactions it knows nothing."""
    names = ("units_sold", "units_refunded", "sales_without_units", "refunds_without_units")
    found = inspection(read_file(content))

    assert expected == tuple(found[name] for name in names)


def without_payout_row(form: str) -> bytes:
    """Return a report that states no total."""
    written = WRITERS[form](SOLD)
    totals = {"shopify_payments_csv": written.rows[-1:], "walmart_recon_v1": written.rows[:1]}.get(form, ())
    return written.content([row for row in written.rows if row not in totals])


@pytest.mark.parametrize(
    "form", ["amazon_unified_csv", "shopify_payments_csv", "ebay_transaction_report", "walmart_recon_v1"]
)
def test_formats_without_a_total_tie_against_nothing(form: str) -> None:
    """Nothing contradicts them, and nothing confirms them either."""
    reading = read_file(without_payout_row(form))
    settlements = inspection(reading)["settlements"]

    assert ties_out(reading) is None
    assert isinstance(settlements, list)
    assert [None] == [settlement["ties_out"] for settlement in settlements]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (flat_file([summary("1"), line("1")]), True),
        (flat_file([summary("2"), line("1")]), False),
        (WRITERS["shopify_payments_csv"](SOLD).content(), True),
        (without_payout_row("amazon_unified_csv").replace(b",9.00\n", b",8.00\n"), False),
    ],
)
def test_what_ties_out(content: bytes, *, expected: bool) -> None:
    """A total that the lines make, or not; a row that does not add up is wrong without any total."""
    assert expected is ties_out(read_file(content))
