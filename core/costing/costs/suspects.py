"""Costs that look wrong: they are used and marked, and the COGS export asks for them first (docs/design/costing.md).

A case of twelve entered as one unit costs twelve times the average. With an average of 4.00, 20.00 is used as it is and
20.01 is marked; it is a question to a person, because prices do rise, and nothing is corrected here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.frame_columns import records
from core.model import CostSource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from core.costing.costs.finale_costs import Finale, SkuPart
    from core.costing.costs.precedence import CostQuestion, UnitCost

TIMES = 5
"""A cost of more than so many times the current average, or of less than that part of it, is suspect."""
_JUDGED = frozenset(
    {CostSource.ENTERED, CostSource.ACCEPTED_AVERAGE, CostSource.ORDER, CostSource.AVERAGE_ON_DATE, CostSource.OPENING}
)


def suspicion(question: CostQuestion, answer: UnitCost, finale: Finale) -> str | None:
    """Return why a cost looks wrong; nothing where it does not.

    A line that takes its original's cost is not marked again; an entered cost with a note is taken as meant.

    Args:
        question: The line.
        answer: Its cost.
        finale: For the current average of the SKU.
    """
    if answer.source not in _JUDGED or answer.unit_cost == 0:
        return None
    if answer.unit_cost < 0:
        return "The cost is negative"
    if answer.source is CostSource.ENTERED and question.override is not None and question.override.note:
        return None
    average = finale.average(question.line.sku)
    far = far_off(answer.unit_cost, average.unit_cost) if average is not None else None
    return far or answer.odd


@dataclass(frozen=True, slots=True)
class SuspectCost:
    """A cost that looks wrong, as a person is told of it before it is saved or exported."""

    order_id: str | None
    sku: str | None
    unit_cost: Decimal
    """Per unit of the SKU, home currency."""
    average: Decimal | None
    """The SKU's current average, else what was proposed; missing where nothing is known."""
    reason: str
    where: str = ""
    """How its cell is named, where it was typed."""
    store: str = ""
    settlement_id: str = ""
    """Where its line is: two stores can have one order id, and one settlement id."""

    def __str__(self) -> str:
        """Return it as `order 111-1, SKU MUG: cost 1234.5, average 9.93`, and the reason where that is another."""
        return self.in_words(of_several=False)

    def in_words(self, *, of_several: bool) -> str:
        """Return the same, of a company with several stores with the line's own: `order 111-1 (Amazon US), SKU MUG`."""
        order = f"order {self.order_id}" if self.order_id else "no order"
        order = f"{order} ({self.store})" if of_several and self.store else order
        place = f"{self.where}, {order}" if self.where else order
        average = f"{self.average.normalize():f}" if self.average is not None else "not known"
        sentence = f"{place}, SKU {self.sku or 'not named'}: cost {self.unit_cost.normalize():f}, average {average}"
        is_far = self.average is not None and far_off(self.unit_cost, self.average) is not None
        return sentence if is_far else f"{sentence} ({self.reason[:1].lower()}{self.reason[1:]})"


def suspect_costs(lines: pd.DataFrame, finale: Finale) -> tuple[SuspectCost, ...]:
    """Return the costs of lines that look wrong, in their order.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        finale: For the current averages.
    """
    names = ["store", "settlement_id", "order_id", "sku", "unit_cost", "suspect"]
    rows = records(lines.loc[lines["suspect"].notna(), names])
    averages = ((row, finale.average(row["sku"])) for row in rows)
    return tuple(
        SuspectCost(
            row["order_id"],
            row["sku"],
            row["unit_cost"],
            average.unit_cost if average else None,
            row["suspect"],
            store=row["store"],
            settlement_id=row["settlement_id"],
        )
        for row, average in averages
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What a typed cost is held against, per unit of its SKU in home currency."""

    average: Decimal | None = None
    """The SKU's current average."""
    others: Collection[Decimal] = ()
    """Everything else that is known of it: its other costs in the books and in Finale, opening costs, the proposal."""
    money: Decimal | None = None
    """What one unit of the line brought, +; missing where that says nothing of its cost."""

    def suspicion(self, cost: Decimal) -> str | None:
        """Return why a cost looks wrong beside the best that is known; nothing where it does not, or nothing is known.

        Beside the money alone only what is absurd is asked: goods that cost more than five times what they brought, or
        less than a hundredth of it.
        """
        if self.average is not None and self.average > 0:
            return far_off(cost, self.average)
        others = [other for other in self.others if other > 0]
        if others:
            return _far_from_all(cost, min(others), max(others))
        return None if not self.money else _far_from_money(cost, self.money)


def _far_from_all(cost: Decimal, lowest: Decimal, highest: Decimal) -> str | None:
    if cost > highest * TIMES:
        return f"More than five times the highest cost known of it, {highest.normalize():f}"
    if cost * TIMES < lowest:
        return f"Less than a fifth of the lowest cost known of it, {lowest.normalize():f}"
    return None


_LEAST_PART = 100


def _far_from_money(cost: Decimal, money: Decimal) -> str | None:
    brought = f"what one unit brought, {money.quantize(Decimal('0.01')):f}, and nothing else is known of its cost"
    if cost > money * TIMES:
        return f"More than five times {brought}"
    return f"Less than a hundredth of {brought}" if cost * _LEAST_PART < money else None


def known_costs(
    skus: Collection[str], lines: pd.DataFrame, opening: pd.DataFrame | None, finale: Finale
) -> dict[str, list[tuple[str, Decimal]]]:
    """Return what the books and Finale know of the costs of SKUs, each with the key of the line that has it.

    Args:
        skus: Which.
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS of the books.
        opening: OPENING_COLUMNS.
        finale: What left on orders at which cost, and averages of days; of a kit the sum of its parts' extremes.
    """
    by_sku: dict[str, list[tuple[str, Decimal]]] = {sku: [] for sku in skus}
    own = lines.loc[lines["sku"].isin(list(skus)) & lines["unit_cost"].notna(), ["key", "sku", "unit_cost"]]
    for row in records(own):
        by_sku[row["sku"]].append((row["key"], row["unit_cost"]))
    for row in records(opening) if opening is not None else ():
        if row["sku"] in by_sku and row["unit_cost"]:
            by_sku[row["sku"]].append(("", row["unit_cost"]))
    of_products = finale.costs_of_products()
    for sku, costs in by_sku.items():
        costs += [("", cost) for cost in _extremes(finale.parts(sku), of_products)]
    return by_sku


def _extremes(parts: Sequence[SkuPart], of_products: Mapping[str, Sequence[Decimal]]) -> tuple[Decimal, ...]:
    """Return the lowest and the highest cost that products ever had together; nothing where one never had any."""
    costs = [(part.units, of_products[part.product]) for part in parts if part.product in of_products]
    if not costs or len(costs) < len(parts):
        return ()
    return tuple(sum((units * of(known) for units, known in costs), Decimal(0)) for of in (min, max))


_MOST_NAMED = 10


def named_costs(suspects: Sequence[SuspectCost], *, of_several: bool = False) -> str:
    """Return costs that look wrong in a sentence; of very many the first.

    Args:
        suspects: Which.
        of_several: Whether their stores are to be named: the company has several, and nothing else says which.
    """
    more = len(suspects) - _MOST_NAMED
    return "; ".join(
        [
            *(one.in_words(of_several=of_several) for one in suspects[:_MOST_NAMED]),
            *([f"and {more:,} more"] if more > 0 else []),
        ]
    )


def far_off(cost: Decimal, average: Decimal) -> str | None:
    """Return why a cost looks wrong beside an average; nothing where it does not."""
    if cost > average * TIMES:
        return f"More than five times the current average, {average.normalize():f}"
    if cost * TIMES < average:
        return f"Less than a fifth of the current average, {average.normalize():f}"
    return None
