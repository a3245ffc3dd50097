"""Bring kept lines along when settlements went out, or true-ups of some were decided.

Their lines are costed again as they are held now, with all that may be tied to them; the rest stays.

See docs/design/books.md, Costed lines are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.costed_lines.bringing_in import NewLines
from core.books.costed_lines.costing_parts import kept_part, recosted_part, with_finale
from core.books.costed_lines.due_lines import OF_EXPORTS, OF_REOPENINGS, OF_TRUE_UPS, OUTBOX, are_of_entries
from core.books.costed_lines.line_ties import TIE_COLUMNS, plain_orders, tie_columns
from core.books.costed_lines.moved_lines import bring_along
from core.books.costed_lines.stored_lines import differing
from core.books.costed_lines.tied_lines import lines_near, lines_of, lines_that_ask
from core.books.database.state import writings_told
from core.books.documents import file_rows
from core.books.documents.order_units import ORDER_UNITS, with_stated_units
from core.books.entries.locks import EXPORTED, LOCKED, REOPENED
from core.books.importing.current_transactions import settlements_with_later_readings
from core.books.loading import read_settings
from core.books.settings.type_choices import are_asked
from core.books.settlements import settlement_lines
from core.books.settlements.remarks import needs_reading_anew
from core.books.true_ups import true_up_history
from core.books.true_ups.true_up_history import DECIDED
from core.frame_columns import TEXT, frame

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from core.books.costed_lines.costing_parts import CostingPart
    from core.books.database import Company, Connection
    from core.books.loading import BooksSettings


def exported_since(connection: Connection, earlier: str, later: str) -> frozenset[int] | None:
    """Return the numbers of the settlements that went out between two states, from here or elsewhere.

    Returns:
        Nothing where more was written.
    """
    told = writings_told(connection, earlier, later)
    numbers: set[int] = set()
    for changed, said in told or ():
        if changed <= OUTBOX:
            continue
        out = {*said.get(EXPORTED, ()), *said.get(LOCKED, ())}
        if not changed <= OF_EXPORTS or not out or not are_of_entries(said, changed):
            return None
        numbers |= set(map(int, out))
    return frozenset(numbers) or None


def reopened_since(connection: Connection, earlier: str, later: str) -> frozenset[int] | None:
    """Return the numbers of the settlements that were reopened between two states; nothing where more was written."""
    told = writings_told(connection, earlier, later)
    numbers: set[int] = set()
    for changed, said in told or ():
        if changed <= OUTBOX:
            continue
        if not changed <= OF_REOPENINGS or REOPENED not in said or not are_of_entries(said, changed):
            return None
        numbers |= set(map(int, said[REOPENED]))
    return frozenset(numbers) or None


def decided_since(connection: Connection, earlier: str, later: str) -> frozenset[str] | None:
    """Return the lines whose true-ups were decided between two states; nothing where more was written."""
    told = writings_told(connection, earlier, later)
    keys: set[str] = set()
    for changed, said in told or ():
        is_told = "true_up_decision" not in changed or DECIDED in said
        if not changed <= OF_TRUE_UPS or not is_told or not are_of_entries(said, changed):
            return None
        keys |= set(said.get(DECIDED, ()))
    return frozenset(keys) or None


def bring_out(connection: Connection, company: Company, out: Collection[int]) -> NewLines | None:
    """Cost the lines of settlements that went out with all that may be tied to them, and keep what came of it.

    Args:
        connection: Of `Database.keeping`.
        company: Whose books.
        out: The numbers of the settlements.

    Returns:
        Nothing where lines may be read otherwise once they are out: where a word of them is asked, units are counted
        over several documents, or they are shown otherwise than they are stored; and where a remark falls away.
    """
    given = read_settings(connection)
    if any(needs_reading_anew(one) for one in given.settlements if one.id in out):
        return None
    return _bring_held(connection, company, given, lines_of(connection, out))


def bring_decided(connection: Connection, company: Company, decided: Collection[str]) -> NewLines | None:
    """Cost the lines whose true-ups were decided with all that may be tied to them, and keep what came of it.

    Args:
        connection: Of `Database.keeping`.
        company: Whose books.
        decided: Their keys.

    Returns:
        Nothing where `bring_out` returns nothing, where a cost moves to other accounts, and where anything is read
        otherwise since its export.
    """
    accepted = true_up_history.accepted_true_ups(connection)
    moving = accepted.loc[accepted["event_now"].notna(), "key"]
    if settlements_with_later_readings(connection) or not set(moving).isdisjoint(decided):
        return None
    return _bring_held(connection, company, read_settings(connection), set(decided))


def _bring_held(connection: Connection, company: Company, given: BooksSettings, own: set[str]) -> NewLines | None:
    start, nothing = set(own), frame({"key": TEXT, **TIE_COLUMNS})
    while True:
        part = with_finale(connection, kept_part(connection, company, lines_near(connection, start, nothing)))
        if _may_count_otherwise(connection, given, part):
            return None
        found = recosted_part(connection, part, part.before, own)
        asking = lines_that_ask(connection, found.skus) - set(part.before["key"])
        if not asking:
            break
        start |= asking
    ties = tie_columns(part.costing_input, part.together)[list(TIE_COLUMNS)].set_axis(found.lines.index)
    changed = bring_along(connection, part.before, found.lines.assign(**ties), part.counted)
    return NewLines(*changed, {}, part.before[["key", "settlement"]])


def _may_count_otherwise(connection: Connection, given: BooksSettings, part: CostingPart) -> bool:
    """Tell whether words or units of lines may be others than they were, because lines are locked now."""
    stored = settlement_lines.lines_of_keys(connection, part.before["key"])
    asked = part.costing_input.asked_units
    is_odd = bool(part.together) or (asked is not None and not asked.empty) or bool(are_asked(stored).any())
    return is_odd or bool(differing(stored, part.before).any()) or _has_units(connection, given, stored)


def _has_units(connection: Connection, given: BooksSettings, stored: pd.DataFrame) -> bool:
    """Tell whether documents or reports tell units of the orders of some lines."""
    orders = {*plain_orders(stored["order_id"]).dropna(), *plain_orders(stored["merchant_order_id"]).dropna()}
    told = file_rows.load_of_orders(connection, ORDER_UNITS, orders)
    return not with_stated_units(told, stored, given.settlements).empty
