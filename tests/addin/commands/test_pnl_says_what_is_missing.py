"""`pnl` on a workbook: what ends 1, and what the sheets show of money that has no rate."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal

from addin.commands.close import month_end
from addin.commands.desk_opening import on_file
from addin.commands.reports import cogs_reports, pnl
from addin.commands.settlements import importing
from addin.sheets.reports.pnl import PNL_SPEC, PNL_SUMMARY_SPEC, PnlOptions
from addin.sheets.tables import tables
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.database import Database
from core.books.loading import load_books
from core.books.part_of_books import ReportDays, load_part, settlements_of_days
from tests.core.books.listed_documents import v2_content
from tests.core.books.settings.test_type_choices import UNKNOWN
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record

FEE = {"transaction-type": "other-transaction", "amount-type": "other-transaction", "order-id": "", "sku": ""}
STORAGE = FEE | {"amount-description": "Storage Fee", "amount": "-2.50", "quantity-purchased": ""}


@pytest.fixture
def book(new_books: Path) -> Path:
    return new_books


def bring_in(book: Path, name: str, *lines: dict[str, str], total: str, currency: str = "USD") -> None:
    file = book.parent / f"{name}.txt"
    file.write_bytes(v2_content(name, *lines, total=total).replace(b"\tUSD\t", f"\t{currency}\t".encode()))
    on_file(book, partial(importing.import_files, files=[file]))


def ask(book: Path) -> Outcome:
    return on_file(book, pnl.make_pnl)


def rows(book: Path, spec: TableSpec) -> list[Record]:
    with workbook(book) as opened:
        return tables.read(tables.find(opened, spec), spec)


@pytest.mark.long
@pytest.mark.parametrize(
    ("lines", "total", "missing"),
    [
        ([STORAGE], "-2.50", 0),
        ([STORAGE, {}], "7.50", 1),
        ([{"sku": ""}], "10.00", 1),
        ([{"sku": ""}, {"sku": "", "order-id": "111-9"}], "20.00", 2),
    ],
)
def test_it_needs_attention_as_long_as_any_line_lacks_a_cost(
    book: Path, lines: list[dict[str, str]], total: str, missing: int
) -> None:
    """Lines without a SKU too, which belong to no item."""
    bring_in(book, "1", *lines, total=total)

    outcome = ask(book)

    assert (missing, int(missing > 0)) == (outcome.data["lines_missing_cost"], outcome.exit_status)
    assert (missing == 1, missing > 1) == (
        "by what it costs" in outcome.message,
        "by what they cost" in outcome.message,
    )


@pytest.mark.long
def test_money_without_a_rate_stands_apart_on_both_sheets(book: Path) -> None:
    """Its cells are blank, its words say what it comes to, and the totals name it."""
    bring_in(book, "1", {}, total="10.00")
    bring_in(book, "2", {"order-id": "222-0"}, STORAGE, total="7.50", currency="EUR")

    outcome = ask(book)

    assert 1 == outcome.exit_status
    assert "Excludes EUR 10.00 net sales, EUR 7.50 before cost" in outcome.message
    assert ["EUR"] == [one["currency"] for one in outcome.data["excluded"]]  # type: ignore[attr-defined]  # a list
    items = {row["item"]: row for row in rows(book, PNL_SPEC)}
    assert ({"MUG", "(no rate) EUR"}, 10.0, None) == (
        set(items),
        items["MUG"]["sales"],
        items["(no rate) EUR"]["sales"],
    )
    totals = [row for row in rows(book, PNL_SUMMARY_SPEC) if row["month"] == "All"]
    assert all("EUR 10.00" in str(row["missing_note"]) for row in totals)


def below_titles(book: Path) -> dict[str, list[str]]:
    """Return what stands below the title of each sheet of the profit and loss."""
    with workbook(book) as opened:
        sheets = {spec.sheet: tables.find(opened, spec).sheet for spec in (PNL_SPEC, PNL_SUMMARY_SPEC)}
        return {name: [str(sheet.range((row, 1)).value or "") for row in (2, 3)] for name, sheet in sheets.items()}


PRINTED = 230
"""So many letters of the small text below a title stand on the page, which is as wide as its table."""


@pytest.mark.long
def test_what_has_no_rate_is_said_where_it_is_printed(book: Path) -> None:
    """By its row of the P&L, of storage too, and in a line above the summary, which goes when nothing lacks a rate."""
    bring_in(book, "1", {}, total="10.00")
    asked = {"CAD": [{"order-id": "222-0"}], "EUR": [STORAGE]}
    for currency, lines in asked.items():
        bring_in(book, currency, *lines, total={"CAD": "10.00", "EUR": "-2.50"}[currency], currency=currency)
    ask(book)
    described = {row["item"]: str(row["description"]) for row in rows(book, PNL_SPEC)}
    said = below_titles(book)
    printed = {column.field for column in PNL_SPEC.columns[: [c.field for c in PNL_SPEC.columns].index("profit")]}

    assert "description" in printed
    assert described["(no rate) CAD"].startswith("In no figure, because no rate is known: CAD 10.00 net sales, ")
    assert described["(no rate) EUR"].startswith(
        "In no figure, because no rate is known: EUR 0.00 net sales, EUR -2.50"
    )
    assert said["P&L"][0].endswith("Excludes CAD, EUR: no exchange rate is known, see the rows (no rate).")
    assert said["P&L summary"][1].startswith("Excludes, because no exchange rate is known: CAD 10.00 net sales, ")
    assert [] == [line for name in said for line in said[name] if len(line) > PRINTED]

    on_file(book, partial(pnl.make_pnl, options=PnlOptions(first_day=date(2030, 1, 1))))
    assert "" == below_titles(book)["P&L summary"][1]


OTHER_UNKNOWN = UNKNOWN | {"amount-description": "Sparkle Levy", "amount": "4.00"}
TDS = {"amount-type": "ItemTDS", "amount-description": "ITDR", "amount": "-0.90"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("lines", "total", "words"),
    [
        ([UNKNOWN], "-2.50", "1 line of unknown type, USD -2.50, stands in Other income"),
        ([STORAGE, TDS], "-3.40", "1 line of unknown type, USD -0.90, stands in Other income"),
        ([UNKNOWN, OTHER_UNKNOWN], "1.50", "2 lines of unknown type, USD 1.50, stand in Other income"),
        ([STORAGE], "-2.50", None),
    ],
)
def test_money_of_unknown_types_is_named_and_needs_attention(
    book: Path, lines: list[dict[str, str]], total: str, words: str | None
) -> None:
    """It is in the figures, as other income, until somebody says what it is."""
    bring_in(book, "1", *lines, total=total)

    outcome = ask(book)

    assert (words is None) == ("unknown type" not in outcome.message)
    assert (words or "") in outcome.message
    assert int(words is not None) == outcome.exit_status


AUGUST = PnlOptions(first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))
SEPTEMBER = PnlOptions(first_day=date(2026, 9, 1), last_day=date(2026, 9, 30))
LATER = {"posted-date": "2026-09-05", "posted-date-time": "2026-09-05 10:00:00 UTC"}


@pytest.mark.long
@pytest.mark.parametrize("month", [AUGUST, SEPTEMBER])
def test_a_month_is_the_same_whether_its_settlements_alone_are_read(book: Path, month: PnlOptions) -> None:
    """Which they are where the other sheets show the books as they are; of a missing rate in another month none tells.

    The first press has no kept lines to read, the second one has; a settlement has lines of both months.
    """
    bring_in(book, "1", {}, LATER | {"order-id": "111-7"}, total="20.00")
    bring_in(book, "2", LATER | {"order-id": "222-0"}, total="10.00", currency="EUR")
    with Database.open(book.parent / "acme.sqlite") as database:
        forget_kept_lines(database)

    first, second = (on_file(book, partial(pnl.make_pnl, options=month)) for _ in range(2))

    assert (first.message, first.data) == (second.message, second.data)
    assert "20.00" not in first.message
    assert ("EUR" in first.message) == (month is not AUGUST)


def test_only_settlements_that_a_month_is_about_are_read(book: Path) -> None:
    """Of the others no line is looked at: one that another program altered is not seen before it is needed."""
    bring_in(book, "1", {}, total="10.00")
    bring_in(book, "2", LATER | {"order-id": "222-0"}, total="10.00")
    with Database.open(book.parent / "acme.sqlite") as database:
        whole = load_books(database)
        of_days = partial(settlements_of_days, days=ReportDays(SEPTEMBER.first_day, SEPTEMBER.last_day))
        part = load_part(database, of_days)
        (later,) = [one for one in whole.settlements if one.settlement_id == "2"]
        assert part is not None
        assert_frame_equal(whole.lines_of(later).reset_index(drop=True), part.lines)
        with database.keeping() as connection:
            connection.exec_driver_sql("UPDATE costed_line SET cogs = 7")
        assert load_part(database, lambda _connection, booked: booked) is None


@pytest.mark.long
@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP"])
def test_json_states_the_currency_of_its_amounts(book: Path, currency: str) -> None:
    """Home currency, whatever the settlement's is: `--json` of pnl, cogs and close."""
    bring_in(book, "1", STORAGE, total="-2.50", currency=currency)
    profit = ask(book).data
    tab = on_file(book, partial(cogs_reports.cogs, ids=["1"])).data["settlements"]
    pack = on_file(book, partial(month_end.close, month="2026-08")).data

    assert ["USD", "USD"] == [profit["currency"], pack["currency"]]
    assert ["USD"] == [one["currency"] for one in tab]  # type: ignore[attr-defined]  # a list
