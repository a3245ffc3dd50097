"""What the bookkeeper typed on Resolve, and which of its cells contradict each other. Pure.

Whether a saved answer still holds, since its line asks something else, says `core.books.overrides.questions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import briefly
from core.model import Disposition, Event, OverrideKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from decimal import Decimal


class Cell(StrEnum):
    """The cells of a row that are typed into."""

    SKU = "sku"
    COST = "cost"
    ZERO_OK = "zero_ok"
    UNITS_BACK = "units_back"
    DISPOSITION = "disposition"
    NOTE = "note"


_HEADERS = {
    Cell.SKU: "SKU",
    Cell.COST: "Cost",
    Cell.ZERO_OK: "Zero OK",
    Cell.UNITS_BACK: "Units back",
    Cell.DISPOSITION: "Disposition",
    Cell.NOTE: "Note",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of Resolve as it stands on the sheet."""

    key: str
    version: int
    """The version it was filled from; 0 where there was no override."""
    cost: Decimal | None
    proposal: Decimal | None
    zero_ok: bool = False
    units_back: int | None = None
    disposition: str | None = None
    stock_edited: bool = False
    """Whether units back or disposition differ from what the row was filled with."""
    disposition_edited: bool = False
    """Whether the disposition does."""
    note: str | None = None
    sku: str | None = None
    """What stands in its SKU cell: what the line names, or what somebody typed where it names none."""
    where: str = ""
    """Sheet and cell of its cost."""
    unreadable: str | None = None
    """Why a cell of the row cannot be taken, in the user's words."""
    odd: str | None = None
    """Why its cost may not be what was meant, where no average can tell."""
    notation: str | None = None
    """Why its cost may not be what was meant, whatever it stands beside: it was typed as 1e3."""
    cells: Mapping[Cell, str] = field(default_factory=dict)
    """How each cell is named to its user: `Resolve!N5 (Cost)`."""

    def named(self, cell: Cell) -> str:
        """Return how a cell is named to its user."""
        return self.cells.get(cell, _HEADERS[cell])

    @property
    def is_proposal(self) -> bool:
        """Whether its cost is the unedited proposal."""
        return self.cost is not None and self.cost == self.proposal

    @property
    def typed_cost(self) -> Decimal | None:
        """The unit cost that somebody typed, home currency; `None` where it is empty or the unedited proposal."""
        return None if self.is_proposal else self.cost


@dataclass(frozen=True, slots=True)
class InForce:
    """What is saved for a line now."""

    version: int
    unit_cost: Decimal | None = None
    zero_confirmed: bool = False
    disposition: str | None = None
    units_back: int | None = None
    sku: str | None = None
    """Typed for a line that names none itself."""
    kind: str | None = None
    """How its cost came about (`OverrideKind`); nothing where none is set."""
    note: str | None = None
    saved_by: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """The line an answer is for, as the books have it."""

    settlement_id: str
    order_id: str | None
    sku: str | None
    in_force: InForce = InForce(version=0)
    is_locked: bool = False
    takes_no_cost: str | None = None
    """Why the line takes no cost of its own (a refund whose original is in the books)."""
    event: str | None = None
    units: int | None = None
    """Units that the line itself states, without sign; nothing where it states none."""
    is_missing: bool = True
    """Whether it lacks its cost, so that Resolve lists it."""
    asks_units: bool = False
    """Whether it is listed because its units are not known, or do not add up."""
    takes_units: bool = False
    """Whether typed units count though the line states its own: a return, a clawback of what is in the books."""
    stated_sku: str | None = None
    """The SKU that the line itself names; in `sku` stands a typed one too."""
    proposed_units: int | None = None
    """Units that are proposed for it, or that its cost is taken for, without sign."""
    store: str = ""
    """Whose settlement it is in: two stores can have one settlement id."""

    def typed_sku(self, answer: Answer) -> str | None:
        """Return the SKU of a row that is typed, now or before, and not the line's own."""
        return None if answer.sku == self.stated_sku else answer.sku

    def has_more_units(self, answer: Answer) -> bool:
        """Tell whether more units are typed than are proposed: then the cost beside them is no proposal any more."""
        if not answer.stock_edited or self.is_refund or None in (answer.units_back, self.proposed_units):
            return False
        return self.takes_units and (answer.units_back or 0) > (self.proposed_units or 0)

    def has_new_sku(self, answer: Answer) -> bool:
        """Tell whether a SKU is typed that is not saved yet."""
        return self.typed_sku(answer) not in (None, self.in_force.sku)

    @property
    def is_refund(self) -> bool:
        """Whether goods may have come back with it."""
        return self.event in (Event.REFUND, Event.DISPUTE)

    def moves_none(self, disposition: str | None) -> bool:
        """Tell whether a disposition says that no goods left or entered sellable stock, so that no cost is taken.

        Unsellable says so of a refund and of goods found, whose cost stays an expense, and of a liquidation, whose cost
        was one already.
        """
        if disposition == Disposition.UNSELLABLE:
            return self.is_refund or self.event in (Event.LIQUIDATION, Event.REIMBURSEMENT_REVERSAL)
        return disposition in (Disposition.NOT_RETURNED, Disposition.MONEY_ONLY)


class Ruling(StrEnum):
    """What becomes of an answer."""

    SAVE = "save"
    MISSING = "missing"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and what becomes of it."""

    answer: Answer
    ruling: Ruling
    reason: str = ""
    kind: OverrideKind | None = None
    """How the cost came about, where one is saved."""
    is_proposal: bool = False
    """Whether the row holds an unedited proposal."""


def contradiction(answer: Answer, line: LineState) -> str | None:
    """Return which two cells of a row, or which cell and its line, say what cannot both hold; nothing where none do.

    What stands prefilled counts like what was typed: neither may win silently. Examples: Zero OK yes beside a cost of
    9.16; Disposition Not returned beside 1 unit back; 3 units back of a refund of 2.
    """
    return next((words for check in _CONTRADICTIONS if (words := check(answer, line)) is not None), None)


def _zero_and_cost(answer: Answer, line: LineState) -> str | None:  # noqa: ARG001 - a check like the others
    if not answer.zero_ok or not answer.cost:
        return None
    return _both(answer, (Cell.ZERO_OK, "yes"), (Cell.COST, number_typed(answer.cost)), "empty one of the two")


def _zero_and_no_goods(answer: Answer, line: LineState) -> str | None:
    if not answer.zero_ok or not answer.disposition_edited or not line.moves_none(answer.disposition):
        return None
    why = "Zero OK is for goods that moved and cost nothing, this disposition says that none moved: keep one of the two"
    return _both(answer, (Cell.ZERO_OK, "yes"), (Cell.DISPOSITION, str(answer.disposition)), why)


def _zero_and_goods_back(answer: Answer, line: LineState) -> str | None:
    """Know goods that came back at their original's cost and are said to cost nothing: 0 says that none came back."""
    if not answer.zero_ok or line.takes_no_cost is None or not answer.stock_edited:
        return None
    why = "what comes back takes the cost of its original sale, Zero OK says that none came back: empty one of the two"
    if answer.units_back:
        return _both(answer, (Cell.ZERO_OK, "yes"), (Cell.UNITS_BACK, f"{answer.units_back}"), why)
    if answer.disposition_edited and answer.disposition == Disposition.RESTOCKED:
        return _both(answer, (Cell.ZERO_OK, "yes"), (Cell.DISPOSITION, answer.disposition), why)
    return None


def _cost_and_no_goods(answer: Answer, line: LineState) -> str | None:
    if not answer.typed_cost or not line.moves_none(answer.disposition):
        return None
    why = "no cost is taken where no goods moved into or out of stock: empty the cost, or correct the disposition"
    cost = (Cell.COST, number_typed(answer.typed_cost))
    return _both(answer, cost, (Cell.DISPOSITION, str(answer.disposition)), why)


def _cost_and_no_units(answer: Answer, line: LineState) -> str | None:
    counts = line.is_refund or line.takes_units or line.asks_units
    if not counts or not answer.typed_cost or answer.units_back != 0:
        return None
    moved = "came back" if line.is_refund else "moved"
    why = f"no cost is taken where no units {moved}: empty the cost, or type the units"
    return _both(answer, (Cell.COST, number_typed(answer.typed_cost)), (Cell.UNITS_BACK, "0"), why)


def _units_and_not_back(answer: Answer, line: LineState) -> str | None:  # noqa: ARG001 - a check like the others
    if not answer.stock_edited or not answer.units_back:
        return None
    if answer.disposition not in (Disposition.NOT_RETURNED, Disposition.MONEY_ONLY):
        return None
    why = f"put {_HEADERS[Cell.UNITS_BACK]} to 0, or choose what happened to these units"
    units = (Cell.UNITS_BACK, f"{answer.units_back}")
    return _both(answer, units, (Cell.DISPOSITION, answer.disposition), why)


def _back_without_units(answer: Answer, line: LineState) -> str | None:
    if not line.is_refund or not answer.stock_edited or answer.units_back != 0:
        return None
    if answer.disposition not in (Disposition.RESTOCKED, Disposition.UNSELLABLE):
        return None
    why = "type how many came back, or choose Not returned or Money only"
    return _both(answer, (Cell.UNITS_BACK, "0"), (Cell.DISPOSITION, answer.disposition), why)


def _more_than_refunded(answer: Answer, line: LineState) -> str | None:
    if not line.is_refund or not answer.stock_edited or not line.units or answer.units_back is None:
        return None
    if answer.units_back <= line.units:
        return None
    return f"{answer.named(Cell.UNITS_BACK)} is {answer.units_back}, and the refund is of {line.units} (column Units)"


def _more_than_taken_back(answer: Answer, line: LineState) -> str | None:
    """Know more units than a return that was lost again, or a clawback, states itself."""
    if line.is_refund or not line.takes_units or not answer.stock_edited or not line.units:
        return None
    if answer.units_back is None or answer.units_back <= line.units:
        return None
    return f"{answer.named(Cell.UNITS_BACK)} is {answer.units_back}, and the line is of {line.units} (column Units)"


def _units_at_no_cost(answer: Answer, line: LineState) -> str | None:
    """Know units typed beside the prefilled 0, by which no goods moved."""
    prefilled = answer.is_proposal and answer.cost == 0 and not answer.zero_ok
    if not prefilled or line.is_refund or not line.takes_units or not answer.stock_edited or not answer.units_back:
        return None
    why = "0 says that no goods moved: type what one unit costs, or empty the units"
    return _both(answer, (Cell.UNITS_BACK, f"{answer.units_back}"), (Cell.COST, "0"), why)


def _units_of_a_sale(answer: Answer, line: LineState) -> str | None:
    if line.event != Event.SALE or not answer.stock_edited or line.units is None:
        return None
    if answer.units_back is None or answer.units_back == line.units:
        return None
    stated = f"the sale itself states {line.units} (column Units)"
    return f"{answer.named(Cell.UNITS_BACK)} is {answer.units_back}, and {stated}: empty it"


def _units_of_its_own(answer: Answer, line: LineState) -> str | None:
    typed = answer.units_back
    if line.event == Event.SALE or line.is_refund or line.takes_units or line.units is None:
        return None
    if not answer.stock_edited or typed is None or typed == line.units:
        return None
    if line.asks_units and typed < line.units:
        return None  # some of a lost removal had been expensed before
    if typed == line.in_force.units_back and not line.is_missing:
        return None  # saved when the line asked for them, and settled
    if typed == 0 and line.moves_none(answer.disposition):
        return None  # both say that no goods moved
    stated = f"the line itself states {line.units} (column Units)"
    none = f"if no goods moved, choose {_HEADERS[Cell.DISPOSITION]} {Disposition.MONEY_ONLY}"
    return f"{answer.named(Cell.UNITS_BACK)} is {typed}, and {stated}: empty it; {none}"


def _disposition_of_a_sale(answer: Answer, line: LineState) -> str | None:
    if line.event != Event.SALE or not answer.disposition_edited or not answer.disposition:
        return None
    return f"{answer.named(Cell.DISPOSITION)} is {answer.disposition}, and the line is a sale: empty it"


def _sku_of_its_own(answer: Answer, line: LineState) -> str | None:
    if line.stated_sku is None or line.typed_sku(answer) is None:
        return None
    sku, typed = answer.named(Cell.SKU), briefly(answer.sku)
    return f"{sku} is {typed}, and the line itself names SKU {line.stated_sku}: type {line.stated_sku} there again"


def _sku_and_no_units(answer: Answer, line: LineState) -> str | None:
    if line.typed_sku(answer) is None or answer.units_back != 0:
        return None
    if line.is_refund and line.moves_none(answer.disposition):
        return None  # this item was refunded, and it stayed with the buyer
    why = "a SKU says which goods moved, 0 units that none did: type the units, or empty the SKU"
    return _both(answer, (Cell.SKU, str(answer.sku)), (Cell.UNITS_BACK, "0"), why)


def _sku_and_no_goods(answer: Answer, line: LineState) -> str | None:
    if line.typed_sku(answer) is None or line.is_refund or not answer.disposition_edited:
        return None
    if not line.moves_none(answer.disposition):
        return None
    why = "a SKU says which goods moved, this disposition that none did: empty one of the two"
    return _both(answer, (Cell.SKU, str(answer.sku)), (Cell.DISPOSITION, str(answer.disposition)), why)


def _cost_of_the_original(answer: Answer, line: LineState) -> str | None:
    if line.takes_no_cost is None:
        return None
    if answer.typed_cost is not None:
        return f"{answer.named(Cell.COST)} is {number_typed(answer.typed_cost)}: {line.takes_no_cost}"
    if answer.zero_ok and not line.asks_units:
        return f"{answer.named(Cell.ZERO_OK)} is yes: {line.takes_no_cost}"
    return None


_CONTRADICTIONS: tuple[Callable[[Answer, LineState], str | None], ...] = (
    _sku_of_its_own,
    _sku_and_no_units,
    _sku_and_no_goods,
    _zero_and_cost,
    _zero_and_no_goods,
    _zero_and_goods_back,
    _cost_of_the_original,
    _cost_and_no_goods,
    _cost_and_no_units,
    _units_and_not_back,
    _back_without_units,
    _more_than_refunded,
    _more_than_taken_back,
    _units_at_no_cost,
    _units_of_a_sale,
    _units_of_its_own,
    _disposition_of_a_sale,
)


def _both(answer: Answer, one: tuple[Cell, str], other: tuple[Cell, str], advice: str) -> str:
    return f"{answer.named(one[0])} is {one[1]} and {answer.named(other[0])} is {other[1]}: {advice}"


def number_typed(cost: Decimal) -> str:
    """Return what is typed in a cell as a number, or `None` where it is none."""
    return f"{cost.normalize():f}"
