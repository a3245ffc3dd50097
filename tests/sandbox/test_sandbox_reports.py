"""Finale's reports as the sandbox serves them (docs/facts/finale-api.md, Reports)."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.finale.report_urls import (
    LAST_MONTH,
    PRODUCT_COLUMNS,
    STOCK_HISTORY_COLUMNS,
    ReportColumn,
    read_columns,
    report_url,
    write_columns,
)
from sandbox.server import DEMO_ACCOUNT

if TYPE_CHECKING:
    import httpx

    from sandbox.business import Business
    from tests.sandbox.conftest import Ask, Asker

SALES = ["stockHistoryTransactionType", ["Sale shipment"], None]


def fetch(ask: Ask, dataset: str, columns: tuple[ReportColumn, ...], more: str = "", **url: Any) -> httpx.Response:
    """Return the response to a report URL."""
    address = report_url("http://sandbox", DEMO_ACCOUNT, dataset, columns, **({"stream": False} | url))
    return ask.client.get(address + more)


def test_a_url_copied_from_the_browser_answers_a_page(ask: Ask) -> None:
    """Only after `Stream` is taken out of it does it give data."""
    copied = fetch(ask, "product", PRODUCT_COLUMNS, stream=True)

    assert copied.headers["content-type"].startswith("text/html")
    assert fetch(ask, "product", PRODUCT_COLUMNS).headers["content-type"].startswith("application/json")


def test_json_objects_have_numbers_and_nulls(ask: Ask, demo: Business) -> None:
    """Keys are the column titles, line breaks included."""
    rows = {row["Product ID"]: row for row in fetch(ask, "product", PRODUCT_COLUMNS).json()}

    assert [product.product_id for product in demo.products] == list(rows)
    assert demo.on_hand("00123") == rows["00123"]["Units\nQoH"]
    assert float(demo.average_now("00123") or 0) == rows["00123"]["Avg cost"]
    assert rows["GHOST-SHELF"]["Avg cost"] is None


def test_the_three_forms_hold_the_same_table(ask: Ask) -> None:
    """CSV, lists of text, and objects."""
    objects = fetch(ask, "product", PRODUCT_COLUMNS).json()
    lists = fetch(ask, "product", PRODUCT_COLUMNS, report_format="json").json()[0]["data"]
    text = list(csv.reader(io.StringIO(fetch(ask, "product", PRODUCT_COLUMNS, report_format="csv").text)))

    assert lists == text
    assert list(objects[0]) == text[0]
    assert [row["Product ID"] for row in objects] == [row[0] for row in text[1:]]
    dear = next(row for row in text if row[0] == "PRESS-COPPER")
    assert "1,058.654545" == dear[2]


@pytest.mark.parametrize(
    "dates",
    [
        '["2026-08-05","2026-08-06"]',
        ["2026-08-05T00:00:00Z", "2026-08-06T00:00:00Z"],
        ["2026-08-05", "2026-08-06"],
    ],
)
def test_dates_filter_in_every_form(ask: Ask, dates: object) -> None:
    """JSON text, lists with times, plain lists: the same two days."""
    found = fetch(ask, "stockHistory", STOCK_HISTORY_COLUMNS, filters=[["stockHistoryRecordDate", dates, None], SALES])

    assert {"8/5/2026", "8/6/2026"} == {row["Record date"] for row in found.json()}


def test_last_month_is_counted_from_today(asker: Asker, demo: Business) -> None:
    """A relative period is the month before the one in which it is asked."""
    ask = asker(demo, now=lambda: datetime(2026, 9, 15, tzinfo=UTC).timestamp())
    found = fetch(ask, "stockHistory", STOCK_HISTORY_COLUMNS, filters=[["stockHistoryRecordDate", LAST_MONTH, None]])

    assert {"8"} == {row["Record date"].split("/")[0] for row in found.json()}


def test_open_ends_and_unknown_fields_do_not_filter(ask: Ask, demo: Business) -> None:
    """A null bound is open; a filter on a field that is not there is ignored, as a formula is."""
    filters = [["stockHistoryRecordDate", [None, "2026-12-31"], None], ["FormulaFilter", "lookup() > 1", None]]

    assert len(demo.ledger) == len(fetch(ask, "stockHistory", STOCK_HISTORY_COLUMNS, filters=filters).json())


def test_the_ledger_report_holds_orders_and_costs(ask: Ask, demo: Business) -> None:
    """Each row names order, shipment, product, units and both costs."""
    rows = fetch(ask, "stockHistory", STOCK_HISTORY_COLUMNS, filters=[SALES]).json()
    first = next(row for row in demo.ledger if row.ships)

    assert {
        "Record date": f"{first.at.month}/{first.at.day}/{first.at.year}",
        "Transaction type": "Sale shipment",
        "Transaction update type": "Sale shipment shipped",
        "Transaction description": first.shipment,
        "Order ID": first.order_id,
        "Shipment ID": first.shipment,
        "Product ID": first.product_id,
        "Units": first.posting.units,
        "Transaction cost per unit": float(first.posting.unit_cost or 0),
        "Average cost per unit": float(first.posting.average or 0),
    } == rows[0]


def test_titles_are_the_users_own(ask: Ask) -> None:
    """A title typed over a column replaces Finale's."""
    columns = (ReportColumn(510, "Item no."), ReportColumn(373, "Kosten"))

    assert ["Item no.", "Kosten"] == list(fetch(ask, "product", columns).json()[0])


def test_groups_have_headings_and_totals_until_they_are_switched_off(ask: Ask) -> None:
    """A heading row, its rows with the group blank, a TOTAL row; `disableGrouping` flattens them."""
    columns = (ReportColumn(510, groups=True), ReportColumn("stockHistoryUnits"))
    grouped = list(csv.reader(io.StringIO(fetch(ask, "stockHistory", columns, report_format="csv").text)))
    flat = fetch(ask, "stockHistory", columns, "&disableGrouping=true", report_format="csv").text
    rows = list(csv.reader(io.StringIO(flat)))

    assert ["-20C-PACK", ""] == grouped[1]
    assert "" == grouped[2][0]
    totals = [row for row in grouped if row[0] == "TOTAL:"]
    products = {row[0] for row in rows[1:]}
    assert len(products) == len(totals)
    assert len(grouped) == len(rows) + 2 * len(products)
    assert "" not in products


def test_a_valuation_is_zero_where_there_is_no_average(ask: Ask) -> None:
    """The stock dataset multiplies; a product without an average is worth nothing there."""
    rows = {row["Product ID"]: row for row in fetch(ask, "stock", (ReportColumn(510), ReportColumn(1253))).json()}

    assert 0 == rows["FOUND-CLOCK"]["Total\nAvg cost"]
    assert rows["00123"]["Total\nAvg cost"] > 0


@pytest.mark.parametrize("change", [("data=product", "data=nothing"), ("~", "x"), ("format=csv", "format=pdf")])
def test_a_broken_url_answers_a_page(ask: Ask, change: tuple[str, str]) -> None:
    """Unknown dataset, columns or format: HTML instead of data, with status 200."""
    url = report_url("http://sandbox", DEMO_ACCOUNT, "product", PRODUCT_COLUMNS, report_format="csv", stream=False)
    response = ask.client.get(url.replace(*change))

    assert (200, "text/html") == (response.status_code, response.headers["content-type"].split(";")[0])


@given(
    st.lists(
        st.builds(
            ReportColumn, st.one_of(st.integers(0, 9999), st.text(max_size=60)), st.none() | st.text(max_size=60)
        ),
        max_size=20,
    )
)
def test_column_lists_survive_writing_and_reading(columns: list[ReportColumn]) -> None:
    """What a URL holds is what was put into it."""
    assert columns == read_columns(write_columns(columns))


def test_filters_are_json_inside_base64(ask: Ask) -> None:
    """Filters that are none are a broken URL."""
    url = report_url("http://sandbox", DEMO_ACCOUNT, "product", PRODUCT_COLUMNS, stream=False)
    broken = url.replace("filters=W10%3D", "filters=%25%25")

    assert broken != url
    with pytest.raises(json.JSONDecodeError):
        ask.client.get(broken).json()
