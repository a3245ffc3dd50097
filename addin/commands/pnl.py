"""Group Reports: profit and loss, and the rates that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from addin.commands.button import Outcome
from addin.commands.refresh import load, refresh_if_needed
from addin.commands.words import amount, counted
from addin.sheets import drill_down
from addin.sheets.pnl import PnlWish, fill_pnl, fill_pnl_summary, write_head
from core.books.reclassifications import corrections
from core.errors import CogsheetError
from core.exchange_rates import find_rates, missing_sentence, needed_rates
from core.model import CostStatus
from core.reports.basis import Basis
from core.reports.costed_lines import MISSING_MARK
from core.reports.left_out import left_out, unknown_types
from core.reports.pnl_summary import charted, pnl_summary
from core.reports.profit_and_loss import WITHOUT_COST, PnlQuestion, is_item, priced_lines, summed, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.exchange_rates import FoundRates
    from core.reports.left_out import LeftOut

_EVERYTHING = PnlWish()
_PRINTED = ("net_sales", "fees", "advertising", "reimbursements", "cogs", "profit")


class StoreUnknownError(CogsheetError):
    """A store that was named is not in the books."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No store is called {name}. There are: {', '.join(known) or 'none yet'}. Nothing was written."
        )


def make_pnl(desk: Desk, *, ids: Sequence[str] = (), wish: PnlWish = _EVERYTHING) -> Outcome:
    """Fill sheets P&L and P&L summary, for these settlements or for all.

    Raises:
        CogsheetError: If a settlement or store is unknown, or a sheet is not as it must be.
    """
    view = load(desk.database)
    books = view.books
    lines = _chosen(books, ids, wish)
    home = books.company.home_currency
    question = PnlQuestion(
        home,
        by_month=wish.by_month,
        by_store=not wish.together,
        first_day=wish.first_day,
        last_day=wish.last_day,
        basis=wish.basis,
    )
    corrected = _corrections_of(books, lines)
    rated = pd.concat([lines, corrected[list(lines.columns)]])
    rates = find_rates(books.rates, needed_rates(rated, home, books.zones), home)
    priced = priced_lines(
        lines,
        question,
        zones=books.zones,
        rates=rates.factors,
        observations=books.observations,
        corrections=corrected,
    )
    refresh_if_needed(desk, view)
    found = summed(priced, question, in_sight=drill_down.lines_in_sight(desk.book, books))
    summary = pnl_summary(priced, question)
    message = "  ".join([_range_sentence(wish, ids), *_notes(priced, rates, wish, home)])
    fill_pnl(desk.book, found)
    write_head(desk.book, wish, message)
    fill_pnl_summary(desk.book, summary, charted(summary, found), message)
    return _outcome(found, priced, rates, wish, home)


def _chosen(books: Books, ids: Sequence[str], wish: PnlWish) -> pd.DataFrame:
    known = [store.name for store in books.stores]
    for name in wish.stores:
        if name not in known:
            raise StoreUnknownError(name, known)
    lines = books.counted(books.lines_of_all(books.named(ids) if ids else books.settlements))
    return lines[lines["store"].isin(wish.stores)] if wish.stores else lines


def _corrections_of(books: Books, lines: pd.DataFrame) -> pd.DataFrame:
    """Return what was accepted of true-ups and reclassifications of the settlements that lines are of."""
    found = corrections(books)
    wanted = set(zip(lines["store"], lines["settlement_id"], strict=True))
    names = zip(found["store"], found["settlement_id"], strict=True)
    return found[pd.Series([name in wanted for name in names], found.index, dtype=bool)]


def _range_sentence(wish: PnlWish, ids: Sequence[str]) -> str:
    days = " ".join(
        word
        for word in (
            f"from {wish.first_day}" if wish.first_day else "",
            f"to {wish.last_day}" if wish.last_day else "",
        )
        if word
    )
    of = f"settlements {', '.join(ids)}" if ids else "all settlements"
    return (
        f"By {wish.basis} date, {days or 'every day'}, of {of}{' in ' + ', '.join(wish.stores) if wish.stores else ''}."
    )


def _notes(priced: pd.DataFrame, rates: FoundRates, wish: PnlWish, home: str) -> list[str]:
    """Return what must be known to read the figures."""
    notes = []
    fell_back = int(priced["without_date"].sum())
    if wish.basis is not Basis.POSTED:
        notes.append("Only the posted dates tie to the settlements.")
    if fell_back:
        known = "order date" if wish.basis is Basis.ORDERED else "ship date"
        notes.append(f"{counted(fell_back, 'sale')} without known {known}: counted on the posted date.")
    notes += _rates_used(rates)
    notes += [f"Excludes {one.words(home)}: no exchange rate is known." for one in left_out(priced)]
    unknown = unknown_types(priced, rates.factors)
    if unknown.lines:
        notes.append(
            f"{counted(unknown.lines, 'line')} of unknown type, {amount(unknown.amount, home)}, "
            f"{'stands' if unknown.lines == 1 else 'stand'} in Other income until answered on sheet Transaction types."
        )
    return notes


def _rates_used(rates: FoundRates) -> list[str]:
    by_currency: dict[str, list[str]] = {}
    for rate in rates.found.values():
        by_currency.setdefault(rate.currency, []).append(f"{rate.day} {rate.source}")
    return [
        f"{currency} at {counted(len(set(days)), 'daily rate')}, {min(days)} to {max(days)} (see Exchange rates)."
        for currency, days in sorted(by_currency.items())
    ]


def _outcome(found: pd.DataFrame, priced: pd.DataFrame, rates: FoundRates, wish: PnlWish, home: str) -> Outcome:
    figures = totals(found)
    items = int(((found["indicator"] == MISSING_MARK) & found["item"].map(is_item).astype(bool)).sum())
    unknown = unknown_types(priced, rates.factors)
    missing, waiting = (int((priced["cost_status"] == one).sum()) for one in WITHOUT_COST)
    sentences = [
        f"Sheet P&L: profit {amount(figures['profit'], home)} on net sales {amount(figures['net_sales'], home)}."
    ]
    if (priced["cost_status"].isin(WITHOUT_COST) & ~priced["without_rate"]).any():
        sentences.append(_without_cost(priced[~priced["without_rate"]], items))
    sentences += [note for note in _notes(priced, rates, wish, home) if "daily rate" not in note]
    if rates.missing:
        sentences.append(missing_sentence(rates.missing))
    return Outcome(
        "\n".join(sentences),
        needs_attention=missing + waiting + unknown.lines > 0 or bool(rates.missing),
        data={name: str(figures[name]) for name in _PRINTED}
        | {
            "items_missing_cost": items,
            "lines_missing_cost": missing,
            "lines_waiting": waiting,
            "lines_of_unknown_type": unknown.lines,
            "amount_of_unknown_type": str(unknown.amount),
            "by": str(wish.basis),
            "sales_without_date": int(priced["without_date"].sum()),
            "lines_without_rate": int(priced["without_rate"].sum()),
            "excluded": [_excluded(one, home) for one in left_out(priced)],
            "rates_missing": [{"currency": currency, "day": day} for currency, day in rates.missing],
        },
    )


def _without_cost(in_figures: pd.DataFrame, items: int) -> str:
    """Say what the figures lack, in the counts of sheet Resolve: refunds that wait for their original stand apart."""
    missing, waiting = (
        int((in_figures["cost_status"] == one).sum()) for one in (CostStatus.MISSING, CostStatus.WAITING)
    )
    of = f", of {counted(items, 'item')}" if items else ""
    waits = f"; {counted(waiting, 'refund waits', 'refunds wait')} for the original's cost" if waiting else ""
    high = f": the profit is too high by what {'it costs' if missing == 1 else 'they cost'}" if missing else ""
    return f"{counted(missing, 'line')} without a cost{of}{high}{waits}."


def _excluded(one: LeftOut, home: str) -> dict[str, object]:
    return {
        "currency": one.currency,
        "lines": one.lines,
        "net_sales": str(one.net_sales),
        "profit_before_cost": str(one.profit),
        "cogs": str(one.cogs),
        "lines_without_cost": one.without_cost,
        "lines_waiting": one.waiting,
        "cogs_currency": home,
    }
