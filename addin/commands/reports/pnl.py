"""Group Reports: profit and loss, and the rates that it needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh_if_needed, shows_now
from addin.commands.sentences import RATES_AT_TERMINAL, amount, counted
from addin.sheets import drill_down
from addin.sheets.reports.pnl import PnlOptions, fill_pnl, fill_pnl_summary, write_head
from addin.sheets.reports.pnl_age import as_of, remember_costs
from core.books.costed_lines.stored_lines import state_name, state_now
from core.books.entries.accruals import shipments_of
from core.books.part_of_books import ReportDays, load_part, settlements_of_days
from core.books.settings.stores import StoreUnknownError
from core.books.settlements.booked_settlement import named_settlements
from core.books.true_ups.corrections import corrections
from core.books.true_ups.resolve_after_export import questions_of_later_lines, with_questions_since_export
from core.exchange_rates import RateLookup, find_rates, missing_sentence, needed_rates
from core.model import WITHOUT_COST
from core.reports.basis import Basis
from core.reports.costed_lines import MISSING_MARK
from core.reports.pnl_gaps import lines_in, unknown_types, unpriced_lines
from core.reports.pnl_summary import charted, pnl_summary
from core.reports.profit_and_loss import (
    PnlQuestion,
    booked_in_other_months,
    is_item,
    priced_lines,
    summed,
    totals,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.sheets.desk import Desk, View
    from core.books.books import Books
    from core.reports.basis import OtherMonth
    from core.reports.pnl_gaps import UnpricedLines
    from core.time import SettlementName

_EVERYTHING = PnlOptions()
_PRINTED = ("net_sales", "fees", "advertising", "reimbursements", "cogs", "profit")


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the figures."""

    others: Sequence[OtherMonth]
    """What counts in another month than that of its lines."""
    came: Counter[SettlementName]
    """Lines that exported settlements have by today's reading, and that ask for a cost; the figures are as exported."""
    untied: Sequence[str]
    """Settlements in the figures that do not tie out."""


def make_pnl(desk: Desk, *, ids: Sequence[str] = (), options: PnlOptions = _EVERYTHING) -> Outcome:
    """Fill sheets P&L and P&L summary, for these settlements or for all.

    Raises:
        CogsheetError: If a settlement or store is unknown, or a sheet is not as it must be.
    """
    books, view = _books(desk, ids, options)
    lines = _chosen(books, ids, options)
    home = books.company.home_currency
    question = PnlQuestion(
        home,
        by_month=options.by_month,
        by_store=not options.together,
        first_day=options.first_day,
        last_day=options.last_day,
        basis=options.basis,
    )
    corrected = _corrections_of(books, lines, options.basis)
    rated = pd.concat([lines, corrected[list(lines.columns)]], ignore_index=True)
    rates = find_rates(books.rates, needed_rates(rated, home, books.zones), home)
    priced = priced_lines(
        lines,
        question,
        zones=books.zones,
        rates=rates.factors,
        observations=books.observations,
        shipments=shipments_of(books, lines) if options.basis is Basis.SHIPPED else None,
        corrections=corrected,
        booked=books.booked_days,
    )
    others = booked_in_other_months(lines, question, books.booked_days, zones=books.zones, rates=rates.factors)
    if view is not None:
        refresh_if_needed(desk, view)
    rates = _of_lines(rates, priced)
    rows = summed(priced, question, in_sight=drill_down.lines_in_sight(desk.book, books))
    summary = pnl_summary(priced, question)
    came = questions_of_later_lines(books) if not ids else Counter()
    beside = _Beside(others, came, _untied(books, priced))
    words = [_range_sentence(options, ids), *_notes(priced, rates, options, home, beside)]
    excluded, moment = unpriced_lines(priced), desk.clock()
    fill_pnl(desk.book, rows)
    write_head(desk.book, options, as_of(moment, "  ".join([*words, *_currencies_left_out(excluded)])))
    below = (as_of(moment, "  ".join(words)), _left_out_in_words(excluded, home))
    fill_pnl_summary(desk.book, summary, charted(summary, rows), below)
    remember_costs(desk.book, books)
    return _outcome(rows, priced, rates, options, home, beside)


def _books(desk: Desk, ids: Sequence[str], options: PnlOptions) -> tuple[Books, View | None]:
    """Return the books with all lines that the figures are made of, and a view of them that sheets may have to show.

    Where the other sheets show the books as they are, the lines of other settlements are not read, and there is no
    view. By order and ship dates any settlement may have a line of the days that are asked for.
    """
    days, now = ReportDays(options.first_day, options.last_day), state_now(desk.database)
    if options.basis is Basis.POSTED and (ids or None not in days) and shows_now(desk, now):
        part = load_part(
            desk.database,
            lambda connection, booked: named_settlements(booked, ids) or settlements_of_days(connection, booked, days),
        )
        if part is not None and state_name(part) == now:
            return part, None
    view = load(desk.database, progress=desk.progress)
    return view.books, view


def _chosen(books: Books, ids: Sequence[str], options: PnlOptions) -> pd.DataFrame:
    known = [store.name for store in books.stores]
    for name in options.stores:
        if name not in known:
            raise StoreUnknownError(name, known)
    lines = books.counted(books.lines_of_all(books.named(ids) if ids else books.settlements))
    lines = with_questions_since_export(books, lines)
    return lines[lines["store"].isin(options.stores)] if options.stores else lines


def _corrections_of(books: Books, lines: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """Return what was accepted of true-ups and reclassifications of the settlements that lines are of."""
    rows = corrections(books, basis)
    wanted = set(zip(lines["store"], lines["settlement_id"], strict=True))
    names = zip(rows["store"], rows["settlement_id"], strict=True)
    return rows[pd.Series([name in wanted for name in names], rows.index, dtype=bool)]


def _of_lines(rates: RateLookup, priced: pd.DataFrame) -> RateLookup:
    """Return those of the rates that lines needed which count: of other days than those asked for none is told."""
    used = set(zip(priced["currency"].to_list(), priced["posted_day"].to_list(), strict=True))
    counting = {asked: rate for asked, rate in rates.rates.items() if asked in used}
    return RateLookup(counting, tuple(asked for asked in rates.missing_rates if asked in used))


def _untied(books: Books, priced: pd.DataFrame) -> list[str]:
    """Return the settlements with lines in the figures whose lines are not their total, or contradict themselves."""
    used = set(zip(priced["store"].to_list(), priced["settlement_id"].to_list(), strict=True))
    return [one.name for one in books.settlements if not one.ties_out and (one.store, one.settlement_id) in used]


def _range_sentence(options: PnlOptions, ids: Sequence[str]) -> str:
    days = " ".join(
        word
        for word in (
            f"from {options.first_day}" if options.first_day else "",
            f"to {options.last_day}" if options.last_day else "",
        )
        if word
    )
    of = f"settlements {', '.join(ids)}" if ids else "all settlements"
    stores = f" in {', '.join(options.stores)}" if options.stores else ""
    return f"By {options.basis} date, {days or 'every day'}, of {of}{stores}."


def _notes(priced: pd.DataFrame, rates: RateLookup, options: PnlOptions, home: str, beside: _Beside) -> list[str]:
    """Return what must be known to read the figures."""
    notes = []
    fell_back = int(priced["without_date"].sum())
    if options.basis is not Basis.POSTED:
        notes.append("Only the posted dates tie to the settlements.")
    if fell_back:
        known = "order date" if options.basis is Basis.ORDERED else "ship date"
        notes.append(f"{counted(fell_back, 'sale')} without known {known}: counted on the posted date.")
    notes += [other_month_sentence(one, home) for one in beside.others]
    if beside.untied:
        does = "does" if len(beside.untied) == 1 else "do"
        notes.append(f"{', '.join(beside.untied)} {does} not tie out, so the figures may be wrong: Verify says where.")
    notes += _rates_used(rates)
    unknown = unknown_types(priced, rates.factors)
    if unknown.lines:
        notes.append(
            f"{counted(unknown.lines, 'line')} of unknown type, {amount(unknown.amount, home)}, "
            f"{'stands' if unknown.lines == 1 else 'stand'} in Other income until answered on sheet Transaction types."
        )
    return notes


def _currencies_left_out(excluded: Sequence[UnpricedLines]) -> list[str]:
    """Say which currencies are in no figure, above rows that say what of them is."""
    named = ", ".join(one.currency for one in excluded)
    return [f"Excludes {named}: no exchange rate is known, see the rows (no rate)."] if named else []


def _left_out_in_words(excluded: Sequence[UnpricedLines], home: str) -> str:
    """Say what is in no figure, of all currencies together; empty where nothing is left out."""
    words = "; ".join(one.words(home) for one in excluded)
    return f"Excludes, because no exchange rate is known: {words}." if words else ""


def other_month_sentence(one: OtherMonth, home: str) -> str:
    """Say what counts in another month than that of its lines."""
    lines = counted(one.lines, "line")
    dated = "its entry is dated" if one.lines == 1 else "their entries are dated"
    of, counts = (f"The cost of {lines}", "counts") if one.is_cost else (lines, "counts" if one.lines == 1 else "count")
    return (
        f"{of} of {one.month} {counts} in {one.booked}, where {dated}, because "
        f"{one.month} was closed: net sales {amount(one.net_sales, home)}, COGS {amount(one.cogs, home)}, "
        f"profit {amount(one.profit, home)}."
    )


def came_sentences(came: Mapping[SettlementName, int]) -> list[str]:
    """Say which exported settlements have lines by today's reading that ask for a cost; the figures are without it."""
    return [
        f"Settlement {'/'.join(name)}: its files are read differently than when it was exported, and "
        f"{counted(count, 'line')} of today's reading {'asks' if count == 1 else 'ask'} for a cost. The figures have "
        f"the settlement as it was exported, with accepted true-ups. Sync; where Finale has no cost of them, answer on "
        f"sheet Resolve: what is answered is proposed on sheet Cost true-ups."
        for name, count in sorted(came.items())
    ]


def _rates_used(rates: RateLookup) -> list[str]:
    by_currency: dict[str, list[str]] = {}
    for rate in rates.rates.values():
        by_currency.setdefault(rate.currency, []).append(f"{rate.day} {rate.source}")
    return [
        f"{currency} at {counted(len(set(days)), 'daily rate')}, {min(days)} to {max(days)} (see Exchange rates)."
        for currency, days in sorted(by_currency.items())
    ]


def _outcome(
    rows: pd.DataFrame, priced: pd.DataFrame, rates: RateLookup, options: PnlOptions, home: str, beside: _Beside
) -> Outcome:
    figures = totals(rows)
    items = int(((rows["indicator"] == MISSING_MARK) & rows["item"].map(is_item).astype(bool)).sum())
    unknown = unknown_types(priced, rates.factors)
    missing, waiting = (int((priced["cost_status"] == one).sum()) for one in WITHOUT_COST)
    sentences = [
        f"Sheet P&L: profit {amount(figures['profit'], home)} on net sales {amount(figures['net_sales'], home)}."
    ]
    if (priced["cost_status"].isin(WITHOUT_COST) & ~priced["without_rate"]).any():
        sentences.append(_without_cost(priced[~priced["without_rate"]], items))
    sentences += [note for note in _notes(priced, rates, options, home, beside) if "daily rate" not in note]
    sentences += [f"Excludes {one.words(home)}: no exchange rate is known." for one in unpriced_lines(priced)]
    sentences += came_sentences(beside.came)
    if rates.missing_rates:
        sentences.append(missing_sentence(rates.missing_rates))
    return Outcome(
        "\n".join(sentences),
        at_terminal=RATES_AT_TERMINAL if rates.missing_rates else "",
        needs_attention=missing + waiting + unknown.lines + beside.came.total() > 0
        or bool(rates.missing_rates or beside.untied),
        data={name: str(figures[name]) for name in _PRINTED}
        | {
            "currency": home,
            "items_missing_cost": items,
            "lines_missing_cost": missing,
            "lines_waiting": waiting,
            "lines_of_unknown_type": unknown.lines,
            "amount_of_unknown_type": str(unknown.amount),
            "settlements_not_tying_out": list(beside.untied),
            "lines_asked_by_todays_reading": beside.came.total(),
            "booked_in_another_month": [other_month(one) for one in beside.others],
            "by": str(options.basis),
            "sales_without_date": int(priced["without_date"].sum()),
            "lines_without_rate": lines_in(priced[priced["without_rate"]]),
            "excluded": [_excluded(one, home) for one in unpriced_lines(priced)],
            "rates_missing": [{"currency": currency, "day": day} for currency, day in rates.missing_rates],
        },
    )


def _without_cost(in_figures: pd.DataFrame, items: int) -> str:
    """Say what the figures lack, in the counts of sheet Resolve: refunds that wait for their original stand apart."""
    missing, waiting = (int((in_figures["cost_status"] == one).sum()) for one in WITHOUT_COST)
    of = f", of {counted(items, 'item')}" if items else ""
    waits = f"; {counted(waiting, 'refund waits', 'refunds wait')} for the original's cost" if waiting else ""
    high = f": the profit is too high by what {'it costs' if missing == 1 else 'they cost'}" if missing else ""
    return f"{counted(missing, 'line')} without cost{of}{high}{waits}."


def other_month(one: OtherMonth) -> dict[str, object]:
    """Return it as the commands' JSON has it."""
    figures = {"net_sales": str(one.net_sales), "cogs": str(one.cogs), "profit": str(one.profit)}
    return {"month": one.month, "booked_in": one.booked, "lines": one.lines, **figures}


def _excluded(one: UnpricedLines, home: str) -> dict[str, object]:
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
