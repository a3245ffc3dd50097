"""The books after an import, with what came and what is near it alone: what sheets and messages say is that of all.

See docs/design/books.md, Costed lines are kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from core.books.costed_lines.line_totals import notes_of_lines
from core.books.costed_lines.stored_lines import keep_notes
from core.books.part_of_books import load_around
from core.books.settings.unknown_types import listed_types
from core.books.settlements import stored_settlements
from core.books.settlements.remarks import ALSO, MISSING, of_no_line, remarks
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from core.books.books import Books
    from core.books.costed_lines.catching_up import LineChanges
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.settlements.remarks import Remark
    from core.books.settlements.status import SettlementNotes
    from core.time import SettlementName


class BooksAfterImport(NamedTuple):
    """The books with some of their lines, and what is to be remarked."""

    books: Books
    remarks: Mapping[SettlementName, list[Remark]]
    """Of every settlement of the stores that something came for."""


def _needs_lines(one: BookedSettlement, noted: Mapping[int, SettlementNotes]) -> bool:
    """Tell whether something is remarked of a settlement that is told from its lines."""
    return one.id in noted and not set(noted[one.id].remarks) <= of_no_line(one)


def _may_touch_more(books: Books, caught: LineChanges, new: Sequence[BookedSettlement]) -> bool:
    """Tell whether what came may change more than its own settlements and the costs of what it is tied to."""
    came, changed = (books.lines["key"].isin(list(keys)) for keys in (caught.brought, caught.changed))
    lines = books.lines[came]
    is_locked = books.locked_lines is not None and bool(books.locked_lines["key"].isin(list(caught.changed)).any())
    is_foreign = bool((lines["currency"] != books.company.home_currency).any())
    are_words = any(one.lines for one in listed_types(replace(books, lines=lines)))
    others = [one for one in books.settlements if one not in new]
    pairs, known = ({(one.store, one.currency) for one in some} for some in (new, others))
    if is_locked or is_foreign or are_words or not pairs <= known:
        return True
    beside = books.lines[~came & (books.lines["order_id"].isin(list(lines["order_id"].dropna())) | changed)]
    of_others = set(zip(beside["store"], beside["settlement_id"], strict=True))
    return bool(books.taxed_otherwise & of_others) or _is_fee_alone(beside)


def _is_fee_alone(lines: pd.DataFrame) -> bool:
    """Tell whether any line is a fee of goods that no line counts: whether its sale is in the books is remarked."""
    is_silent = (lines["event"] == Event.SALE.value) & (lines["quantity"] == 0) & (lines["fulfilment_fee"] != 0)
    return bool((is_silent & (lines["principal"] == 0)).fillna(value=False).any())


def _remarks(
    books: Books, notes: Mapping[int, SettlementNotes], of_stores: Sequence[BookedSettlement], new: Collection[int]
) -> dict[SettlementName, list[Remark]] | None:
    """Return what is to be remarked of the settlements of some stores, of whose lines those are loaded that tell it.

    Returns:
        Nothing where not every remark that was noted can be told again, and where a payout is in the books twice.
    """
    found, told = remarks(books), {}
    ids = {(one.store, one.settlement_id): one.id for one in of_stores}
    for name, every in ((name, every) for name, every in found.items() if name in ids):
        was = [short for short in notes[ids[name]].remarks if short != MISSING]
        now = [one.short for one in every if one.short != MISSING]
        if (now != was and was) or (ids[name] in new and any(short.startswith(ALSO) for short in now)):
            return None
        told[name] = every if was or ids[name] in new else [one for one in every if one.short == MISSING]
    lost = any(set(notes[number].remarks) - {MISSING} for name, number in ids.items() if name not in found)
    return None if lost else {name: every for name, every in told.items() if every}


def _with_remarks(
    notes: Mapping[int, SettlementNotes],
    of_stores: Sequence[BookedSettlement],
    told: Mapping[SettlementName, Sequence[Remark]],
) -> dict[int, SettlementNotes]:
    """Return what is noted of every settlement, with what is to be remarked of some of them now."""
    short = {one.id: tuple(each.short for each in told.get((one.store, one.settlement_id), ())) for one in of_stores}
    return {number: replace(one, remarks=short.get(number, one.remarks)) for number, one in notes.items()}


def load_after_import(
    database: Database,
    caught: LineChanges,
    noted: Mapping[int, SettlementNotes],
    whole: Collection[SettlementName],
    stores: Collection[str],
) -> BooksAfterImport | None:
    """Load what came with all that is near it, and keep what is to be noted of settlements now.

    Args:
        database: The books.
        caught: What became of kept lines.
        noted: What was noted of each settlement before.
        whole: Settlements of which every line is loaded beside those that came.
        stores: Those that were asked to be imported for.

    Returns:
        Nothing where more may be otherwise than lines, totals and remarks that are known without the other lines: an
        exported line, words that somebody must say or has said, another currency, whose tax an exported order has, an
        account for a currency that the store did not have, whether a fee stands without its sale, or one payout twice.
    """
    with database.reading() as connection:
        booked = stored_settlements.booked_settlements(connection)
    new = [one for one in booked if one.id not in noted]
    of_stores = [one for one in booked if one.store in stores]
    names = {(one.store, one.settlement_id) for one in (*new, *(old for old in of_stores if _needs_lines(old, noted)))}
    keys = {*caught.changed, *caught.brought}
    part = load_around(database, keys, {*whole, *names}, moved_units_too=True)
    if part is None or part.settlements != tuple(booked) or _may_touch_more(part, caught, new):
        return None
    notes = {**noted, **{one.id: notes_of_lines(part.lines_of(one)) for one in new}}
    told = _remarks(replace(part, settlement_notes=notes), notes, of_stores, {one.id for one in new})
    if told is None or not keep_notes(database, caught.state, notes := _with_remarks(notes, of_stores, told)):
        return None
    return BooksAfterImport(replace(part, settlement_notes=notes), told)
