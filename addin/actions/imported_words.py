"""How import and pull say what became of each settlement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.words import counted
from core.database.settlements import Import
from core.settlements.remarks import remarks

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.outcome import Outcome
    from core.settlements.books import Books
    from core.settlements.importing import Figures, ImportedFile, ImportedReturns, ImportedSettlement


def sentences(file: ImportedFile) -> list[str]:
    """Return what became of everything in a file."""
    lines = [sentence(one) for one in file.settlements]
    return [*lines, *([_returns_sentence(file.returns)] if file.returns else [])]


def _returns_sentence(returns: ImportedReturns) -> str:
    what = f"{returns.file}: {counted(returns.units, 'returned unit')} ({returns.store})"
    if not returns.is_new:
        return f"{what} imported already; nothing changed."
    return f"{what} imported, {returns.restocked:,} of them back in sellable stock."


def with_remarks(outcome: Outcome, books: Books, stores: Collection[str]) -> Outcome:
    """Add what the books say about settlements of the stores that something was brought for."""
    found = [
        (store, settlement_id, remark.message)
        for (store, settlement_id), said in remarks(books).items()
        for remark in said
        if store in stores
    ]
    if not found:
        return outcome
    lines = [f"{settlement_id} ({store}): {remark}" for store, settlement_id, remark in found]
    told = [{"store": store, "settlement": number, "remark": remark} for store, number, remark in found]
    return replace(outcome, message="\n".join([outcome.message, *lines]), data={**outcome.data, "remarks": told})


def returns_entry(returns: ImportedReturns) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "file": returns.file,
        "store": returns.store,
        "new": returns.is_new,
        "units": returns.units,
        "restocked": returns.restocked,
    }


def sentence(imported: ImportedSettlement) -> str:
    """Return what became of a settlement, and below it what is wrong with it."""
    what = f"{imported.file}: settlement {imported.settlement_id} ({imported.store})"
    change = f" Before: {imported.before}; now: {imported.after}." if imported.before else ""
    gone = f" {counted(imported.ended, 'transaction')} of before no longer there." if imported.ended else ""
    sentences = {
        Import.NEW: f"{what} imported: {counted(imported.transactions, 'transaction')}.",
        Import.SUPERSEDED: f"{what} imported: it takes the place of the report that was there.{change}",
        Import.UNITED: f"{what} united with what other files hold of it.{change}{gone}",
        Import.ALREADY_IMPORTED: f"{what} was imported already; nothing changed.",
        Import.NOT_NEEDED: f"{what} is in the books from the settlement report itself; nothing changed.",
        Import.CONFLICT: f"{what} was not imported: {imported.reason}",
        Import.LOCKED: f"{what}: {imported.reason}",
    }
    problems = [f"  {problem.severity}: {problem.message}" for problem in imported.problems]
    return "\n".join([sentences[imported.result], *problems])


def entry(imported: ImportedSettlement) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "file": imported.file,
        "store": imported.store,
        "settlement": imported.settlement_id,
        "result": str(imported.result),
        "reason": imported.reason or None,
        "before": _figures(imported.before),
        "after": _figures(imported.after),
        "transactions": imported.transactions,
        "ties_out": imported.ties_out,
        "problems": [{"severity": str(p.severity), "message": p.message, "where": p.where} for p in imported.problems],
    }


def _figures(figures: Figures | None) -> dict[str, object] | None:
    if figures is None:
        return None
    return {"transactions": figures.transactions, "sum": str(figures.sum), "currency": figures.currency}
