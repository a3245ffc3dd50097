"""Units of Amazon's date range report: only product sales state them, whatever rows repeat the quantity."""

from __future__ import annotations

from functools import partial

import pytest

from core.frame_columns import AMOUNT_COLUMNS, RAW_LINE_COLUMNS, frame, records
from core.marketplaces import read_file
from core.marketplaces.amazon import unified_by_columns, unified_csv
from core.marketplaces.formats import Extent
from core.marketplaces.reading.contents import Contents
from core.marketplaces.settlements.uniting import parts_of, united_settlement
from core.model import Goods, Reading, Settlement
from core.typed_amounts import from_text
from tests.core.marketplaces.amazon_files import flat_file, line, summary

HEADER = (
    "All amounts in USD\ndate/time,settlement id,type,order id,sku,description,quantity,marketplace,product sales,"
    "shipping credits,selling fees,fba fees,other transaction fees,other,total,levy\n"
)
READERS = pytest.mark.parametrize("reader", [unified_csv, unified_by_columns])


def row(day: int, amounts: str, what: str = "Order,111-1,MUG,Mug,2,amazon.com") -> str:
    """Return a row of August; its amounts are product sales, shipping, selling, FBA, other fees, other and total."""
    return f"{day} Aug 2026 10:00:00 UTC,9,{what},{amounts},\n"


RAW = partial(frame, RAW_LINE_COLUMNS)
SALE = row(10, "80.00,0,-12.00,0,0,0,68.00")
REFUND = "Refund,111-1,MUG,Mug,1,amazon.com"
SENT = "Order,S01-1,MUG,Mug,2,Non-Amazon US"


def settlement(reader: object, *rows: str) -> Settlement:
    """Read a report of these rows."""
    contents = Contents("range.csv", f"{HEADER}{''.join(rows)}".encode())
    found: Reading = reader.FORMAT.read(contents)  # type: ignore[attr-defined]  # one of the two modules
    return found.settlements[0]


def told(of: Settlement) -> list[tuple[int | None, str]]:
    """Return units and goods of each transaction, in order of posting."""
    return [(one["quantity"], one["goods"]) for one in records(of.transactions)]


@READERS
@pytest.mark.parametrize(
    "again",
    [
        row(12, "0,0,0,-2.00,0,0,-2.00"),
        row(10, "0,0,0,0,-2.00,0,-2.00"),
        row(12, "0,5.00,0,0,0,0,5.00"),
        row(12, "0,0,-1.00,0,0,0,-1.00"),
        row(12, ",0,0,0,0,3.00,3.00"),
        row(12, "0,-5.00,0,0,0,0,-5.00", REFUND),
        row(12, "0,0,0,2.00,0,0,2.00", REFUND),
    ],
)
def test_a_row_without_product_sales_repeats_the_units(reader: object, again: str) -> None:
    """A fee or shipping of an item of 2 units is about the same 2 units, and a refund of shipping about none."""
    units = [one for one, _ in told(settlement(reader, SALE, again))]
    assert sorted([0, 2]) == sorted(units)  # type: ignore[type-var]  # none is unknown


@READERS
def test_product_sales_of_two_rows_are_two_sales(reader: object) -> None:
    """Two shipments of an order have their prices, and a refund of a price has its unit."""
    rows = (SALE, row(11, "40.00,0,0,0,0,0,40.00"), row(12, "-40.00,0,0,0,0,0,-40.00", REFUND))
    assert [2, 2, -1] == [units for units, _ in told(settlement(reader, *rows))]


@READERS
def test_fees_of_a_multi_channel_order_count_its_units_once(reader: object) -> None:
    """Of fees alone the one for sending tells the units; a further one is asked, any other says nothing."""
    fees = row(10, "0,0,0,-6.00,0,0,-6.00", SENT), row(11, "0,0,0,0,-0.50,0,-0.50", SENT)
    assert [(2, Goods.SOLD), (0, Goods.SOLD)] == told(settlement(reader, *fees))
    again = row(12, "0,0,0,-1.00,0,0,-1.00", SENT)
    assert [(2, Goods.SOLD), (2, Goods.UNCLEAR)] == told(settlement(reader, fees[0], again))


FEE = "0,0,0,0,-0.50,0,-0.50"


@READERS
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(10, FEE, SENT)], [None]),
        ([row(10, FEE, "Order,S01-1,MUG,Mug,,Non-Amazon US")], [None]),
        ([row(10, FEE, "Order,S01-1,,,,Non-Amazon US")], [None]),
        ([row(10, FEE, SENT), row(11, FEE, SENT)], [None, 0]),
        ([row(10, FEE, SENT), row(11, FEE, "Order,S01-1,CUP,Cup,1,Non-Amazon US")], [None, None]),
        ([row(10, FEE, "Order,S01-1,,,,Non-Amazon US"), row(11, FEE, SENT)], [0, None]),
        ([row(10, FEE, SENT), row(11, FEE, SENT.replace("S01-1", "S01-2"))], [None, None]),
        ([row(10, FEE, SENT), row(11, "0,0,0,-6.00,0,0,-6.00", SENT)], [0, 2]),
        ([row(10, "0,0,0,-6.00,0,0,-6.00", SENT), row(11, FEE, "Order,S01-1,,,,Non-Amazon US")], [2, 0]),
        ([row(10, "0,0,0,-6.00,0,0,-6.00", SENT), row(11, FEE, SENT.replace("MUG", "CUP"))], [2, None]),
        ([row(10, FEE)], [0]),
    ],
)
def test_other_fees_alone_of_a_multi_channel_order_ask_for_its_units(
    reader: object, rows: list[str], expected: list[int | None]
) -> None:
    """2 mugs sent for another store for a fee of 0.50 alone: nobody knows how many went, and 0 is no answer."""
    assert expected == [units for units, _ in told(settlement(reader, *rows))]


@READERS
@pytest.mark.parametrize(
    ("amounts", "expected"),
    [("0,0,0,-6.00,0,0,-6.00", 2), ("0,0,0,6.00,0,0,6.00", None), ("0,0,0,2.50,0.50,0,3.00", None)],
)
def test_a_fee_that_is_given_back_tells_no_units(reader: object, amounts: str, expected: int | None) -> None:
    """Whether 2 mugs left for a fee of 6.00 that Amazon gives back is asked; they were two more that had left."""
    assert [expected] == [units for units, _ in told(settlement(reader, row(10, amounts, SENT)))]


@READERS
def test_a_replacement_counts_unless_its_order_is_beside_it(reader: object) -> None:
    """A row without any amount can be about goods alone; beside the sale of the same SKU it is asked which."""
    free = row(11, "0,0,0,0,0,0,0")
    assert [(2, Goods.SOLD)] == told(settlement(reader, free))
    assert [(2, Goods.SOLD), (2, Goods.UNCLEAR)] == told(settlement(reader, SALE, free))


@READERS
def test_units_beside_a_column_that_nobody_has_declared_are_asked(reader: object) -> None:
    """A column that every row's own sum proves may be a price: 2 units for 15.00 of it are not left out unasked."""
    levied = row(11, "0,0,0,0,0,0,15.00").replace(",\n", ",15.00\n")
    assert [(2, Goods.SOLD), (2, Goods.UNCLEAR)] == told(settlement(reader, SALE, levied))


@pytest.mark.parametrize("order", [1, -1])
def test_other_fees_ask_by_all_files_of_a_payout_together(order: int) -> None:
    """A fee that asks in one file, and stands beside its order's units in the other, is one row and asks nothing."""
    sent, fee = row(10, "0,0,0,-6.00,0,0,-6.00", SENT), row(12, FEE, SENT)
    files = [settlement(unified_csv, sent, fee), settlement(unified_csv, fee)][::order]
    readings = [Reading("", unified_csv.FORMAT.marketplace, (one,), RAW) for one in files]
    parts = [parts_of(reading, "range.csv", Extent.OTHER_DAYS)["9"] for reading in readings]
    assert [2, 0] == [units for units, _ in told(united_settlement(parts))]
    assert str(settlement(unified_csv, sent).transactions.dtypes) == str(united_settlement(parts).transactions.dtypes)


@pytest.mark.parametrize("order", [1, -1])
def test_files_of_one_payout_count_them_once_together(order: int) -> None:
    """A fee that stands in one file without, and in the other beside the fee before it is one row all the same."""
    first, again = (row(day, "0,0,0,-6.00,0,0,-6.00", SENT) for day in (10, 12))
    files = [settlement(unified_csv, first, again), settlement(unified_csv, again)][::order]
    readings = [Reading("", unified_csv.FORMAT.marketplace, (one,), RAW) for one in files]
    parts = [parts_of(reading, "range.csv", Extent.OTHER_DAYS)["9"] for reading in readings]
    assert [(2, Goods.SOLD), (2, Goods.UNCLEAR)] == told(united_settlement(parts))


def money(of: Settlement) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Return the sums by column, and what is of a line type that its column does not tell."""
    rows = records(of.transactions)
    sums = {name: sum(row[name] for row in rows) for name in AMOUNT_COLUMNS}
    own = sorted(
        (one.column, str(one.line_type), f"{one.amount:.2f}") for row in rows for one in from_text(row["typed"])
    )
    return {name: f"{amount:.2f}" for name, amount in sums.items() if amount}, own


@READERS
@pytest.mark.parametrize(
    ("what", "amounts", "in_record"),
    [
        (
            "Liquidations,L-1,MUG,Mug,3,",
            "3.00,0,-0.45,0,0,0,2.55",
            [
                ("Liquidations", "ItemPrice", "Principal", "3.00"),
                ("Liquidations", "ItemFees", "LiquidationsBrokerageFee", "-0.45"),
            ],
        ),
        (
            "FBA Customer Return Fee,111-1,,,,",
            "0,0,0,-2.00,0,0,-2.00",
            [("FBA Customer Return Fee", "other-transaction", "", "-2.00")],
        ),
        (
            "Service Fee,,,Subscription,,",
            "0,0,-39.99,0,0,0,-39.99",
            [("ServiceFee", "other-transaction", "Subscription", "-39.99")],
        ),
        (
            "Service Fee,,,Cost of Advertising,,",
            "0,0,0,0,-12.00,0,-12.00",
            [("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", "-12.00")],
        ),
    ],
)
def test_fees_of_a_type_that_says_what_they_are_for_stand_where_the_record_has_them(
    reader: object, what: str, amounts: str, in_record: list[tuple[str, str, str, str]]
) -> None:
    """What Amazon takes of liquidated goods is Liquidations by either route: it was a referral fee by this one."""
    names = ("transaction_type", "amount_type", "amount_description")
    rows = [
        line(told[3], sku="", quantity_purchased="", **dict(zip(names, told[:3], strict=True))) for told in in_record
    ]
    record = read_file(flat_file([summary("0"), *rows]), "a.txt").settlements[0]
    assert money(record) == money(settlement(reader, row(10, amounts, what)))
