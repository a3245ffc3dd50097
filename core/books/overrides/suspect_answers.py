"""Which costs look wrong beside everything that is known of their SKU: typed on Resolve, or come of a setting. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from core.books.overrides.answers import Cell, Decision, LineState, Ruling
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.suspects import Beside, SuspectCost, known_costs
from core.exchange_rates import at_home
from core.frame_columns import records
from core.model import CostSource, Event, OverrideKind, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.books.books import Books


def suspect_answers(
    books: Books, decisions: Sequence[Decision], states: Mapping[str, LineState]
) -> tuple[SuspectCost, ...]:
    """Judge every cost that would be saved, as the books will judge it and where they cannot (no average, no units)."""
    costs = [one for one in decisions if one.ruling is Ruling.SAVE and one.kind is not None and one.answer.cost]
    if not costs:
        return ()
    beside = _beside(books, costs, states)
    judged = (_suspect(one, states[one.answer.key], beside[one.answer.key]) for one in costs)
    return tuple(one for one in judged if one is not None)


def _beside(books: Books, costs: Sequence[Decision], states: Mapping[str, LineState]) -> dict[str, Beside]:
    """Return what each cost is held against, by line key."""
    finale = read_finale(books.observations, books.mappings, books.company.home_currency)
    skus = {one.answer.key: _sku(one, states) for one in costs}
    known = known_costs({sku for sku in skus.values() if sku}, books.lines, books.costing_input.opening, finale)
    brought = _brought(books, {one.answer.key: one.answer.units_back for one in costs})
    by_key = {}
    for one in costs:
        key, average = one.answer.key, finale.average(skus[one.answer.key])
        others = [cost for of, cost in known.get(skus[key] or "", ()) if of != key]
        others += books.costs_beyond.get(skus[key] or "", ())
        others += [one.answer.proposal] if one.answer.proposal else []
        by_key[key] = Beside(average.unit_cost if average is not None else None, others, brought.get(key))
    return by_key


def suspect_changes(before: Books, after: Books) -> tuple[SuspectCost, ...]:
    """Judge the costs that typed settings have given or changed (opening costs, SKU mappings), one of each SKU.

    A mapping moves the average of its SKU with the cost, so that the average cannot tell: what was known before can.

    Args:
        before: The books without what was typed.
        after: The books with it.
    """
    was = {row["key"]: row["unit_cost"] for row in records(before.lines, ["key", "unit_cost"])}
    names = ["key", "store", "settlement_id", "order_id", "sku", "unit_cost", "cost_source", "suspect"]
    rows = records(after.lines.loc[after.lines["unit_cost"].notna() & after.lines["sku"].notna(), names])
    changed = {
        row["sku"]: row for row in reversed(rows) if row["unit_cost"] and row["unit_cost"] != was.get(row["key"])
    }
    finale = read_finale(before.observations, before.mappings, before.company.home_currency)
    known = known_costs(set(changed), before.lines, before.costing_input.opening, finale)
    brought = _brought(after, dict.fromkeys(row["key"] for row in changed.values()))
    suspects = []
    for sku, row in changed.items():
        beside = Beside(None, [cost for _, cost in known[sku]], brought.get(row["key"]))
        reason = row["suspect"] or beside.suspicion(row["unit_cost"])
        if reason is not None and row["cost_source"] != CostSource.LOCKED:
            place = {"store": row["store"], "settlement_id": row["settlement_id"]}
            suspects.append(SuspectCost(row["order_id"], sku, row["unit_cost"], None, reason, **place))
    return tuple(suspects)


def _sku(decision: Decision, states: Mapping[str, LineState]) -> str | None:
    state = states[decision.answer.key]
    return state.typed_sku(decision.answer) or state.sku


_BROUGHT = frozenset({Event.SALE, Event.REFUND, Event.REIMBURSEMENT})
"""Events whose money says something of what the goods cost; what is liquidated or only shipped brings little."""


def _brought(books: Books, typed: Mapping[str, int | None]) -> dict[str, Decimal]:
    """Return what one unit of each line brought, in home currency, +: its price, or its net where that is more.

    Lines without money, and those of a currency without a rate, are left out. Typed units count where any were.
    """
    lines = books.lines[books.lines["key"].isin(list(typed)) & books.lines["event"].isin(list(_BROUGHT))]
    home = books.company.home_currency
    priced = [at_home(lines, name, books.rates, home, books.zones) for name in ("principal", "net")]
    costs = {}
    for key, event, units, *amounts in zip(lines["key"], lines["event"], units_of(lines), *priced, strict=True):
        signed = [-amount if event == Event.REFUND else amount for amount in amounts if not pd.isna(amount)]
        costs[key] = max(signed, default=Decimal(0)) / (typed[key] or (1 if pd.isna(units) else abs(int(units))) or 1)
    return {key: money for key, money in costs.items() if money > 0}


def _suspect(decision: Decision, state: LineState, beside: Beside) -> SuspectCost | None:
    """Judge a cost beside what is known of its SKU, and by how it was typed; a note says that it is meant."""
    answer = decision.answer
    if state.takes_no_cost or (decision.kind is OverrideKind.ENTERED and answer.note):
        return None
    cost, shown = answer.cost or Decimal(0), beside.average or answer.proposal or None
    is_known = bool(beside.average or beside.others)
    reason = answer.notation or beside.suspicion(cost) or (None if is_known else answer.odd)
    if reason is None:
        return None
    sku, where = state.typed_sku(answer) or state.sku, answer.named(Cell.COST)
    place = {"store": state.store, "settlement_id": state.settlement_id}
    return SuspectCost(state.order_id, sku, cost, shown, reason, where, **place)
