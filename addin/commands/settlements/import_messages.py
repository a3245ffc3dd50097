"""How import and pull say what became of each settlement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.sentences import (
    below_0_in_words,
    counted,
    figures_in_words,
    identity,
    left_out_in_words,
    problem_in_words,
)
from core.books.settings.time_zones import proposed_zones, zone_of_seller
from core.books.settlements.booked_settlement import Import
from core.books.settlements.remarks import remarks
from core.marketplaces.inspection import settlement_figures, unsettled_totals

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from addin.commands.outcome import Outcome
    from core.books.books import Books
    from core.books.documents.reported_reimbursements import ImportedReimbursements
    from core.books.documents.returned_goods import ImportedReturns
    from core.books.importing.importing import ImportedFile, ImportedSettlement, SettlementFigures
    from core.books.settlements.remarks import Remark
    from core.model import Settlement
    from core.time import SettlementName

_NEXT_STEP = "  Next: fetch the costs with Sync."
_IN_THE_BOOKS = (Import.UNITED, Import.ALREADY_IMPORTED, Import.LOCKED)
"""What became of a file whose rows are all in the books or kept beside them, with those of other files."""


def sentences(file: ImportedFile) -> list[str]:
    """Return what became of everything in a file, and what `inspect` would say of it."""
    lines = [sentence(one, _figures_of(file, one)) for one in file.settlements]
    if file.returns:
        lines.append(_returns_sentence(file.returns))
    if file.reimbursements:
        lines.append(_reimbursements_sentence(file.reimbursements))
    if file.reading is None:
        return lines
    if not lines:
        why = "none of it is in a paid settlement yet" if len(file.reading.unsettled) else "it holds no settlement"
        lines.append(f"{file.name}: {why}, so nothing went into the books.")
    lines += [f"  {words}" for words in left_out_in_words(unsettled_totals(file.reading))]
    lines += [problem_in_words(str(one.severity), one.message, one.where) for one in file.reading.problems]
    return [*lines, *([_NEXT_STEP] if has_news(file) else [])]


def _read_of(file: ImportedFile, settlement_id: str) -> Settlement | None:
    """Return what the file says of a settlement."""
    settlements = file.reading.settlements if file.reading else ()
    return next((one for one in settlements if one.settlement_id == settlement_id), None)


def _figures_of(file: ImportedFile, one: ImportedSettlement) -> Settlement | None:
    """Return the settlement whose figures an import says: of several views of it their union, else the file's own.

    Example: August's and September's export hold 134.20 and 17.60 of a payout of 151.80. Once they are united it ties
    out, whatever the second of them has by itself.
    """
    return one.whole if one.whole and one.result in _IN_THE_BOOKS else _read_of(file, one.settlement_id)


def has_news(file: ImportedFile) -> bool:
    """Tell whether costs are to be fetched for what a file brought; what nobody has answered stands in remarks."""
    return any(one.result in (Import.NEW, Import.SUPERSEDED) for one in file.settlements)


def file_entry(file: ImportedFile) -> dict[str, object]:
    """Return what a file as a whole says, for programs."""
    reading = file.reading
    problems = reading.problems if reading else ()
    return {
        "file": file.name,
        "problems": [{"severity": str(p.severity), "message": p.message, "where": p.where} for p in problems],
        "unknown_types": list(reading.unknown_types) if reading else [],
        "left_out": 0,
        **(unsettled_totals(reading) if reading else {}),
    }


def _returns_sentence(returns: ImportedReturns) -> str:
    told = [counted(returns.units, "returned unit")] if returns.units or not returns.refunds else []
    told += [f"the returned goods of {counted(returns.refunds, 'refund')}"] if returns.refunds else []
    what = f"{returns.file}: {' and '.join(told)} ({returns.store})"
    if not returns.is_new:
        return f"{what} imported already; nothing changed."
    return f"{what} imported, {returns.restocked_units:,} of them back in sellable stock."


def _reimbursements_sentence(report: ImportedReimbursements) -> str:
    counts = report.counts
    what = f"{report.file}: {counted(counts.rows, 'row')} of reimbursements ({report.store})"
    if not report.is_new:
        return f"{what} imported already; nothing changed."
    paid = f"{counted(counts.units_cash, 'unit')} in cash, {counts.units_inventory:,} from stock"
    taken = f"; {counts.taken_back:,} taken back, {counted(counts.units_back, 'unit')} of them back in stock"
    odd = below_0_in_words(counts.unclear)
    return f"{what} imported: {paid}{taken if counts.taken_back else ''}{odd}."


def with_remarks(
    outcome: Outcome,
    books: Books,
    stores: Collection[str],
    brought: Collection[str] | None = None,
    told: Mapping[SettlementName, Sequence[Remark]] | None = None,
) -> Outcome:
    """Add what the books say about settlements of these stores, and ask for the time zone of those that got something.

    Args:
        outcome: What was done.
        books: The books after it.
        stores: The stores that were asked.
        brought: Those of them that something was brought for; all if left out.
        told: The remarks, where the books have some of their lines alone.
    """
    texts = [
        (store, settlement_id, remark.message)
        for (store, settlement_id), listed in (remarks(books) if told is None else told).items()
        for remark in listed
        if store in stores and remark.message not in outcome.message
    ]
    outcome = _with_zones_asked(outcome, books, stores if brought is None else brought)
    if not texts:
        return outcome
    lines = [f"{settlement_id} ({store}): {remark}" for store, settlement_id, remark in texts]
    entries_of = [{**identity(store, number), "remark": remark} for store, number, remark in texts]
    return replace(outcome, message="\n".join([outcome.message, *lines]), data={**outcome.data, "remarks": entries_of})


def _with_zones_asked(outcome: Outcome, books: Books, stores: Collection[str]) -> Outcome:
    """Ask for the time zone of each of the stores that has none, proposing that of its site."""
    proposals = {store: zone for store, zone in proposed_zones(books).items() if store in stores}
    if not proposals:
        return outcome
    told = [{"store": store, "proposed": zone} for store, zone in proposals.items()]
    lines = [_zone_question(books, store, zone) for store, zone in proposals.items()]
    return replace(outcome, message="\n".join([outcome.message, *lines]), data={**outcome.data, "time_zones": told})


def _zone_question(books: Books, store: str, zone: str | None) -> str:
    """Ask for the time zone of a store."""
    offer = (
        f"{zone} is proposed, because that is how its site counts days"
        if zone
        else f"none is proposed; it is {zone_of_seller(books, store)}"
    )
    return f"Store {store} has no time zone, so its days and months are those of UTC: {offer}. Type it on sheet Stores."


def returns_entry(returns: ImportedReturns) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "file": returns.file,
        "store": returns.store,
        "new": returns.is_new,
        "units": returns.units,
        "restocked": returns.restocked_units,
    }


def reimbursements_entry(report: ImportedReimbursements) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "file": report.file,
        "store": report.store,
        "new": report.is_new,
        "rows": report.counts.rows,
        "units_in_cash": report.counts.units_cash,
        "units_in_inventory": report.counts.units_inventory,
        "taken_back": report.counts.taken_back,
        "units_back": report.counts.units_back,
        "below_0_in_inventory": report.counts.unclear,
    }


def sentence(imported: ImportedSettlement, read: Settlement | None = None) -> str:
    """Return what became of a settlement, and below it its period and total and what is wrong with it."""
    what = f"{imported.file}: settlement {imported.settlement_id} ({imported.store})"
    change = f" Before: {imported.before}; now: {imported.after}." if imported.before else ""
    gone = f" {counted(imported.ended_lines, 'transaction')} of before no longer there." if imported.ended_lines else ""
    sentences = {
        Import.NEW: f"{what} imported: {counted(imported.transactions, 'transaction')}.",
        Import.SUPERSEDED: f"{what} imported: it replaces the earlier report.{change}",
        Import.UNITED: f"{what} combined with the other files of this settlement.{change}{gone}",
        Import.ALREADY_IMPORTED: f"{what} was imported already; nothing changed.",
        Import.NOT_NEEDED: f"{what} is in the books from the settlement report itself; nothing changed.",
        Import.CONFLICT: f"{what} was not imported: {imported.reason}",
        Import.LOCKED: f"{what}: {imported.reason}",
    }
    problems = [problem_in_words(str(one.severity), one.message, one.where) for one in imported.problems]
    told = [*problems, *([f"  {imported.advice}"] if imported.advice else [])]
    return "\n".join([sentences[imported.result], *([f"  {_figures(read, imported)}"] if read else []), *told])


def _figures(read: Settlement, imported: ImportedSettlement) -> str:
    """Return a settlement's period, lines and total in the words of `inspect`; of a part of several files, as such."""
    united = imported.whole is not None
    return figures_in_words(
        settlement_figures(read), of_several=read is imported.whole, is_part=united and read is not imported.whole
    )


def entries(file: ImportedFile) -> list[dict[str, object]]:
    """Return the same for programs: one entry per settlement of a file."""
    reads = ((one, _figures_of(file, one)) for one in file.settlements)
    return [{**_entry(one), **(settlement_figures(read) if read else {})} for one, read in reads]


def _entry(imported: ImportedSettlement) -> dict[str, object]:
    return {
        "file": imported.file,
        **identity(imported.store, imported.settlement_id),
        "result": str(imported.result),
        "reason": imported.reason or None,
        "advice": imported.advice or None,
        "before": _sums(imported.before),
        "after": _sums(imported.after),
        "transactions": imported.transactions,
        "ties_out": imported.ties_out,
        "problems": [{"severity": str(p.severity), "message": p.message, "where": p.where} for p in imported.problems],
    }


def with_another_payout(outcome: Outcome, settlements: Collection[ImportedSettlement], command: str) -> Outcome:
    """Add what was refused as a payout that may be another one: for the question of a button, and as an option."""
    asked = [identity(one.store, one.settlement_id) | {"file": one.file} for one in settlements if one.may_be_another]
    if not asked:
        return outcome
    way = f"`{command} --another-payout` says that {'it is another payout' if len(asked) == 1 else 'they are others'}."
    return replace(outcome, data={**outcome.data, "may_be_another": asked}, at_terminal=way)


def _sums(figures: SettlementFigures | None) -> dict[str, object] | None:
    if figures is None:
        return None
    return {"transactions": figures.transactions, "sum": str(figures.sum), "currency": figures.currency}
