"""True-ups whose new cost looks wrong: marked on sheet Cost true-ups, and asked for before they are posted.

A cost that came after the export leaves the books by a true-up, so that it is asked for there as an export asks
(docs/design/finale.md). Worked example: an order was sold with 1 and shipped with 2 at 7.00. Its line came after the
export and costs 14.00: the proposal says why that looks wrong, and nothing of it is posted unasked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import costed_now
from core.books.true_ups.true_ups import with_mirrors
from core.costing import closure, with_report
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.suspects import SuspectCost, far_off, named_costs
from core.errors import CogsheetError
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Database
    from core.books.true_ups.cost_comparison import Row
    from core.costing import CostingInput
    from core.costing.costs.finale_costs import Finale


class SuspectTrueUpsError(CogsheetError):
    """Costs that look wrong are not posted by true-ups without being looked at."""

    def __init__(self, suspects: Mapping[int, SuspectCost], *, of_several: bool = False) -> None:
        self.suspects = tuple(suspects.values())
        numbers = ", ".join(str(number) for number in sorted(suspects))
        super().__init__(
            f"Costs look wrong of true-ups that would be accepted (marked ? on sheet Cost true-ups: {numbers}): "
            f"{named_costs(self.suspects, of_several=of_several)}. Nothing was decided. Correct Finale's costs in "
            f"Finale and sync, or dismiss them. If they are right, accept them when you accept the true-ups again."
        )


def suspect_true_ups(books: Books, pending: pd.DataFrame) -> dict[int, SuspectCost]:
    """Return the proposals whose new cost looks wrong, by their numbers. Pure.

    Args:
        books: The books.
        pending: TRUE_UP_COLUMNS: everything that is proposed.
    """
    priced = records(pending[pending["unit_cost"].notna()])
    if not priced:
        return {}
    now = _costed(books, {row["key"] for row in priced}, set(pending["key"]))
    finale = read_finale(books.observations, books.mappings, books.company.home_currency)
    judged = ((row["id"], _suspect(row, now[row["key"]], finale)) for row in priced if row["key"] in now)
    return {number: one for number, one in judged if one is not None}


def _costed(books: Books, keys: Collection[str], proposed: Collection[str]) -> dict[str, Row]:
    """Cost the lines of proposals, with those that they are tied to, as the comparison that proposed them did.

    What was dismissed and is not proposed anew stands as it is held.
    """
    tied = closure(with_report(books.known_now), keys, books.mappings)
    as_read = None if books.as_read is None else _only(books.as_read, tied)
    some = replace(books, costing_input=_only(books.costing_input, tied), as_read=as_read)
    standing = books.never_posted | (set(books.dismissed_true_ups["key"]) - set(proposed))
    return {row["key"]: row for row in records(costed_now(some, standing))}


def _only(known: CostingInput, keys: Collection[str]) -> CostingInput:
    lines = known.transactions
    return replace(known, transactions=lines[lines["key"].isin(list(keys))].reset_index(drop=True))


def _suspect(true_up: Row, line: Row, finale: Finale) -> SuspectCost | None:
    """Judge the cost of a proposal as costing did; one that its line does not have by itself, beside the average."""
    known = finale.average(line["sku"])
    average, cost = known.unit_cost if known is not None else None, true_up["unit_cost"]
    reason = line["suspect"]
    if line["unit_cost"] != cost and average is not None:
        reason = far_off(cost, average)
    place = {"store": line["store"], "settlement_id": line["settlement_id"]}
    return None if reason is None else SuspectCost(line["order_id"], line["sku"], cost, average, reason, **place)


def refuse_suspect(database: Database, books: Books, accepted: Collection[int]) -> None:
    """Stop where proposals that look wrong, or that belong together with such, are to be accepted.

    Raises:
        SuspectTrueUpsError: If some are.
        TrueUpDecidedError: If one of them is not pending any more.
    """
    if not accepted:
        return
    with database.reading() as connection:
        pending = true_up_history.pending(connection)
    chosen = set(with_mirrors(books, pending, accepted)["id"])
    suspects = {number: one for number, one in suspect_true_ups(books, pending).items() if number in chosen}
    if suspects:
        raise SuspectTrueUpsError(suspects, of_several=books.has_several_stores)
