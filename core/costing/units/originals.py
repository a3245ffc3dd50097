"""Which order line a refund or adjustment refers to (docs/design/costing.md, Which cost a line gets).

Original = the sales of the same store, same order and same order-item code; else of the same order and SKU; else, for
a line that names neither, the order's only SKU, or all of its SKUs where all that was paid for them is given back. It
is looked for in all the books, whatever settlement it stands in. Several sales (a split shipment, an order that comes
back as a whole) make one original together: its unit cost is theirs, weighted by units.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.rules.rules import Rule
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from core.costing.lines import Line

_CENT = Decimal("0.01")
REFERRING = frozenset({Rule.REFUND, Rule.RETURN_LOST, Rule.REPLACEMENT})
"""Rules of lines that may have an original."""
Name = tuple[str | None, ...]
"""Names an original: its level, store, order, and order-item code or SKU."""


@dataclass(frozen=True, slots=True)
class Original:
    """The sales that a refund or adjustment refers to, in order of posting."""

    name: Name
    """That of its item where it is all sales of it, so that lines with a code and lines without refer to one thing."""
    sales: tuple[Sale, ...]
    item: Name
    """Under which name the units of its order and SKU are counted, whatever their order-item code."""
    item_units: int
    """Units sold of that order and SKU."""
    several: tuple[tuple[Name, int], ...] = ()
    """Of an order of several SKUs that a line gives back as a whole: how many units it sold of each."""

    @property
    def names(self) -> tuple[Name, ...]:
        """Under which names that counts which lines are about of it: its own, and the wider one of its item."""
        return (self.name,) if self.item == self.name else (self.name, self.item)

    @property
    def units(self) -> int:
        """Units sold."""
        return sum(sale.units or 0 for sale in self.sales)

    @property
    def units_known(self) -> bool:
        """Whether every sale says its units."""
        return all(sale.units is not None for sale in self.sales)

    @property
    def principal(self) -> Decimal:
        """The price of all its units without tax, in the settlement's currency; + is money for the seller."""
        return sum((sale.line.principal or Decimal(0) for sale in self.sales), Decimal(0))

    @property
    def with_tax(self) -> Decimal:
        """The price of all its units with tax, in the settlement's currency; + is money for the seller."""
        return self.principal + sum((sale.line.tax or Decimal(0) for sale in self.sales), Decimal(0))

    @property
    def with_postage(self) -> Decimal:
        """All that the buyer paid for its units, in the settlement's currency; + is money for the seller."""
        return sum((sale.line.payment for sale in self.sales), Decimal(0))

    @property
    def replacement_units(self) -> int:
        """Units that left without a price."""
        return sum(sale.units or 0 for sale in self.sales if not sale.line.principal)


class Sale(NamedTuple):
    """A sale and its units; missing = unknown."""

    line: Line
    units: int | None


def item_name(line: Line) -> Name | None:
    """Name the order and SKU of a line; missing where it does not say both."""
    return None if line.order_id is None or line.sku is None else ("sku", line.store, line.order_id, line.sku)


def _code_name(line: Line) -> Name | None:
    """Name the order and order-item code of a line; a code is the same with and without leading zeros."""
    if line.order_id is None or line.order_item_id is None:
        return None
    return "code", line.store, line.order_id, line.order_item_id.lstrip("0")


def _order_name(line: Line) -> Name | None:
    return None if line.order_id is None else ("order", line.store, line.order_id)


LEVELS = (_code_name, item_name, _order_name)
"""The names of a sale."""


def find_originals(
    referring: Iterable[Line], sales: Iterable[Line], units: Callable[[Line], int | None]
) -> dict[int, Original]:
    """Find the original of every line that may have one.

    Args:
        referring: The lines whose rule is one of `REFERRING`.
        sales: All sales of the books.
        units: Tells the units of a sale.

    Returns:
        Originals by the place of the line that refers to them; lines without an original in the books are left out.
    """
    lines = {line.place: line for line in referring}
    wanted = {place: _wanted_names(line) for place, line in lines.items()}
    orders = {name[1:3] for names in wanted.values() for name in names}
    concerned = (Sale(line, units(line)) for line in sales if (line.store, line.order_id) in orders)
    by_name = _sales_by_name(concerned)
    chosen = {place: next((name for name in names if name in by_name), None) for place, names in wanted.items()}
    originals = {name: _original(name, by_name) for name in set(chosen.values()) if name is not None}
    return {
        place: originals[name]
        for place, name in chosen.items()
        if name is not None and (not originals[name].several or _gives_all_back(lines[place], originals[name]))
    }


def _gives_all_back(line: Line, original: Original) -> bool:
    """Tell whether a refund is all of the price of an order, alone, with its tax, or with its postage too.

    A cent of difference is rounding: a refund and a sale in another currency are converted each by itself.
    """
    price, tax = line.principal or Decimal(0), line.tax or Decimal(0)
    told = ((price, original.principal), (price + tax, original.with_tax), (line.payment, original.with_postage))
    all_named = all(item[0] == "sku" for item, _ in original.several)
    return all_named and original.units_known and any(of > 0 and abs(back + of) <= _CENT for back, of in told)


def _wanted_names(line: Line) -> list[Name]:
    """Return the names under which a line's original may be found, best first; the order alone if it says no more."""
    names = [name for name in (_code_name(line), item_name(line)) if name is not None]
    order = _order_name(line)
    return names if names or order is None else [order]


def _sales_by_name(sales: Iterable[Sale]) -> dict[Name, list[Sale]]:
    """Return the sales under each of their names."""
    by_name: dict[Name, list[Sale]] = defaultdict(list)
    for sale in sales:
        for name in (level(sale.line) for level in LEVELS):
            if name is not None:
                by_name[name].append(sale)
    return by_name


def _original(name: Name, found: Mapping[Name, Sequence[Sale]]) -> Original:
    sales = tuple(sorted(found[name], key=lambda sale: sale.line.when))
    items = {item_name(sale.line) or name: 0 for sale in sales}
    if name[0] == "order" and len(items) > 1:
        several = tuple((item, sum(sale.units or 0 for sale in found.get(item, ()))) for item in items)
        return Original(name, sales, name, sum(sale.units or 0 for sale in sales), several)
    item = item_name(sales[0].line) or name
    of_item = found.get(item, sales)
    of_same_sales = item if len(of_item) == len(sales) else name
    return Original(of_same_sales, sales, item, sum(sale.units or 0 for sale in of_item))


class SaleCost(NamedTuple):
    """What a sale cost, for those that refer to it."""

    unit_cost: Decimal | None
    as_of: datetime | None
    is_listed: bool
    """Whether its cost, should it have none, is asked for: of a locked line, or before books start, it is not."""


class OriginalCost(NamedTuple):
    """The unit cost used on an original, or which sale lacks it."""

    unit_cost: Decimal | None
    as_of: datetime | None
    line: Line
    """Its first sale, or the first that has no cost."""
    is_closed: bool
    """Whether it has no cost and never will, because nobody is asked for it."""


class ReturnedUnits(NamedTuple):
    """Units that came back of an original, at the unit cost that they had."""

    when: tuple[int, str]
    units: int
    unit_cost: Decimal


def used_on(
    original: Original, used: Mapping[int, SaleCost], line: Line, units: int, back: Sequence[ReturnedUnits]
) -> OriginalCost:
    """Return the unit cost used on an original, as far as it is a line's: that of its sales, weighted by units.

    Goods that left after a line cannot be the line's, and what came back before it cannot come back again: 3 left at
    5.00, 2 of them came back (-10.00), 1 more left at 6.88. What comes back then is of the 1 at 5.00 and the 1 at 6.88.

    Args:
        original: The original.
        used: What each sale cost, by place.
        line: The line that refers to it.
        units: Units that the line brings back, without sign.
        back: What other lines brought back of it.
    """
    earlier = [one for one in back if one.when <= line.when]
    sales = _left_by(line, original, units + sum(one.units for one in earlier))
    costs = [(sale.units or 0, used[sale.line.place].unit_cost) for sale in sales]
    without = [sale.line for sale in sales if used[sale.line.place].unit_cost is None]
    first = without[0] if without else sales[0].line
    known = [(units, cost) for units, cost in costs if cost is not None]
    return OriginalCost(
        unit_cost=None if without else _after(known, earlier),
        as_of=used[first.place].as_of,
        line=first,
        is_closed=bool(without) and not any(used[line.place].is_listed for line in without),
    )


def as_it_came_back(used: OriginalCost, line: Line, back: Sequence[ReturnedUnits]) -> OriginalCost:
    """Return what a line costs that takes goods again that came back before it; as on the original where none did."""
    earlier = [(one.units, one.unit_cost) for one in back if one.when <= line.when]
    return used._replace(unit_cost=weighted(earlier)) if earlier and used.unit_cost is not None else used


def _left_by(line: Line, original: Original, units: int) -> Sequence[Sale]:
    """Return the sales until a line's day; all of the original where more came back by then than they sold."""
    day = line.day
    sales = [sale for sale in original.sales if not (day and sale.line.day and sale.line.day > day)]
    return sales if sales and sum(sale.units or 0 for sale in sales) >= units else original.sales


def _after(sales: Sequence[tuple[int, Decimal]], back: Sequence[ReturnedUnits]) -> Decimal:
    """Return the unit cost of what is left of goods when some came back; of all of them where nothing is."""
    rest = [*sales, *((-one.units, one.unit_cost) for one in back)]
    worth = sum((units * cost for units, cost in rest), Decimal(0))
    is_left = worth > 0 and sum(units for units, _ in rest) > 0
    return weighted(rest if is_left and len({cost for _, cost in sales}) > 1 else sales)


def weighted(costs: Sequence[tuple[int, Decimal]]) -> Decimal:
    """Return the unit cost of several lots together, home currency, at six places; equal costs stay as they are."""
    units = sum(number for number, _ in costs)
    if units == 0 or len({cost for _, cost in costs}) == 1:
        return costs[0][1]
    return at_line_places(sum((number * cost for number, cost in costs), Decimal(0)) / units)
