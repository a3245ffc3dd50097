"""Saved reports: their addresses, their tables in every form, and their columns under any title."""

from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from core.finale.errors import ReportError
from core.finale.report_mode import orders_of, read_averages, read_costs
from core.finale.reports import read_table, report_address, ungrouped

DAYS = (date(2026, 8, 1), date(2026, 9, 30))
TEXT_FORM = '["2026-08-01", "2026-09-30"]'
HEADER = [
    "Record date",
    "Transaction type",
    "Transaction description",
    "Product ID",
    "Units",
    "Transaction cost per unit",
]
ROW = ["9/3/2026", "Sale shipment", "111-1234567-7654321-1", "ABC-1", "-2", "6.0000"]


def pasted(*, dataset: str = "stockHistory", form: str = "jsonObject", filters: list[list[Any]] | None = None) -> str:
    """Return an address as Finale's browser window shows it."""
    encoded = quote(base64.b64encode(json.dumps(filters or []).encode()).decode(), safe="")
    return (
        f"https://app.finaleinventory.com/acme/doc/report/pivotTableStream/17/Report.json?format={form}&data={dataset}"
        f"&attrName=%23%23user088&rowDimensions=~lpnN_g&metrics=&filters={encoded}&reportTitle=My%20costs"
    )


def filters_of(address: str) -> list[list[Any]]:
    """Return the filters of an address."""
    found: list[list[Any]] = json.loads(base64.b64decode(parse_qs(urlsplit(address).query)["filters"][0]))
    return found


def test_the_address_of_the_progress_page_becomes_the_one_of_the_data() -> None:
    """The stream address is replaced, all else stays, and the host is left out so that the key goes to Finale alone."""
    address = report_address("cost", pasted(), "acme")

    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert "acme/doc/report/pivotTable/17/Report.json" == urlsplit(address).path
    assert (["##user088"], ["~lpnN_g"], [""], ["true"]) == tuple(
        query[name] for name in ("attrName", "rowDimensions", "metrics", "disableGrouping")
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"duration": "month", "offset": -1, "length": 1, "timezone": "America/New_York"}, TEXT_FORM),
        ('["2026-01-01","2026-01-31"]', TEXT_FORM),
        (None, TEXT_FORM),
        (["2026-01-01T00:00:00Z", None], ["2026-08-01T00:00:00Z", "2026-09-30T23:59:59Z"]),
        (["2026-01-01", "2026-01-31"], ["2026-08-01", "2026-09-30"]),
    ],
)
def test_the_date_filter_is_rewritten_in_its_own_form(before: object, after: object) -> None:
    """The report's days become the ones wanted; its other filters stay."""
    others: list[list[Any]] = [["stockHistoryTransactionType", ["Sale shipment"], None], ["productStatus", None, None]]
    address = report_address(
        "cost", pasted(filters=[others[0], ["stockHistoryRecordDate", before, None], others[1]]), "acme", DAYS
    )

    assert [others[0], ["stockHistoryRecordDate", after, None], others[1]] == filters_of(address)


@pytest.mark.parametrize(
    ("dataset", "field"), [("stockHistory", "stockHistoryRecordDate"), ("shipmentItem", "shipmentShipDate")]
)
def test_a_report_without_date_filter_gets_one(dataset: str, field: str) -> None:
    """A report of all days is narrowed to the ones wanted."""
    assert [[field, TEXT_FORM, None]] == filters_of(report_address("cost", pasted(dataset=dataset), "acme", DAYS))


@pytest.mark.parametrize(
    ("form", "expected"), [("xls", "jsonObject"), ("pdf", "jsonObject"), ("csv", "csv"), ("json", "json")]
)
def test_a_form_that_cannot_be_read_is_replaced(form: str, expected: str) -> None:
    """Excel and PDF become JSON; what can be read stays as the user chose it."""
    assert [expected] == parse_qs(urlsplit(report_address("cost", pasted(form=form), "acme")).query)["format"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://app.finaleinventory.com/acme/sc2/?report", "has no address that Finale would give to a report"),
        ("", "has no address"),
        (pasted().replace("/acme/", "/other/"), "belongs to the account 'other', not to 'acme'"),
        (pasted().replace("filters=", "filters=%25%25"), "has filters that cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(address: str, words: str) -> None:
    """A wrong address is told before anything is asked."""
    with pytest.raises(ReportError, match=words):
        report_address("cost", address, "acme", DAYS)


def as_csv(table: list[list[str]], delimiter: str = ",") -> bytes:
    """Return a table as a CSV file."""
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in table]
    return ("\ufeff" + "\r\n".join(lines)).encode()


def as_objects(table: list[list[Any]]) -> bytes:
    """Return a table as JSON objects."""
    return json.dumps([dict(zip(table[0], row, strict=True)) for row in table[1:]]).encode()


FORMS = {
    "csv": as_csv,
    "tsv": lambda table: as_csv(table, "\t"),
    "json": lambda table: json.dumps([{"data": table}]).encode(),
    "jsonObject": as_objects,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_report_gives_the_same_costs(form: str) -> None:
    """CSV, TSV, JSON and JSON objects are read alike, thousands commas included."""
    table = [HEADER, ROW, [*ROW[:4], "-1,200", "1,006.5"]]

    movements = read_costs(FORMS[form](table), DAYS, {})

    assert [
        ("111-1234567-7654321", "ABC-1", Decimal(2), "6.0000", date(2026, 9, 3)),
        ("111-1234567-7654321", "ABC-1", Decimal(1200), "1,006.5", date(2026, 9, 3)),
    ] == [(row.order_id, row.product_id, row.units, row.cost, row.record_date) for row in movements]


def test_titles_of_the_user_s_own_are_understood() -> None:
    """Case, line breaks, punctuation and usual other names do not matter; wholly own titles are typed in Setup."""
    renamed = ["RECORD\nDATE", "transaction-type", "Order #", "Product_ID", "Qty", "What it cost us"]

    movements = read_costs(
        as_csv(
            [
                [title.replace("\n", " ") for title in renamed],
                ["9/3/2026", "Sale shipment", "111-1", "ABC-1", "-2", "6"],
            ]
        ),
        DAYS,
        {"cost": "what it cost US", "order": "order #"},
    )

    assert [("111-1", "6")] == [(row.order_id, row.cost) for row in movements]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("Product ID", "lacks the column 'product id'"),
        ("Units", "lacks the column 'units'"),
        ("Transaction cost per unit", "lacks the column 'transaction cost per unit'"),
        ("Transaction description", "lacks the column 'order id' or 'shipment id' or 'transaction description'"),
    ],
)
def test_a_missing_column_is_named_with_those_there_are(missing: str, words: str) -> None:
    """The user can see which column to add to the report."""
    place = HEADER.index(missing)
    table = [[cell for number, cell in enumerate(row) if number != place] for row in (HEADER, ROW)]

    with pytest.raises(ReportError, match=f"{words}.*it has: .*paste it on Setup"):
        read_costs(as_csv(table), DAYS, {})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "came back empty"),
        (b"\xef\xbb\xbf \n", "came back empty"),
        (b"<!DOCTYPE html><html></html>", "answered with a web page instead of data; its address may have expired"),
        (b'[{"Product ID": "ABC', "breaks off or is not JSON"),
        (b'{"errorMessage": "no right to see costs"}', "no right to see costs"),
        (b"[]", "has no columns"),
    ],
)
def test_what_is_no_report_is_an_error_and_never_an_empty_result(content: bytes, words: str) -> None:
    """The costs fetched before are kept, and the user is told what to do."""
    with pytest.raises(ReportError, match=f"{words}.*The costs fetched before are kept"):
        read_table("cost", content)


def test_a_report_with_titles_alone_is_a_report_without_sales() -> None:
    """A fortnight without sales is no error."""
    assert [] == read_costs(as_csv([HEADER]), DAYS, {})


def test_groups_are_filled_down_and_totals_left_out() -> None:
    """A report grouped in two columns is the same as the flat one; a product called `Total Gym` is no total."""
    grouped: list[dict[str, Any]] = [
        {"product": "ABC-1", "source": None, "units": None, "name": None},
        {"product": None, "source": "Amazon", "units": " ", "name": "--"},
        {"product": None, "source": None, "units": -2, "name": "Total Gym"},
        {"product": None, "source": "eBay", "units": None, "name": None},
        {"product": None, "source": None, "units": -1, "name": "x"},
        {"product": "TOTAL:", "source": None, "units": -3, "name": None},
        {"product": "XYZ", "source": None, "units": None, "name": None},
        {"product": None, "source": None, "units": -4, "name": "y"},
        {"product": "Grand total", "source": None, "units": -7, "name": None},
    ]

    assert [("ABC-1", "Amazon", -2), ("ABC-1", "eBay", -1), ("XYZ", None, -4)] == [
        (row["product"], row["source"], row["units"]) for row in ungrouped(grouped)
    ]


def test_rows_of_other_days_are_left_out() -> None:
    """A report that ignores its date filter is narrowed here."""
    rows = [[day, *ROW[1:]] for day in ("7/31/2026", "8/1/2026", "9/30/2026", "10/1/2026")]

    assert [date(2026, 8, 1), date(2026, 9, 30)] == [
        row.record_date for row in read_costs(as_csv([HEADER, *rows]), DAYS, {})
    ]


def test_a_report_that_counts_what_left_as_positive_is_turned_round() -> None:
    """Reports of shipments count units that left, those of the stock history what the stock gained."""
    rows = [[*ROW[:4], units, ROW[5]] for units in ("3", "2", "-1")]

    assert [3, 2, -1] == [row.units for row in read_costs(as_csv([HEADER, *rows]), DAYS, {})]


def test_an_order_that_was_only_packed_has_not_left() -> None:
    """The report shows packing and shipping; only shipping counts."""
    header = [*HEADER, "Transaction update type"]
    rows = [[*ROW, "Sale shipment packed"]]

    orders = orders_of(read_costs(as_csv([header, *rows]), DAYS, {}))

    assert [("111-1234567-7654321", False)] == [(order.order_id, order.is_shipped) for order in orders]


def test_movements_that_are_no_sales_name_no_order() -> None:
    """Receipts and builds are there for the averages alone."""
    table = [HEADER, ["9/3/2026", "Purchase shipment", "PO-1-1", "ABC-1", "50", "6"], ROW]

    assert [None, "111-1234567-7654321"] == [row.order_id for row in read_costs(as_csv(table), DAYS, {})]


def test_averages_come_from_their_column_or_from_the_valuation() -> None:
    """A product in several locations is added up; one without stock has no average from a valuation."""
    shown = read_averages(b"Product ID,Avg cost\nABC-1,6.25\nXYZ,--\n", {})
    valued = read_averages(
        b'Product ID,Location,"Total\nAvg cost","Units\nQoH"\n'
        b'ABC-1,Main,"1,250.00",100\nABC-1,FBA,625.00,200\nXYZ,Main,0,0\n',
        {},
    )

    assert {"ABC-1": "6.25", "XYZ": None} == {name: product.average for name, product in shown.items()}
    assert {"ABC-1": "6.250000", "XYZ": None} == {name: product.average for name, product in valued.items()}
