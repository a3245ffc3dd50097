"""The shared types: the words of the trade as enumerations, values as records, tables as frames.

Frames are pandas frames whose columns and types are declared here once. Text is Arrow text with missing values,
money is `core.money.MONEY`, moments are UTC. Signs are the seller's: + is money to the seller. COGS > 0 is expense.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core import frame_columns
from core.frame_columns import ORDER_UNITS_COLUMNS, REIMBURSEMENT_COLUMNS, RETURN_COLUMNS, TRANSACTION_COLUMNS, WHOLE
from core.money import total

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal


class Marketplace(StrEnum):
    """Where a store sells."""

    AMAZON = "Amazon"
    WALMART = "Walmart"
    SHOPIFY = "Shopify"
    EBAY = "eBay"


class Event(StrEnum):
    """What a transaction is, whatever its words are (docs/design/words.md; docs/facts/settlement-formats.md)."""

    SALE = "sale"
    REFUND = "refund"
    DISPUTE = "dispute"
    REIMBURSEMENT = "reimbursement"
    REIMBURSEMENT_REVERSAL = "reimbursement reversal"
    LIQUIDATION = "liquidation"
    FEE = "fee"
    ADVERTISING = "advertising"
    TAX_ONLY = "tax only"
    BALANCE = "balance"
    ADJUSTMENT = "adjustment"
    PAYOUT = "payout"
    """A transfer to the bank: no part of the settlement's sum."""
    OTHER = "other"
    """A type nobody has classified yet: it keeps its amount and is listed."""


class QuantitySource(StrEnum):
    """Where the units of a transaction come from."""

    REPORTED = "reported"
    DERIVED = "derived from amount"
    FROM_ORDER = "from order"
    UNKNOWN = "unknown"


class StockEffect(StrEnum):
    """What a transaction does to the seller's stock, apart from its units."""

    OUT = "out"
    IN = "in"
    NONE = "none"
    UNKNOWN = "unknown"


class Goods(StrEnum):
    """What a transaction's declared words say of its goods; costing makes units and cost of it (docs/design/words.md).

    Words that nobody has declared say `UNCLEAR` where the line names a SKU: the bookkeeper is asked, on sheet Resolve.
    """

    SOLD = "sold"
    REFUNDED = "refunded"
    """Whether goods came back is said by the marketplace's reports, else by the policy on Setup."""
    KEPT = "kept by the buyer"
    """A refund without return, a chargeback, a claim."""
    REFUND_UNCLEAR = "refunded, return unclear"
    """The seller gave money back; whether goods came back is asked, the exact share of the price prefilled."""
    REFUND_UNDONE = "refund undone"
    """A refund is undone: what it had restocked leaves again."""
    LOST = "lost"
    """Lost or damaged while the marketplace had them, and paid for in money."""
    LOST_INBOUND = "lost inbound"
    """The same on the way in, where the inventory system may have taken the loss itself."""
    LOST_ON_REMOVAL = "lost on removal"
    """The same on the way back; units already expensed as unsellable cost nothing again."""
    LOST_AFTER_SALE = "lost after sale"
    """On the way to the buyer of a multi-channel order, whose own line carries the cost."""
    RETURN_PAID = "return paid"
    """A reimbursement that names a customer's order: goods leave if its refund had restocked them, else none do."""
    RETURN_PAID_UNCLEAR = "return paid, unclear"
    """The same, but asked: why it was paid is not established."""
    PAYMENT_LOST = "payment lost"
    """The buyer took the payment back and keeps the goods: none move where the sale is in the books."""
    REPLACED = "replaced"
    """A free replacement was paid for: the unit left, unless the replacement's own line carries it."""
    PAID_AGAIN = "paid again"
    """More or less money for units that are already paid for: asked, with nothing prefilled but that none moved."""
    FOUND = "found"
    """A reimbursement is taken back, because goods were found or it was paid in error."""
    LOSS_REVERSED = "loss reversed"
    """Goods that were paid for as lost have been found: the loss is taken back."""
    LIQUIDATED = "liquidated"
    BOUGHT = "bought"
    """A supplier's shop is paid for goods that it ships: their cost, instead of one from the inventory system."""
    NOT_ITEMIZED = "not itemized"
    """Paid for no item in particular, or to correct what was: none moves, but a line that names a SKU and units all the
    same is asked."""
    UNCLEAR = "unclear"
    """Asked, with nothing prefilled but that no goods moved."""
    NONE = "none"
    """Only money moved."""


ABOUT_UNITS = frozenset(
    {
        *(Goods.LOST, Goods.LOST_INBOUND, Goods.LOST_ON_REMOVAL, Goods.LOST_AFTER_SALE),
        *(Goods.RETURN_PAID, Goods.RETURN_PAID_UNCLEAR, Goods.REPLACED, Goods.FOUND, Goods.LOSS_REVERSED),
        *(Goods.PAYMENT_LOST, Goods.PAID_AGAIN, Goods.LIQUIDATED),
    }
)
"""What is about units of goods even where a row does not say how many, or of which SKU: both are asked, on Resolve."""

GOODS_EFFECTS: dict[Goods, StockEffect] = {
    Goods.SOLD: StockEffect.OUT,
    Goods.REFUNDED: StockEffect.UNKNOWN,
    Goods.KEPT: StockEffect.NONE,
    Goods.REFUND_UNCLEAR: StockEffect.UNKNOWN,
    Goods.REFUND_UNDONE: StockEffect.UNKNOWN,
    Goods.LOST: StockEffect.OUT,
    Goods.LOST_INBOUND: StockEffect.OUT,
    Goods.LOST_ON_REMOVAL: StockEffect.OUT,
    Goods.LOST_AFTER_SALE: StockEffect.OUT,
    Goods.RETURN_PAID: StockEffect.OUT,
    Goods.RETURN_PAID_UNCLEAR: StockEffect.UNKNOWN,
    Goods.PAYMENT_LOST: StockEffect.NONE,
    Goods.REPLACED: StockEffect.OUT,
    Goods.PAID_AGAIN: StockEffect.NONE,
    Goods.FOUND: StockEffect.IN,
    Goods.LOSS_REVERSED: StockEffect.IN,
    Goods.LIQUIDATED: StockEffect.OUT,
    Goods.BOUGHT: StockEffect.NONE,
    Goods.NOT_ITEMIZED: StockEffect.UNKNOWN,
    Goods.UNCLEAR: StockEffect.UNKNOWN,
    Goods.NONE: StockEffect.NONE,
}
"""What each does to the stock where nothing more is known."""


class ObservationKind(StrEnum):
    """What a cost from the inventory system belongs to."""

    ORDER = "order"
    """The unit cost at which one product left stock on one order."""
    AVERAGE = "average"
    """A product's average cost at the moment it was asked for."""
    AVERAGE_ON_DATE = "average on date"
    """A product's average cost after the last stock movement of `record_date`."""


class CostStatus(StrEnum):
    """Whether a line has its cost. The last three are three different blanks (docs/design/costing.md)."""

    COSTED = "costed"
    WAITING = "waits for original"
    """A refund whose original line has no cost yet; it is not listed a second time."""
    MISSING = "missing"
    ZERO_CONFIRMED = "zero confirmed"
    NOT_APPLICABLE = "not applicable"


class CostSource(StrEnum):
    """Which step of the precedence gave the cost, as the sheets show it (docs/design/costing.md)."""

    LOCKED = "Locked"
    ENTERED = "Entered"
    ACCEPTED_AVERAGE = "Accepted average"
    ORIGINAL = "Original line"
    ORDER = "Finale order"
    AVERAGE_ON_DATE = "Finale average on date"
    OPENING = "Opening cost"


class Cause(StrEnum):
    """Why a cost is missing, in the words of the Resolve sheet."""

    NOT_SYNCED = "Not synced"
    ORDER_NOT_FOUND = "Order not in Finale"
    NOT_SHIPPED = "Not shipped in Finale"
    SKU_NOT_MAPPED = "SKU not mapped"
    NOT_ON_ORDER = "SKU not on the Finale order"
    COST_ZERO = "Cost zero"
    COST_BLANK = "Cost blank"
    COST_NEGATIVE = "Cost negative"
    UNITS_UNKNOWN = "Units unknown"
    ORIGINAL_MISSING = "Original missing"
    ASK = "Policy asks"
    UNITS_DISAGREE = "Units do not add up"
    """More units would come back than were sold, or leave again than came back."""
    GOODS_UNCLEAR = "Unclear whether goods moved"
    COST_TOO_LARGE = "Cost too large"
    ASKED_ANEW = "Saved for another question"
    """What was saved answered another question than the line asks now: its word, its units or its SKU are others."""


class Proposal(StrEnum):
    """What the prefilled cost on Resolve is; never applied by itself."""

    AVERAGE_ON_SHIP_DATE = "Average on ship date"
    CURRENT_AVERAGE = "Current average"
    LAST_COST_USED = "Last cost used"
    MONEY_ONLY = "Money only"
    """Zero: no goods are believed to have moved."""
    ORIGINAL = "Original line"
    """The original's cost, for a refund whose units are asked."""
    TYPED_ELSEWHERE = "Typed for another line"
    """What somebody typed for the line that another document has in this one's place, with other units or meaning."""


class OverrideKind(StrEnum):
    """How a saved override came about."""

    ENTERED = "entered"
    ACCEPTED_AVERAGE = "accepted average"


class Disposition(StrEnum):
    """What happened to the goods of a refund."""

    RESTOCKED = "Restocked"
    NOT_RETURNED = "Not returned"
    UNSELLABLE = "Unsellable"
    MONEY_ONLY = "Money only"


NO_MOVEMENT = "no movement on or before that day"
"""Source of an average on a date that was asked for and that no stock movement shows; its `record_date` is that day."""
INTO_NEGATIVE_STOCK = "received into negative stock"
"""Ends the source of a cost whose product had been received while its stock was negative: the average is distorted."""


class Severity(StrEnum):
    """How much a problem in the data matters."""

    ERROR = "error"
    """The settlement must not be exported as it is."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the data that a person must know; a value, never an exception."""

    severity: Severity
    message: str
    where: str = ""
    """File and line, sheet and cell, or order and SKU."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement as a file or an API brought it; which store it belongs to is said at import."""

    settlement_id: str
    marketplace: str
    currency: str
    period_start: datetime | None
    period_end: datetime | None
    deposit_at: datetime | None
    total: Decimal | None
    """The source's own total; `None` where the format has none."""
    sum: Decimal
    """Exact sum of all lines but bank payouts."""
    ties_out: bool
    lines: int
    transactions: pd.DataFrame
    """TRANSACTION_COLUMNS, without key and store."""
    problems: tuple[Problem, ...] = ()
    derived_id: bool = False
    """Whether the file states no id, so that it is made of dates: another file may know the same under another id."""
    incomplete: str = ""
    """Why rows of it are missing, or may be (`core.marketplaces.settlements.uniting`); empty where nothing says so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one settlement file holds."""

    format: str
    marketplace: Marketplace
    settlements: tuple[Settlement, ...]
    make_raw_lines: Callable[[], pd.DataFrame]
    """Returns RAW_LINE_COLUMNS, in the order of the file; made only where somebody looks at single lines."""
    unknown_types: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Of the file as a whole; an error among them means that nothing of it may be imported."""
    unsettled: pd.DataFrame = field(default_factory=lambda: frame_columns.frame(TRANSACTION_COLUMNS))
    """TRANSACTION_COLUMNS: what belongs to no settlement yet (deferred, pending); it never enters the books."""
    returns: pd.DataFrame = field(default_factory=lambda: frame_columns.frame(RETURN_COLUMNS))
    """RETURN_COLUMNS: what the file says of goods that came back."""
    order_units: pd.DataFrame = field(default_factory=lambda: frame_columns.frame(ORDER_UNITS_COLUMNS))
    """ORDER_UNITS_COLUMNS: what the document says of the orders that its lines are about."""
    reimbursements: pd.DataFrame = field(default_factory=lambda: frame_columns.frame(REIMBURSEMENT_COLUMNS))
    """REIMBURSEMENT_COLUMNS: what the file says of the goods and the reasons of reimbursements."""

    @property
    def raw_lines(self) -> pd.DataFrame:
        """RAW_LINE_COLUMNS, in the order of the file."""
        return self.make_raw_lines()


def is_multi_channel(marketplace: str | None) -> bool:
    """Tell whether Amazon only shipped an order that another store sold: its line names `Non-Amazon US`."""
    return marketplace is not None and marketplace.casefold().startswith("non-amazon")


def net_of(lines: pd.DataFrame, currency: str, *, paid_out: bool = False) -> Decimal:
    """Return what the lines of a settlement in its currency come to, without the payout that takes it away.

    Args:
        lines: Of one settlement (TRANSACTION_COLUMNS).
        currency: Its currency; a line in another one is an error of the settlement, and in no sum of it.
        paid_out: Whether the payout's own rows are asked for instead: money that leaves, so usually below 0.
    """
    rows = zip(lines["event"], lines["currency"].fillna(""), lines["net"], strict=True)
    return total(net for event, own, net in rows if own == currency and (event == Event.PAYOUT) == paid_out)


UNITS_TYPED = "units_typed"
"""Column of costed lines: the units that the bookkeeper saved for a line, without sign."""
PROPOSAL_TAKEN = "proposal_taken"
"""Column of costed lines: whether the bookkeeper took what was proposed for a line, its units included."""
WITHOUT_COST = (CostStatus.MISSING, CostStatus.WAITING)
COST_KNOWN = (CostStatus.COSTED, CostStatus.ZERO_CONFIRMED, CostStatus.NOT_APPLICABLE)
"""Statuses of a line whose cost is known, that it has none included; what is asked of it is answered."""
ASKS_GOODS = frozenset({Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE, Cause.GOODS_UNCLEAR})
"""Causes that ask whether goods moved, or how many of them."""


def units_of(lines: pd.DataFrame) -> pd.Series:
    """Return how many units each costed line is about, sold +, back −; missing = unknown. Every report counts these.

    They are those that the line states. Where it states none, or words that nobody has declared stand beside them, they
    are the units that its cost is taken for, once these are known: typed on Resolve, of Finale's order, or the share of
    the original's price. Of a refund the units count that somebody saved or accepted, be they back in stock or not:
    the marketplace repeats the quantity on every part of a refund. Of any other line that somebody answered with units
    those count that take its cost, so that units × unit cost = COGS.

    Examples: a reimbursement without quantity for which 3 units were typed is about 3; a refund of 4 of which 2 came
    back, as typed, is about 2; a clawback of 6 of which 4 were left, as saved, is about 4; an undeclared word with 2
    units beside it is about none until somebody has answered.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS, with `UNITS_TYPED` and `PROPOSAL_TAKEN` where answers are known.
    """
    typed = lines[UNITS_TYPED].astype(WHOLE) if UNITS_TYPED in lines else pd.Series(None, lines.index, WHOLE)
    unclear = frame_columns.is_one_of(lines["goods"], Goods.UNCLEAR)
    asks = frame_columns.is_one_of(lines["cause"], *ASKS_GOODS)
    open_units = frame_columns.is_one_of(lines["cost_status"], CostStatus.MISSING) & asks
    nothing = _told(lines["cost_quantity"] == 0) & lines["quantity"].isna() & typed.isna()
    counted = lines["quantity"].mask(unclear).fillna(lines["cost_quantity"].mask(open_units | nothing))
    is_refund = frame_columns.is_one_of(lines["event"], Event.REFUND, Event.DISPUTE)
    answered = ~is_refund & ~open_units & _told(typed > 0) & _told(lines["cost_quantity"] != 0)
    counted = counted.mask(answered, lines["cost_quantity"])
    refunds = is_refund & ~open_units
    if PROPOSAL_TAKEN in lines:
        moved = frame_columns.is_one_of(lines["disposition"], Disposition.RESTOCKED, Disposition.MONEY_ONLY)
        counted = counted.mask(refunds & _told(lines[PROPOSAL_TAKEN]) & moved, lines["cost_quantity"])
    came_back = _told(lines["cost_quantity"] <= 0) | lines["cost_quantity"].isna()  # else a refund is undone
    return counted.mask(refunds & _told(typed > 0), (-typed).where(came_back, typed))


def _told(answers: pd.Series) -> pd.Series:
    return answers.fillna(value=False).astype(bool)


class Departure(NamedTuple):
    """Units of a sale that left in one shipment."""

    day: str | None
    """ISO day on which they left; `None`: they have not, or nobody knows."""
    units: int
    unit_cost: Decimal | None
    """Per unit of the SKU, home currency."""


class SoldInShipments(NamedTuple):
    """The units of a sale, and the shipments in which they left."""

    units: int
    """Sold; more than left where the rest has not."""
    left: tuple[Departure, ...]
    """The first one first."""
