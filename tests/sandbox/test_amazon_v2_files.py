"""The demo business's settlement files: real format, exact totals, every trap (docs/facts/settlement-formats.md)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.business import demo_business, random_business
from sandbox.business.records import Fee, FeeKind
from sandbox.settlement_files.amazon_v2 import COLUMNS, SettlementFile, settlement_files

if TYPE_CHECKING:
    from sandbox.business import Business

Row = dict[str, str]


def rows_of(file: SettlementFile) -> list[Row]:
    """Return every row below the header, the summary row first."""
    lines = file.content.decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
    header = next(number for number, line in enumerate(lines) if line.startswith("settlement-id\t"))
    names = lines[header].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[header + 1 :]]


def amounts(rows: list[Row]) -> Decimal:
    """Return the sum of all lines."""
    return sum((Decimal(row["amount"]) for row in rows[1:]), Decimal(0))


@pytest.fixture(scope="module")
def files() -> list[SettlementFile]:
    """Return the demo business's files."""
    return settlement_files(demo_business())


@pytest.fixture(scope="module")
def tables(files: list[SettlementFile]) -> list[list[Row]]:
    """Return the rows of each file."""
    return [rows_of(file) for file in files]


def every(tables: list[list[Row]]) -> list[Row]:
    """Return the lines of all files."""
    return [row for rows in tables for row in rows[1:]]


def test_the_amounts_sum_to_the_total(tables: list[list[Row]]) -> None:
    """Every file ties out to the cent, and sums to what it always did."""
    totals = [Decimal(rows[0]["total-amount"]) for rows in tables]

    assert [amounts(rows) for rows in tables] == totals
    assert [Decimal("2771.69"), Decimal("4040.96"), Decimal("1060.30")] == totals


def test_there_are_24_columns(files: list[SettlementFile]) -> None:
    """The columns stand in Amazon's order."""
    for file in files:
        assert "\t".join(COLUMNS) in file.content.decode()
    assert 24 == len(COLUMNS)


def test_only_the_summary_row_has_a_currency(tables: list[list[Row]]) -> None:
    """Lines inherit the currency; the summary row has nothing else of a line."""
    for rows in tables:
        assert "USD" == rows[0]["currency"]
        assert "" == rows[0]["amount"] == rows[0]["transaction-type"]
        assert {""} == {row["currency"] + row["total-amount"] for row in rows[1:]}


def test_each_file_has_another_form(files: list[SettlementFile], tables: list[list[Row]]) -> None:
    """Two date formats, a line before one header, CRLF in one, blank quantities of refunds in one."""
    texts = [file.content.decode() for file in files]

    assert "2026-08-03 07:26:32 UTC" == tables[0][0]["settlement-start-date"]
    assert "17.08.2026 07:26:32 UTC" == tables[1][0]["settlement-start-date"]
    assert [False, True, False] == [not text.startswith("settlement-id") for text in texts]
    assert [False, False, True] == ["\r\n" in text for text in texts]
    assert [True, False, True] == [
        any(row["quantity-purchased"] for row in rows if row["transaction-type"] == "Refund") for rows in tables
    ]


def test_reserves_follow_on_from_one_settlement_to_the_next(tables: list[list[Row]]) -> None:
    """What one settlement holds back the next one gives back."""

    def reserve(rows: list[Row], words: str) -> Decimal:
        return next(Decimal(row["amount"]) for row in rows if row["amount-description"] == words)

    held = [-reserve(rows, "Current Reserve Amount") for rows in tables[:-1]]
    assert held == [reserve(rows, "Previous Reserve Amount Balance") for rows in tables[1:]]


def test_rows_of_an_order_do_not_always_stand_together(tables: list[list[Row]]) -> None:
    """In each file some order's rows are split by another order's."""
    for rows in tables:
        runs = Counter[str]()
        before = ""
        for row in rows[1:]:
            runs[row["order-id"]] += row["order-id"] not in ("", before)
            before = row["order-id"]
        assert max(runs.values()) > 2


def test_the_quantity_stands_on_every_row_of_an_item(tables: list[list[Row]]) -> None:
    """All components of a sold item repeat its quantity."""
    for row in every(tables):
        assert (row["transaction-type"] == "Order") <= bool(row["quantity-purchased"])


def test_units_by_principal_rows_are_the_units_sold(demo: Business, tables: list[list[Row]]) -> None:
    """Summing Principal rows gives every order's true units, split and repeated rows included."""
    units: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in every(tables):
        kind = row["transaction-type"], row["amount-type"], row["amount-description"]
        if kind == ("Order", "ItemPrice", "Principal"):
            units[row["order-id"], row["order-item-code"]] += int(row["quantity-purchased"])

    true = {(order.order_id, line.item_code): line.units for order in demo.orders for line in order.lines}
    assert units
    assert {key: true[key] for key in units} == units


def test_an_item_is_split_three_and_one(tables: list[list[Row]]) -> None:
    """One order item is posted in two shipments of 3 and 1 units under the same item code."""
    split = [
        row for row in every(tables) if row["sku"] == "BIO-S039570363 US" and row["quantity-purchased"] in ("3", "1")
    ]
    by_code: defaultdict[str, set[str]] = defaultdict(set)
    for row in split:
        by_code[row["order-item-code"]].add(row["quantity-purchased"])

    assert {"3", "1"} in by_code.values()


def test_some_rows_are_identical(tables: list[list[Row]]) -> None:
    """Two rows equal in every column are two units."""
    repeated = [key for key, count in Counter(tuple(row.values()) for row in every(tables)).items() if count > 1]

    assert any("Principal" in key and "CAFÉ-GRINDER" in key for key in repeated)


def test_skus_are_as_awkward_as_real_ones(tables: list[list[Row]]) -> None:
    """What spreadsheets damage is there, verbatim."""
    skus = {row["sku"] for row in every(tables)}

    wanted = {"00123", "1E5", "TRUE", "=A1-BOLT", "4/0-HOOK", "BIO-S039570363 US", "抹茶-100G", "3-14", "MYSTERY-SKU"}
    assert wanted <= skus
    assert len(skus) >= 40


def test_order_ids_look_like_amazons(tables: list[list[Row]]) -> None:
    """Three, seven and seven digits; S01 for orders of other channels."""
    ids = {row["order-id"] for row in every(tables)} - {""}

    assert all(re.fullmatch(r"(\d{3}|S01)-\d{7}-\d{7}", order_id) for order_id in ids)
    assert len(ids) > 300


def test_every_kind_of_line_is_there(tables: list[list[Row]]) -> None:
    """Fees, reserves, tax, promotions, losses, another channel's order, and a type nobody has seen."""
    kinds = {(row["transaction-type"], row["amount-type"], row["amount-description"]) for row in every(tables)}

    assert {
        ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
        ("other-transaction", "other-transaction", "Subscription Fee"),
        ("other-transaction", "other-transaction", "Storage Fee"),
        ("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_LOST"),
        ("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
        ("Order", "Promotion", "Principal"),
        ("Order", "ItemPrice", "Shipping"),
        ("Refund", "ItemFees", "RefundCommission"),
        ("A-to-z Guarantee Refund", "ItemPrice", "Principal"),
        ("Lumen Rebate Program", "Lumen Rebate", "Quarterly credit"),
    } <= kinds
    assert "Non-Amazon US" in {row["marketplace-name"] for row in every(tables)}


def test_an_order_has_a_principal_of_zero(tables: list[list[Row]]) -> None:
    """A free replacement is an order of one unit for nothing."""
    free = [row for row in every(tables) if row["amount-description"] == "Principal" and row["amount"] == "0.00"]

    assert any(row["marketplace-name"] == "Amazon.com" and row["quantity-purchased"] == "1" for row in free)


def test_the_moment_between_two_settlements_belongs_to_the_second(demo: Business) -> None:
    """What is posted exactly then is in one file only."""
    fee = Fee(FeeKind.OTHER, "Between", Decimal("-1.23"), demo.periods[1].start)
    tables = [rows_of(file) for file in settlement_files(replace(demo, fees=(fee,)))]

    assert [0, 1, 0] == [sum(row["amount-description"] == "Between" for row in rows) for rows in tables]


@given(st.integers(0, 10_000))
def test_any_business_has_files_that_tie_out(seed: int) -> None:
    """Σ amounts = total, whatever was sold and refunded."""
    for file in settlement_files(random_business(Random(seed))):  # noqa: S311  # figures of chance, no secret
        rows = rows_of(file)
        assert Decimal(rows[0]["total-amount"]) == amounts(rows)
