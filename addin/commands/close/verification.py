"""Group Close: check that deposit, P&L, COGS, journal and lock agree, in the books and on the COGS tabs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from addin.commands.close.month_end import left_sentences
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh
from addin.commands.sentences import counted, identity
from addin.sheets.reports.cogs import cost_cells
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.entries.exporting import ExportOptions
from core.books.loading import load_books
from core.books.settlements.remarks import twins_of
from core.books.true_ups import reclassifications
from core.books.true_ups.resolve_after_export import unanswered
from core.books.verification.altered_row_words import AlteredRowsError, altered_tie_outs
from core.books.verification.altered_rows import books_as_sealed, find_altered
from core.books.verification.kept_lines import KEPT_TIE_OUT
from core.books.verification.listed_lines import LISTED_TIE_OUT
from core.books.verification.tie_outs import TieOut, tax_tie_outs
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.frame_columns import records
from core.reports.left_stock import LeftStockStatus, by_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.verification.altered_row_words import AlteredRow


def verify(desk: Desk, *, ids: Sequence[str] = ()) -> Outcome:
    """Check that deposit, profit and loss, COGS tab, journal and lock of settlements agree.

    Rows that another program altered are named first. Where the books cannot be read because of them, everything else
    is checked on the books as they were stored.

    Raises:
        CogsheetError: If a settlement is unknown.
    """
    altered = find_altered(desk.database) if desk.altered_rows is None else desk.altered_rows
    try:
        return _verified(desk, ids, altered)
    except Exception:
        if not altered:
            raise
    try:
        with books_as_sealed(desk.database):
            return _verified(desk, ids, altered)
    except Exception as error:
        raise AlteredRowsError(altered) from error


def _verified(desk: Desk, ids: Sequence[str], altered: Sequence[AlteredRow]) -> Outcome:
    books = load_books(desk.database, anew=True, progress=desk.progress)
    chosen = books.named(ids) if ids else list(books.settlements)
    ties = _tie_outs(desk, books, chosen, altered, of_all=not ids)
    if not altered and any(one.name in (KEPT_TIE_OUT, LISTED_TIE_OUT) and not one.ok for one in ties):
        forget_kept_lines(desk.database)
        refresh(desk, load(desk.database, progress=desk.progress))
    wrong = [one for one in ties if not one.ok]
    sentences = [one.sentence for one in wrong]
    notes = [one.sentence for one in ties if one.ok and one.words]
    untied = [one for one in chosen if one.total is None]
    names = ", ".join(one.name for one in untied)
    nothing = [f"The lines of {names} have nothing to tie to: their format states no total of its own."]
    left = [one for one in books.left_without_line if one.standing is LeftStockStatus.NONE and not ids]
    return Outcome(
        "\n".join(
            [
                *(sentences or [f"{counted(len(ties), 'tie-out')}, all equal to the cent."]),
                *notes,
                *(nothing if untied else []),
                *_read_otherwise(desk, books, chosen),
                *left_sentences(by_month(left), books.company.home_currency),
            ]
        ),
        needs_attention=bool(wrong),
        data={
            "tie_outs": [_tie_out(one) for one in ties],
            "without_total": [identity(one.store, one.settlement_id) for one in untied],
        },
    )


def _tie_outs(
    desk: Desk, books: Books, selection: Sequence[BookedSettlement], altered: Sequence[AlteredRow], *, of_all: bool
) -> list[TieOut]:
    """Return the tie-outs of settlements, and those of the company where all are verified.

    An altered row that belongs to no settlement (a rate, a policy) may decide about any of them.
    """
    names = {one.name for one in selection}
    kept_evidence = read_evidence(desk.database)
    ties = altered_tie_outs([one for one in altered if of_all or not one.settlement or one.settlement in names])
    for settlement in selection:
        ties += tie_outs(desk.database, books, settlement, ExportOptions(zones=books.zones), kept_evidence)
        ties += _tab_tie_outs(desk, books, settlement)
    ties += [TieOut(f"{one.one.name}: once", Decimal(1), Decimal(0), one.message) for one in twins_of(books)]
    return [
        *ties,
        *(
            [*tax_tie_outs(books.transactions_as_read), *company_tie_outs(desk.database, books, kept_evidence)]
            if of_all
            else []
        ),
    ]


def _read_otherwise(desk: Desk, books: Books, selection: Sequence[BookedSettlement]) -> list[str]:
    """Say what entries that went out would have otherwise by what is known today; it is proposed, not wrong."""
    names = {one.name for one in selection}
    moved = [
        one for one in reclassifications.pending_reclassifications(desk.database, books) if one.settlement.name in names
    ]
    waiting = {name: count for name, count in unanswered(books).items() if "/".join(name) in names}
    return [
        *(f"{one.settlement.name} would be booked differently today: {one}. See sheet Cost true-ups." for one in moved),
        *(
            f"{'/'.join(name)}: {counted(count, 'line')} without cost by today's reading; sync, answer on sheet "
            f"Resolve, or reopen it to answer what is not listed there."
            for name, count in sorted(waiting.items())
        ),
    ]


def _tie_out(one: TieOut) -> dict[str, object]:
    places = 0 if one.is_count else 2
    figures = {"left": f"{one.left:.{places}f}", "right": f"{one.right:.{places}f}"}
    return {"name": one.name, **figures, "ok": one.ok, **({"words": one.words} if one.words else {})}


def _tab_tie_outs(desk: Desk, books: Books, settlement: BookedSettlement) -> list[TieOut]:
    """Hold each cost cell of the settlement's COGS tab against the books; a tab that is not there says nothing."""
    cells = cost_cells(desk.book, books, settlement)
    if cells is None:
        return []
    name = settlement.name
    lines = {row["key"]: row for row in records(books.posted_part(settlement))}
    figures = ((cell, lines.get(cell.key, {}).get(cell.field) or Decimal(0)) for cell in cells)
    differing = [TieOut(f"{name}: {cell.where} {cell.field}", cell.value, figure) for cell, figure in figures]
    shown = sum((cell.value for cell in cells if cell.field == "cogs"), Decimal(0))
    whole = TieOut(f"{name}: COGS tab and COGS", shown, books.state(settlement).cogs)
    return [whole, *(one for one in differing if not one.ok)]
