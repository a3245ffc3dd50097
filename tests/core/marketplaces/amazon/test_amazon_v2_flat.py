"""The Amazon V2 flat file: what each of its peculiarities becomes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces import read_file
from core.model import Event, StockEffect
from tests.core.marketplaces.amazon.v2_lines import only, only_transaction
from tests.core.marketplaces.amazon_files import V2_COLUMNS, bare_line, flat_file, line, summary


def test_header_row_gives_period_total_and_currency() -> None:
    """Everything about the settlement as a whole comes from its summary row."""
    settlement = only(flat_file([summary("10.00", currency="CAD"), line("10.00")]))

    assert (
        "11111111111",
        "CAD",
        Decimal("10.00"),
        "2026-06-16T00:00:00+00:00",
        "2026-06-30T00:00:00+00:00",
        "2026-07-02T00:00:00+00:00",
        True,
    ) == (
        settlement.settlement_id,
        settlement.currency,
        settlement.total,
        settlement.period_start and settlement.period_start.isoformat(),
        settlement.period_end and settlement.period_end.isoformat(),
        settlement.deposit_at and settlement.deposit_at.isoformat(),
        settlement.ties_out,
    )
    assert ["CAD"] == settlement.transactions["currency"].tolist()


def test_components_of_an_item_become_one_transaction() -> None:
    """Rows of one item are grouped and each amount goes to its own column."""
    transaction = only_transaction(
        line("20.00"),
        line("1.60", amount_description="Tax"),
        line("0.15", amount_description="ShippingTax"),
        line("4.99", amount_description="Shipping"),
        line("2.50", amount_description="GiftWrap"),
        line("-1.75", amount_type="ItemWithheldTax", amount_description="MarketplaceFacilitatorTax-Principal"),
        line("-4.99", amount_type="Promotion", amount_description="Shipping"),
        line("-0.05", amount_type="ItemFees", amount_description="MarketplaceFacilitatorVAT-Principal"),
        line("-3.00", amount_type="ItemFees", amount_description="Commission"),
        line("-5.40", amount_type="ItemFees", amount_description="FBAPerUnitFulfillmentFee"),
        line("-0.25", amount_type="ItemFees", amount_description="ShippingChargeback"),
        line("-0.10", amount_type="ItemPrice", amount_description="RestockingFee"),
    )

    assert {
        "principal": Decimal("20.00"),
        "shipping": Decimal("4.99"),
        "giftwrap": Decimal("2.50"),
        "tax": Decimal("1.75"),
        "tax_withheld": Decimal("-1.80"),
        "promotion": Decimal("-4.99"),
        "referral_fee": Decimal("-3.00"),
        "fulfilment_fee": Decimal("-5.40"),
        "other_fee": Decimal("-0.25"),
        "other": Decimal("-0.10"),
    } == {column: transaction[column] for column in AMOUNT_COLUMNS}
    assert (Decimal("13.70"), 12, 1) == (transaction["net"], transaction["lines"], transaction["quantity"])


def test_identical_rows_are_kept() -> None:
    """Two rows that agree in every cell are two units sold."""
    transaction = only_transaction(line("19.67"), line("19.67"))

    assert (2, Decimal("39.34"), 2) == (transaction["quantity"], transaction["net"], transaction["lines"])


def test_rows_of_an_order_need_not_be_neighbours() -> None:
    """Another order between an order's rows does not split it."""
    other = line("7.00", order_id="111-0000002-0000002")
    fee = line("-1.00", amount_type="ItemFees", amount_description="Commission")

    transactions = only(flat_file([summary("13.00"), line("7.00"), other, fee])).transactions

    assert [2, 1] == transactions["lines"].tolist()


def test_two_shipments_of_an_order_are_two_transactions() -> None:
    """An order that leaves in two shipments has two lines."""
    transactions = only(flat_file([summary("2"), line("1"), line("1", shipment_id="Shipment2")])).transactions

    assert [1, 1] == transactions["quantity"].tolist()


def test_sku_and_ids_stay_as_they_are() -> None:
    """Inner blanks, leading zeros, quotes, a formula and foreign letters in a SKU are kept."""
    skus = ["BIO-S039570363 _AU", " outer blanks ", "00123", '3"-"HOOK', "=1+1", "Größe-Ω", "1E5"]
    rows = [line("1", sku=sku, order_id=f"111-{n}") for n, sku in enumerate(skus)]

    transactions = only(flat_file([summary("6"), *rows])).transactions

    assert skus == transactions.sort_values("order_id")["sku"].tolist()


def test_order_item_code_keeps_its_leading_zeros() -> None:
    """An item code is text."""
    assert only_transaction(line("1", order_item_code="00123"))["order_item_id"] == "00123"


@pytest.mark.parametrize(
    ("description", "event", "quantity", "stock_effect"),
    [
        ("WAREHOUSE_LOST", Event.REIMBURSEMENT, 2, StockEffect.OUT),
        ("Warehouse_Damage", Event.REIMBURSEMENT, 2, StockEffect.OUT),
        ("MISSING_FROM_INBOUND", Event.REIMBURSEMENT, 2, StockEffect.OUT),
        ("COMPENSATED_CLAWBACK", Event.REIMBURSEMENT_REVERSAL, -2, StockEffect.IN),
        ("REVERSAL_REIMBURSEMENT", Event.REIMBURSEMENT, 2, StockEffect.OUT),
        ("RE_EVALUATION", Event.REIMBURSEMENT, 2, StockEffect.NONE),
        ("SOMETHING_NEW", Event.REIMBURSEMENT, 2, StockEffect.UNKNOWN),
    ],
)
def test_reimbursements(description: str, event: Event, quantity: int, stock_effect: StockEffect) -> None:
    """What Amazon pays for lost goods takes them out of stock; what it takes back brings them in again."""
    transaction = only_transaction(
        line(
            "15.25",
            transaction_type="other-transaction",
            order_id="",
            amount_type="FBA Inventory Reimbursement",
            amount_description=description,
            quantity_purchased="2",
        )
    )

    assert (event, quantity, stock_effect, description, Decimal("15.25")) == (
        transaction["event"],
        transaction["quantity"],
        transaction["stock_effect"],
        transaction["raw_description"],
        transaction["other"],
    )


@pytest.mark.parametrize(
    ("kind", "amount_type", "description", "event"),
    [
        ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", Event.ADVERTISING),
        ("ServiceFee", "other-transaction", "Subscription Fee", Event.FEE),
        ("servicefee", "other-transaction", "A fee nobody has seen", Event.FEE),
        ("other-transaction", "other-transaction", "Storage Fee", Event.FEE),
        ("other-transaction", "other-transaction", "Current Reserve Amount", Event.BALANCE),
        ("other-transaction", "other-transaction", "Previous Reserve Amount Balance", Event.BALANCE),
        ("other-transaction", "other-transaction", "Payable to Amazon", Event.BALANCE),
        (
            "other-transaction",
            "other-transaction",
            "Transfer of funds unsuccessful: a valid bank account is needed",
            Event.BALANCE,
        ),
        ("CouponRedemptionFee", "CouponRedemptionFee", "Save 5%", Event.FEE),
        ("Order_Retrocharge", "ItemPrice", "Tax", Event.TAX_ONLY),
        ("Chargeback Refund", "ItemPrice", "Principal", Event.DISPUTE),
        ("A-TO-Z GUARANTEE REFUND", "ItemPrice", "Principal", Event.DISPUTE),
        ("Liquidations", "ItemPrice", "Principal", Event.LIQUIDATION),
        ("TBYB Order Payment", "ItemPrice", "Principal", Event.SALE),
        ("TBYB Trial Shipment", "ItemFees", "FBAPerUnitFulfillmentFee", Event.ADJUSTMENT),
        ("Something New", "other-transaction", "x", Event.OTHER),
    ],
)
def test_events(kind: str, amount_type: str, description: str, event: Event) -> None:
    """Amazon's words are understood without regard to case; details say more than general types."""
    transaction = only_transaction(
        line("1", transaction_type=kind, amount_type=amount_type, amount_description=description, quantity_purchased="")
    )

    assert (event, kind) == (transaction["event"], transaction["raw_type"])


@pytest.mark.parametrize(
    ("cells", "listed"),
    [
        ({"transaction_type": "Something New"}, "Something New"),
        (
            {
                "transaction_type": "other-transaction",
                "amount_type": "other-transaction",
                "amount_description": "Odd",
            },
            "other-transaction / Odd",
        ),
        ({"amount_description": "NewPrice"}, "ItemPrice / NewPrice"),
        ({"amount_type": "ItemFees", "amount_description": "NewFee"}, "ItemFees / NewFee"),
        ({"amount_type": "NewType"}, "Order / NewType"),
    ],
)
def test_unknown_words_are_listed_and_keep_their_amount(cells: dict[str, str], listed: str) -> None:
    """A type, amount type or description that nobody knows is listed, and the settlement still ties out."""
    reading = read_file(flat_file([summary("3.21"), line("3.21", **cells)]))

    assert (listed,) == reading.unknown_types
    assert [True] == [settlement.ties_out for settlement in reading.settlements]
    assert [Decimal("3.21")] == reading.settlements[0].transactions["net"].tolist()


def test_fees_have_no_units() -> None:
    """A fee row with a SKU and a quantity adds no units."""
    transaction = only_transaction(
        line("-2", transaction_type="other-transaction", amount_type="FBAFees", amount_description="Storage Fee")
    )

    assert [True, True] == transaction[["quantity", "quantity_source"]].isna().tolist()


def test_lines_without_order_and_sku_stay_single() -> None:
    """Two equal fees of one moment are two transactions, counted in order of content."""
    fee = bare_line("-2.00", transaction_type="ServiceFee", amount_description="Storage Fee")

    transactions = only(flat_file([summary("-4.00"), fee, fee])).transactions

    assert [0, 1] == transactions["ordinal"].tolist()
    assert [Decimal("-2.00")] * 2 == transactions["net"].tolist()


def test_one_order_with_two_kinds_of_other_rows_is_split() -> None:
    """What is no component of an item is kept apart by its description, since it means something else."""
    kind = {"transaction_type": "other-transaction", "amount_type": "FBA Inventory Reimbursement"}
    rows = [
        line("9", amount_description="WAREHOUSE_LOST", **kind),
        line("-9", amount_description="COMPENSATED_CLAWBACK", **kind),
    ]

    transactions = only(flat_file([summary("0"), *rows])).transactions

    assert {"WAREHOUSE_LOST", "COMPENSATED_CLAWBACK"} == set(transactions["raw_description"])


def test_currency_of_lines_is_inherited() -> None:
    """A line without currency has that of its summary row; one with another does not tie out."""
    mixed = only(flat_file([summary("2"), line("1"), line("1", currency="EUR")]))

    assert ["USD"] == only(flat_file([summary("1"), line("1")])).transactions["currency"].tolist()
    assert (False, "v2.txt, line 4") == (mixed.ties_out, mixed.problems[0].where)


def test_total_that_differs_by_a_cent_does_not_tie_out() -> None:
    """The difference is named to the cent."""
    settlement = only(flat_file([summary("10.00"), line("9.99")]))

    assert not settlement.ties_out
    assert "the difference is 0.01" in settlement.problems[0].message


def test_several_settlements_in_one_file() -> None:
    """Each settlement of a file has its own lines, total and check, whatever lies between them."""
    rows = [
        summary("5", settlement_id="1"),
        summary("8", settlement_id="2", currency="CAD"),
        line("8", settlement_id="2"),
        line("5", settlement_id="1"),
    ]

    first, second = read_file(flat_file(rows)).settlements

    assert ("1", "USD", Decimal(5), True) == (first.settlement_id, first.currency, first.sum, first.ties_out)
    assert ("2", "CAD", Decimal(8), True) == (second.settlement_id, second.currency, second.sum, second.ties_out)


def test_lines_before_the_header_and_repeated_headers_are_no_rows() -> None:
    """What a seller's tool writes above the header, and a header pasted in again, is passed over."""
    header = dict(zip(V2_COLUMNS, V2_COLUMNS, strict=True))
    content = flat_file([summary("1"), header, line("1"), {}], before=["Seller: Example", "", "a\tb"])

    reading = read_file(content)

    assert [True] == [settlement.ties_out for settlement in reading.settlements]
    assert [7] == reading.raw_lines["line_no"].tolist()


def test_columns_are_found_by_name() -> None:
    """The order of columns and a column that nobody declared make no difference."""
    columns = [*reversed(V2_COLUMNS), "a-new-column"]

    assert only(flat_file([summary("1"), line("1")], columns=columns)).ties_out


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    """All three kinds of line ends are read."""
    assert only(flat_file([summary("1"), line("1")], end=end)).ties_out


def test_file_that_a_spreadsheet_program_saved_again_with_commas() -> None:
    """Quoted cells and commas are read as well, as long as no id was damaged."""
    content = flat_file([summary("1"), line("1", sku="A B")]).replace(b"\t", b",").replace(b"A B", b'"A, ""B"""')

    assert ['A, "B"'] == only(content).transactions["sku"].tolist()


def test_site_is_that_of_most_lines() -> None:
    """The settlement's marketplace is what its lines say, multi-channel orders left aside."""
    rows = [line("1"), line("1", order_id="2"), line("1", order_id="S01", marketplace_name="Non-Amazon US")]

    assert only(flat_file([summary("3"), *rows])).marketplace == "Amazon.com"


def test_posted_date_stands_in_for_a_missing_moment() -> None:
    """Without posted-date-time the date alone counts."""
    transaction = only_transaction(line("1", posted_date_time="", posted_date="17.06.2026"))

    assert transaction["posted_at"].isoformat() == "2026-06-17T00:00:00+00:00"
