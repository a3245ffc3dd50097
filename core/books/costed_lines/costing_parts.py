"""Kept lines with all that they are costed of: what of the books a change may touch, to be costed again together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from core.books.costed_lines.line_costs import STATED_SKU, costing_policies, counted_lines, history_flags
from core.books.costed_lines.line_ties import read_document_rows
from core.books.costed_lines.recosting import RecostedLines, recost
from core.books.costed_lines.stored_lines import kept_lines_by_key
from core.books.costed_lines.tied_lines import newest_beyond
from core.books.database import frames
from core.books.entries import locks
from core.books.loading import read_settings
from core.books.overrides import stored_overrides
from core.books.overrides.questions import overrides_for_questions
from core.books.settings import opening_costs, sku_mapping
from core.books.settings.type_choices import with_choices
from core.books.settlements import settlement_lines
from core.books.syncing import stored_observations
from core.books.true_ups import true_up_history
from core.costing import CostingInput, CostingPolicies, with_report
from core.costing.inputs import OPENING_COLUMNS, TRUED_UP_COLUMNS
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, conform, frame, records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pandas as pd

    from core.books.database import Company, Connection
    from core.books.loading import BooksSettings


@dataclass(frozen=True, slots=True)
class CostingPart:
    """Some lines as they are kept, and what they are to be costed of now."""

    before: pd.DataFrame
    """`kept_lines_by_key`; lines that are new to the books have no cost there."""
    costing_input: CostingInput
    policies: CostingPolicies
    together: frozenset[str]
    """Keys of the lines whose answers move the units of others."""
    counted: Callable[[pd.DataFrame], pd.DataFrame]
    """Returns those of some lines that the books count."""
    has_documents: bool = False
    """Whether documents that were read anew tell of its orders."""


def part_of(
    company: Company, given: BooksSettings, before: pd.DataFrame, known: CostingInput, together: frozenset[str]
) -> CostingPart:
    """Return lines with what they are costed of, and which of them the books count. Pure."""
    flags = known.settlements
    rows = [] if flags is None else records(flags)
    ended = {(row["store"], row["settlement_id"]) for row in rows if row["history"]}
    counted = partial(counted_lines, policies=given.policies, starts=given.starts, zones=given.zones, ended=ended)
    return CostingPart(before, known, costing_policies(given.policies, company), together, counted)


def kept_part(connection: Connection, company: Company, keys: Iterable[str]) -> CostingPart:
    """Return kept lines with what they are to be costed of, as far as that does not come from the inventory system."""
    before, given = kept_lines_by_key(connection, keys), read_settings(connection)
    held = with_choices(
        connection, settlement_lines.lines_of_keys(connection, before["key"]), given.settlements, given.stores
    )
    told = read_document_rows(frames.rows_of(before, ("key", "told")))
    lines = before[list(TRANSACTION_COLUMNS)].assign(sku=before[STATED_SKU])
    known = replace(
        known_of(connection, given, before, held),
        transactions=lines,
        returned=told.returned,
        reimbursed=told.reimbursed,
        asked_units=told.asked_units,
    )
    return part_of(company, given, before, known, told.together)


def known_of(connection: Connection, given: BooksSettings, before: pd.DataFrame, held: pd.DataFrame) -> CostingInput:
    """Return what lines are costed of, without what the inventory system and documents say.

    Args:
        connection: Of `Database.reading` or `keeping`.
        given: `read_settings`.
        before: The lines (`kept_lines_by_key`).
        held: The same as they are stored and their words are answered (TRANSACTION_COLUMNS).
    """
    keys, theirs = list(before["key"]), set(before["settlement"])
    locked = locks.lines(connection, [one for one in given.settlements if one.id in theirs], keys)
    return CostingInput(
        transactions=held,
        observations=frame(OBSERVATION_COLUMNS),
        mappings=frame(MAPPING_COLUMNS),
        overrides=overrides_for_questions(stored_overrides.in_force(connection, keys), held, set(locked["key"])),
        locked_lines=locked,
        trued_up=conform(TRUED_UP_COLUMNS, true_up_history.accepted_true_ups(connection)),
        opening=conform(OPENING_COLUMNS, opening_costs.latest(connection)),
        settlements=history_flags(given.settlements, given.policies, given.zones, given.starts),
        zones=given.zones,
    )


def with_finale(connection: Connection, part: CostingPart, also: Collection[str] = ()) -> CostingPart:
    """Return the part with what the inventory system says of its orders and SKUs, and of some more SKUs."""
    lines, reported = with_report(part.costing_input), part.costing_input.reimbursed
    skus = {*also, *lines["sku"].dropna(), *part.before["sku"].dropna(), *part.before["cost_sku"].dropna()}
    if reported is not None:
        skus |= set(reported["sku"].dropna())
    orders = {*lines["order_id"].dropna(), *part.before["order_id"].dropna()}
    mapped = sku_mapping.latest(connection, skus)
    said = stored_observations.latest_of(connection, orders, set(mapped["product_id"].dropna()))
    return replace(part, costing_input=replace(part.costing_input, observations=said, mappings=mapped))


def recosted_part(connection: Connection, part: CostingPart, lines: pd.DataFrame, keys: set[str]) -> RecostedLines:
    """Cost lines of a part again, and those that hang on them.

    Args:
        connection: Of `Database.keeping`.
        part: The part.
        lines: Its lines, as they were costed before.
        keys: Which.
    """
    inside = set(part.before["key"])
    return recost(lines, part.costing_input, part.policies, keys, lambda skus: newest_beyond(connection, skus, inside))
