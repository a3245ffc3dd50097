"""Exported lines that may ask today for another reason than their words: a document speaks otherwise of their goods.

A fee for the disposal of a returned unit is given back after its refund went out, a returns report calls it by a state
that nobody has declared, or the loss that a clawback takes back is removed from the books. What such a line asks is
found only by costing it as if it were free, which is not done for books that have none (docs/design/books.md,
True-ups).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, literal_column, select

from core.books.database import costing_tables, tables
from core.books.overrides import stored_overrides
from core.books.settlements.booked_settlement import EntryStatus
from core.costing.frames import rows
from core.frame_columns import is_one_of
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from sqlalchemy import Select

    from core.books.database import Connection
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.costing import CostingInput


def late_questions(
    known: CostingInput, settlements: Iterable[BookedSettlement], trued_up: pd.DataFrame
) -> frozenset[str]:
    """Return the keys of the exported lines that may ask: what became of their goods is open, or their original gone.

    So may those that are in the journal by a true-up of a later document, and of which a still later one says other
    units: 7.00 were typed for the one B of a second view, the settlement's own report has two.

    Args:
        known: What costs are made of, as files are read today.
        settlements: The company's.
        trued_up: `Books.trued_up_lines`.
    """
    locked, lines = known.locked_lines, known.transactions
    if locked is None or locked.empty:
        return frozenset()
    asked = [] if known.returned is None else list(known.returned.loc[known.returned["disposition"] == "", "key"])
    found = {*locked["key"], *trued_up["key"]} & (set(asked) - said(known.overrides))
    found |= _without_original(locked, lines) | _without_sale(trued_up, lines) | of_other_units(trued_up, lines)
    exported = {(one.store, one.settlement_id) for one in settlements if one.cogs_entry is EntryStatus.EXPORTED}
    places = rows(lines, ("key", "store", "settlement_id"), is_one_of(lines["key"], *found)) if found else ()
    return frozenset(key for key, *name in places if tuple(name) in exported)


def _without_original(locked: pd.DataFrame, lines: pd.DataFrame) -> set[str]:
    """Return the locked lines whose original is gone, and with it every sale of their order and SKU.

    Where a settlement's own report took the place of a view, its sale has another key and is there.
    """
    originals = dict(rows(locked, ("key", "original_key"), locked["original_key"].notna().to_numpy()))
    there = set(lines["key"]) if originals else set()
    return _not_sold({key for key, original in originals.items() if original not in there}, lines)


def _without_sale(trued_up: pd.DataFrame, lines: pd.DataFrame) -> set[str]:
    """Return the refunds that came after their export of whose order and SKU there is no sale any more."""
    refunds = trued_up.loc[is_one_of(trued_up["event"], Event.REFUND, Event.DISPUTE), "key"]
    return _not_sold(set(refunds), lines)


def _not_sold(keys: set[str], lines: pd.DataFrame) -> set[str]:
    if not keys:
        return set()
    sold = set(rows(lines, ("order_id", "sku"), is_one_of(lines["event"], Event.SALE)))
    own = rows(lines, ("key", "order_id", "sku"), is_one_of(lines["key"], *keys))
    return {key for key, *item in own if None in item or tuple(item) not in sold}


def of_other_units(trued_up: pd.DataFrame, lines: pd.DataFrame) -> set[str]:
    """Return the keys of lines that state other units now than when what is held of them was proposed. Pure.

    Args:
        trued_up: `Books.trued_up_lines`.
        lines: The lines as they are read today (TRANSACTION_COLUMNS).
    """
    units = dict(rows(trued_up, ("key", "quantity")))
    now = rows(lines, ("key", "quantity"), is_one_of(lines["key"], *units)) if units else ()
    return {key for key, quantity in now if quantity != units[key]}


def said(answers: pd.DataFrame | None) -> set[str]:
    """Return the keys of the lines of which somebody has said what became of their goods.

    Args:
        answers: OVERRIDE_COLUMNS.
    """
    if answers is None or answers.empty:
        return set()
    is_said = answers["units_back"].notna() | answers["disposition"].notna() | answers["zero_confirmed"]
    return set(answers.loc[is_said.fillna(value=False).astype(bool), "key"])


def any_late_question(connection: Connection) -> bool:
    """Tell whether `late_questions` finds any in the books as their costed lines are kept.

    However much has gone out, the lines are read alone of which documents leave open what became of their goods, and
    those whose original is among what ever left the books.
    """
    return _any_open_goods(connection) or _any_original_gone(connection)


def _any_open_goods(connection: Connection) -> bool:
    line = costing_tables.costed_line.c
    found = connection.execute(select(line.key, line.settlement).where(costing_tables.HAS_OPEN_GOODS)).all()
    if not found:
        return False
    exported = set(connection.scalars(_exported()))
    asked = {key for key, settlement in found if settlement in exported}
    return bool(asked - said(stored_overrides.in_force(connection, asked)))


def _any_original_gone(connection: Connection) -> bool:
    """Tell of lines that left the books, or came after an export, whether an exported line names one that is gone.

    Neither is it gone where a sale of the order and SKU is in the books.
    """
    line, own = costing_tables.costed_line.c, tables.transaction.alias().c
    of_line = own.key == line.key
    sale, there = (tables.transaction.alias().c for _ in range(2))
    of_its_sku = sale.sku.concat(literal_column("''")) == own.sku  # so that it is sought by its order, not by its SKU
    sold = exists().where(sale.event == str(Event.SALE), sale.order_id == own.order_id, of_its_sku)
    for left in (tables.ended_transaction.c.key, tables.later_transaction.c.key):
        named = exists().where(line.original_key == left, line.settlement.in_(_exported()), of_line, ~sold)
        if connection.scalar(select(left).where(~exists().where(there.key == left), named).limit(1)) is not None:
            return True
    return False


def _exported() -> Select[tuple[int]]:
    return select(tables.settlement.c.id).where(tables.settlement.c.cogs_entry == str(EntryStatus.EXPORTED))
