"""`cogsheet inspect FILE`: what a settlement file holds; nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from addin.commands.outcome import Outcome
from addin.commands.sentences import below_0_in_words, counted, figures_in_words, left_out_in_words, problem_in_words
from addin.commands.settlements.importing import content_of
from core.marketplaces import FORMATS, read_file
from core.marketplaces.formats import what_helps
from core.marketplaces.inspection import inspection
from core.model import Severity

if TYPE_CHECKING:
    from pathlib import Path

_MOST_TOTALS = 4


def inspect_file(path: Path) -> Outcome:
    """Show a settlement file's totals; attention is needed where it does not tie out, or has an error.

    Raises:
        CogsheetError: If it cannot be read.
    """
    report = inspection(read_file(content_of(path), path.name))
    problems = report["problems"]
    has_error = isinstance(problems, list) and any(one["severity"] == Severity.ERROR for one in problems)
    return Outcome(
        inspection_page(path.name, report), needs_attention=report["ties_out"] is False or has_error, data=report
    )


def inspection_page(name: str, figures: dict[str, Any]) -> str:
    """Lay the totals of `core.marketplaces.inspection` out for a person.

    What stands beside a settlement is what an import takes of it; what is in no settlement yet stands below, apart.
    """
    problems, paid = figures["problems"], figures.get("in_settlements", figures)
    count = len(figures["settlements"])
    rows = [
        ("Format", figures["format"]),
        ("Marketplace", figures["marketplace"]),
        ("Settlement", figures["settlement_id"] or counted(count, "settlement")),
        ("Period", f"{figures['period_start'] or '?'} – {figures['period_end'] or '?'}"),
        ("Lines", f"{paid['transactions']:,}, from {counted(paid['lines'], 'row')} of the file"),
        ("Orders, SKUs named", f"{paid['orders']:,}, {paid['skus']:,}"),
        ("Units sold, refunded", f"{_units(paid, 'sold', 'sale')}, {_units(paid, 'refunded', 'refund')}"),
        ("Total of the file", _total(figures, paid)),
        ("Sum of its lines", paid.get("sum") or _by_currency(paid.get("sums")) or "0.00"),
        ("Ties out", _tie_out(figures["ties_out"], paid)),
        ("Rows per event", _listed(paid["events"])),
        ("Unknown types", _listed(figures["unknown_types"]) or "none"),
        *(("Left out", words.partition(": ")[2]) for words in left_out_in_words(figures)),
    ]
    further = _goods(figures)
    if further and not (count or figures["transactions"]):
        rows = rows[:2]  # a report of returned or reimbursed goods holds no money: its totals would be empty lines
    each = [f"  {one['settlement_id']}: {figures_in_words(one)}" for one in figures["settlements"]]
    notes = [problem_in_words(one["severity"], one["message"], one["where"]) for one in problems]
    if any(one["total"] not in (None, one["sum"]) for one in figures["settlements"]):
        notes.append(f"  {what_helps(next((form for form in FORMATS if form.name == figures['format']), None))}")
    return "\n".join([name, *(f"  {label:<22}{value}" for label, value in [*rows, *further]), *each, *notes])


def _goods(figures: dict[str, object]) -> list[tuple[str, object]]:
    """Return what a file says of goods: those that came back, and those that were reimbursed."""
    rows: list[tuple[str, object]] = []
    if "returns" in figures:
        rows.append(("Units returned", _listed(figures["returns"])))
    if "reimbursements" in figures:
        units = f"{figures['units_in_cash']:,} in cash, {figures['units_in_inventory']:,} from stock"
        of_them = counted(int(str(figures["units_back"])), "unit")
        odd = below_0_in_words(int(str(figures["below_0_in_inventory"])))
        back = f"{figures['taken_back']:,}, {of_them} of them back in stock{odd}"
        rows += [("Reimbursements", _listed(figures["reimbursements"])), ("Units", units), ("Taken back", back)]
    return rows


def _units(figures: dict[str, object], deed: str, noun: str) -> str:
    """Return `12`, `unknown`, or `12 and those of 3 refunds, which are unknown`."""
    known, without = figures[f"units_{deed}"], figures[f"{noun}s_without_units"]
    if known is None:
        return "unknown"
    if not without:
        return f"{known:,}"
    return f"{known:,} and those of {counted(int(str(without)), noun)}, unknown"


def _total(figures: dict[str, Any], paid: dict[str, Any]) -> str:
    """Return the total of the file; where it has none, those that its settlements state, which are not all of it."""
    currencies = {one["currency"] for one in figures["settlements"]}
    if paid["total"] is not None and len(currencies) == 1:
        return f"{paid['total']} {currencies.pop()}"
    stated = [f"{one['total']} {one['currency']}" for one in figures["settlements"] if one["total"] is not None]
    if not stated:
        return "none"
    more = f" and {len(stated) - _MOST_TOTALS:,} more" if len(stated) > _MOST_TOTALS else ""
    who = "settlement states" if len(stated) == 1 else "settlements state"
    return f"none for all its lines; its {who} {', '.join(stated[:_MOST_TOTALS])}{more}"


def _tie_out(ties_out: bool | None, paid: dict[str, Any]) -> str:  # noqa: FBT001 - as it stands in the figures
    if ties_out:
        return "yes"
    if ties_out is None:
        return "nothing to tie to: the file states no total"
    if paid["total"] is None or paid["sum"] is None:
        return "no"
    difference = Decimal(paid["sum"]) - Decimal(paid["total"])
    return f"no: the lines differ from the total by {difference:,}"


def _by_currency(sums: object) -> str:
    """Return `28.00 CAD, 57.00 USD`: amounts of two currencies stand side by side."""
    return ", ".join(f"{one} {currency}" for currency, one in sums.items()) if isinstance(sums, dict) else ""


def _listed(values: object) -> str:
    if isinstance(values, dict):
        return ", ".join(f"{name} {count:,}" for name, count in values.items())
    return ", ".join(str(value) for value in values) if isinstance(values, list | tuple) else ""
