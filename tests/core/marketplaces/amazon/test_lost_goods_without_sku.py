"""Words that are about goods are asked in every format where their row names neither SKU nor units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.costing import CostingInput, CostingPolicies, cost
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.marketplaces.words.classification import classified
from core.model import Cause, QuantitySource
from tests.core.marketplaces.amazon_files import V2_COLUMNS
from tests.core.marketplaces.settlement_writers import V1_COLUMNS, _csv, _tabbed

if TYPE_CHECKING:
    from collections.abc import Callable

File = tuple[bytes, str]
PERIOD = {
    "settlement-id": "11",
    "settlement-start-date": "2026-06-01T00:00:00+00:00",
    "settlement-end-date": "2026-06-30T00:00:00+00:00",
    "deposit-date": "2026-07-01T00:00:00+00:00",
    "total-amount": "12.00",
    "currency": "USD",
}
_WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Key,Transaction Posted Timestamp,Transaction "
    "Type,Transaction Description,Customer Order #,Customer Order line #,Amount,Amount Type,Ship Qty,Partner Item Id\n"
)
_UNIFIED = (
    "All amounts in USD\ndate/time,settlement id,type,order id,sku,description,quantity,product sales,selling fees,"
    "fba fees,other transaction fees,other,total\n"
)


def v2(word: str) -> File:
    """Write 12.00 of a reason into a V2 report."""
    row = {"transaction-type": "other-transaction", "amount-type": "FBA Inventory Reimbursement", "amount": "12.00"}
    day = {"settlement-id": "11", "amount-description": word, "posted-date-time": "17.06.2026 08:14:22 UTC"}
    rows = [_tabbed(V2_COLUMNS, **PERIOD), _tabbed(V2_COLUMNS, **row, **day)]
    return ("\t".join(V2_COLUMNS) + "\n" + "".join(rows)).encode(), "v2.txt"


def v1(word: str) -> File:
    """Write it as a type of its own, as V1 does."""
    row = {"settlement-id": "11", "transaction-type": word, "other-amount": "12.00"}
    rows = [_tabbed(V1_COLUMNS, **PERIOD), _tabbed(V1_COLUMNS, **row, **{"posted-date": "2026-06-17T08:14:22+00:00"})]
    return ("\t".join(V1_COLUMNS) + "\n" + "".join(rows)).encode(), "v1.txt"


def xml(word: str) -> File:
    """Write it into an XML report, without any item."""
    return (
        f'<?xml version="1.0"?><AmazonEnvelope><Message><SettlementReport><SettlementData><AmazonSettlementID>11'
        f'</AmazonSettlementID><TotalAmount currency="USD">12.00</TotalAmount></SettlementData><OtherTransaction>'
        f"<TransactionType>{word}</TransactionType><PostedDate>2026-06-17T08:14:22+00:00</PostedDate>"
        f'<Amount currency="USD">12.00</Amount></OtherTransaction></SettlementReport></Message></AmazonEnvelope>\n'
    ).encode(), "report.xml"


def unified(word: str) -> File:
    """Write it into a unified report."""
    kind = ("Jun 17, 2026 8:14:22 AM UTC", "11", "Adjustment", "", "", f"FBA Inventory Reimbursement - {word}", "")
    return (_UNIFIED + _csv(*kind, 0, 0, 0, 0, "12.00", "12.00")).encode(), "unified.csv"


def walmart(word: str) -> File:
    """Write it into a Walmart report."""
    rows = [
        _csv("06/16/2026", "06/30/2026", "12.00", "USD", "", "", "PaymentSummary", *[""] * 7),
        _csv("", "", "", "", "K1", "6/17/2026", "Adjustment", word, "", "", "12.00", "Fee/Reimbursement", "", ""),
    ]
    return (_WALMART + "".join(rows)).encode(), "walmart.csv"


AMAZON = (
    *("WAREHOUSE_LOST", "GENERAL_ADJUSTMENT", "MULTICHANNEL_ORDER_LOST", "CS_ERROR_ITEMS", "COMPENSATED_CLAWBACK"),
    *("PAYMENT_RETRACTION_ITEMS", "RE_EVALUATION", "FREE_REPLACEMENT_REFUND_ITEMS", "MISSING_FROM_INBOUND"),
)
CASES = [
    *((write, word) for write in (v2, v1, xml, unified) for word in AMAZON),
    *((write, "Lost_Warehouse") for write in (v2, v1, xml)),
    *((walmart, word) for word in ("WFS LostInventory", "Lost in warehouse", "WFS FoundInventory")),
]


def costed(file: File, choices: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the only line of a file, as costing sees it once words are chosen."""
    (settlement,) = read_file(*file).settlements
    lines = classified(settlement.transactions.assign(key="the line", store="US"), choices or {})
    books = CostingInput(lines, frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS))
    (line,), (row,) = records(lines), records(cost(books, CostingPolicies("USD")))
    return {**line, **row}


@pytest.mark.parametrize(("write", "word"), CASES)
def test_it_is_asked_of_which_sku_and_how_many(write: Callable[[str], File], word: str) -> None:
    """Money alone would be a guess: the unit may be gone, or found."""
    line = costed(write(word))

    assert (None, QuantitySource.UNKNOWN, Cause.GOODS_UNCLEAR) == (
        line["quantity"],
        line["quantity_source"],
        line["cause"],
    )
    assert "enter SKU, units (column Units back)" in line["cost_note"]


@pytest.mark.few(1)
@pytest.mark.parametrize("write", [v1, xml, walmart])
@pytest.mark.parametrize(
    "choice", ["Reimbursements for lost or damaged goods", "Reimbursements taken back", "Liquidations"]
)
def test_an_undeclared_word_is_asked_once_it_is_said_to_be_about_goods(
    write: Callable[[str], File], choice: str
) -> None:
    """Nobody has declared `Lost` alone: sheet Transaction types asks about its money, then Resolve about its goods."""
    listed = "Adjustment / Lost" if write is walmart else "Lost"
    before, after, money = (costed(write("Lost"), said) for said in ({}, {listed: choice}, {listed: "Tips"}))

    assert (None, Cause.GOODS_UNCLEAR, None) == (before["cause"], after["cause"], money["cause"])


@pytest.mark.parametrize("write", [v2, v1, xml, unified])
def test_what_is_paid_for_no_item_stays_money(write: Callable[[str], File]) -> None:
    """CS_ERROR_NON_ITEMIZED says so itself."""
    assert None is costed(write("CS_ERROR_NON_ITEMIZED"))["cause"]


def _of_items(total: str, *items: tuple[str, str, str]) -> File:
    """Write a loss into an XML report whose items are SKU, units and amount."""
    content, name = xml("WAREHOUSE_LOST")
    made = "".join(
        f"<OtherTransactionItem><SKU>{sku}</SKU>"
        + (f"<Quantity>{units}</Quantity>" if units else "")
        + (f'<Amount currency="USD">{amount}</Amount>' if amount else "")
        + "</OtherTransactionItem>"
        for sku, units, amount in items
    )
    text = content.decode().replace("12.00", total).replace("</OtherTransaction>", f"{made}</OtherTransaction>")
    return text.encode(), name


@pytest.mark.parametrize(
    ("total", "items", "expected"),
    [
        ("7.00", [("MUG", "2", "")], [("MUG", 2, "7.00")]),
        ("7.00", [("MUG", "", "")], [("MUG", None, "7.00")]),
        ("7.00", [("MUG", "2", ""), ("CUP", "1", "3.00")], [("CUP", 1, "3.00"), ("MUG", 2, "4.00")]),
        ("10.00", [("MUG", "2", ""), ("CUP", "1", "")], [("CUP", 1, "3.33"), ("MUG", 2, "6.67")]),
        ("10.00", [("MUG", "2", ""), ("CUP", "", "")], [("CUP", None, "5.00"), ("MUG", 2, "5.00")]),
        ("7.00", [("MUG", "2", "6.00")], [("", None, "1.00"), ("MUG", 2, "6.00")]),
        ("0.00", [("MUG", "2", "")], [("MUG", 2, "0.00")]),
    ],
)
def test_items_without_an_amount_have_that_of_their_transaction(
    total: str, items: list[tuple[str, str, str]], expected: list[tuple[str, int | None, str]]
) -> None:
    """7.00 for 2 lost mugs is paid for them, and not reimbursed in units with 7.00 beside it."""
    rows = records(read_file(*_of_items(total, *items)).settlements[0].transactions)
    found = sorted((row["sku"] or "", row["quantity"], f"{row['net']:.2f}") for row in rows)

    assert expected == [(sku, units if sku else None, net) for sku, units, net in found]


@pytest.mark.parametrize(("total", "in_units"), [("7.00", False), ("0.00", True)])
def test_a_loss_that_was_paid_was_not_made_good_in_units(total: str, *, in_units: bool) -> None:
    """Its goods have a cost; only where no money came did Amazon send others."""
    line = costed(_of_items(total, ("MUG", "2", "")))

    assert in_units is ("Reimbursed in units" in (line["cost_note"] or ""))
    assert (0 if in_units else None) == line["cogs"]  # not known before Finale is asked


def named_by_itself(element: str, inside: str, word: str = "") -> File:
    """Write a transaction of 12.00 that names its goods itself, without any item."""
    content, name = xml("-")
    text = content.decode()
    money = '<Amount currency="USD">12.00</Amount>'
    kind = f"<TransactionType>{word}</TransactionType>" if word else ""
    own = f"<{element}>{kind}<PostedDate>2026-06-17T08:14:22+00:00</PostedDate>{inside}{money}</{element}>"
    begin, end = text.index("<OtherTransaction>"), text.index("</SettlementReport>")
    return (text[:begin] + own + text[end:]).encode(), name


@pytest.mark.parametrize(
    ("element", "word", "units", "cause"),
    [
        ("GoodwillLoss", "", 3, Cause.GOODS_UNCLEAR),
        ("GoodwillLoss", "Goods seized", 3, Cause.GOODS_UNCLEAR),
        ("OtherTransaction", "Lost by courier", 2, Cause.GOODS_UNCLEAR),
        ("OtherTransaction", "WAREHOUSE_LOST", 1, Cause.NOT_SYNCED),
    ],
)
def test_a_transaction_that_names_its_goods_itself_is_about_them(
    element: str, word: str, units: int, cause: Cause
) -> None:
    """Without an item around them, SKU and units were dropped, and a word that nobody knows moved money alone."""
    line = costed(named_by_itself(element, f"<SKU>MUG</SKU><Quantity>{units}</Quantity>", word))

    assert ("MUG", units, 12, cause) == (line["sku"], line["quantity"], line["net"], line["cause"])
