"""What eBay says in words of refunded and disputed goods decides about them, by report and API alike."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.frame_columns import records
from core.marketplaces.ebay import report_by_columns, transaction_report
from core.marketplaces.reading.contents import Contents
from core.model import Event, Goods
from core.typed_amounts import from_text
from tests.core.marketplaces.ebay.ebay_orders import asked, lines, read, units
from tests.core.marketplaces.ebay_documents import (
    ORDER,
    booked,
    charged,
    money,
    ordered,
    pulled,
    refund,
    report,
    single,
)

if TYPE_CHECKING:
    from core.model import Settlement


@pytest.mark.parametrize(
    ("words", "goods"),
    [
        ("--", Goods.REFUNDED),
        ("Return refund", Goods.REFUNDED),
        ("Buyer keeps the item - no return", Goods.KEPT),
        ("REFUND WITHOUT RETURN", Goods.KEPT),
        ("Returnless refund", Goods.KEPT),
        ("Item destroyed", Goods.REFUND_UNCLEAR),
        ("Partial refund for damage", Goods.REFUND_UNCLEAR),
        ("Käufer behält den Artikel", Goods.REFUND_UNCLEAR),
    ],
)
@pytest.mark.parametrize("route", ["rows", "columns", "pulled"])
def test_what_a_refund_says_of_its_goods_decides_about_them(route: str, words: str, goods: Goods) -> None:
    """The exact price is no return where the description or memo says so, and asked where nobody has declared it."""
    rows = report(single("89.60", "1", "MUG", "100", "-10.40"), refund("-89.60", "-100", "10.40", Description=words))
    memo = {} if words == "--" else {"transactionMemo": words}
    node = booked("REFUND", money("89.60"), charged("1", "100", money("10.40")), entry="DEBIT") | memo
    of_route = {
        "rows": lambda: transaction_report.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "columns": lambda: report_by_columns.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "pulled": lambda: read(pulled("-89.60", node, orders={ORDER: [ordered("1", "MUG", money("100"))]})),
    }
    (found,) = [row for row in records(of_route[route]().transactions) if row["event"] == Event.REFUND]
    assert (goods, None if words == "--" else words) == (found["goods"], found["raw_description"])


DISPUTED = "Blue mug, hand made"


@pytest.mark.parametrize(
    ("kind", "words", "goods"),
    [
        ("Payment dispute", "--", Goods.KEPT),
        ("Claim", "Item not received", Goods.KEPT),
        ("Payment dispute", "Buyer keeps the item", Goods.KEPT),
        ("Claim", DISPUTED, Goods.KEPT),  # the title of the item says nothing
        ("Claim", "Item returned", Goods.REFUND_UNCLEAR),
        ("Payment dispute", "Seller received the item back", Goods.REFUND_UNCLEAR),
        ("Claim", "Not as described", Goods.REFUND_UNCLEAR),
        ("Payment dispute", "Artikel zurück", Goods.REFUND_UNCLEAR),
    ],
)
@pytest.mark.parametrize("route", ["rows", "columns", "pulled"])
def test_what_a_dispute_says_of_its_goods_decides_about_them(route: str, kind: str, words: str, goods: Goods) -> None:
    """A returned item stayed with the buyer, unasked: 10.00 of COGS for two disputed orders, 5.00 once answered."""
    sold = single("89.60", "1", "MUG", "100", "-10.40") | {"Item title": DISPUTED}
    lost = refund("-89.60", "--", "--", Type=kind, Description=words, **{"Item title": DISPUTED})
    rows = report(sold, lost | {"Gross transaction amount": "-89.60"})
    memo = {} if words == "--" else {"transactionMemo": words}
    node = booked("DISPUTE", money("89.60"), {"lineItemId": "1"}, entry="DEBIT") | memo
    item = ordered("1", "MUG", money("100")) | {"title": DISPUTED}
    of_route = {
        "rows": lambda: transaction_report.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "columns": lambda: report_by_columns.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "pulled": lambda: read(pulled("-89.60", node, orders={ORDER: [item]})),
    }
    (found,) = [row for row in records(of_route[route]().transactions) if row["event"] == Event.DISPUTE]
    assert (goods, Decimal("-89.60")) == (found["goods"], found["principal"])


TITLE = "Keep it cool: blue mug, 0.3 l (Set)"


@pytest.mark.parametrize(
    ("words", "goods"),
    [
        (TITLE, Goods.REFUNDED),
        ("keep it cool - Blue Mug", Goods.REFUNDED),  # eBay shortens titles
        ("blue mug 0.3 l", Goods.REFUNDED),
        ("Keep it", Goods.KEPT),  # a declared word is one, whatever the item is called
        ("mug", Goods.REFUND_UNCLEAR),
        ("Blue mug, 0.3 l, broken", Goods.REFUND_UNCLEAR),
        ("cool mug", Goods.REFUND_UNCLEAR),
    ],
)
@pytest.mark.parametrize("route", ["rows", "columns", "pulled"])
def test_a_refund_that_is_described_by_its_items_title_is_not_asked(route: str, words: str, goods: Goods) -> None:
    """The title says nothing of the goods; what is more than the title, or one word of it, may."""
    sold = single("89.60", "1", "MUG", "100", "-10.40")
    told = {"Description": words, "Item title": TITLE}
    rows = report(sold | {"Item title": TITLE}, refund("-89.60", "-100", "10.40", **told))
    node = booked("REFUND", money("89.60"), charged("1", "100", money("10.40")), entry="DEBIT")
    item = ordered("1", "MUG", money("100")) | {"title": TITLE}
    of_route = {
        "rows": lambda: transaction_report.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "columns": lambda: report_by_columns.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "pulled": lambda: read(pulled("-89.60", node | {"transactionMemo": words}, orders={ORDER: [item]})),
    }
    (found,) = [row for row in records(of_route[route]().transactions) if row["event"] == Event.REFUND]
    assert goods == found["goods"]


def given_back(gross: str, *bases: str | None, order: bool = True, kind: str = "REFUND") -> Settlement:
    """Read a refund of a mug of 40.00 and a cup of 20.00, each with the basis of eBay's fees or none."""
    nodes: list[dict[str, Any]] = [
        {"lineItemId": code} | ({"feeBasisAmount": money(basis)} if basis is not None else {})
        for code, basis in zip("12", bases, strict=True)
    ]
    goods = [ordered("1", "MUG", money("40")), ordered("2", "CUP", money("20"))]
    refunded = booked(kind, money(gross), *nodes, entry="DEBIT")
    return read(pulled(f"-{gross}", refunded, orders={ORDER: goods} if order else {}))


def of_items(settlement: Settlement) -> list[tuple[Any, Any, Any]]:
    rows = records(settlement.transactions)
    return [(row["sku"], row["principal"], row["goods"]) for row in rows if row["event"] != Event.PAYOUT]


@pytest.mark.parametrize(
    ("gross", "bases", "mug", "cup"),
    [
        ("45.00", (None, None), "-30.00", "-15.00"),
        ("10.00", ("0", "0"), "-6.67", "-3.33"),
        ("45.00", ("40", None), "-30.00", "-15.00"),  # all of it was given to the mug
    ],
)
def test_a_refund_of_several_items_without_a_basis_is_shared_by_prices_and_marked(
    gross: str, bases: tuple[str | None, ...], mug: str, cup: str
) -> None:
    """Half each was taken, silently; how many units came back is asked, for the shares are a guess."""
    settlement = given_back(gross, *bases)
    (problem,) = settlement.problems

    assert [("MUG", Decimal(mug), "refunded, return unclear"), ("CUP", Decimal(cup), "refunded, return unclear")] == (
        of_items(settlement)
    )
    assert "2 items (MUG, CUP), so it was shared out by their prices" in problem.message
    assert "Resolve" in problem.message


def test_what_is_told_of_a_refund_of_several_items_is_no_guess() -> None:
    """By the basis of fees; and all that the items cost, whose shares are their own prices."""
    for settlement, mug, cup in (
        (given_back("45.00", "30", "60"), "-15.00", "-30.00"),
        (given_back("60.00", None, None), "-40.00", "-20.00"),
    ):
        assert ((), [("MUG", Decimal(mug), "refunded"), ("CUP", Decimal(cup), "refunded")]) == (
            settlement.problems,
            of_items(settlement),
        )


def test_a_dispute_and_a_refund_of_an_order_that_ebay_does_not_give_are_marked_too() -> None:
    """A dispute returns no goods, so that its money alone is shared; without the order in equal parts."""
    dispute, unknown = given_back("45.00", None, None, kind="DISPUTE"), given_back("45.00", None, None, order=False)

    assert [Decimal(-30), Decimal(-15)] == [amount for _, amount, _ in of_items(dispute)]
    assert [Decimal("-22.50")] * 2 == [amount for _, amount, _ in of_items(unknown)]
    assert ["by their prices" in one.message for one in dispute.problems] == [True]
    assert ["in equal parts" in one.message for one in unknown.problems] == [True]


IN_REPORT = {
    "SHIPPING_LABEL": "Shipping label",
    "NON_SALE_CHARGE": "Other fee",
    "CREDIT": "Credit",
    "INVENTORY_LOSS": "Inventory loss",
    "LOAN_REPAYMENT": "Loan repayment",
    "TRANSFER": "Transfer",
}


@pytest.mark.parametrize(
    ("kind", "words", "is_asked"),
    [
        ("INVENTORY_LOSS", "Lost by eBay warehouse", True),
        ("CREDIT", "--", True),
        ("CREDIT", "Found again", True),
        ("SHIPPING_LABEL", "Return label", True),
        ("NON_SALE_CHARGE", "Item destroyed", True),
        ("TRANSFER", "Goods seized", True),
        ("LOAN_REPAYMENT", "Paid in goods", True),
        ("SHIPPING_LABEL", "--", False),
        ("NON_SALE_CHARGE", "Promoted Listings fee", False),
    ],
)
@pytest.mark.parametrize("route", ["rows", "columns", "pulled"])
def test_goods_that_a_transaction_names_in_words_nobody_knows_are_asked(
    route: str, kind: str, words: str, *, is_asked: bool
) -> None:
    """Each route names type and words, so that one answer holds for no others, and asks for the unit of the item."""
    told = {"Type": IN_REPORT[kind], "Description": words, "Gross transaction amount": "-4.00"}
    rows = report(single("89.60", "1", "MUG", "100", "-10.40"), single("-4.00", "1", "MUG", "--", "--") | told)
    memo = {} if words == "--" else {"transactionMemo": words}
    node = booked(kind, money("4.00"), {"lineItemId": "1", "feeBasisAmount": money("4.00")}, entry="DEBIT") | memo
    of_route = {
        "rows": lambda: transaction_report.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "columns": lambda: report_by_columns.FORMAT.read(Contents("report.csv", rows)).settlements[0],
        "pulled": lambda: read(pulled("-4.00", node, orders={ORDER: [ordered("1", "MUG", money("100"))]})),
    }
    (found,) = [row for row in records(of_route[route]().transactions) if row["net"] == -4]
    listed = [kind if route == "pulled" else IN_REPORT[kind], *([] if words == "--" else [words])]
    open_words = [one.word for one in from_text(found["typed"]) if one.line_type is None]
    assert ([" / ".join(listed)] if is_asked else []) == open_words
    if is_asked:
        assert (Event.OTHER, "MUG", 1, Goods.UNCLEAR) == tuple(
            found[name] for name in ("event", "sku", "quantity", "goods")
        )
    else:
        assert Goods.NONE == found["goods"]


def test_a_fee_type_says_nothing_of_a_memo_that_nobody_knows() -> None:
    """`AD_FEE` of an item beside `Item destroyed` is advertising, but not that the item was not destroyed."""
    told = {"feeType": "AD_FEE", "transactionMemo": "Item destroyed"}
    of_item = booked("NON_SALE_CHARGE", money("1.00"), {"lineItemId": "1"}, entry="DEBIT") | told
    content = pulled("-1.00", of_item, orders={ORDER: [ordered("1", "MUG", money("100"))]})
    assert ["NON_SALE_CHARGE / AD_FEE / Item destroyed"] == asked(content)

    alone = booked("NON_SALE_CHARGE", money("1.00"), entry="DEBIT") | told
    assert [] == asked(pulled("-1.00", alone, orders={}))


def test_an_unknown_transaction_of_several_items_asks_for_each() -> None:
    """Its money is shared out to the cent; of an item that was sold more than once the units are not known."""
    items = [{"lineItemId": code, "feeBasisAmount": money(basis)} for code, basis in (("1", "100"), ("2", "50"))]
    orders = {ORDER: [ordered("1", "MUG", money("100")), ordered("2", "CUP", money("50"), units=3)]}
    content = pulled("-1.00", booked("INVENTORY_LOSS", money("1.00"), *items, entry="DEBIT"), orders=orders)

    assert {"MUG": 1, "CUP": None} == units(content)
    assert {"MUG": Decimal("-0.67"), "CUP": Decimal("-0.33")} == {row["sku"]: row["net"] for row in lines(content)}
    assert {Goods.UNCLEAR} == {row["goods"] for row in lines(content)}


def test_a_memo_that_repeats_the_title_of_its_item_is_no_word() -> None:
    """The memo of a fee may say what was advertised: each item would be a question of its own."""
    label = booked("SHIPPING_LABEL", money("4.00"), {"lineItemId": "1"}, entry="DEBIT") | {"transactionMemo": TITLE}
    named = ordered("1", "MUG", money("100")) | {"title": TITLE}
    assert [] == asked(pulled("-4.00", label, orders={ORDER: [named]}))
