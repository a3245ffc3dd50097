"""What a final document says after a provisional export, by commands: asked or proposed line by line, never dropped."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, month, payout, refund
from tests.end_to_end.stories import bought, item, left, v2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Left, Story

BOUGHT = (bought("A", "2026-07-01", 50, "5"), bought("B", "2026-07-01", 50, "7"))
Documents = tuple[str, bytes, bytes, tuple["Left", ...], tuple["Left", ...]]
"""A settlement, its provisional and its final document, and what had left by each."""


def running_month() -> Documents:
    """A month that still runs, and the month: another order, of a B, was paid outside of payouts."""
    first = ShopOrder("#1", (Good("1", "A", 1, "20.00"),), (Paid("1", "20.00", "2026-09-03", "paypal"),))
    later = ShopOrder("#2", (Good("2", "B", 1, "15.00"),), (Paid("2", "15.00", "2026-09-20", "paypal"),))
    so_far = json.loads(month("2026-09", first)) | {"format": "shopify_not_in_payouts_so_far"}
    gone = (left("#1", "2026-09-03"),)
    return (
        "Not in payouts 2026-09",
        json.dumps(so_far).encode(),
        month("2026-09", first, later),
        gone,
        (*gone, left("#2", "2026-09-20", sku="B")),
    )


UNIFIED = (
    "date/time,settlement id,type,order id,sku,description,quantity,marketplace,fulfillment,product sales,selling fees,"
    "fba fees,other transaction fees,other,total,Transaction Status,Transaction Release Date\n"
)


def unified(order: str, sku: str, units: int, price: str, status: str) -> str:
    """Return a sale of a date range report; one that is deferred has no day of release."""
    released = '"Sep 12, 2026 3:00:00 AM PDT"' if status == "Released" else ""
    sold = f"Order,{order},{sku},Cup,{units},amazon.com,Amazon,{price},0,0,0,0,{price}"
    return f'"Sep 4, 2026 3:00:00 AM PDT",24000000099,{sold},{status},{released}\n'


def deferred_row() -> Documents:
    """A date range report of two orders, of which one is released only in its next download."""
    first = unified("111-1", "A", 1, "20.00", "Released")
    before, after = (UNIFIED + first + unified("111-2", "B", 1, "30.00", one) for one in ("Deferred", "Released"))
    gone = (left("111-1", "2026-09-03"),)
    return "24000000099", before.encode(), after.encode(), gone, (*gone, left("111-2", "2026-09-04", sku="B"))


def download_and_pull() -> Documents:
    """A Shopify download of two payments, and the pulled payout, in which one of two A has come back."""
    paid = (Paid("1", "40.00", "2026-09-03"), Paid("2", "15.00", "2026-09-03"))
    back = Back("5", "2026-09-05", (("1", 1, "RETURN", "20.00"),), "20.00")
    one = ShopOrder("#31", (Good("1", "A", 2, "40.00"),), paid[:1], (back,))
    other = ShopOrder("#32", (Good("2", "B", 1, "15.00"),), paid[1:])
    head = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
    rows = (
        f"2026-09-03 12:00:00 +0000,charge,{order.name},2026-09-06,931,{each.amount},0.00,{each.amount},USD\n"
        for order, each in zip((one, other), paid, strict=True)
    )
    movements = (charge(one, paid[0]), charge(other, paid[1]), refund(one, back))
    gone = (left("#31", "2026-09-03", 2), left("#32", "2026-09-03", sku="B"))
    return "931", (head + "".join(rows)).encode(), payout("931", "2026-09-06", [one, other], *movements), gone, gone


def brought(story: Story, folder: Path, name: str, content: bytes) -> str:
    """Import a document and return what is said."""
    (folder / name).write_bytes(content)
    return story.book.run("import", str(folder / name)).output


@pytest.mark.long
@pytest.mark.parametrize(
    ("documents", "typed", "more"),
    [
        (running_month, {}, {"B": "7"}),
        (deferred_row, {}, {"B": "7"}),
        (download_and_pull, {"#31": 1, "#32": 1}, {"A": "5", "B": "7", None: "-12"}),
    ],
    ids=["a month that still ran", "a row released later", "a download and its pulled payout"],
)
def test_what_the_final_document_brings_is_a_true_up(
    story: Story,
    finale: FinaleOnLine,
    tmp_path: Path,
    documents: Callable[[], Documents],
    typed: dict[str, int],
    more: dict[str | None, str],
) -> None:
    """5.00 of an A went out where an A and a B were sold (5 for 12); a download's own lines give their cost back."""
    settlement, first, final, gone, all_gone = documents()
    brought(story, tmp_path, "first", first)
    finale.sync(story, *BOUGHT, *gone)
    for order, units in typed.items():
        story.answer(({"Order ID": order}, {"Units back": units, "Cost": 5 if order == "#31" else 7}))
    refused = story.book.run("export", settlement, "--format", "quickbooks")
    out = story.deed("export", settlement, "--format", "quickbooks", "--accept-provisional", "--json").data["files"]
    said = brought(story, tmp_path, "final", final)
    finale.sync(story, *BOUGHT, *all_gone)
    proposed: dict[str | None, Decimal] = {}
    for row in (row for row in story.pending() if row["Type"] != "Reclassification"):
        proposed[row["SKU"]] = proposed.get(row["SKU"], Decimal(0)) + Decimal(str(row["Difference"]))
    story.decide("accept")

    assert (2, True, True) == (refused.status, "Provisional" in refused.error, bool(out))
    assert "its lines stay as they were exported" in said
    assert {sku: Decimal(amount) for sku, amount in more.items()} == proposed
    booked = story.posted("COGS")["Cost of Goods Sold"] + story.posted("true-up").get("Cost of Goods Sold", Decimal(0))
    assert Decimal(12) == booked
    assert [] == story.pending()
    story.ties()


def usd(amount: int) -> dict[str, str]:
    """Return an amount as eBay has it."""
    return {"value": f"{amount}.00", "currency": "USD"}


def ebay_payout(units: int) -> tuple[bytes, bytes]:
    """Return eBay's report of one order that states one unit, and its pulled payout, that states these."""
    head = (
        "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
        "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - variable,"
        "Gross transaction amount,Transaction currency\n"
    )
    row = "2026-09-03,Order,7-1,40.00,USD,2026-09-08,5500000001,1,T7,BUNDLE,1,45.00,--,-5.00,45.00,USD\n"
    item = {"lineItemId": "T7", "feeBasisAmount": usd(45)}
    fees = [{"feeType": "FINAL_VALUE_FEE", "amount": usd(5)}]
    sale = {
        "transactionId": "1",
        "orderId": "7-1",
        "transactionType": "SALE",
        "transactionDate": "2026-09-03T00:00:00.000Z",
        "amount": usd(40),
        "bookingEntry": "CREDIT",
        "orderLineItems": [item | {"marketplaceFees": fees}],
    }
    sold: dict[str, Any] = {"lineItemId": "T7", "sku": "BUNDLE", "quantity": units, "lineItemCost": usd(45)}
    document = {
        "format": "ebay_payout_api",
        "payout": {"payoutId": "5500000001", "payoutDate": "2026-09-08T00:00:00.000Z", "amount": usd(40)},
        "transactions": [sale],
        "orders": [{"orderId": "7-1", "lineItems": [sold | {"deliveryCost": {"shippingCost": usd(0)}}]}],
    }
    return (head + row).encode(), json.dumps(document).encode()


@pytest.mark.long
@pytest.mark.parametrize(("units", "cost", "more"), [(3, "5", "2.40"), (2, "12.60", "12.60"), (5, "2.52", "")])
def test_a_cost_typed_for_other_units_is_asked_and_undone(
    story: Story, tmp_path: Path, units: int, cost: str, more: str
) -> None:
    """12.60 of one unit went out; the record says three: 12.60 is proposed, 5.00 is typed, 2.40 more is due."""
    report, record = ebay_payout(units)
    brought(story, tmp_path, "report.csv", report)
    story.book.run("resolve")
    story.answer(({"SKU": "BUNDLE"}, {"Cost": 12.6}))
    story.deed("export", "5500000001", "--format", "quickbooks", "--accept-provisional")
    brought(story, tmp_path, "payout.json", record)
    story.book.run("resolve")
    asked = [(row["Units"], row["Cost"]) for row in story.asked()]
    profit = story.book.run("pnl")
    before = story.pending()
    story.answer(({"SKU": "BUNDLE"}, {"Cost": float(cost)}), accept=True)
    due = [Decimal(str(row["Difference"])) for row in story.pending()]
    story.ties()
    story.book.run("undo")
    story.book.run("resolve")

    assert ([(units, 12.6)], []) == (asked, before)
    assert (1, True) == (profit.status, "1 line without cost" in profit.output)
    assert ([Decimal(more)] if more else []) == due
    assert [(units, 12.6)] == [(row["Units"], row["Cost"]) for row in story.asked()]
    assert [] == story.pending()
    (row,) = story.book.table("Settlements").rows
    assert Decimal("12.6") == Decimal(str(row["COGS"]))


@pytest.mark.long
def test_reopening_has_one_answer_of_each_question(story: Story, tmp_path: Path) -> None:
    """Reopened the line asks once more with the old cost; 4.20 typed for each of three is 12.60, not 37.80."""
    report, record = ebay_payout(3)
    brought(story, tmp_path, "report.csv", report)
    story.book.run("resolve")
    story.answer(({"SKU": "BUNDLE"}, {"Cost": 12.6}))
    story.deed("export", "5500000001", "--format", "quickbooks", "--accept-provisional")
    brought(story, tmp_path, "payout.json", record)
    story.deed("reopen", "5500000001", "--imported", "--reason", "the final document")
    story.book.run("resolve")
    missing = story.status()
    story.answer(({"SKU": "BUNDLE"}, {"Cost": 4.2}), accept=False)

    assert ("1 line without cost", Decimal("12.6")) == (missing, story.cogs(SKU="BUNDLE"))
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("documents", [deferred_row, running_month, download_and_pull])
def test_a_cogs_entry_that_waits_for_its_reopening_says_so(
    story: Story, finale: FinaleOnLine, tmp_path: Path, documents: Callable[[], Documents]
) -> None:
    """The money went out of a provisional document; the final one has other goods: sheet and export say the same."""
    settlement, first, final, _, all_gone = documents()
    brought(story, tmp_path, "first", first)
    story.deed("export", settlement, "--format", "quickbooks", "--entries", "settlement", "--accept-provisional")
    brought(story, tmp_path, "final", final)
    finale.sync(story, *BOUGHT, *all_gone)
    story.answer()
    (row,) = story.book.table("Settlements").rows
    refused = story.deed("export", settlement, "--format", "quickbooks", "--accept-provisional", status=2).error
    story.deed("reopen", settlement, "--imported", "--reason", "the final document")
    (after,) = story.book.table("Settlements").rows

    assert row["Settlement Export Status"].startswith("Settlement exported; Read otherwise since: reopen")
    assert "Read otherwise since: reopen" == row["COGS status"]
    assert "Reopen it, so that both entries are exported as it is read today." in refused
    assert "Read otherwise" not in f"{after['Settlement Export Status']}{after['COGS status']}"


def record_of(folder: Path) -> bytes:
    """Return the report of a settlement that a date range report showed in parts: an A and, released later, a B."""
    sold = [
        item("Order", "111-1", "20.00", units="1", sku="A", day="2026-09-12 10:00:00"),
        item("Order", "111-2", "30.00", units="1", sku="B", day="2026-09-12 10:00:00"),
    ]
    return v2(folder, sold).read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("reopens", [False, True])
def test_an_answer_to_a_line_that_came_after_the_export_stays_with_it(
    story: Story, tmp_path: Path, *, reopens: bool
) -> None:
    """7.00 is typed for a B that a second view brought; the settlement's own report names its line otherwise."""
    settlement, first, second, _, _ = deferred_row()
    brought(story, tmp_path, "first", first)
    story.book.run("resolve")
    story.answer(({"SKU": "A"}, {"Cost": 5}))
    story.deed("export", settlement, "--format", "quickbooks", "--accept-provisional")
    brought(story, tmp_path, "second", second)
    story.book.run("resolve")
    asked = [row["SKU"] for row in story.asked()]
    story.answer(({"SKU": "B"}, {"Cost": 7}))
    before = [(row["SKU"], row["Difference"]) for row in story.pending() if row["SKU"]]
    brought(story, tmp_path, "record", record_of(tmp_path))
    story.book.run("resolve")
    again = [row["SKU"] for row in story.asked()]
    after = [(row["SKU"], row["Difference"]) for row in story.pending() if row["SKU"]]
    if reopens:
        story.deed("reopen", settlement, "--imported", "--reason", "its report came")
        story.book.run("resolve")
        again += [row["SKU"] for row in story.asked()]
        assert Decimal(12) == story.cogs(Type="sale")

    assert (["B"], [("B", 7)], []) == (asked, before, again)
    assert [("B", 7)] == after
    story.ties()


@pytest.mark.long
def test_a_proposal_of_a_line_that_a_later_file_lacks_is_withdrawn(story: Story, tmp_path: Path) -> None:
    """A B came after the export and was answered; the settlement's own report has no B: nothing is proposed of it."""
    settlement, first, second, _, _ = deferred_row()
    brought(story, tmp_path, "first", first)
    story.book.run("resolve")
    story.answer(({"SKU": "A"}, {"Cost": 5}))
    story.deed("export", settlement, "--format", "quickbooks", "--accept-provisional")
    brought(story, tmp_path, "second", second)
    story.book.run("resolve")
    story.answer(({"SKU": "B"}, {"Cost": 7}))
    before = [row["SKU"] for row in story.pending()]
    only = v2(tmp_path, [item("Order", "111-1", "20.00", units="1", sku="A", day="2026-09-12 10:00:00")])
    brought(story, tmp_path, "record", only.read_bytes())

    assert "B" in before
    assert "B" not in [row["SKU"] for row in story.pending()]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("prices", "asked", "cogs"),
    [(("38.00", "40.00", "40.00"), [], 11), (("40.00", "40.00", "40.00", "38.00"), [4, 4, 4], 15)],
    ids=["the same three", "one more of 40.00"],
)
def test_what_was_typed_on_equal_rows_goes_on_under_the_final_document(
    story: Story, tmp_path: Path, prices: tuple[str, ...], asked: list[int], cogs: int
) -> None:
    """40.00, 40.00 and 38.00 were answered 4, 4 and 3 and exported; nothing of it is taken for another cost."""
    rows = (unified("111-1", "A", 1, price, "Released") for price in ("40.00", "40.00", "38.00"))
    brought(story, tmp_path, "view", (UNIFIED + "".join(rows)).encode())
    story.book.run("resolve")
    story.answer(({"Net": 40}, {"Cost": 4}), ({"Net": 38}, {"Cost": 3}), accept=False, odd=True)
    story.deed("export", "24000000099", "--format", "quickbooks", "--accept-provisional")
    codes = enumerate(prices, start=1)
    sold = [item("Order", "111-1", price, units="1") | {"order-item-code": f"{code}"} for code, price in codes]
    brought(story, tmp_path, "record", v2(tmp_path, sold).read_bytes())
    story.book.run("resolve")
    proposed = [row["Proposed cost"] for row in story.asked()]
    figures = story.book.run("pnl")
    story.book.run("save", "--accept-proposals")
    due = sum(Decimal(str(row["Difference"])) for row in story.pending() if row["SKU"])
    story.decide("accept")
    story.ties()
    story.deed("reopen", "24000000099", "--imported", "--reason", "its report came")
    story.book.run("resolve")

    assert asked == proposed
    assert (len(asked) > 0) == ("3 lines of today's reading ask for a cost" in figures.output)
    assert cogs - 11 == due
    assert (Decimal(cogs), []) == (story.cogs(Type="sale"), [row["Cause"] for row in story.asked()])
