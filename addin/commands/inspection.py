"""`cogsheet inspect FILE`: what a settlement file holds; nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from addin.commands.button import Outcome
from addin.commands.settlements import content_of
from addin.commands.words import counted
from core.marketplaces import read_file
from core.marketplaces.inspection import inspection

if TYPE_CHECKING:
    from pathlib import Path

_MOST_TOTALS = 4


def inspect_file(path: Path) -> Outcome:
    """Show a settlement file's totals; attention is needed where it does not tie out.

    Raises:
        CogsheetError: If it cannot be read.
    """
    found = inspection(read_file(content_of(path), path.name))
    return Outcome(page(path.name, found), needs_attention=found["ties_out"] is False, data=found)


def page(name: str, found: dict[str, object]) -> str:
    """Lay the totals of `core.marketplaces.inspection` out for a person."""
    problems = found.get("problems")
    count = len(_settlements(found))
    rows = [
        ("Format", found["format"]),
        ("Marketplace", found["marketplace"]),
        ("Settlement", found["settlement_id"] or counted(count, "settlement")),
        ("Period", f"{found['period_start'] or '?'} – {found['period_end'] or '?'}"),
        ("Lines", f"{found['lines']:,} in {counted(int(str(found['transactions'])), 'transaction')}"),
        ("Orders, SKUs", f"{found['orders']:,}, {found['skus']:,}"),
        ("Units sold, refunded", f"{_units(found, 'sold', 'sale')}, {_units(found, 'refunded', 'refund')}"),
        ("Total of the file", _total(found)),
        ("Sum of its lines", _sum(found)),
        ("Ties out", _tie_out(found)),
        ("Lines per event", _listed(found["events"])),
        ("Unknown types", _listed(found["unknown_types"]) or "none"),
    ]
    further = _goods(found)
    if further and not (count or found["transactions"]):
        rows = rows[:2]  # a report of returned or reimbursed goods holds no money: its totals would be empty lines
    rows += further
    notes = (
        [f"  {problem['severity']}: {problem['message']}" for problem in problems] if isinstance(problems, list) else []
    )
    return "\n".join([name, *(f"  {label:<22}{value}" for label, value in rows), *notes])


def _goods(found: dict[str, object]) -> list[tuple[str, object]]:
    """Return what a file says of goods: those that came back, and those that were reimbursed."""
    rows: list[tuple[str, object]] = []
    if "returns" in found:
        rows.append(("Units returned", _listed(found["returns"])))
    if "reimbursements" in found:
        units = f"{found['units_in_cash']:,} in cash, {found['units_in_inventory']:,} from stock"
        of_them = counted(int(str(found["units_back"])), "unit")
        back = f"{found['taken_back']:,}, {of_them} of them back in stock"
        rows += [("Reimbursements", _listed(found["reimbursements"])), ("Units", units), ("Taken back", back)]
    return rows


def _units(found: dict[str, object], deed: str, noun: str) -> str:
    """Return `12`, `unknown`, or `12 and those of 3 refunds, which are unknown`."""
    known, without = found[f"units_{deed}"], found[f"{noun}s_without_units"]
    if known is None:
        return "unknown"
    if not without:
        return f"{known:,}"
    return f"{known:,} and those of {counted(int(str(without)), noun)}, unknown"


def _total(found: dict[str, object]) -> str:
    """Return the total of the file; where it has none, those that its settlements state, which are not all of it."""
    if found["total"] is not None:
        return f"{found['total']} {found['currency']}"
    stated = [f"{one['total']} {one['currency']}" for one in _settlements(found) if one["total"] is not None]
    if not stated:
        return "none"
    more = f" and {len(stated) - _MOST_TOTALS:,} more" if len(stated) > _MOST_TOTALS else ""
    who = "settlement states" if len(stated) == 1 else "settlements state"
    return f"none for all its lines; its {who} {', '.join(stated[:_MOST_TOTALS])}{more}"


def _sum(found: dict[str, object]) -> str:
    """Return what all lines of the file come to, which is not a settlement's sum where others are in none yet."""
    paid = sum(int(one["transactions"]) for one in _settlements(found))
    pending = ", with the lines that are in no settlement yet" if paid and found["transactions"] != paid else ""
    return f"{found['sum'] or _by_currency(found.get('sums'))}{pending}"


def _settlements(found: dict[str, object]) -> list[dict[str, Any]]:
    each = found["settlements"]
    return each if isinstance(each, list) else []


def _tie_out(found: dict[str, object]) -> str:
    if found["ties_out"]:
        return "yes"
    if found["ties_out"] is None:
        return "nothing to tie to: the file states no total"
    if found["total"] is None:
        return "no"
    difference = Decimal(str(found["sum"])) - Decimal(str(found["total"]))
    return f"no: the lines differ from the total by {difference:,}"


def _by_currency(sums: object) -> str:
    """Return `28.00 CAD, 57.00 USD`: amounts of two currencies stand side by side."""
    return ", ".join(f"{amount} {currency}" for currency, amount in sums.items()) if isinstance(sums, dict) else ""


def _listed(values: object) -> str:
    if isinstance(values, dict):
        return ", ".join(f"{name} {count:,}" for name, count in values.items())
    return ", ".join(str(value) for value in values) if isinstance(values, list | tuple) else ""
