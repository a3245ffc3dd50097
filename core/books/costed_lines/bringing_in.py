"""Bring kept lines along when files came into the books: what they brought is costed with all that it may be tied to.

See docs/design/books.md, Costed lines are kept.

What documents tell of orders is read anew for every line that is near, so that it does not matter whether the document
or the line came first. Rows of Amazon's Reimbursements report are matched with lines over all the books, by amount and
day; where a line came that may be one of them, nothing is brought along.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.books.costed_lines.costing_parts import known_of, part_of, recosted_part, with_finale
from core.books.costed_lines.line_costs import STATED_SKU
from core.books.costed_lines.line_ties import TIE_COLUMNS, plain_orders, read_document_rows, tie_columns
from core.books.costed_lines.moved_lines import bring_along, keep_new
from core.books.costed_lines.stored_lines import NUMBER, STORED, kept_lines_by_key
from core.books.costed_lines.tied_lines import lines_near, lines_of_named_orders, lines_that_ask
from core.books.database import frames
from core.books.documents import file_rows
from core.books.documents.documents import Documents, with_documents
from core.books.documents.order_units import ORDER_UNITS, with_stated_units
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries.booking_months import posted_tax
from core.books.loading import read_settings
from core.books.settings import calendars
from core.books.settings.type_choices import are_asked, with_choices
from core.books.settlements import settlement_lines
from core.books.settlements.remarks import needs_reading_anew
from core.costing import CostingInput
from core.facilitator_tax import TAX_KIND, with_tax_kinds
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, TEXT, TRANSACTION_COLUMNS, conform, frame, records
from core.marketplaces.documents.reimbursements import may_be_reported
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from core.books.costed_lines.costing_parts import CostingPart
    from core.books.database import Company, Connection
    from core.books.loading import BooksSettings
    from core.books.settlements.booked_settlement import BookedSettlement

_MOST = 2
"""Where the lines that came are more than one in so many of those that were there, all are costed."""


class NewDocuments(NamedTuple):
    """The orders of which documents came."""

    returned: Collection[str]
    """Of whose goods something came back; what is no order may be the number of a shipment."""
    counted: Collection[str]
    """Whose units were told."""


class NewLines(NamedTuple):
    """What became of the kept lines once files came."""

    was: pd.DataFrame
    """The lines that have become others, as they were (`kept_lines_by_key`)."""
    now: pd.DataFrame
    """The same lines as they are, in the same order."""
    new: dict[str, int]
    """The keys of the lines that came, each with the number of its settlement."""
    near: pd.DataFrame
    """All lines that were costed again, or that came: `key` and the number of their `settlement`."""
    has_documents: bool = False
    """Whether documents tell of their orders."""


def _plain(orders: Collection[str]) -> set[str]:
    return set(plain_orders(pd.Series(sorted(orders), dtype=TEXT)).dropna())


def _is_much(given: BooksSettings, new: pd.DataFrame, brought: Collection[int]) -> bool:
    there = sum(one.lines for one in given.settlements if one.id not in brought)
    return len(new) * _MOST > there


def _bare(lines: pd.DataFrame) -> CostingInput:
    return CostingInput(lines[list(TRANSACTION_COLUMNS)], frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS))


def _in_order(lines: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    places = {key: place for place, key in enumerate(keys)}
    return lines.iloc[lines["key"].map(places).argsort()].reset_index(drop=True)


def bring_in(
    connection: Connection, company: Company, brought: Collection[int], documents: NewDocuments, start: set[str]
) -> NewLines | None:
    """Cost what files brought with all that may be tied to it, and keep what came of it.

    Args:
        connection: Of `Database.keeping`.
        company: Whose books.
        brought: The numbers of the settlements that came into the books for the first time.
        documents: Those that came.
        start: Kept lines that were answered since, or of which the inventory system said something.

    Returns:
        Nothing where lines beyond those that are near may have become others: where a line that came may be a row of a
        Reimbursements report, where a return names a shipment or nothing that the books know, and where more came than
        was there.
    """
    given = read_settings(connection)
    new = _new_lines(connection, given, brought)
    returned, counted = map(_plain, documents)
    named = lines_of_named_orders(connection, returned | counted)
    are_there = {name for row in named for name in (row["order_name"], row["merchant_name"])}
    are_there |= set(plain_orders(new["order_id"]).dropna()) | set(plain_orders(new["merchant_order_id"]).dropna())
    if not returned <= are_there or _is_much(given, new, brought) or _may_be_matched(connection, new):
        return None
    found = _recosted(connection, company, given, new, start | {row["key"] for row in named})
    if found is None:
        return None
    return _keep(connection, given, *found, [one for one in given.settlements if one.id in brought])


def bring_back_open(connection: Connection, company: Company, reopened: Collection[int]) -> NewLines | None:
    """Cost the lines of settlements that were reopened with all that may be tied to them, and keep what came of it.

    What documents tell of them is read anew, for some of it is asked of open lines alone.

    Args:
        connection: Of `Database.keeping`.
        company: Whose books.
        reopened: The numbers of the settlements.

    Returns:
        Nothing where a remark comes, where words of their lines are asked, where a settlement ever kept a calendar
        of its own, and where `bring_in` returns nothing.
    """
    given = read_settings(connection)
    own = [one for one in given.settlements if one.id in reopened]
    if any(needs_reading_anew(one) for one in own) or calendars.are_any_kept(connection):
        return None
    stored = settlement_lines.stored_transactions(connection, own)
    if are_asked(stored).any() or _may_be_matched(connection, stored):
        return None
    found = _recosted(connection, company, given, _new_lines(connection, given, ()), set(stored["key"]))
    return None if found is None else _keep(connection, given, *found, [])


def _new_lines(connection: Connection, given: BooksSettings, brought: Collection[int]) -> pd.DataFrame:
    """Return the lines of settlements that came, as `kept_lines_by_key` would, without any cost."""
    own = [one for one in given.settlements if one.id in brought]
    lines = settlement_lines.stored_transactions(connection, own)
    numbers = {(one.store, one.settlement_id): one.id for one in own}
    places = [numbers[name] for name in zip(lines["store"], lines["settlement_id"], strict=True)]
    beside = lines.assign(settlement=pd.Series(places, lines.index, dtype=NUMBER["settlement"]))
    beside = beside.assign(**{STATED_SKU: lines["sku"]})
    return conform({**TRANSACTION_COLUMNS, **STORED, **NUMBER}, beside)


def _may_be_matched(connection: Connection, new: pd.DataFrame) -> bool:
    return may_be_reported(new) and file_rows.are_any(connection, REIMBURSEMENTS)


def _recosted(
    connection: Connection, company: Company, given: BooksSettings, new: pd.DataFrame, start: set[str]
) -> tuple[CostingPart, pd.DataFrame] | None:
    """Cost the lines that came and all that may be tied to them or to some others; return them costed."""
    ties = tie_columns(_bare(new), frozenset())
    while True:
        part = _part(connection, company, given, lines_near(connection, start, ties), new)
        if part is None:
            return None
        inside, ties = set(part.before["key"]), tie_columns(part.costing_input, part.together)
        further = lines_near(connection, start, ties) - inside
        if not further:
            lines = part.before.assign(**{name: part.costing_input.transactions[name] for name in TRANSACTION_COLUMNS})
            found = recosted_part(connection, part, lines, inside)
            further = lines_that_ask(connection, found.skus) - inside
            if not further:
                return part, found.lines
        start = start | further


def _part(
    connection: Connection, company: Company, given: BooksSettings, near: set[str], new: pd.DataFrame
) -> CostingPart | None:
    """Return kept lines and those that came, with everything that they are to be costed of now.

    Returns:
        Nothing where a document tells of refunds that need not be near.
    """
    kept = kept_lines_by_key(connection, near - set(new["key"]))
    before = pd.concat([kept, new[list(kept.columns)]], ignore_index=True)
    before = before.sort_values(["settlement", "posted_at", "key"], na_position="first", ignore_index=True)
    held = _in_order(settlement_lines.lines_of_keys(connection, before["key"]), before["key"])
    held = with_choices(connection, held, given.settlements, given.stores)
    told = read_document_rows(frames.rows_of(kept, ("key", "told")))
    known = replace(known_of(connection, given, before, held), reimbursed=told.reimbursed)
    documents = _documents(connection, company, given, held)
    if documents is None:
        return None
    named = {*documents.goods_back["sku"].dropna(), *documents.order_units["sku"].dropna()}
    part = with_finale(connection, part_of(company, given, before, known, frozenset()), named)
    counted, together = with_documents(part.costing_input, documents)
    has_any = not (documents.order_units.empty and documents.goods_back.empty)
    known = replace(counted, reimbursed=told.reimbursed)
    return replace(part, costing_input=known, together=together, has_documents=has_any)


def _documents(connection: Connection, company: Company, given: BooksSettings, held: pd.DataFrame) -> Documents | None:
    """Return what documents tell of the orders of some lines; nothing where a return names but a shipment of theirs."""
    orders = {*plain_orders(held["order_id"]).dropna(), *plain_orders(held["merchant_order_id"]).dropna()}
    refunds = held[(held["event"] == Event.REFUND).fillna(value=False).astype(bool)]
    back = file_rows.load_of_orders(connection, RETURNED_GOODS, orders, set(refunds["shipment_id"].dropna()))
    if not set(plain_orders(back["order_id"]).dropna()) <= orders:
        return None
    units = with_stated_units(file_rows.load_of_orders(connection, ORDER_UNITS, orders), held, given.settlements)
    nothing = frame(REIMBURSEMENTS.stored_columns)
    beside = (given.settlements, given.policies, company, given.stores)
    return Documents(units, back, nothing, *beside, held, held)


def _keep(
    connection: Connection,
    given: BooksSettings,
    part: CostingPart,
    lines: pd.DataFrame,
    brought: Sequence[BookedSettlement],
) -> NewLines:
    """Keep the lines as they were costed, with what they are found by and as whose their tax counts."""
    ties = tie_columns(part.costing_input, part.together)[list(TIE_COLUMNS)].set_axis(lines.index)
    taxed = with_tax_kinds(lines, posted_tax(connection, given.settlements))[TAX_KIND]
    after = lines.assign(**ties).assign(**{TAX_KIND: taxed})[list(part.before.columns)]
    came = after["settlement"].isin([one.id for one in brought])
    was, now = bring_along(
        connection,
        part.before[~came].reset_index(drop=True),
        after[~came].reset_index(drop=True),
        part.counted,
    )
    flags = part.costing_input.settlements
    ended = {} if flags is None else {(row["store"], row["settlement_id"]): row["history"] for row in records(flags)}
    own = after[came]
    for one in brought:
        of_it = own[own["settlement"] == one.id].reset_index(drop=True)
        keep_new(connection, one, of_it, part.counted, has_ended=ended[one.store, one.settlement_id])
    new = dict(zip(own["key"], map(int, own["settlement"]), strict=True))
    return NewLines(was, now, new, after[["key", "settlement"]], part.has_documents)
