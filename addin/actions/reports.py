"""Group Reports: the COGS tab of a settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.actions.refresh import refresh
from addin.actions.settlements import NothingChosenError
from addin.outcome import Outcome
from addin.sheets import cogs as cogs_sheet
from addin.words import amount
from core.settlements import books as all_books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.desk import Desk


def cogs(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Make or refresh the COGS tabs of settlements.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books, or a sheet is not as it must be.
    """
    if not ids:
        raise NothingChosenError("make a COGS tab of")
    books = all_books.load(desk.database)
    chosen = books.named(ids)
    sheets = [cogs_sheet.fill(desk.book, books, settlement) for settlement in chosen]
    refresh(desk, books)
    states = [books.state(settlement) for settlement in chosen]
    home = books.company.home_currency
    sentences = [
        f"Sheet {sheet}: COGS {amount(state.cogs, home)}, {state.status}."
        for sheet, state in zip(sheets, states, strict=True)
    ]
    return Outcome(
        "\n".join(sentences),
        needs_attention=any(state.blockers for state in states),
        data={
            "settlements": [
                {"settlement": s.settlement_id, "sheet": sheet, "cogs": str(state.cogs), "status": state.status}
                for s, sheet, state in zip(chosen, sheets, states, strict=True)
            ]
        },
    )
