"""P&L by other dates, stores with their time zones, rates of exchange, and links from figure to line."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from addin.connections.sandbox import demo_settlement_files
from sandbox.business import demo_business
from sandbox.ecb import ECB_PATH
from sandbox.server import serve
from tests.end_to_end.demo_book import DemoBook, run, table
from workbooks.template.builder import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

SETTLEMENT = "24150720916"


@pytest.mark.long
def test_the_pnl_by_ship_date_counts_what_has_none_on_its_posted_date(demo: DemoBook) -> None:
    """The money is the same, the months are others, and the message says how many sales fell back."""
    posted = demo.run("pnl", "--by-month", "--json").data
    by_posted = {row["Item"]: row["Units sold"] for row in demo.table("P&L").rows if row["Month"] == "2026-08"}
    ran = demo.run("pnl", "--by", "shipped", "--by-month", "--json")
    book = demo.open()

    shipped = {row["Item"]: row["Units sold"] for row in table(book, "P&L").rows if row["Month"] == "2026-08"}
    assert posted["profit"] == ran.data["profit"]
    assert by_posted != shipped
    assert ran.data["sales_without_date"] == sum(row["Without date"] for row in table(book, "P&L").rows) > 0
    assert ("shipped", "yes") == (book["P&L"]["B3"].value, book["P&L"]["B7"].value)
    assert "Only the posted dates tie" in book["P&L"]["A2"].value


@pytest.mark.long
def test_the_charts_stay_as_they_were_built_and_look_at_the_new_figures(demo: DemoBook) -> None:
    """Four charts, one on sheet Today, as the template has them; every cell they name the P&L has filled."""
    demo.run("pnl")

    with ZipFile(demo.path) as filled, ZipFile(TEMPLATE) as built:
        charts = [name for name in built.namelist() if name.startswith("xl/charts/chart")]
        assert 4 == len(charts)
        assert [built.read(name) for name in charts] == [filled.read(name) for name in charts]
        named = re.findall(r"<c:f>([^<]*)</c:f>", "".join(filled.read(name).decode() for name in charts))
    sheet = demo.open()["_cogsheet_charts"]
    assert {"_cogsheet_charts!$A$2:$A$13", "_cogsheet_charts!$E$2:$E$11"} < set(named)
    assert "2026-09" == sheet["A13"].value
    months = [row["Profit"] for row in demo.table("P&L summary").rows if row["Month"].startswith("2026")]
    assert months == [sheet["B12"].value, sheet["B13"].value]
    best = max((row for row in demo.table("P&L").rows), key=lambda row: row["Profit"])
    assert (best["Item"], best["Profit"]) == (sheet["D2"].value, sheet["E2"].value)


@pytest.mark.long
def test_a_time_zone_typed_on_stores_cuts_the_months(demo: DemoBook) -> None:
    """A wrong name is refused in words that help; the right one moves lines to the month before, and all still ties."""
    demo.run("pnl", "--by-month")
    before = {(row["Month"], row["Store"]): row["Sales"] for row in demo.table("P&L summary").rows}
    type_zone(demo, "America/Los_Angles")
    refused = demo.run("pnl", "--by-month")
    type_zone(demo, "America/Los_Angeles")

    ran = demo.run("pnl", "--by-month")

    after = {(row["Month"], row["Store"]): row["Sales"] for row in demo.table("P&L summary").rows}
    assert 2 == refused.status
    assert "Was America/Los_Angeles" in refused.error
    assert ran.status == 1
    assert before["All", "All stores"] == after["All", "All stores"]
    assert before["2026-09", "Amazon US"] != after["2026-09", "Amazon US"]
    assert all(one["ok"] for one in demo.run("verify", "--json").data["tie_outs"])


def type_zone(demo: DemoBook, name: str) -> None:
    book = demo.open()
    table(book, "Stores").cell(0, "Time zone").value = name
    book.save(demo.path)


@pytest.mark.long
def test_lines_in_another_currency_wait_for_their_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The P&L names currency and days, and guesses nothing; the bank's rates fill it, and a typed rate wins."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    book = DemoBook(tmp_path / "Books.xlsm")
    name, content = demo_settlement_files()[0]
    file = tmp_path / name
    file.write_bytes(content.replace(b"\tUSD\t", b"\tEUR\t"))
    run("new", str(book.path), "--company", "Acme", "--database", str(tmp_path / "acme.sqlite"))
    assert book.run("import", str(file)).status == 0

    without = book.run("pnl", "--json")
    assert (Decimal(0), "EUR") == (Decimal(without.data["net_sales"]), without.data["rates_missing"][0]["currency"])
    assert without.data["lines_without_rate"] > 0
    missing = book.table("Exchange rates").rows
    assert {"missing"} == {row["Source"] for row in missing}

    now = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    with serve(demo_business(), now=lambda: now) as address:
        monkeypatch.setenv("COGSHEET_ECB_URL", f"{address.url}{ECB_PATH}")
        fetched = book.run("rates", "--json")
    with_bank = book.run("pnl", "--json").data
    assert (0, []) == (fetched.status, fetched.data["missing"])
    assert 0 == with_bank["lines_without_rate"]

    opened = book.open()
    rates = table(opened, "Exchange rates")
    rates.cell(0, "Rate").value = 2
    typed_day = rates.rows[0]["Date"]
    opened.save(book.path)
    with_typed = book.run("pnl", "--json").data
    shown = {row["Date"]: row for row in book.table("Exchange rates").rows}
    assert ("typed in", 2) == (shown[typed_day]["Source"], shown[typed_day]["Rate"])
    assert with_bank["net_sales"] != with_typed["net_sales"]


LINKS = {"P&L": "Go to", "Resolve": "Go to", "Transactions": "Go to", f"COGS {SETTLEMENT}": "Line"}
_LINK = re.compile(r'=IFERROR\(HYPERLINK\((.*),"[^"]*"\),""\)')


def linked(demo: DemoBook) -> Workbook:
    demo.run("cogs", SETTLEMENT)
    demo.run("fill", SETTLEMENT)
    demo.run("resolve")
    demo.run("pnl")
    return demo.open()


@pytest.mark.long
def test_every_level_links_to_the_next_and_no_formula_holds_data(demo: DemoBook) -> None:
    """P&L to COGS row to settlement line to Resolve, and back; a SKU that looks like a formula stays a text."""
    book = linked(demo)

    for sheet, header in (*LINKS.items(), (f"COGS {SETTLEMENT}", "P&L"), (f"COGS {SETTLEMENT}", "Answer")):
        formulas = [row[header] for row in table(book, sheet).rows if row[header]]
        assert formulas, (sheet, header)
        assert all(_LINK.fullmatch(formula) for formula in formulas)
    skus = {row["SKU"] for row in table(book, "Transactions").rows if row["SKU"]}
    written = " ".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    )
    assert not [sku for sku in skus if f'"{sku}"' in written]
    shown = load_workbook(demo.path, data_only=True)
    assert "COGS" in {row["Go to"] for row in table(shown, "P&L").rows}


@pytest.mark.long
def test_libreoffice_follows_each_link_to_its_row_after_sorting(
    demo: DemoBook, tmp_path: Path, missing_tool: Callable[[str], None]
) -> None:
    """The address that each link computes is that of the row with the same key, wherever the rows were sorted to."""
    office = shutil.which("soffice")
    if office is None:
        missing_tool("LibreOffice (soffice) is not installed")
    book = linked(demo)
    turn_round(book, "Transactions")
    turn_round(book, f"COGS {SETTLEMENT}")
    for sheet, header in LINKS.items():
        content = table(book, sheet)
        for index, row in enumerate(content.rows):
            if row[header]:
                content.cell(index, header).value = "=" + _LINK.fullmatch(row[header])[1]  # type: ignore[index]  # matched
    book.save(tmp_path / "links.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    target = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    command = [str(office), profile, "--headless", *target, str(tmp_path / "links.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - our own file

    calculated = load_workbook(tmp_path / "out" / "links.xlsx", data_only=True)

    followed = 0
    for sheet, header in LINKS.items():
        for row in table(calculated, sheet).rows:
            if row[header]:
                name, number = re.fullmatch(r"#'(.*)'!A(\d+)", row[header]).groups()  # type: ignore[union-attr]  # fails
                content = table(calculated, name)
                assert row["Key"] == content.rows[int(number) - content.first_row]["Key"]
                followed += 1
    assert followed > 100


def turn_round(book: Workbook, sheet: str) -> None:
    """Put the rows of a sheet into the opposite order, as sorting does: values and formulas go with their row."""
    content = table(book, sheet)
    for index, row in enumerate(reversed(content.rows)):
        for header, value in row.items():
            content.cell(index, header).value = value
