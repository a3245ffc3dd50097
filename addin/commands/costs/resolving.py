"""Group Costs: listing the lines whose cost is missing on sheet Resolve."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from addin.commands.costs.saving_costs import home_net, line_counts, tell_coverage
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh_if_needed, shows_now
from addin.commands.sentences import identity
from addin.sheets.costs.resolve import (
    fill_resolve,
    keys_shown,
    say_of_added_rows,
    settlements_shown,
)
from core.books.costed_lines.stored_lines import state_name
from core.books.overrides.resolve_list import Elsewhere
from core.books.part_of_books import load_around
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import named_settlements
from core.books.settlements.status import LineCounts, missing_lines
from core.books.true_ups.resolve_after_export import asked_lines, questions_since_export

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement


def resolve(desk: Desk, *, ids: Sequence[str] = ()) -> Outcome:
    """List the lines without cost on Resolve; without ids, of every settlement.

    Raises:
        CogsheetError: If a settlement is unknown, or the sheet is not as it must be.
    """
    books = _kept_to_list(desk, ids) or _loaded_to_list(desk)
    chosen = books.named(ids) if ids else list(books.settlements)
    counts = list_missing(desk, books, chosen)
    advice = "Type each cost or keep the proposal, then Save costs." if counts.missing else "Nothing to resolve."
    return Outcome(
        f"{counts.without_cost_at(' on sheet Resolve')}. {advice}",
        needs_attention=counts.missing > 0,
        data={
            "settlements": [identity(s.store, s.settlement_id) for s in chosen],
            "missing": counts.missing,
            "waiting": counts.waiting,
        },
    )


def _kept_to_list(desk: Desk, ids: Sequence[str]) -> Books | None:
    """Return the books with the lines that sheet Resolve may list or has, where everything else shows them as they are.

    Raises:
        CogsheetError: If a settlement is unknown.
    """
    with desk.database.reading() as connection:
        booked = stored_settlements.booked_settlements(connection)
    chosen = named_settlements(booked, ids) if ids else booked
    asking = {(one.store, one.settlement_id) for one in chosen} | settlements_shown(desk.book)
    books = load_around(desk.database, (), asking=asking, also=keys_shown(desk.book))
    return books if books is not None and shows_now(desk, state_name(books)) else None


def _loaded_to_list(desk: Desk) -> Books:
    view = load(desk.database, progress=desk.progress)
    refresh_if_needed(desk, view)
    return view.books


def list_missing(desk: Desk, books: Books, selection: Sequence[BookedSettlement]) -> LineCounts:
    """List the lines without cost on sheet Resolve, and the coverage above them; return how many there are."""
    late = _asked_since(books, selection)
    missing = pd.concat([missing_lines(books.counted(books.lines_of_all(selection))), late], ignore_index=True)
    fill_resolve(desk.book, missing, home_net(books, missing), _elsewhere(books, set(missing["key"])))
    say_of_added_rows(desk.book)
    tell_coverage(desk, books)
    counts = line_counts(books, selection)
    return replace(counts, needed=counts.needed + len(late), missing=counts.missing + len(late))


def _asked_since(books: Books, selection: Sequence[BookedSettlement]) -> pd.DataFrame:
    """Return the locked lines of some settlements that are asked only since their words were said."""
    rows = books.counted(questions_since_export(books))
    names = {(one.store, one.settlement_id) for one in selection}
    of_them = [name in names for name in zip(rows["store"], rows["settlement_id"], strict=True)]
    return rows[pd.Series(of_them, rows.index, dtype=bool)]


def _elsewhere(books: Books, listed: Collection[str]) -> Elsewhere:
    """Return what the books say of lines that are not listed, for rows that were typed and not saved."""
    open_lines = asked_lines(books)
    return Elsewhere(
        open_lines[~open_lines["key"].isin(list(listed))],
        frozenset(books.lines["key"]) | frozenset(open_lines["key"]),
        frozenset(missing_lines(books.lines)["key"]) - frozenset(open_lines["key"]),
    )
