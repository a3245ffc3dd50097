"""How import and pull say what became of each settlement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.words import counted
from core.database.settlements import Import
from core.settlements.remarks import remarks
from core.settlements.time_zones import proposed_zones

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.outcome import Outcome
    from core.settlements.books import Books
    from core.settlements.importing import ImportedFile, ImportedReturns, ImportedSettlement


def sentences(file: ImportedFile) -> list[str]:
    """Return what became of everything in a file."""
    lines = [sentence(one) for one in file.settlements]
    return [*lines, *([_returns_sentence(file.returns)] if file.returns else [])]


def _returns_sentence(returns: ImportedReturns) -> str:
    what = f"{returns.file}: {counted(returns.units, 'returned unit')} ({returns.store})"
    if not returns.is_new:
        return f"{what} imported already; nothing changed."
    return f"{what} imported, {returns.restocked:,} of them back in sellable stock."


def with_remarks(
    outcome: Outcome, books: Books, stores: Collection[str], brought: Collection[str] | None = None
) -> Outcome:
    """Add what the books say about settlements of these stores, and ask for the time zone of those that got something.

    Args:
        outcome: What was done.
        books: The books after it.
        stores: The stores that were asked.
        brought: Those of them that something was brought for; all if left out.
    """
    found = [
        (store, settlement_id, remark.message)
        for (store, settlement_id), said in remarks(books).items()
        for remark in said
        if store in stores
    ]
    outcome = _with_zones_asked(outcome, books, stores if brought is None else brought)
    if not found:
        return outcome
    lines = [f"{settlement_id} ({store}): {remark}" for store, settlement_id, remark in found]
    told = [{"store": store, "settlement": number, "remark": remark} for store, number, remark in found]
    return replace(outcome, message="\n".join([outcome.message, *lines]), data={**outcome.data, "remarks": told})


def _with_zones_asked(outcome: Outcome, books: Books, stores: Collection[str]) -> Outcome:
    """Ask for the time zone of each of the stores that has none, proposing that of its site."""
    asked = {store: zone for store, zone in proposed_zones(books).items() if store in stores}
    if not asked:
        return outcome
    told = [{"store": store, "proposed": zone} for store, zone in asked.items()]
    lines = [zone_question(store, zone) for store, zone in asked.items()]
    return replace(outcome, message="\n".join([outcome.message, *lines]), data={**outcome.data, "time_zones": told})


def zone_question(store: str, zone: str | None) -> str:
    """Ask for the time zone of a store."""
    offer = f"{zone} is proposed, for that is how its site counts days" if zone else "it is the one set in the shop"
    return f"Store {store} has no time zone, so its days and months are those of UTC: {offer}. Type it on sheet Stores."


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
    sentences = {
        Import.NEW: f"{what} imported: {counted(imported.transactions, 'transaction')}.",
        Import.SUPERSEDED: f"{what} imported: it takes the place of the report that stood in for it.",
        Import.ALREADY_IMPORTED: f"{what} was imported already; nothing changed.",
        Import.NOT_NEEDED: f"{what} is in the books from the settlement report itself; nothing changed.",
        Import.CONFLICT: f"{what} is in the books with other contents; the books are unchanged. "
        f"Compare the two files and find out from the marketplace which one holds.",
        Import.LOCKED: f"{what} is exported and locked; nothing changed.",
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
        "transactions": imported.transactions,
        "ties_out": imported.ties_out,
        "problems": [{"severity": str(p.severity), "message": p.message, "where": p.where} for p in imported.problems],
    }
