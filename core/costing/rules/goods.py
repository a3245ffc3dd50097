"""What happens to the goods of a line that is no plain sale: what costing asks of it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.costing.lines import Line, LineLock, Override, ReturnReport
    from core.costing.rules.rules import Rule
    from core.costing.units.originals import Original
    from core.model import Cause


class Remainder(NamedTuple):
    """What earlier refunds have left of a sale."""

    units: int
    """Units that have not come back."""
    price: Decimal
    """Principal not given back."""
    with_tax: Decimal
    """Principal and tax not given back."""
    unfound: int = 0
    """Units of which no refund has said anything yet: neither back, in whatever state, nor kept, nor proposed."""
    proposed: int = 0
    """Units proposed for refunds that nobody has answered yet."""


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A line that is no plain sale, with all that its units depend on."""

    line: Line
    rule: Rule
    override: Override | None = None
    lock: LineLock | None = None
    original: Original | None = None
    report: ReturnReport | None = None
    """What the marketplace reported of its goods."""
    shipped_units: int | None = None
    """Units that Finale shipped of its SKU on its order, where no sale of it is in the books."""
    remainder: Remainder | None = None
    """What earlier refunds have left of its original; missing where that is not in the books or has unknown units."""
    departures: tuple[tuple[str, int], ...] = ()
    """On which days how many of its units left by Finale's shipments, the first one first; empty where it has none.

    Of goods that are sent away: these are paid for months later."""
    has_replacement: bool = False
    """Whether Finale's cost of its order counts the shipment of a replacement."""
    question: str = ""
    """Why it is asked whether its goods moved, as far as its words, order and SKU tell."""
    is_history: bool = False
    """Whether it stands in a settlement before books start, about which nobody is asked."""

    @property
    def when(self) -> tuple[bool, int, str]:
        """Its place in the order of things: locked lines stand, then time decides, then the key."""
        return (self.lock is None, *self.line.when)

    @property
    def units(self) -> int | None:
        """Reported units without sign."""
        return None if self.line.quantity is None else abs(self.line.quantity)

    @property
    def saved_disposition(self) -> str | None:
        """The disposition that the bookkeeper saved."""
        return self.override.disposition if self.override else None

    @property
    def saved_units(self) -> int | None:
        """The units that the bookkeeper saved."""
        return self.override.units if self.override else None

    @property
    def refund(self) -> Decimal:
        """Principal given back, in the settlement's currency; above zero where the buyer got money."""
        return -(self.line.principal or Decimal(0))

    @property
    def refund_with_tax(self) -> Decimal:
        """Principal and tax given back, in the settlement's currency; above zero where the buyer got money."""
        return self.refund - (self.line.tax or Decimal(0))

    @property
    def refund_with_postage(self) -> Decimal:
        """All that the buyer got back, in the settlement's currency; above zero where it is money for the buyer."""
        return -self.line.payment


class Move(NamedTuple):
    """What a line does to sellable stock, or why that is not known."""

    quantity: int | None
    """Signed units that the cost is taken for: out +, back −. Beside a cause: what Resolve shows prefilled."""
    reason: str = ""
    """Why it is so, in one sentence; empty where the units speak for themselves."""
    disposition: str | None = None
    cause: Cause | None = None
    """Why the units are not known."""
    goods_believed: bool = False
    """Whether goods are believed to have moved, where it is asked if they did: then their cost is proposed, not 0."""
    waits_for: Line | None = None
    """The line that must be answered first."""
    unsellable: int = 0
    """Units that came back unsellable: expensed, and still there to be liquidated."""
    expensed: tuple[tuple[str | None, int], ...] = ()
    """Of goods that were sent away: on which days how many units left that were expensed as unsellable before."""
