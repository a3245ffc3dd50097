"""Group Settlements: open a settlement, its lines on sheet Transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, shows_now
from addin.commands.sentences import counted, identity
from addin.commands.settlements.importing import NothingChosenError
from addin.sheets.settlements import transactions
from core.books.costed_lines.stored_lines import open_kept_settlements, open_loaded, state_name
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.costed_lines.stored_lines import OpenedSettlements


def fill(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Show the lines of settlements on sheet Transactions.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books.
    """
    if not ids:
        raise NothingChosenError("open")
    opened = _shown_already(desk, ids) or _opened_anew(desk, ids)
    transactions.fill_transactions(desk.book, opened.lines, opened)
    word = "settlement" if len(opened.settlements) == 1 else "settlements"
    named = f"{word} {', '.join(settlement.name for settlement in opened.settlements)}"
    count = int((opened.lines["event"] != Event.PAYOUT).sum())
    return Outcome(
        f"{counted(count, 'transaction')} of {named} on sheet Transactions.",
        data={"settlements": [identity(s.store, s.settlement_id) for s in opened.settlements], "transactions": count},
    )


def _shown_already(desk: Desk, ids: Sequence[str]) -> OpenedSettlements | None:
    """Return settlements with their kept lines, where everything else in the workbook shows the books as they are."""
    opened = open_kept_settlements(desk.database, ids)
    return opened if opened is not None and shows_now(desk, state_name(opened)) else None


def _opened_anew(desk: Desk, ids: Sequence[str]) -> OpenedSettlements:
    """Return settlements of the books costed as a whole, after every other sheet was brought up to date."""
    view = load(desk.database, progress=desk.progress)
    opened = open_loaded(view.books, ids)
    refresh(desk, view, transactions_too=False)
    return opened
