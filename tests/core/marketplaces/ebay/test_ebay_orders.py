"""eBay's orders of several items and in other currencies: its report and its API say the same of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.frame_columns import AMOUNT_COLUMNS, records
from core.marketplaces import read_file
from core.marketplaces.ebay import report_by_columns, transaction_report
from core.marketplaces.errors import BadCellError
from core.marketplaces.reading.contents import Contents
from core.model import Event, Goods, QuantitySource
from core.typed_amounts import from_text
from tests.core.marketplaces.ebay_documents import (
    CUP,
    GBP,
    MUG,
    ORDER,
    PAYOUT,
    TWO,
    booked,
    charged,
    item,
    money,
    ordered,
    paid_out,
    pulled,
    refund,
    report,
    single,
    whole,
)

if TYPE_CHECKING:
    from core.model import Settlement

POUNDS = GBP | {"Exchange rate": "1.31869"}
AT = {"exchangeRate": "1.31869"}


def read(content: bytes) -> Settlement:
    (found,) = read_file(content, "payout").settlements
    return found


def lines(content: bytes) -> list[dict[str, Any]]:
    """Return the lines of a payout but its own row, those without anything in them left out."""
    found = [row for row in records(read(content).transactions) if row["event"] != Event.PAYOUT]
    return [row for row in found if row["net"] or row["quantity"] != 0]


def amounts(content: bytes) -> list[tuple[str | None, dict[str, str]]]:
    """Return SKU and amounts of each line, by SKU."""
    found = [(row["sku"], {name: f"{row[name]:.2f}" for name in AMOUNT_COLUMNS if row[name]}) for row in lines(content)]
    return sorted(found, key=lambda one: one[0] or "")


def units(content: bytes) -> dict[str | None, int | None]:
    return {row["sku"]: row["quantity"] for row in lines(content)}


def asked(content: bytes) -> list[str]:
    """Return the words whose line type is asked."""
    return [one.word for row in lines(content) for one in from_text(row["typed"]) if one.line_type is None]


UK_REPORT = single("140.40", "1", "MUG", "128.25", "-21.78", **POUNDS)
UK_ORDER = {"11-00000-00001": [ordered("1", "MUG", money("128.25", "GBP"))]}
UK_AMOUNTS = [("MUG", {"principal": "169.12", "referral_fee": "-28.72"})]


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        (money("21.78", "GBP"), money("140.40", **AT)),
        (money("21.78", "GBP"), money("140.40", convertedFromValue="106.47", convertedFromCurrency="GBP", **AT)),
        (money("21.78", "GBP"), money("140.40", convertedFromValue="106.47", convertedFromCurrency="GBP")),
        (money("28.72"), money("140.40", **AT)),
        (
            money("21.78", "GBP", convertedFromValue="28.72", convertedFromCurrency="USD"),
            money("140.40", **AT),
        ),
    ],
)
def test_fees_in_the_orders_currency_are_converted(fee: dict[str, str], amount: dict[str, str]) -> None:
    """A real order: (128.25 - 21.78) GBP at 1.31869 are 140.40 USD; the basis of its fees holds the tax of eBay too."""
    content = pulled("140.40", booked("SALE", amount, charged("1", "153.90", fee)), orders=UK_ORDER)

    assert amounts(content) == amounts(report(UK_REPORT)) == UK_AMOUNTS


def test_a_fee_in_another_currency_without_any_rate_is_refused() -> None:
    """Taken for dollars, 21.78 GBP would be 6.94 too little of a fee and of a price."""
    sale = booked("SALE", money("140.40"), charged("1", "153.90", money("21.78", "GBP")))
    with pytest.raises(BadCellError, match="exchangeRate"):
        read(pulled("140.40", sale, orders=UK_ORDER))


@pytest.mark.parametrize("rate", ["0", "-1.3"])
def test_a_rate_is_above_zero(rate: str) -> None:
    """Nothing is worth less than nothing."""
    amount = money("140.40", exchangeRate=rate)
    with pytest.raises(BadCellError, match="a rate above zero"):
        read(pulled("140.40", booked("SALE", amount, charged("1", "1", money("1", "GBP"))), orders=UK_ORDER))


def test_several_items_with_postage_in_another_currency() -> None:
    """100 + 10 and 50 GBP less 12.30 and 6.00, at 1.25, are 177.13 USD; the odd cent is in the largest price."""
    sale = booked(
        "SALE",
        money("177.13", exchangeRate="1.25"),
        charged("1", "132", money("12.30", "GBP")),
        charged("2", "60", money("6", "GBP")),
    )
    items = [
        ordered("1", "MUG", money("100", "GBP"), money("10", "GBP")),
        ordered("2", "CUP", money("50", "GBP")),
    ]
    rows = (
        whole("177.13", "160", **GBP, Exchange_rate="1.25"),
        item("1", "MUG", "100", "-12.30", **{"Shipping and handling": "10"}),
        item("2", "CUP", "50", "-6"),
    )
    told = [
        ("CUP", {"principal": "62.50", "referral_fee": "-7.50"}),
        ("MUG", {"principal": "125.01", "shipping": "12.50", "referral_fee": "-15.38"}),
    ]

    assert told == amounts(pulled("177.13", sale, orders={"11-00000-00001": items}))
    assert told == amounts(report(*rows)) == amounts(report(*reversed(rows)))


def test_a_refund_in_another_currency() -> None:
    """Half of 128.25 GBP less half of the fee is 70.20 USD."""
    node = charged("1", "76.95", money("10.89", "GBP"))
    content = pulled("-70.20", booked("REFUND", money("70.20", **AT), node, entry="DEBIT"), orders=UK_ORDER)

    assert [("MUG", {"principal": "-84.56", "referral_fee": "14.36"})] == amounts(content)
    assert [(None, {"principal": "-84.56", "referral_fee": "14.36"})] == amounts(
        report(refund("-70.20", "-64.13", "10.89", **POUNDS))
    )


def typed_amounts(content: bytes) -> set[tuple[str | None, str, Decimal]]:
    """Return SKU, line type and amount of what stands within the amount columns as something of its own."""
    return {(row["sku"], str(one.line_type), one.amount) for row in lines(content) for one in from_text(row["typed"])}


@pytest.mark.parametrize("rate", ["1.25", "0.8"])
def test_fees_that_are_something_of_their_own_are_converted_too(rate: str) -> None:
    """0.50 GBP of the regulator's fee and 2.00 GBP given to charity were -0.50 and -2.00 USD of a row of other sums."""
    fees = {"Regulatory operating fee": "-0.50", "Charity donation": "-2"}
    row = single("118.75", "1", "MUG", "100", "-2.50", **GBP, **fees, Exchange_rate=rate)
    node = charged("1", "100", money("2.50", "GBP"))
    node["marketplaceFees"].append({"feeType": "REGULATORY_OPERATING_FEE", "amount": money("0.50", "GBP")})
    node["donations"] = [{"amount": money("2", "GBP")}]
    sale = booked("SALE", money("118.75", exchangeRate="1.25"), node)
    content = pulled("118.75", sale, orders={"11-00000-00001": [ordered("1", "MUG", money("100", "GBP"))]})
    told = {
        ("MUG", "Regulatory and digital service fees", Decimal("-0.63")),
        ("MUG", "Donations", Decimal("-2.5")),
    }

    assert told == typed_amounts(content) == typed_amounts(report(row))
    assert amounts(content) == amounts(report(row))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("own", "net", "told"),
    [
        ({"Final Value Fee - fixed": "-0.40"}, "133.80", {"referral_fee": "-0.40"}),
        ({"Regulatory operating fee": "-0.40"}, "133.80", {"other_fee": "-0.40"}),
        ({"Final Value Fee - variable": "-15.80", "Item subtotal": "150"}, "134.20", None),
        ({"Regulatory operating fee": "-0.50"}, "130", {"other": "-4.20"}),
    ],
)
def test_a_fee_of_the_order_itself_is_told_from_the_fees_of_its_items(
    own: dict[str, str], net: str, told: dict[str, str] | None
) -> None:
    """What items leave of the net amount is the fee in the order's row; it may repeat theirs, or explain nothing."""
    rows = (whole(net, "150") | own, MUG, CUP)
    found = dict(amounts(report(*rows)))

    assert found.get(None) == told
    assert Decimal(net) == read(report(*rows)).sum
    assert (["Net amount beyond its columns"] if net == "130" else []) == asked(report(*rows))


def test_a_fee_of_the_order_itself_is_converted() -> None:
    """0.40 GBP at 1.25."""
    own = whole("176.63", "160", **GBP, Exchange_rate="1.25") | {"Regulatory operating fee": "-0.40"}
    rows = (own, item("1", "MUG", "110", "-12.30"), item("2", "CUP", "50", "-6"))

    assert (None, {"other_fee": "-0.50"}) in amounts(report(*rows))
    assert (None, "Regulatory and digital service fees", Decimal("-0.5")) in typed_amounts(report(*rows))
    assert Decimal("176.63") == read(report(*rows)).sum


def test_what_prices_and_fees_leave_of_a_pulled_sale_is_asked_as_in_the_report() -> None:
    """100.00 less 10.00 is not 70.00: nobody says what the 20.00 are."""
    sale = booked("SALE", money("70"), charged("1", "100", money("10")))
    content = pulled("70", sale, orders={"11-00000-00001": [ordered("1", "MUG", money("100"))]})
    rows = report(single("70", "1", "MUG", "100", "-10"))

    assert ["Net amount beyond its columns"] == asked(content) == asked(rows)
    assert amounts(content) == amounts(rows)


def test_so_it_is_of_a_pulled_order_of_several_items() -> None:
    """It stands on a line of its own, for it may be of any of them."""
    sale = booked("SALE", money("130"), charged("1", "100", money("10.40")), charged("2", "50", money("5.40")))
    items = [ordered("1", "MUG", money("100")), ordered("2", "CUP", money("50"))]
    content = pulled("130", sale, orders={"11-00000-00001": items})
    rows = report(whole("130", "150"), MUG, CUP)

    assert ["Net amount beyond its columns"] == asked(content) == asked(rows)
    assert amounts(content) == amounts(rows)
    assert {"MUG": 1, "CUP": 1, None: 0} == units(rows)


@pytest.mark.parametrize("paid", [{}, {"Payout ID": PAYOUT}, {"Payout ID": PAYOUT, "Payout currency": "USD"}])
def test_an_item_is_in_the_payout_of_its_order(paid: dict[str, str]) -> None:
    """Rows of items leave the payout blank; they stayed outside of every settlement, and the order had no goods."""
    content = report(TWO, MUG | paid, CUP | paid, paid_out("134.20"))
    found = read(content)

    assert {"MUG": 1, "CUP": 1} == units(content)
    assert (found.ties_out, found.problems, len(read_file(content, "a").unsettled)) == (True, (), 0)
    assert "2026-09-02" == f"{found.deposit_at:%Y-%m-%d}"


def test_the_day_of_a_payout_is_known_though_its_last_row_is_an_items() -> None:
    """Rows of items do not say it."""
    assert "2026-09-02" == f"{read(report(TWO, MUG, CUP)).deposit_at:%Y-%m-%d}"


def test_an_item_of_an_order_in_two_payouts_is_in_the_one_that_it_names() -> None:
    """Where it names none, nobody knows: it is left out, and both orders ask."""
    rows = (TWO, TWO | {"Payout ID": "7600000002"}, MUG | {"Payout ID": "7600000002"})
    one, other = read_file(report(*rows), "a").settlements

    assert [None] == [row["sku"] for row in records(one.transactions)]
    assert ["MUG", None] == [row["sku"] for row in records(other.transactions)]
    assert len(read_file(report(rows[0], rows[1], MUG), "a").unsettled) == 1


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("rows", "known", "rest"),
    [
        ([TWO], {}, "134.20"),
        ([TWO, MUG], {"MUG": 1}, "44.60"),
        ([TWO, CUP], {"CUP": 1}, "89.60"),
        ([whole("134.20", "--"), MUG], {"MUG": 1}, "44.60"),
        ([whole("177.13", "160", **GBP, Exchange_rate="1.25"), item("1", "MUG", "110", "-12.30")], {"MUG": 1}, "55.01"),
        ([whole("177.13", "--", **GBP, Exchange_rate="1.25"), item("1", "MUG", "110", "-12.30")], {"MUG": 1}, "55.01"),
        ([whole("177.13", "160", **GBP), item("1", "MUG", "110", "-12.30")], {"MUG": 1}, "177.13"),
    ],
)
def test_units_of_items_that_are_not_in_the_file_are_asked(
    rows: list[dict[str, object]], known: dict[str | None, int | None], rest: str
) -> None:
    """The order's own row is about them; their goods were taken for none."""
    content = report(*rows)
    own = [row for row in lines(content) if row["sku"] is None]

    none: dict[str | None, int | None] = {None: None}
    assert none | known == units(content)
    assert [(QuantitySource.UNKNOWN, Decimal(rest))] == [(row["quantity_source"], row["net"]) for row in own]
    (doubt,) = read_file(content, "a").problems
    assert "Items of order 11-00000-00001 are missing" in doubt.message


def test_an_item_in_another_currency_takes_no_more_than_its_own_price() -> None:
    """It took the whole net amount of the order: 187.50 for a price of 110 GBP at 1.25."""
    content = report(whole("177.13", "160", **GBP, Exchange_rate="1.25"), item("1", "MUG", "110", "-12.30"))

    assert ("MUG", {"principal": "137.50", "referral_fee": "-15.38"}) in amounts(content)


@pytest.mark.parametrize(("rate", "price"), [("0.8", "40.00"), ("1.25", "40.00")])
def test_a_rate_is_read_in_the_direction_that_fits_the_whole_order(rate: str, price: str) -> None:
    """50 of 200 GBP, for 139.20 USD after fees of 13 %: a pound is 0.80 dollars, however the file says it."""
    content = report(whole("139.20", "200", **GBP, Exchange_rate=rate), item("1", "MUG", "50", "-6.50"))

    assert ("MUG", {"principal": price, "referral_fee": "-5.20"}) in amounts(content)


@pytest.mark.parametrize("rows", [[TWO, MUG, CUP], [whole("134.20", "--"), MUG, CUP], [whole("130", "150"), MUG, CUP]])
def test_an_order_whose_items_are_all_there_asks_for_no_units(rows: list[dict[str, object]]) -> None:
    """Their prices are the gross amount, or with the fees the net amount."""
    assert {"MUG": 1, "CUP": 1} == {sku: count for sku, count in units(report(*rows)).items() if sku}
    assert None not in units(report(*rows)).values()


def test_two_rows_of_one_order_have_its_items_once() -> None:
    """Both took the items away from their net amounts, and the rows did not sum to them."""
    content = report(TWO, whole("20", "21"), MUG, CUP)

    assert Decimal("154.20") == read(content).sum
    assert {"MUG": 1, "CUP": 1, None: None} == units(content)


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
