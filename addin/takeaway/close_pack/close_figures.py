"""Everything that the accountant's pack of a month shows, taken from the books. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.books.entries.accruals import to_accrue
from core.books.entries.tied_settlements import ties_of
from core.books.settings.calendars import deposit_day
from core.books.settlements.remarks import day_before_start, money_before_start
from core.books.true_ups.corrections import corrections
from core.books.true_ups.cost_comparison import every_line, held_lines
from core.books.true_ups.resolve_after_export import questions_of_later_lines, with_questions_since_export
from core.books.true_ups.suspect_true_ups import suspect_true_ups
from core.books.true_ups.true_up_reasons import LockedFigures, true_up_rows
from core.books.true_ups.true_ups import by_reader
from core.frame_columns import records
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.journal.clearing import Deposit, expected_balances, outstanding
from core.line_types import LineType
from core.model import WITHOUT_COST, CostSource, CostStatus, OverrideKind
from core.reports.costed_lines import with_locked_sources, with_units
from core.reports.left_stock import LeftInMonth, LeftStock, LeftStockStatus, by_month
from core.reports.profit_and_loss import PnlQuestion, booked_in_other_months, profit_and_loss
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    import pandas as pd

    from addin.sheets.desk import View
    from core.books.books import Books
    from core.books.entries.exporting import ExportOptions
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.journal.accounts import Accounts
    from core.journal.clearing import ExpectedBalance, Outstanding
    from core.journal.entry import Entry
    from core.reports.basis import OtherMonth
    from core.reports.pnl_parts import Rates
    from core.time import Month, SettlementName


Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClosingFigures:
    """A month as the pack shows it."""

    month: Month
    home_currency: str
    accrual_lines: pd.DataFrame
    """The lines of the accrual, with `ship_day` and `posted_day`."""
    not_accrued: pd.DataFrame
    """Lines shipped and settled later that have no cost yet: in none of its entries, not even with their money."""
    entries: Sequence[tuple[Entry, Entry]]
    """Each accrual entry with its reversal."""
    balances: Sequence[ExpectedBalance]
    outstanding: Sequence[Outstanding]
    not_exported: Sequence[Row]
    without_cost: Sequence[Row]
    estimates: Sequence[Row]
    true_ups: Sequence[Row]
    profit_and_loss: pd.DataFrame
    journal: Sequence[Row]
    ties: pd.DataFrame
    lock_date: date | None
    """Periods up to this day are closed."""
    cogs_posters: str
    """Who posts COGS and losses."""
    left_stock: Sequence[LeftStock] = ()
    """What left stock in the month without a line for goods in any settlement."""
    left_by_month: Sequence[LeftInMonth] = ()
    """Its totals, and those of the months before."""
    other_months: Sequence[OtherMonth] = ()
    """What the profit and loss counts in another month than that of its lines: of this month's lines, or in it."""
    came: Mapping[SettlementName, int] = field(default_factory=dict)
    """Lines without a cost that exported settlements have only by today's reading."""
    taken_back: Sequence[Entry] = ()
    """What takes back an accrual that was booked of the month and came to something else."""
    is_booked: bool = False
    """Whether exactly this accrual is in the books already."""

    @property
    def accrual_advice(self) -> str:
        """What is to be done about the accrual; empty where nothing is: there is none, or it is booked."""
        if self.is_booked or not (self.entries or self.taken_back):
            return ""
        return "book the accrual" if self.entries else "take back the accrual that was booked"

    @property
    def is_closed(self) -> bool:
        """Whether the lock date closes the month already."""
        return self.lock_date is not None and self.lock_date >= self.month.last_day

    @property
    def missing_costs(self) -> int:
        """How many lines lack their cost, as sheet Resolve counts them."""
        return sum(row["cost_status"] == CostStatus.MISSING for row in self.without_cost)

    @property
    def waiting_refunds(self) -> int:
        """How many refunds wait for their original's cost; they are counted apart everywhere."""
        return len(self.without_cost) - self.missing_costs

    @property
    def left_without_line(self) -> list[LeftStock]:
        """What left in the month so long ago that its settlement should be there, and is in none."""
        return [one for one in self.left_stock if one.standing is LeftStockStatus.NONE]

    @property
    def open_items(self) -> int:
        """How much is not finished."""
        lacking = len(self.without_cost) + len(self.not_accrued)
        lacking += sum(self.came.values())
        return len(self.not_exported) + lacking + len(self.estimates) + len(self.true_ups)


def closing_figures(view: View, month: Month, *, options: ExportOptions, rates: Rates | None = None) -> ClosingFigures:
    """Collect a month's figures.

    Args:
        view: The books.
        month: Which.
        options: Accounts, time zones and lock date, as at export.
        rates: Rates of other currencies than home.
    """
    books, home = view.books, view.books.company.home_currency
    zones = books.zones if options.zones is None else options.zones
    counted = _counted(view)
    lines = with_questions_since_export(books, books.counted(books.lines_of_all(counted))).reset_index(drop=True)
    shipped = to_accrue(books, lines, month, zones)
    accrued = shipped.lines
    to_date = with_units(lines[_by(lines, month.last_day, zones)])
    accounts = options.accounts or books.accounts
    deposits = _deposits(books, counted, zones, accounts)
    question = PnlQuestion(home, first_day=month.first_day, last_day=month.last_day)
    return ClosingFigures(
        month,
        home,
        with_locked_sources(accrued, books.costing_input.locked_lines),
        shipped.without_cost,
        accrual_entries(
            accrued,
            AccrualDays(month.last_day, month.day_after),
            home_currency=home,
            accounts=accounts,
            finale_posts=books.policies.finale_posts,
        ),
        expected_balances(view.journal, deposits, month.first_day, month.last_day),
        outstanding(view.journal, deposits, month.last_day),
        _not_exported(view, counted, to_date),
        records(to_date[to_date["cost_status"].isin(WITHOUT_COST)]),
        _estimates(view, to_date),
        _true_ups(view),
        profit_and_loss(
            lines,
            question,
            zones=zones,
            rates=rates,
            corrections=corrections(books),
            booked=books.booked_days,
        ),
        _journal(view, month),
        ties_of(books, view.journal, _touching(counted, to_date, month, zones), options),
        books.policies.lock_date,
        books.policies.cogs_posters,
        [one for one in books.left_without_line if one.month == str(month)],
        by_month([one for one in books.left_without_line if one.day <= month.last_day]),
        booked_in_other_months(lines, question, books.booked_days, zones=zones, rates=rates),
        questions_of_later_lines(books),
    )


def _counted(view: View) -> list[BookedSettlement]:
    """Return the settlements that these books count: what ended before the books start is history.

    See docs/design/books.md, Policies.
    """
    return [one for one in view.books.settlements if not view.books.is_history(one)]


def _by(lines: pd.DataFrame, day: date, zones: Mapping[str, ZoneInfo]) -> pd.Series:
    """Tell which lines were posted by the end of a day; those without a day were."""
    return (local_days(lines, zones).fillna("") <= day.isoformat()).astype(bool)


def _deposits(
    books: Books, settlements: Sequence[BookedSettlement], zones: Mapping[str, ZoneInfo], accounts: Accounts
) -> list[Deposit]:
    """Return what the marketplaces paid out; what was posted elsewhere does not go over our accounts."""
    return [
        Deposit(
            one.store,
            one.settlement_id,
            accounts.of(LineType.CLEARING, store=one.store, currency=one.currency).name,
            one.currency,
            deposit_day(one, zones),
            one.deposit,
            money_before_start(books, one),
            day_before_start(books, one),
        )
        for one in settlements
        if one.posts_deposit
    ]


def _touching(
    settlements: Sequence[BookedSettlement], to_date: pd.DataFrame, month: Month, zones: Mapping[str, ZoneInfo]
) -> list[BookedSettlement]:
    """Return the settlements that have a line in the month."""
    days = local_days(to_date, zones)
    inside = to_date[(days >= month.first_day.isoformat()).fillna(value=False).astype(bool)]
    named = set(zip(inside["store"], inside["settlement_id"], strict=True))
    return [one for one in settlements if (one.store, one.settlement_id) in named]


def _not_exported(view: View, settlements: Sequence[BookedSettlement], to_date: pd.DataFrame) -> list[Row]:
    """Return the settlements with lines by the month's end whose entries are not both out."""
    named = set(zip(to_date["store"], to_date["settlement_id"], strict=True))
    rows = []
    for one in settlements:
        if one.has_open_entry and (one.store, one.settlement_id) in named:
            state = view.books.state(one)
            rows.append(
                {
                    "store": one.store,
                    "settlement_id": one.settlement_id,
                    "deposit_day": deposit_day(one, view.books.zones),
                    "total": one.deposit,
                    "currency": one.currency,
                    "settlement_entry": str(one.settlement_entry),
                    "cogs_entry": str(one.cogs_entry),
                    "status": state.status,
                    "cogs_status": state.cogs_status,
                }
            )
    return rows


def _estimates(view: View, to_date: pd.DataFrame) -> list[Row]:
    """Return the accepted averages that no real cost has confirmed yet, and those an open settlement still uses."""
    saved = records(view.books.overrides, ["key", "kind", "unit_cost", "saved_by", "saved_at"])
    accepted = {row["key"]: row for row in saved if row["kind"] == OverrideKind.ACCEPTED_AVERAGE}
    rows = [
        row | {"estimate": accepted[row["key"]]["unit_cost"]} | _saved(accepted[row["key"]])
        for row in records(to_date[to_date["key"].isin(list(accepted))])
    ]
    return [row for row in rows if _is_unconfirmed(row)]


def _is_unconfirmed(row: Row) -> bool:
    """Tell whether a line stands on an estimate: its bill has not come, or says otherwise and the line is open.

    Once a line is locked, what its bill says otherwise is a true-up.
    """
    bill = row["finale_cost"]
    if row["cost_source"] == CostSource.LOCKED:
        return bill is None
    return bool(row["cost_source"] == CostSource.ACCEPTED_AVERAGE and bill != row["estimate"])


def _saved(row: Row) -> Row:
    return {"saved_by": row["saved_by"], "saved_at": row["saved_at"]}


def _true_ups(view: View) -> list[Row]:
    locked = {row["key"]: row for row in held_lines(view.books)}
    readers = by_reader(view.books, view.pending_true_ups, view.read_anew.lines)
    suspects = suspect_true_ups(view.books, view.pending_true_ups)
    figures = LockedFigures(locked, readers, suspects=suspects)
    return true_up_rows(view.pending_true_ups, every_line(view.books), figures)


def _journal(view: View, month: Month) -> list[Row]:
    """Return the lines of the month's entries, with debit and credit apart."""
    days = view.journal["entry_date"]
    inside = (days >= month.first_day.isoformat()) & (days <= month.last_day.isoformat())
    rows = records(view.journal[inside.fillna(value=False).astype(bool)])
    return [row | _sides(row["amount"]) for row in rows]


def _sides(amount: Decimal) -> Row:
    return {"debit": amount if amount > 0 else None, "credit": -amount if amount < 0 else None}
