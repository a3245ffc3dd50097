"""What the profit and loss says is missing in it: rates, costs, and what lines of unknown type are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.frame_columns import records
from core.model import CostStatus, Event
from core.money import at_line_places, cents, total
from core.plurals import counted
from core.reports.costed_lines import MISSING_MARK, WAITING_MARK
from core.typed_amounts import NOT_DECLARED, from_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class UnpricedLines:
    """Lines of one currency that are in no figure, because no rate is known."""

    currency: str
    lines: int
    net_sales: Decimal
    """In that currency."""
    profit: Decimal
    """In that currency, before any cost."""
    cogs: Decimal
    """In home currency, so that the two cannot be netted; lines without a cost are not in it."""
    without_cost: int
    """How many of the lines lack a cost, as sheet Resolve counts them."""
    waiting: int = 0
    """How many refunds wait for their original's cost."""

    def words(self, home: str) -> str:
        """Say what is left out: `EUR 90.00 net sales, EUR 80.00 before cost, COGS USD 10.00 (2 lines)`."""
        cogs = (
            f"COGS {home} {self.cogs:,.2f}"
            if self.cogs or not (self.without_cost or self.waiting)
            else "COGS not known"
        )
        lines = counted(self.lines, "line")
        lacking = f", {self.without_cost:,} without cost" if self.without_cost else ""
        lacking += f", {self.waiting:,} waiting for the original's" if self.waiting else ""
        return (
            f"{self.currency} {self.net_sales:,.2f} net sales, {self.currency} {self.profit:,.2f} before cost, "
            f"{cogs} ({lines}{lacking})"
        )


def unpriced_lines(priced: pd.DataFrame) -> list[UnpricedLines]:
    """Return what is in no figure of lines that `priced_lines` gave, by currency."""
    unpriced = priced[priced["without_rate"]]
    names = unpriced["currency"].fillna("no currency")
    return [
        UnpricedLines(
            currency=str(currency),
            lines=lines_in(rows[~rows["is_correction"]]),
            net_sales=cents(total(rows["left_out_net_sales"])),
            profit=cents(total(rows["left_out_profit"])),
            cogs=cents(total(rows["left_out_cogs"])),
            without_cost=int((rows["cost_status"] == CostStatus.MISSING).sum()),
            waiting=int((rows["cost_status"] == CostStatus.WAITING).sum()),
        )
        for currency, rows in unpriced.groupby(names, sort=True)
    ]


def lines_in(rows: pd.DataFrame) -> int:
    """Count the lines of priced rows: one whose money and cost are booked in two months is two rows, and one line."""
    parted = rows["half"].notna()
    return int((~parted).sum()) + rows.loc[parted, "key"].nunique()


@dataclass(frozen=True, slots=True)
class UnknownTypes:
    """Money whose words nobody has declared or answered, as far as it is in the figures."""

    lines: int
    amount: Decimal
    """In home currency, to the cent; it stands in other income."""


def unknown_types(priced: pd.DataFrame, rates: Mapping[tuple[str, str], Decimal]) -> UnknownTypes:
    """Return what of lines that `priced_lines` gave is of unknown type.

    Args:
        priced: The lines; those without a rate are in no figure, and corrections move what a line was, and ask nothing.
        rates: Of each currency and posted day, what one unit is at home; home currency needs none.
    """
    in_figures = priced[~(priced["without_rate"] | priced["is_correction"]).astype(bool)]
    of_reader_one = (in_figures["event"] == Event.OTHER.value) & in_figures["goods"].isna()
    asks = of_reader_one | in_figures["typed"].str.contains(NOT_DECLARED, regex=False)
    rows = records(in_figures.loc[asks.fillna(value=False).astype(bool), _OF_A_WORD])
    amounts = [amount for row in rows if (amount := _unanswered(row, rates)) is not None]
    return UnknownTypes(len(amounts), cents(total(amounts)))


_OF_A_WORD = ["event", "typed", "goods", "other_income", "currency", "posted_day"]


def _unanswered(row: Mapping[str, Any], rates: Mapping[tuple[str, str], Decimal]) -> Decimal | None:
    """Return what of a line nobody has answered, in home currency; `None` where nothing is asked.

    A line that the first reader stored is asked as a whole (`core.typed_amounts.asked_amounts`).
    """
    if row["goods"] is None and row["event"] == Event.OTHER.value:
        amount: Decimal = row["other_income"]
        return amount
    rate = rates.get((row["currency"], row["posted_day"]), Decimal(1))
    amounts = [at_line_places(one.amount * rate) for one in from_text(row["typed"]) if one.line_type is None]
    return sum(amounts, Decimal(0)) if amounts else None


_MOST_ORDERS_NAMED = 5


def missing_note(rows: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """Say what lacks a cost, and apart from it which refunds wait for their original: they are answered by that one."""
    lacking = [row for row in rows if row["cost_status"] != CostStatus.WAITING]
    waiting = [row for row in rows if row["cost_status"] == CostStatus.WAITING]
    notes = [f"{_units_of(lacking)} without cost: {_orders_of(lacking)}"] if lacking else []
    if waiting:
        units = _units_of(waiting)
        whose = "its" if units in ("1 unit", "1 line") else "their"
        notes.append(f"{units} waiting for {whose} original's cost: {_orders_of(waiting)}")
    return {"indicator": MISSING_MARK if lacking else WAITING_MARK, "missing_note": "; ".join(notes)}


def _units_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return `2 units`; of lines whose units nobody knows, how many lines these are: they are not 0 units."""
    units = sum(abs(row["units"] or 0) for row in rows)
    unknown = sum(row["units"] is None for row in rows)
    lines = f"{counted(unknown, 'line')} of unknown units" if unknown else counted(len(rows), "line")
    if not units:
        return lines
    return f"{counted(units, 'unit')} and {lines}" if unknown else counted(units, "unit")


def _orders_of(rows: Sequence[Mapping[str, Any]]) -> str:
    orders = sorted({row["order_id"] or "without order" for row in rows})
    more = f" and {len(orders) - _MOST_ORDERS_NAMED} more" if len(orders) > _MOST_ORDERS_NAMED else ""
    return f"{', '.join(orders[:_MOST_ORDERS_NAMED])}{more}"
