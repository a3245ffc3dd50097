"""Whose tax stands where in a settlement entry, and by which rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.books.verification.tie_outs import tax_tie_outs
from core.facilitator_tax import decided_elsewhere, open_tax, with_tax_kinds
from core.frame_columns import frame
from core.journal.accounts import AccountRow, Accounts
from core.journal.settlement_entry import settlement_entries
from core.line_types import LineType
from core.model import Event, Goods
from core.money import total
from core.reports.pnl_parts import parts
from core.typed_amounts import TypedAmount, to_text
from tests.core.journal.settlement_lines import COLUMNS, DATES, line


def of_order(event: Event, order: str, **values: Any) -> dict[str, object]:
    return line(event, order_id=order, goods=Goods.NONE, key=f"{order} {event}", **values)


def taxes(*rows: dict[str, object]) -> dict[LineType, str]:
    """Return the lines of tax, sales and refunds of the entry of a settlement, - is a credit."""
    (entry,) = settlement_entries(
        with_tax_kinds(frame(COLUMNS, rows)),
        DATES,
        store="Amazon US",
        settlement_id="1",
        currency="USD",
        accounts=Accounts(),
    )
    return {one.type: str(one.amount) for one in entry.lines if one.type is not LineType.CLEARING}


def test_the_marketplaces_tax_nets_to_zero_on_an_account_of_its_own() -> None:
    """What the facilitator collects and withholds stands on two lines of one account, which is not the seller's own."""
    sale = of_order(Event.SALE, "A", principal="10.00", tax="0.80", tax_withheld="-0.80")
    found = taxes(sale)

    assert {LineType.SALES: "-10.00", LineType.FACILITATOR_TAX: "-0.80", LineType.TAX_WITHHELD: "0.80"} == found
    assert {"Marketplace Facilitator Tax"} == {
        Accounts().of(one, store="Amazon US", currency="USD").name
        for one in (LineType.FACILITATOR_TAX, LineType.TAX_WITHHELD, LineType.LOW_VALUE_GOODS_TAX)
    }
    assert [] == open_tax(with_tax_kinds(frame(COLUMNS, [sale])))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), "Sales Tax Payable"),
        ((AccountRow(line_type=LineType.TAX_WITHHELD, name="Facilitated"),), "Facilitated"),
        ((AccountRow(line_type=LineType.TAX_COLLECTED, number="2200"),), "Sales Tax Payable 2200"),
    ],
)
def test_what_the_first_reader_stored_has_its_tax_withheld_beside_its_tax_collected(
    chosen: tuple[AccountRow, ...], expected: str
) -> None:
    """That reader does not say whose the tax is, so it nets where its version posted it, or where somebody chose."""
    sale = of_order(Event.SALE, "A", principal="10.00", tax="0.80", tax_withheld="-0.80") | {"goods": None}
    (entry,) = settlement_entries(
        with_tax_kinds(frame(COLUMNS, [sale])),
        DATES,
        store="Amazon US",
        settlement_id="1",
        currency="USD",
        accounts=Accounts(chosen),
    )
    (withheld,) = (one for one in entry.lines if one.type is LineType.TAX_WITHHELD)
    assert expected == f"{withheld.account} {withheld.number}".strip()


def test_tax_that_nobody_withholds_is_the_sellers_own() -> None:
    """Another order's withheld tax says nothing about it."""
    found = taxes(
        of_order(Event.SALE, "A", principal="10.00", tax="0.80"),
        of_order(Event.SALE, "B", principal="20.00", tax="1.60", tax_withheld="-1.60"),
    )

    assert ("-0.80", "-1.60") == (found[LineType.TAX_COLLECTED], found[LineType.FACILITATOR_TAX])


def test_tax_withheld_of_an_order_without_any_tax_was_part_of_its_price() -> None:
    """A low value import of 19.67 with 1.79 withheld is a sale of 17.88, in the entry and in the profit and loss."""
    typed = to_text([TypedAmount("LowValueGoodsTax", "tax_withheld", LineType.LOW_VALUE_GOODS_TAX, Decimal("-1.79"))])
    sale = of_order(Event.SALE, "A", principal="19.67", tax_withheld="-1.79", typed=typed)
    lines = with_tax_kinds(frame(COLUMNS, [sale]))

    assert {LineType.SALES: "-17.88"} == taxes(sale)
    assert (Decimal("17.88"), Decimal(0)) == (total(parts(lines)["sales"]), total(parts(lines)["tax"]))
    assert [] == open_tax(lines)


def test_a_refund_whose_tax_the_marketplace_does_not_give_back_is_named() -> None:
    """The sale nets; the refund's 1.60 stays open, by store and order."""
    lines = with_tax_kinds(
        frame(
            COLUMNS,
            [
                of_order(Event.SALE, "A", principal="20.00", tax="1.60", tax_withheld="-1.60"),
                of_order(Event.REFUND, "A", principal="-20.00", tax="-1.60"),
                of_order(Event.SALE, "B", principal="20.00", tax="1.60", tax_withheld="-1.60"),
            ],
        )
    )

    assert [("Amazon US", "A", "USD", Decimal("-1.60"))] == [tuple(one) for one in open_tax(lines)]
    assert [Decimal(1), Decimal("-1.60")] == [one.left for one in tax_tie_outs(lines)]
    assert "Facilitator tax: orders that do not come to zero: 1." == tax_tie_outs(lines)[0].sentence


@pytest.mark.parametrize("rests", [("2.00", "-2.00"), ("0.01", "-0.01"), ("1.60", "0.40", "-2.00")])
def test_rests_of_lines_without_an_order_do_not_hide_each_other(rests: tuple[str, ...]) -> None:
    """Each is named by its words: together they come to zero, and none of them does."""
    rows = [
        line(Event.ADJUSTMENT, key=f"k{place}", tax="5.00", tax_withheld=str(Decimal(rest) - 5), goods=Goods.NONE)
        | {"raw_type": "Tax", "raw_description": f"word {place}"}
        for place, rest in enumerate(rests)
    ]
    lines = with_tax_kinds(frame(COLUMNS, rows))

    assert [Decimal(rest) for rest in rests] == [one.rest for one in open_tax(lines)]
    assert [
        f"Amazon US: facilitator tax of a line without order (Tax / word {place}) in USD"
        for place, _ in enumerate(rests)
    ] == [one.name for one in tax_tie_outs(lines)[1:]]


def test_what_is_out_keeps_whose_tax_it_was() -> None:
    """Tax of a settlement that is out stays the seller's own, though a later one withholds it; what was kept holds."""
    sale = of_order(Event.SALE, "A", principal="30.00", tax="2.40") | {"store": "US", "settlement_id": "1"}
    late = of_order(Event.SALE, "A", tax_withheld="-2.40") | {"store": "US", "settlement_id": "2", "key": "late"}
    lines = frame(COLUMNS, [sale, late])
    today = with_tax_kinds(lines)
    out = with_tax_kinds(lines, {("US", "1"): {}})

    assert ["facilitator", "facilitator"] == today["tax_kind"].tolist()
    assert ["own", "facilitator"] == out["tax_kind"].tolist()
    assert {"late": "facilitator"} == decided_elsewhere(today.iloc[1:])
    kept = {("US", "1"): {}, ("US", "2"): {"late": "facilitator"}}
    assert ["own", "facilitator"] == with_tax_kinds(lines, kept)["tax_kind"].tolist()
    assert ["own", "in price"] == with_tax_kinds(lines, {**kept, ("US", "2"): {}})["tax_kind"].tolist()


def test_prepaid_tax_meets_no_tax_of_the_buyer() -> None:
    """TCS and TDS are deducted from an Indian seller who pays the buyer's tax himself."""
    typed = to_text([TypedAmount("TDS", "tax_withheld", LineType.PREPAID_TAX, Decimal("-1.00"))])
    found = taxes(of_order(Event.SALE, "A", principal="100.00", tax="18.00", tax_withheld="-1.00", typed=typed))

    assert ("-18.00", "1.00") == (found[LineType.TAX_COLLECTED], found[LineType.PREPAID_TAX])
    assert LineType.TAX_WITHHELD not in found


def taxed(*rows: dict[str, object], accounts: Accounts | None = None) -> list[tuple[LineType, str, str]]:
    """Return type, amount and tax code of each line but the clearing line's."""
    table = frame(COLUMNS, rows)
    (entry,) = settlement_entries(
        table, DATES, store="eBay UK", settlement_id="1", currency="GBP", accounts=accounts or Accounts()
    )
    return [(one.type, f"{one.amount:.2f}", one.tax_code) for one in entry.lines if one.type is not LineType.CLEARING]


def test_the_sellers_own_rate_is_the_tax_code_of_the_prices_alone() -> None:
    """23.00 with 20% in it hold 3.83 of VAT for whoever is registered; the fee has a tax of its own."""
    found = taxed(line(Event.SALE, principal="20.00", shipping="3.00", referral_fee="-3.25", tax_code="20%"))

    assert [
        (LineType.SALES, "-20.00", "20% (VAT on Income)"),
        (LineType.SHIPPING, "-3.00", "20% (VAT on Income)"),
        (LineType.REFERRAL_FEES, "3.25", "Tax Exempt (0%)"),
    ] == found


@pytest.mark.parametrize(
    ("chosen", "codes"),
    [
        ("", ["Tax Exempt (0%)", "20% (VAT on Income)", "5% (VAT on Income)"]),
        ("{rate} OSS", ["Tax Exempt (0%)", "20% OSS", "5% OSS"]),
        ("GST on Income", ["GST on Income"] * 3),
    ],
)
def test_prices_of_several_rates_stand_apart_and_keep_the_sum(chosen: str, codes: list[str]) -> None:
    """One line per rate; a code on sheet Accounts holds, with the rate where it asks for it."""
    rows = (
        line(Event.SALE, principal="20.00", tax_code="20%"),
        line(Event.SALE, principal="10.00", tax_code="5%"),
        line(Event.SALE, principal="7.00"),
    )
    found = taxed(*rows, accounts=Accounts((AccountRow(line_type=LineType.SALES, tax_code=chosen),)))

    assert ["-7.00", "-20.00", "-10.00"] == [amount for _, amount, _ in found]
    assert codes == [code for _, _, code in found]
