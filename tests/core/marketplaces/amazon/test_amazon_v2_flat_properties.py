"""What holds for every V2 flat file: order of rows means nothing, and no cent or unit is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces import read_file
from core.marketplaces.inspection import inspection
from core.marketplaces.settlements.line_keys import with_line_keys
from tests.core.marketplaces.amazon_files import Cells, flat_file, line, summary
from tests.examples import examples

if TYPE_CHECKING:
    from core.model import Reading

SOME = settings(deadline=None, max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow])
CENTS = st.decimals(min_value=-99_999, max_value=99_999, places=2)
KINDS = st.sampled_from(
    [
        {},
        {"amount_description": "Tax"},
        {"amount_type": "ItemFees", "amount_description": "Commission"},
        {"amount_type": "Promotion", "amount_description": "Principal"},
        {"amount_type": "ItemFees", "amount_description": "Never Seen"},
        {"transaction_type": "Refund", "adjustment_id": "A1"},
        {"transaction_type": "Refund", "adjustment_id": "A1", "quantity_purchased": ""},
        {"transaction_type": "ServiceFee", "amount_type": "other-transaction", "order_id": "", "sku": ""},
        {
            "transaction_type": "other-transaction",
            "amount_type": "FBA Inventory Reimbursement",
            "amount_description": "WAREHOUSE_LOST",
            "order_id": "",
        },
        {"transaction_type": "Never Seen"},
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> Cells:
    """Return a line of some kind, with few orders, SKUs and moments, so that many belong together."""
    kind = draw(KINDS)
    return line(
        str(draw(CENTS)),
        **{
            "order_id": draw(st.sampled_from(["111-1", "111-2"])),
            "sku": draw(st.sampled_from(["00123", "A |\\ B", "Ω", "ß"])),
            "shipment_id": draw(st.sampled_from(["", "S1"])),
            "quantity_purchased": str(draw(st.integers(1, 5))),
            "posted_date_time": draw(st.sampled_from(["17.06.2026 08:14:22 UTC", "18.06.2026 08:14:22 UTC"])),
            **kind,
        },
    )


def total(rows: list[Cells]) -> str:
    """Return what rows sum to, as a file writes it."""
    return str(sum((Decimal(cells["amount"]) for cells in rows), Decimal("0.00")))


def keyed(reading: Reading) -> list[dict[str, str]]:
    """Return the transactions of the one settlement with their keys, as plain records in the order of keys."""
    (settlement,) = reading.settlements
    records = with_line_keys("Store", settlement.transactions).astype(object).to_dict("records")
    return sorted(({str(k): str(v) for k, v in record.items()} for record in records), key=lambda record: record["key"])


@given(rows=st.lists(lines(), max_size=12), data=st.data())
@SOME
def test_any_row_order_gives_the_same_keys_and_transactions(rows: list[Cells], data: st.DataObject) -> None:
    """A line key is never a line number."""
    every = [summary(total(rows)), *rows]
    shuffled = data.draw(st.permutations(every))

    expected, actual = keyed(read_file(flat_file(every))), keyed(read_file(flat_file(shuffled)))

    assert expected == actual
    assert len(expected) == len({record["key"] for record in expected})


@given(rows=st.lists(lines(), max_size=12))
@SOME
def test_no_cent_is_lost(rows: list[Cells]) -> None:
    """Σ raw lines = Σ transactions = Σ of their ten amounts = total."""
    reading = read_file(flat_file([summary(total(rows)), *rows]))
    (settlement,) = reading.settlements
    transactions = settlement.transactions
    parts = sum((amount for column in AMOUNT_COLUMNS for amount in transactions[column]), Decimal(0))

    assert settlement.ties_out
    assert [settlement.total] * 4 == [
        settlement.sum,
        sum(reading.raw_lines["amount"], Decimal(0)),
        sum(transactions["net"], Decimal(0)),
        parts,
    ]
    assert len(rows) == transactions["lines"].sum() == len(reading.raw_lines)


@given(rows=st.lists(lines(), max_size=12), cents=st.integers(min_value=1, max_value=10_000))
@SOME
def test_any_missing_amount_shows(rows: list[Cells], cents: int) -> None:
    """A total that differs by any amount does not tie out."""
    wrong = str(Decimal(total(rows)) + Decimal(cents) / 100)

    assert not read_file(flat_file([summary(wrong), *rows])).settlements[0].ties_out


@given(rows=st.lists(lines(), max_size=12))
@SOME
def test_units_are_those_of_the_rows_that_count(rows: list[Cells]) -> None:
    """Units sold are the sum over Principal rows of orders, whatever other rows repeat."""
    principal = [
        int(cells["quantity-purchased"])
        for cells in rows
        if (cells["transaction-type"], cells["amount-type"], cells["amount-description"])
        == ("Order", "ItemPrice", "Principal")
    ]

    found = inspection(read_file(flat_file([summary(total(rows)), *rows])))
    assert sum(principal) == (found["units_sold"] or 0)
    assert found["units_sold"] is not None or found["sales_without_units"]


@given(
    rows=st.lists(lines(), min_size=1, max_size=8),
    notation=st.sampled_from([(".", ""), (".", ","), (",", "."), (",", "\u202f"), (",", "")]),
)
@SOME
def test_any_notation_gives_the_same_settlement(rows: list[Cells], notation: tuple[str, str]) -> None:
    """A European file with the same amounts is the same settlement."""
    mark, group = notation

    def written(amount: str) -> str:
        return f"{Decimal(amount):,.2f}".replace(",", "g").replace(".", mark).replace("g", group)

    foreign = [{**cells, "amount": written(cells["amount"])} for cells in rows]

    assert keyed(read_file(flat_file([summary(total(rows)), *rows]))) == keyed(
        read_file(flat_file([summary(written(total(rows))), *foreign]))
    )
