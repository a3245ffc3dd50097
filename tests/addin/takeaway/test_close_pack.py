"""The accountant's pack of a month: the written file against the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from addin.sheets.reports.pnl import PNL_SPEC
from addin.takeaway.close_pack.close_figures import closing_figures
from addin.takeaway.close_pack.close_pack import SHEETS, write_pack
from addin.takeaway.close_pack.close_summary import lock_advice
from core.books import batches
from core.books.batches import BatchKind
from core.books.entries.exporting import ExportOptions
from core.books.loading import load_books
from core.books.settings.policies import change_policies
from core.books.syncing import stored_observations
from core.books.true_ups import true_ups
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.journal.entry import EntryKind
from core.model import CostStatus, ObservationKind
from core.reports.left_stock import LeftStock, LeftStockStatus
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals
from core.time import Month, MonthUnreadableError
from tests.addin.takeaway.books_to_report import (
    AUGUST,
    NOW,
    NUMBER,
    SEPTEMBER,
    close_pack,
    labelled,
    opened,
    rows_below,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

    from tests.addin.takeaway.books_to_report import Reported

BOTH = (EntryKind.SETTLEMENT, EntryKind.COGS)
ZONES = {"Amazon US": ZoneInfo("America/Los_Angeles")}


def pack(reported: Reported, month: str = "2026-08") -> Workbook:
    return opened(close_pack(reported.view, month, zones=ZONES, now=NOW))


def test_the_accrual_holds_what_left_in_the_month_and_is_settled_later(reported: Reported) -> None:
    """222-1 left on 30 August and was posted in September; 222-2 left in September."""
    sheet = pack(reported)["Accrual"]

    accrual, reversal = rows_below(sheet, "tblAccrual"), rows_below(sheet, "tblReversal")
    (line,) = rows_below(sheet, "tblAccrued")

    assert ("222-1", NUMBER, 17, 8.4) == (line["Order ID"], line["SKU"], line["Net"], line["COGS"])
    assert {
        "Marketplace Sales": (None, 20),
        "Marketplace Referral Fees": (3, None),
        "Amazon US Accrued Settlements USD": (17, None),
        "Cost of Goods Sold": (8.4, None),
        "Inventory Asset": (None, 8.4),
    } == {row["Account"]: (row["Debit"], row["Credit"]) for row in accrual}
    assert [(row["Account"], row["Credit"], row["Debit"]) for row in accrual] == [
        (row["Account"], row["Debit"], row["Credit"]) for row in reversal
    ]
    assert {datetime(2026, 8, 31)} == {row["Date"] for row in accrual}  # noqa: DTZ001 - a cell has no zone
    assert {datetime(2026, 9, 1)} == {row["Date"] for row in reversal}  # noqa: DTZ001 - a cell has no zone


@pytest.mark.long
def test_a_line_without_cost_is_in_no_entry_of_the_accrual_not_even_with_its_money(reported: Reported) -> None:
    """A sale without its cost would be all profit: it is listed, and accrued once the cost is there."""
    books = reported.view.books
    late = books.lines["order_id"] == "222-1"
    status = books.lines["cost_status"].mask(late, str(CostStatus.MISSING))
    lines = books.lines.assign(cost_status=status, cogs=books.lines["cogs"].mask(late, pd.NA))
    view = replace(reported.view, books=replace(books, lines=lines))
    figures = closing_figures(view, Month.parse("2026-08"), options=ExportOptions())

    assert (0, [], ["222-1"]) == (
        len(figures.accrual_lines),
        figures.entries,
        figures.not_accrued["order_id"].to_list(),
    )
    (row,) = rows_below(opened(close_pack(view, "2026-08", zones=ZONES, now=NOW))["Accrual"], "tblNotAccrued")
    assert ("222-1", "●", None) == (row["Order ID"], row["!"], row["COGS"])


@pytest.mark.long
def test_what_finale_posts_is_not_accrued(reported: Reported) -> None:
    """It books COGS when the goods leave: only the money is accrued, and the summary says who posts."""
    change_policies(reported.database, {"cogs_posted_by": "Finale"}, who="M. Lee", now=NOW)
    book = pack(reported)

    accounts = {row["Account"] for row in rows_below(book["Accrual"], "tblAccrual")}
    assert {"Marketplace Sales", "Amazon US Accrued Settlements USD"} <= accounts
    assert "Cost of Goods Sold" not in accounts
    assert labelled(book["Summary"], "COGS and losses are posted by") == "Finale; losses by Cogsheet"


@pytest.mark.long
def test_the_pack_says_how_to_close_the_month_and_when_it_is_closed(reported: Reported) -> None:
    """With open items first those; once the lock date has passed, the accrual is only shown."""
    still_open = pack(reported)["Summary"]
    finished = pack(reported, "2025-01")["Summary"]
    change_policies(reported.database, {"lock_date": "2026-08-31"}, who="M. Lee", now=NOW)
    closed = pack(reported)

    label = "Lock date on sheet Setup"
    assert labelled(still_open, label) == "not set"
    assert labelled(still_open, label, 3).startswith("Finish the open items")
    assert labelled(still_open, label, 3).endswith("set Lock date on sheet Setup to 2026-08-31.")
    assert labelled(finished, label, 3) == "Close the month: set Lock date on sheet Setup to 2025-01-31."
    assert datetime(2026, 8, 31) == labelled(closed["Summary"], label)  # noqa: DTZ001 - a cell has no zone
    assert "is closed" in labelled(closed["Summary"], label, 3)
    assert "not to be booked any more" in closed["Accrual"]["A2"].value


@pytest.mark.long
def test_the_advice_names_the_accrual_only_where_something_is_to_be_done_about_it(reported: Reported) -> None:
    """There is one, it is booked, there is none any more, there never was one."""
    figures = closing_figures(reported.view, Month.parse("2026-08"), options=ExportOptions())
    (back, *_) = [accrual for accrual, _ in figures.entries]
    told = {
        "to book": figures,
        "booked": replace(figures, is_booked=True),
        "to take back": replace(figures, entries=[], taken_back=[back]),
        "none": replace(figures, entries=[]),
    }

    assert {
        "to book": "Finish the open items, book the accrual; then set",
        "booked": "Finish the open items; then set",
        "to take back": "Finish the open items, take back the accrual that was booked; then set",
        "none": "Finish the open items; then set",
    } == {name: lock_advice(one).removesuffix(" Lock date on sheet Setup to 2026-08-31.") for name, one in told.items()}


@pytest.mark.long
def test_a_settled_month_has_nothing_to_accrue(reported: Reported) -> None:
    """September's orders are all posted in September."""
    sheet = pack(reported, "2026-09")["Accrual"]

    assert not sheet.tables
    assert labelled(sheet, "Lines of the accrual", 0) == "Lines of the accrual"


@pytest.mark.long
def test_the_clearing_account_holds_what_is_on_its_way(reported: Reported) -> None:
    """August was deposited in August; none of it is left, and its reserve is still kept."""
    reported.answer("111-3", "5.00")
    reported.export(AUGUST, *BOTH)

    rows = {row["Account"]: row for row in rows_below(pack(reported)["Balances"], "tblBalances")}

    clearing, reserve = rows["Amazon US Clearing USD"], rows["Amazon US Reserves USD"]
    assert (0, 84.2, 84.2, 0) == tuple(clearing[name] for name in ("Opening", "Entries", "Deposits", "Expected"))
    assert ("reserves", -3.4) == (reserve["Holds"], reserve["Expected"])


@pytest.mark.long
def test_a_deposit_without_entry_is_named(reported: Reported) -> None:
    """The bank has it, the books have no entry: the account is short by it."""
    sheet = pack(reported)["Balances"]

    (row,) = rows_below(sheet, "tblOutstanding")

    assert (AUGUST, -84.2, "deposited, and its entry is not exported") == (
        row["Settlement ID"],
        row["Outstanding"],
        row["Why"],
    )


@pytest.mark.long
def test_what_is_not_finished_is_listed(reported: Reported) -> None:
    """Open settlements of the month, lines without cost; September's are not August's."""
    sheet = pack(reported)["Open items"]

    assert [AUGUST] == [row["Settlement ID"] for row in rows_below(sheet, "tblNotExported")]
    assert ["111-3"] == [row["Order ID"] for row in rows_below(sheet, "tblWithoutCost")]
    later = pack(reported, "2026-09")["Open items"]
    assert [AUGUST, SEPTEMBER] == [row["Settlement ID"] for row in rows_below(later, "tblNotExported")]
    reported.export(SEPTEMBER, *BOTH)
    later = pack(reported, "2026-09")["Open items"]
    assert [AUGUST] == [row["Settlement ID"] for row in rows_below(later, "tblNotExported")], "exported is finished"


@pytest.mark.long
@pytest.mark.parametrize(
    ("units", "shown"), [((40, 2), (42, "of 2 orders: ")), ((3, None), (3, "of 2 orders: ")), ((), (0, None))]
)
def test_the_summary_counts_the_units_that_left_stock_in_no_settlement(
    reported: Reported, units: tuple[int | None, ...], shown: tuple[int, str | None]
) -> None:
    """As the sentence of the command does, not the rows of the list."""
    left = [
        LeftStock(f"R-{one}", "MUG", date(2026, 8, 2), one, Decimal(5), "", LeftStockStatus.NONE, "") for one in units
    ]
    figures = replace(closing_figures(reported.view, Month.parse("2026-08"), options=ExportOptions()), left_stock=left)
    sheet = opened(write_pack(reported.view, figures, NOW))["Summary"]
    label = "Units that left stock in no settlement"
    note = labelled(sheet, label, 3)

    assert shown == (labelled(sheet, label), note and note.partition("replacements")[0])


def bill(reported: Reported, cost: str) -> None:
    """Let Finale know what the mugs of 111-3 cost."""
    with reported.database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        late = {"kind": ObservationKind.ORDER, "order_id": "111-3", "product_id": "LATE-MUG", "units": 2}
        billed = {"unit_cost": Decimal(cost), "currency": "USD", "record_date": "2026-08-06", "fetched_at": NOW}
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [late | billed]), batch, NOW)


@pytest.mark.long
@pytest.mark.parametrize(("cost", "listed"), [("5.01", [("111-3", 5, 5.01)]), ("5.000000", []), ("5.00", [])])
def test_an_estimate_that_its_bill_confirms_is_confirmed_before_the_export_too(
    reported: Reported, cost: str, listed: list[tuple[str, float, float]]
) -> None:
    """To the last digit; with another bill the open settlement still uses the estimate."""
    reported.answer("111-3", "5.00", proposed="5.00")
    bill(reported, cost)
    figures = closing_figures(reported.view, Month.parse("2026-08"), options=ExportOptions())

    assert listed == [(row["order_id"], row["estimate"], float(row["finale_cost"])) for row in figures.estimates]


@pytest.mark.long
def test_an_accepted_average_is_an_estimate_until_its_bill_comes(reported: Reported) -> None:
    """Locked, it stays listed; when Finale knows the cost, a true-up takes its place."""
    reported.answer("111-3", "5.00", proposed="5.00")
    reported.export(AUGUST, *BOTH)
    (estimate,) = rows_below(pack(reported)["Open items"], "tblEstimates")
    assert ("111-3", 5, None) == (estimate["Order ID"], estimate["Estimate"], estimate["Finale now says"])

    bill(reported, "5.30")
    true_ups.propose_true_ups(reported.database, load_books(reported.database), who="M. Lee", now=NOW)

    sheet = pack(reported)["Open items"]
    (pending,) = rows_below(sheet, "tblTrueUps")
    assert ("111-3", 0.6) == (pending["Order ID"], pending["Difference"])
    assert "tblEstimates" not in sheet.tables
    assert 0.6 == labelled(pack(reported)["Summary"], "True-ups pending, together")


@pytest.mark.long
def test_the_profit_and_loss_is_that_of_the_month(reported: Reported) -> None:
    """The same figures as sheet P&L gives for these days, and their sum on the summary."""
    view = reported.view
    question = PnlQuestion("USD", first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))
    expected = totals(profit_and_loss(view.books.lines, question, zones=ZONES))
    book = pack(reported)
    rows = rows_below(book["P&L"], "tblPnl")

    for field in ("net_sales", "fees", "cogs", "profit"):
        header = PNL_SPEC.column(field).header
        assert expected[field] == sum((Decimal(str(row[header] or 0)) for row in rows), Decimal(0))
    summary = book["Summary"]
    assert (float(expected["net_sales"]), float(expected["profit"])) == (
        labelled(summary, "Net sales"),
        labelled(summary, "Profit"),
    )


@pytest.mark.long
def test_the_journal_holds_the_months_entries_and_they_balance(reported: Reported) -> None:
    """September's entry is not in August's journal."""
    reported.answer("111-3", "5.00")
    reported.export(AUGUST, *BOTH)
    reported.export(SEPTEMBER, *BOTH)

    rows = rows_below(pack(reported)["Journal"], "tblJournal")

    assert {AUGUST} == {row["Settlement ID"] for row in rows}
    sides = [sum(Decimal(str(row[side] or 0)) for row in rows) for side in ("Debit", "Credit")]
    assert sides[0] == sides[1] > 0
    assert 0 == labelled(pack(reported)["Summary"], "Journal of the month: debits less credits, USD")


@pytest.mark.long
def test_the_tie_outs_cover_every_settlement_with_a_line_in_the_month(reported: Reported) -> None:
    """Each check says ok, or that a figure is not there yet."""
    sheet = pack(reported)["Tie-outs"]

    assert [AUGUST] == [row["Settlement ID"] for row in rows_below(sheet, "tblTies")]
    assert ["ok", "ok", "ok", "ok", "–"] == [sheet.cell(5, column).value for column in range(15, 20)]


@pytest.mark.long
def test_what_ended_before_the_books_start_is_not_in_the_pack(reported: Reported) -> None:
    """History is neither counted nor posted."""
    books = reported.view.books
    later = books.policies.model_copy(update={"books_start": date(2026, 9, 1)})
    view = replace(reported.view, books=replace(books, policies=later))

    book = opened(close_pack(view, "2026-08", zones=ZONES, now=NOW))

    assert not book["Open items"].tables
    assert not book["Tie-outs"].tables
    assert not book["P&L"].tables


@pytest.mark.long
def test_a_month_without_anything_makes_a_pack_all_the_same(reported: Reported) -> None:
    """It says on each sheet that there is nothing."""
    book = pack(reported, "2025-01")

    assert list(SHEETS) == book.sheetnames
    assert [] == [table for sheet in book for table in sheet.tables]


@pytest.mark.long
def test_the_same_books_and_moment_make_the_same_pack(reported: Reported) -> None:
    """Byte for byte; the moment is the only thing of the machine in it."""
    view = reported.view
    made = [close_pack(view, "2026-08", zones=ZONES, now=NOW) for _ in range(2)]

    assert made[0] == made[1]
    assert made[0] != close_pack(view, "2026-08", zones=ZONES, now=datetime(2026, 9, 21, tzinfo=UTC))


def test_what_is_no_month_is_refused(reported: Reported) -> None:
    """Before anything is written."""
    with pytest.raises(MonthUnreadableError):
        close_pack(reported.view, "August", zones={}, now=NOW)
