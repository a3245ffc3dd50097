"""eBay's orders of several items and in other currencies: its report and its API say the same of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.frame_columns import AMOUNT_COLUMNS, records
from core.marketplaces import read_file
from core.marketplaces.errors import BadCellError
from core.model import QuantitySource
from core.typed_amounts import from_text
from tests.core.marketplaces.ebay.ebay_orders import asked, lines, read, units
from tests.core.marketplaces.ebay_documents import (
    CUP,
    GBP,
    MUG,
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

POUNDS = GBP | {"Exchange rate": "1.31869"}
AT = {"exchangeRate": "1.31869"}


def amounts(content: bytes) -> list[tuple[str | None, dict[str, str]]]:
    """Return SKU and amounts of each line, by SKU."""
    found = [(row["sku"], {name: f"{row[name]:.2f}" for name in AMOUNT_COLUMNS if row[name]}) for row in lines(content)]
    return sorted(found, key=lambda one: one[0] or "")


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
