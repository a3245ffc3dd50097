"""The sum over the lines of an order is what Finale says of the order, whatever was exported between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.costing import CostingInput, CostingPolicies, cost
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.order_costs import OrderCosts
from core.costing.lines import read_lines
from core.costing.units.shipments import costs_by_line, shipments_by_line
from core.costing.units.units_taken import Claim, Lot, taken_by_exported, taken_in_time
from core.frame_columns import COSTED_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Event, Goods, ObservationKind, StockEffect
from tests.core.costing import all_plans
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = CostingPolicies("USD")
FIRST = date(2026, 8, 1)
NEARLY = Decimal("0.0001")
"""A unit cost has six places, so that a sum may differ by some of the last."""


@dataclass(frozen=True)
class Plan:
    """An order: its shipments, the units of its lines, and in which order the lines were imported and exported."""

    shipments: tuple[tuple[int, Decimal, int], ...]
    """Units, unit cost and day of each."""
    lines: tuple[int, ...]
    """The units of each."""
    imported: tuple[int, ...]
    """Lines in the order of their import."""
    exported: tuple[bool, ...]
    """Whether a line is exported before the next one is imported."""
    told_apart: bool
    seen: tuple[int, ...]
    """How many shipments Finale had after each import; all in the end."""
    kind: str = "sold"
    """What the lines are about: `sold`, `sent away`, or `two SKUs` that stand for the one product."""

    @property
    def total(self) -> Decimal:
        """What Finale says of the order."""
        return sum((units * cost for units, cost, _ in self.shipments), Decimal(0))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw an order of up to eight units."""
    costs = st.sampled_from([Decimal(5), Decimal(9), Decimal("6.6667")])
    shipments = draw(st.lists(st.tuples(st.integers(1, 3), costs, st.integers(0, 40)), min_size=1, max_size=3))
    left, lines = sum(units for units, _, _ in shipments), []
    while left:
        lines.append(draw(st.integers(1, min(3, left))))
        left -= lines[-1]
    return Plan(
        tuple(shipments),
        tuple(lines),
        tuple(draw(st.permutations(range(len(lines))))),
        tuple(draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))),
        draw(st.booleans()),
        tuple(draw(st.lists(st.integers(1, len(shipments)), min_size=len(lines), max_size=len(lines)))),
        draw(st.sampled_from(["sold", "sent away", "two SKUs"])),
    )


def observations(plan: Plan, seen: int) -> pd.DataFrame:
    """Return what Finale says: each shipment, or all in one row."""
    rows = [(units, cost, FIRST + timedelta(days=day)) for units, cost, day in plan.shipments[:seen]]
    if not plan.told_apart:
        units = sum(row[0] for row in rows)
        rows = [(units, sum((row[0] * row[1] for row in rows), Decimal(0)) / units, max(row[2] for row in rows))]
    order: dict[str, Any] = {"kind": ObservationKind.ORDER, "order_id": "1", "product_id": "MUG", "currency": "USD"}
    return frame(
        OBSERVATION_COLUMNS,
        [
            {**order, "units": units, "unit_cost": round(cost, 6), "record_date": day.isoformat()}
            for units, cost, day in rows
        ],
    )


def line(number: int, units: int, sku: str = "MUG", kind: str = "sold") -> dict[str, object]:
    """Return a line of the order, a week after the one before."""
    posted = datetime(2026, 8, 1 + 7 * number % 28, 12, tzinfo=UTC)
    sale: dict[str, Any] = {"event": Event.SALE, "stock_effect": StockEffect.OUT, "order_id": "1", "sku": sku}
    if kind == "sent away":
        removed = number % 2 == 1
        sale |= {"event": Event.REIMBURSEMENT if removed else Event.LIQUIDATION}
        sale |= {"goods": Goods.LOST_ON_REMOVAL if removed else Goods.LIQUIDATED}
    if kind == "two SKUs" and number % 2:
        sale |= {"sku": "MUG-FBA"}
    money = {"principal": Decimal(20) * units, "net": Decimal(20) * units}
    return {**sale, **money, "key": f"line {number}", "store": "US", "quantity": units, "posted_at": posted}


OTHER = 99
"""A line of another SKU, so that nobody reads more units shipped than sold as a pack."""


def books(plan: Plan, count: int, seen: int, locked: pd.DataFrame) -> CostingInput:
    """Return the books after so many imports."""
    lines = [line(number, plan.lines[number], kind=plan.kind) for number in plan.imported[:count]]
    mapping = [{"sku": sku, "product_id": sku[:3], "units": 1} for sku in ("MUG", "MUG-FBA", "CUP")]
    other = line(OTHER, 1, "CUP", "sold" if plan.kind == "two SKUs" else plan.kind)
    table = frame(TRANSACTION_COLUMNS, [*lines, other])
    return CostingInput(table, observations(plan, seen), frame(MAPPING_COLUMNS, mapping), locked_lines=locked)


def lived(plan: Plan, *, all_seen: bool) -> tuple[CostingInput, pd.DataFrame]:
    """Live through the plan; return the books in the end, and their costed lines."""
    locked = frame(COSTED_COLUMNS)
    for count, (is_exported, seen) in enumerate(zip(plan.exported, plan.seen, strict=True), 1):
        now = books(plan, count, len(plan.shipments) if all_seen else seen, locked)
        costed = cost(now, POLICIES)
        if is_exported:
            last = f"line {plan.imported[count - 1]}"
            locked = pd.concat([locked, costed[costed["key"] == last]], ignore_index=True)
    now = books(plan, len(plan.lines), len(plan.shipments), locked)
    return now, cost(now, POLICIES)


_FIVE, _NINE = Decimal(5), Decimal(9)
BROKEN_UP = [
    Plan(
        ((2, _NINE, 10), (1, _FIVE, 0), (3, _FIVE, 0)),
        (1, 3, 1, 1),
        (0, 3, 2, 1),
        (True, True, True, False),
        told_apart=True,
        seen=(1, 1, 1, 1),
    ),
    Plan(
        ((3, _FIVE, 8), (3, _NINE, 6)),
        (1, 3, 1, 1),
        (0, 2, 3, 1),
        (False, True, True, False),
        told_apart=True,
        seen=(1, 1, 1, 1),
    ),
    Plan(
        ((1, _NINE, 18), (2, _FIVE, 22), (2, Decimal("6.6667"), 18)),
        (2, 2, 1),
        (1, 0, 2),
        (True, True, False),
        told_apart=True,
        seen=(1, 1, 1),
    ),
]
"""Exported lines took units out of a shipment that is as large as a line that comes later; or of two, not in a row."""


@pytest.mark.long
@settings(max_examples=examples(12), deadline=None)
@given(plans())
@example(BROKEN_UP[0])
@example(BROKEN_UP[1])
@example(BROKEN_UP[2])
def test_the_lines_of_an_order_cost_what_finale_says_of_it(plan: Plan) -> None:
    """Whichever of them were exported before the others came into the books."""
    _, costed = lived(plan, all_seen=True)

    assert abs(sum(costed["cogs"].dropna()) - plan.total) < NEARLY


@pytest.mark.long
@settings(max_examples=examples(12), deadline=None)
@given(plans())
def test_true_ups_bring_the_lines_of_an_order_to_what_finale_says_of_it(plan: Plan) -> None:
    """Also where some were exported before Finale had all its shipments: costed as if they were free."""
    now, _ = lived(plan, all_seen=False)

    free = cost(replace(now, locked_lines=None, exported_lines=now.locked_lines), POLICIES)

    assert abs(sum(free["cogs"].dropna()) - plan.total) < NEARLY


@settings(max_examples=examples(8), deadline=None)
@given(plans())
def test_what_was_exported_knowing_all_shipments_gets_no_true_up(plan: Plan) -> None:
    """A correct figure is not corrected because the rest of the order came later."""
    now, costed = lived(plan, all_seen=True)
    free = cost(replace(now, locked_lines=None, exported_lines=now.locked_lines), POLICIES)

    for held, found in zip(costed.to_dict("records"), free.to_dict("records"), strict=True):
        assert held["key"] == f"line {OTHER}" or abs(held["cogs"] - found["cogs"]) < NEARLY, held["key"]


DIGITS = (Decimal(1), Decimal(100), Decimal(10000))
"""Unit costs of shipments of fewer than 100 units: the COGS of a line says how many units of which it took."""


@st.composite
def plans_in_digits(draw: st.DrawFn) -> Plan:
    """Draw an order whose shipments can be read from the COGS of its lines, the first one first."""
    plan = draw(plans())
    shipments = sorted(plan.shipments, key=lambda shipment: shipment[2])
    costs = zip(shipments, DIGITS, strict=False)
    return replace(plan, shipments=tuple((one[0], cost, one[2]) for one, cost in costs), told_apart=True)


def units_taken(costed: pd.DataFrame) -> dict[int, list[int]]:
    """Return how many units of each shipment every line of the order took, by its number."""
    found = {}
    for row in costed.to_dict("records"):
        number = int(row["key"].removeprefix("line "))
        if number != OTHER:
            cogs = round(row["cogs"])
            found[number] = [cogs % 100, cogs // 100 % 100, cogs // 10000]
    return found


@settings(max_examples=examples(12), deadline=None)
@given(plans_in_digits())
def test_a_unit_of_a_shipment_is_taken_once(plan: Plan) -> None:
    """Whichever lines were exported before the others came: each takes as many units as it sold."""
    now, costed = lived(plan, all_seen=True)
    free = cost(replace(now, locked_lines=None, exported_lines=now.locked_lines), POLICIES)

    for table in (costed, free):
        taken = units_taken(table)
        assert {number: sum(units) for number, units in taken.items()} == dict(enumerate(plan.lines))
        for place, (units, _, _) in enumerate(plan.shipments):
            assert sum(of[place] for of in taken.values()) == units


@settings(max_examples=examples(12), deadline=None)
@given(plans_in_digits(), st.data())
def test_no_way_to_take_shipments_is_better_by_time_and_units(plan: Plan, data: st.DataObject) -> None:
    """Whether all of the order is in the books or a part: all ways are tried, and none has less that left too late.

    Nor, of those, fewer lines put together from several shipments, nor, of those, fewer days between.
    """
    count = data.draw(st.integers(1, len(plan.lines)))
    taken = units_taken(cost(books(plan, count, len(plan.shipments), frame(COSTED_COLUMNS)), POLICIES))

    rest = [units for units, _, _ in plan.shipments]
    best = min(judged(plan, way) for way in ways({number: plan.lines[number] for number in taken}, rest))
    assert judged(plan, taken) == best


def ways(lines: dict[int, int], rest: list[int]) -> Iterator[dict[int, list[int]]]:
    """Return every way in which lines may take units of shipments."""
    if not lines:
        yield {}
        return
    number, units = next(iter(lines.items()))
    others = {other: of for other, of in lines.items() if other != number}
    for draw in product(*(range(min(there, units) + 1) for there in rest)):
        if sum(draw) == units:
            left = [there - taken for there, taken in zip(rest, draw, strict=True)]
            for way in ways(others, left):
                yield {number: list(draw), **way}


def judged(plan: Plan, way: dict[int, list[int]]) -> tuple[int, int, int]:
    """Return units x days that left after their line, how many lots the lines hold, and units x days in all."""
    late = between = lots = 0
    for number, draw in way.items():
        for units, (_, _, day) in zip(draw, plan.shipments, strict=False):
            days = (posted_on(number) - FIRST - timedelta(days=day)).days
            late, between = late + units * max(0, -days), between + units * abs(days)
            lots += units > 0
    return late, lots, between


def posted_on(number: int) -> date:
    """Return the day of a line; the fifth line is of the day of the first."""
    return FIRST + timedelta(days=7 * number % 28)


@dataclass(frozen=True)
class PostedLine:
    """What of a line its share of the shipments depends on."""

    place: int
    day: str | None


_DAYS = st.none() | st.integers(1, 28).map(lambda day: f"2026-08-{day:02}")
_COSTS = st.sampled_from([None, Decimal(5), Decimal(5), Decimal("5.5"), Decimal(6)])


@st.composite
def claims_and_lots(draw: st.DrawFn) -> tuple[list[Claim], list[Lot]]:
    """Draw sales of an order and its shipments, few and many, also beyond what is tried in all its ways."""
    many = draw(st.booleans())
    lots = draw(st.lists(st.tuples(st.integers(1, 4), _COSTS, _DAYS), min_size=1, max_size=9 if many else 4))
    sales = draw(st.lists(st.tuples(st.integers(1, 5), _COSTS, _DAYS), min_size=1, max_size=9 if many else 4))
    claims = [Claim(PostedLine(n, day), units, cost) for n, (units, cost, day) in enumerate(sales)]  # type: ignore[arg-type]  # as much of a line as is asked
    return claims, [Lot(units, cost, None, day) for units, cost, day in lots]


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None)
@given(drawn=claims_and_lots(), leaves_whole=st.booleans())
def test_looking_at_the_best_beginnings_first_takes_what_looking_at_all_does(
    *, drawn: tuple[list[Claim], list[Lot]], leaves_whole: bool
) -> None:
    """The same units of the same shipments for every sale, ties included."""
    claims, lots = drawn
    left = tuple(lot.units for lot in lots)

    assert all_plans.taken_by_exported(claims, lots) == taken_by_exported(claims, lots)
    assert all_plans.taken_in_time(claims, lots, left, leaves_whole=leaves_whole) == taken_in_time(
        claims, lots, left, leaves_whole=leaves_whole
    )


@pytest.mark.long
@pytest.mark.parametrize(("lines", "units"), [(60, 1), (60, 2), (120, 1)])
def test_many_exported_lines_of_one_order_are_quick(lines: int, units: int) -> None:
    """60 lines of one SKU in 12 shipments took 17 s; twice as many lines take no more than about twice as long."""
    claims = [Claim(PostedLine(n, f"2026-08-{1 + n % 28:02}"), units, Decimal(5)) for n in range(lines)]  # type: ignore[arg-type]  # as above
    lots = [Lot(lines * units // 12, Decimal(5), None, f"2026-08-{1 + 2 * n:02}") for n in range(12)]
    begun = perf_counter()

    assert lines == len(taken_by_exported(claims, lots))
    assert perf_counter() - begun < 0.02 * lines * units


@pytest.mark.parametrize(
    ("told_apart", "costs", "left"),
    [
        (True, [5, 9], [[("2026-08-01", 1)], [("2026-08-08", 2)]]),
        (False, [], [[("2026-08-08", 1)], [("2026-08-08", 2)]]),
    ],
    ids=["two shipments", "one row for both"],
)
def test_each_line_costs_what_its_own_shipment_cost(
    told_apart: bool,  # noqa: FBT001 - a parameter
    costs: list[int],
    left: list[list[tuple[str, int]]],
) -> None:
    """One unit left at 5 and two at 9 a week later: the first sale takes the first, where Finale tells them apart."""
    plan = Plan(((1, Decimal(5), 0), (2, Decimal(9), 7)), (1, 2), (0, 1), (False,) * 2, told_apart, (2, 2))
    given = books(plan, 2, 2, frame(COSTED_COLUMNS))
    known = OrderCosts(read_finale(given.observations, given.mappings, "USD"), {})
    claims = [Claim(line, int(line.quantity or 0)) for line in read_lines(given.transactions) if line.sku == "MUG"]
    apart, shipments = costs_by_line(claims, known), shipments_by_line(claims, known)

    assert costs == [apart[place].unit_cost for place in sorted(apart)]
    assert left == [[(day, units) for day, units, _ in shipments[claim.line.place].left] for claim in claims]
