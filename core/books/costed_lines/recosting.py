"""The books after a save: only the lines concerned and those that refer to them are costed again.

See docs/design/books.md, Saving, syncing, recosting.

It equals a full costing, and reads nothing from the database but what was saved since. Where anything else has happened
meanwhile (an import, a sync, an export, a policy), everything is loaded anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.books import batches
from core.books.batches import BatchKind
from core.books.books import Books, counted_anew
from core.books.costed_lines.line_costs import costing_policies, named_lines
from core.books.costed_lines.line_digests import line_digests
from core.books.costed_lines.line_ties import TIED_BY_SKU, may_be_tied_by_sku, plain_orders
from core.books.costed_lines.line_totals import moved_totals
from core.books.database.state import state, writings
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.questions import overrides_for_questions
from core.books.settlements.booked_settlement import EntryStatus
from core.costing import CostingInput, CostingPolicies, closure, cost, last_costs_used, with_report
from core.frame_columns import COSTED_COLUMNS, records, values
from core.model import PROPOSAL_TAKEN, UNITS_TYPED, CostStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.books.database import Database
    from core.books.settlements.status import Totals

_ONLY_ANSWERS = frozenset({BatchKind.SAVE, BatchKind.UNDO, BatchKind.RESTORE})


def with_overrides(before: Books, now: pd.DataFrame) -> Books:
    """Return the books as they would be with these overrides in force, and nothing else changed. Pure.

    Args:
        before: The books.
        now: OVERRIDE_COLUMNS, of each line the newest version.
    """
    known = replace(before.costing_input, overrides=now)
    policies = costing_policies(before.policies, before.company)
    changed = _changed(before.overrides, now)
    if changed & before.counted_together:  # an answer about units moves those of the order's other lines
        after = counted_anew(before, known, before.policies)
        return replace(after, skus_posted=_skus_posted(before, after.lines, changed))
    lines = recosted(before.lines, known, policies, changed)
    totals = _totals_with(before, lines) if before.kept_totals else {}
    posted = _skus_posted(before, lines, changed)
    return replace(before, costing_input=known, lines=lines, skus_posted=posted, kept_totals=totals)


def _totals_with(before: Books, lines: pd.DataFrame) -> dict[int, Totals]:
    """Return the kept totals as they are once lines have become others; these stand in their places."""
    numbers = {(one.store, one.settlement_id): one.id for one in before.settlements}
    changed = (line_digests(before.lines) != line_digests(lines)).any(axis=1)
    was, now = (
        some.assign(settlement=[numbers[name] for name in zip(some["store"], some["settlement_id"], strict=True)])
        for some in (before.lines[changed], lines[changed])
    )
    return {**before.kept_totals, **moved_totals(before.kept_totals, was, now, before.counted)}


def _skus_posted(before: Books, lines: pd.DataFrame, keys: Iterable[str]) -> dict[str, str | None]:
    """Return `Books.skus_posted` with the lines whose SKU changes now, after their settlement entry went out."""
    concerned = lines["key"].isin(list(keys))
    now = dict(zip(lines["key"][concerned], values(lines["sku"][concerned]), strict=True))
    out = {(one.store, one.settlement_id) for one in before.settlements if one.settlement_entry is EntryStatus.EXPORTED}
    was = records(before.lines.loc[before.lines["key"].isin(list(now)), ["key", "store", "settlement_id", "sku"]])
    changed = {
        row["key"]: row["sku"]
        for row in was
        if row["sku"] != now[row["key"]] and (row["store"], row["settlement_id"]) in out
    }
    return {**changed, **before.skus_posted}


def _changed(before: pd.DataFrame, now: pd.DataFrame) -> set[str]:
    """Return the keys whose newest version is another."""
    versions = {row["key"]: row["version"] for row in records(before, ["key", "version"])}
    return {row["key"] for row in records(now, ["key", "version"]) if versions.get(row["key"]) != row["version"]}


def recosted(lines: pd.DataFrame, books: CostingInput, policies: CostingPolicies, keys: Iterable[str]) -> pd.DataFrame:
    """Return the costed lines with those costed again that depend on the given ones. Pure.

    Args:
        lines: All lines of the books as they were costed before: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        books: The books now.
        policies: The company's.
        keys: Lines whose overrides changed.

    Returns:
        What costing all lines would, proposals included: a cost that was saved may be the last one used for its SKU.
    """
    return recost(lines, books, policies, keys, lambda _skus: lines.iloc[:0]).lines


COST_SKU = "cost_sku"
"""See `core.books.costed_lines.line_ties.TIE_COLUMNS`."""


class RecostedLines(NamedTuple):
    """Lines of which some were costed again."""

    lines: pd.DataFrame
    skus: set[str]
    """Those whose last cost used is another than before: lines of them that lack a cost may be proposed another one."""


def recost(
    lines: pd.DataFrame,
    books: CostingInput,
    policies: CostingPolicies,
    keys: Iterable[str],
    beyond: Callable[[set[str]], pd.DataFrame],
) -> RecostedLines:
    """Do what `recosted` does, with a part of the books. Pure but for what `beyond` reads.

    Args:
        lines: The lines, as they were costed before, with all that may be tied to those that changed; where there is
            a column COST_SKU it says by which SKU the cost of each was looked for.
        books: The same lines of the books now.
        policies: The company's.
        keys: Lines whose overrides changed.
        beyond: Returns of the SKUs it is asked for the line with the last cost used, among those that are not given:
            the columns `_USED`.
    """
    transactions, named = with_report(books), named_lines(books)
    touched = _touched(transactions, _tied_before(lines, named, books, keys), books.mappings)
    if not touched:
        return RecostedLines(lines, set())
    was, costs_of = lines.get(COST_SKU, lines["sku"]), transactions["sku"].set_axis(lines.index)
    concerned = lines["key"].isin(list(touched))
    skus = {sku for of in (was, costs_of) for sku in of[concerned].dropna()}
    others = beyond(skus)
    before = _last_used(lines, was, skus, others, books)
    lines = lines.assign(**{name: named[name].set_axis(lines.index) for name in ("sku", UNITS_TYPED, PROPOSAL_TAKEN)})
    found = _with(lines, touched, replace(books, last_used=before), policies)
    changed = _differing(before, _last_used(found, costs_of, skus, others, books))
    asking = _asking(found, costs_of, changed)
    if not asking:
        return RecostedLines(found, changed)
    again = touched | _touched(transactions, asking, books.mappings)
    near = set(costs_of[found["key"].isin(list(again))].dropna())
    last = _last_used(found, costs_of, near, beyond(near), books)
    return RecostedLines(_with(found, again, replace(books, last_used=last), policies), changed)


def _touched(transactions: pd.DataFrame, keys: Iterable[str], mappings: pd.DataFrame | None) -> set[str]:
    return closure(_near(transactions, keys), keys, mappings)


def _tied_before(lines: pd.DataFrame, named: pd.DataFrame, books: CostingInput, keys: Iterable[str]) -> set[str]:
    """Return the lines, and those that were tied to them before the answers changed.

    A return that names no order was counted with the refund of the order that a report names until somebody answered;
    a line of which the SKU is typed or taken back was tied to the lines of the SKU that it had.
    """
    own = lines["key"].isin(list(keys)).to_numpy()
    is_told = books.reimbursed is not None and not books.reimbursed.empty
    if not is_told and values(lines["sku"][own]) == values(named["sku"][own]):
        return set(keys)
    before = replace(books, transactions=lines, overrides=None)
    return {*keys, *_touched(with_report(before), keys, books.mappings)}


def _near(transactions: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """Return all lines that may be tied to some: more than the closure, found without reading every line.

    By order, as any marketplace would write it; by SKU what is no sale with a price, where the SKU has a line of
    `TIED_BY_SKU`.
    """
    orders = [plain_orders(transactions[name]) for name in ("order_id", "merchant_order_id") if name in transactions]
    skus = transactions["sku"].where(may_be_tied_by_sku(transactions))
    odd = set(skus[transactions["event"].isin(list(TIED_BY_SKU))].dropna())
    near = transactions["key"].isin(list(keys))
    count = -1
    while count != (count := int(near.sum())):
        of_orders = {order for column in orders for order in column[near].dropna()}
        for column in orders:
            near |= column.isin(list(of_orders))
        near |= skus.isin(list(odd & set(skus[near].dropna())))
    return transactions[near.astype(bool)]


def _with(lines: pd.DataFrame, touched: set[str], books: CostingInput, policies: CostingPolicies) -> pd.DataFrame:
    """Cost the touched lines alone and put them back into their places."""
    mask = lines["key"].isin(list(touched))
    own = lines.loc[mask, [name for name in lines.columns if name == "key" or name not in COSTED_COLUMNS]]
    costed = cost(replace(books, transactions=own), policies).drop(columns="key")
    return pd.concat([lines[~mask], pd.concat([own, costed], axis=1)]).sort_index()


_USED = ("key", "sku", "store", "settlement_id", "posted_at", "unit_cost", "cost_source")
"""What says of a line which cost it used, and when."""


def _last_used(
    lines: pd.DataFrame, costs_of: pd.Series, skus: set[str], others: pd.DataFrame, books: CostingInput
) -> pd.DataFrame:
    """Return the last cost used of SKUs, among lines and others beyond them.

    Args:
        lines: Costed.
        costs_of: The SKU of each of them by which its cost was looked for.
        skus: Which.
        others: `_USED`.
        books: For the time zones.
    """
    own = lines.assign(sku=costs_of)
    used = pd.concat([own.loc[costs_of.isin(list(skus)), list(_USED)], others[list(_USED)]], ignore_index=True)
    return last_costs_used(used, used[["unit_cost", "cost_source"]], books.zones)


def _differing(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    """Return the SKUs whose last cost used is another."""
    was, now = ({row["sku"]: row for row in records(table)} for table in (before, after))
    return {sku for sku in was.keys() | now.keys() if was.get(sku) != now.get(sku)}


def _asking(lines: pd.DataFrame, costs_of: pd.Series, skus: set[str]) -> set[str]:
    """Return the lines without cost of these SKUs, to which another cost may be proposed now."""
    missing = (lines["cost_status"] == CostStatus.MISSING) & costs_of.isin(list(skus))
    return set(lines.loc[missing, "key"])


def after_save(database: Database, before: Books) -> Books:
    """Return the books as they are now, costing only what answers saved since `before` have changed."""
    with database.reading() as connection:
        since = batches.since(connection, before.last_batch)
        now = stored_overrides.in_force(connection)
        last, state_now = batches.last(connection), state(connection)
    if not since <= _ONLY_ANSWERS or writings(state_now) - writings(before.database_state) > last - before.last_batch:
        return load_books(database)
    if before.documents is not None:
        standing = set() if before.costing_input.locked_lines is None else set(before.costing_input.locked_lines["key"])
        now = overrides_for_questions(now, before.documents.transactions, standing)
    return replace(with_overrides(before, now), last_batch=last, database_state=state_now)
