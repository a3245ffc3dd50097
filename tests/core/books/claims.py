"""A seller whose goods are bought at changing prices, lost, paid for and claimed back: files, and a ledger of its own.

The ledger is a moving average kept by hand: receipts raise it, what leaves takes it along. What each line must cost is
counted from the plan, the ledger and the answers that were given; no code of what is tested takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.settings import stores
from core.books.settings.sku_mapping import TypedMapping, change_mappings
from core.books.settings.stores import Store
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.model import Marketplace, ObservationKind
from tests.core.books.bookkeeper import NOW, WHO
from tests.core.books.listed_documents import v2_content
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.books.database import Database

STORE, ORDER, LATE_ORDER = "US", "111-A", "111-C"
WORD, REASON = "Mystery Move", "COURIER_MISHAP"
"""A type, and a reason of a reimbursement, that no vocabulary has."""
LOST = "Reimbursements for lost or damaged goods"
DAYS = {
    "first": "2026-08-05",
    "late": "2026-08-06",
    "loss": "2026-08-07",
    "mystery": "2026-08-09",
    "mishap": "2026-08-18",
    "second": "2026-08-27",
    "claw": "2026-08-28",
    "refund": "2026-08-29",
    "return": "2026-08-30",
    "claw of order": "2026-09-05",
}
"""On which day each line was posted; no two share one."""
SETTLEMENTS = {
    "1": ("first", "late", "loss", "mystery"),
    "2": ("mishap", "second", "claw", "refund", "return"),
    "3": ("claw of order",),
}
RECEIPTS = ("2026-08-01", "2026-08-08", "2026-08-25")
MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Plan:
    """How many units each line is about."""

    first: int
    second: int
    """Of the two shipments of one order."""
    late: int
    """Of an order of an SKU that nobody has mapped yet."""
    loss: int
    mystery: int
    """Of a row of an unknown type."""
    mishap: int
    """Of a reimbursement of an unknown reason."""
    claw: int
    """Of a clawback that names no order: units of the loss, or money alone."""
    refund: int
    paid: int
    """Of the reimbursement that names the refunded order, and of the clawback that takes it back."""
    taken: int
    received: tuple[int, int, int]
    """Units of the three receipts."""

    def units(self, line: str) -> int:
        """Return the units of a line."""
        names = {"return": "paid", "claw of order": "taken"}
        return int(getattr(self, names.get(line, line)))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a plan."""
    few = st.integers(1, 3)
    first, second, loss = draw(few), draw(few), draw(few)
    refund = draw(st.integers(1, first + second))
    paid = draw(st.integers(1, refund))
    return Plan(
        first,
        second,
        late=draw(few),
        loss=loss,
        mystery=draw(few),
        mishap=draw(few),
        claw=draw(st.integers(1, loss)),
        refund=refund,
        paid=paid,
        taken=draw(st.integers(1, paid)),
        received=(draw(st.integers(8, 12)), draw(few), draw(few)),
    )


@dataclass(frozen=True)
class Said:
    """What was saved of a line on Resolve, or nothing."""

    cost: Decimal | None = None
    is_estimate: bool = False
    """Whether the cost is the proposal, accepted."""
    zero: bool = False
    units: int | None = None
    disposition: str | None = None

    @property
    def is_no_goods(self) -> bool:
        """Whether it says that no goods moved."""
        return self.zero or self.disposition == "Money only" or self.units == 0


NOTHING = Said()


@dataclass(frozen=True)
class Ledger:
    """Receipts of mugs at their prices, and what left."""

    plan: Plan
    prices: tuple[Decimal, Decimal, Decimal]

    def average(self, day: str) -> Decimal:
        """Return what a mug cost on average at the end of a day, in six places."""
        units, worth = 0, Decimal(0)
        left = {DAYS[name]: self.plan.units(name) for name in ("first", "loss", "second")}
        received = dict(zip(RECEIPTS, zip(self.plan.received, self.prices, strict=True), strict=True))
        for one in sorted({*left, *received}):
            if one > day:
                break
            count, price = received.get(one, (0, Decimal(0)))
            units, worth = units + count, worth + count * price
            gone = left.get(one, 0)
            units, worth = units - gone, worth - gone * worth / units
        return (worth / units).quantize(MICRO, ROUND_HALF_EVEN)


@dataclass(frozen=True)
class World:
    """What is known at a moment, and what every line costs by it."""

    plan: Plan
    ledger: Ledger | None = None
    cup: Decimal = Decimal(0)
    """What the product of the late SKU costs."""
    pack: int | None = None
    """How many of it the late SKU holds, once it is mapped."""
    choice: str = ""
    """What the unknown type was said to be."""

    def unit_cost(self, line: str, said: Mapping[str, Said]) -> Decimal | None:
        """Return what one unit of a line costs by itself: as typed, else as the ledger has it; nothing: asked."""
        own = said.get(line, NOTHING)
        if own.cost is not None:
            return own.cost
        if line == "late":
            return self.cup * self.pack if self.pack and self.ledger else None
        return self.ledger.average(DAYS[line]) if self.ledger else None

    def cogs(self, line: str, said: Mapping[str, Said]) -> Decimal | None:
        """Return the COGS of a line that takes no other line's cost; nothing: it is asked."""
        own, units = said.get(line, NOTHING), self.plan.units(line)
        if line == "mystery":
            return self._of_unknown_type(own, units, said)
        if line == "mishap":
            return _asked(own, units)
        if own.is_no_goods:
            return Decimal(0)
        cost = self.unit_cost(line, said)
        return None if cost is None else units * cost

    def _of_unknown_type(self, own: Said, units: int, said: Mapping[str, Said]) -> Decimal | None:
        if self.choice != LOST:
            return _asked(own, units)
        cost = Decimal(0) if own.is_no_goods else self.unit_cost("mystery", said)
        return None if cost is None else units * cost

    def found(self, said: Mapping[str, Said]) -> int | None:
        """Return how many units the clawback without an order brings back; nothing: it is asked."""
        own = said.get("claw", NOTHING)
        if own.is_no_goods:
            return 0
        if own.units is not None:
            return own.units
        return self.plan.claw if own.is_estimate else None

    def reversed_by_claw(self, units: int) -> str:
        """Return which loss a clawback of so many units takes back: the opposite, one of as many units, the latest.

        A row of the unknown type is a loss too, where somebody has said so.
        """
        plan = self.plan
        if self.choice != LOST or units == plan.claw == plan.loss:
            return "loss"
        if plan.mystery == units:
            return "mystery"
        return "loss" if plan.loss == units or plan.mystery < units else "mystery"

    def back(self, said: Mapping[str, Said]) -> int:
        """Return how many units of the order are in stock again, once all its lines are in the books."""
        if said.get("refund", NOTHING).disposition not in (None, "Restocked"):
            return 0
        return self.plan.refund - self.plan.paid + self.plan.taken


def _asked(own: Said, units: int) -> Decimal | None:
    """Return the COGS of a line of unknown word: only somebody who says what the goods cost, or that none moved."""
    if own.is_no_goods:
        return Decimal(0)
    return None if own.cost is None else units * own.cost


def file_of(plan: Plan, number: str) -> OriginalFile:
    """Write a settlement."""
    rows = [_row(plan, line) for line in SETTLEMENTS[number]]
    whole = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    return OriginalFile(f"{number}.txt", v2_content(number, *rows, total=f"{whole}", days=("03", "31")))


def amount_of(plan: Plan, line: str) -> Decimal:
    """Return what a line is paid."""
    each = {
        "first": 10,
        "second": 10,
        "late": 20,
        "refund": -10,
        "claw": -6,
        "loss": 6,
        "claw of order": -7,
        "return": 7,
    }
    return Decimal(each.get(line, 4) * plan.units(line))


_NO_ORDER = dict.fromkeys(("order-id", "order-item-code", "shipment-id"), "")
_PAID = {"transaction-type": "other-transaction", "amount-type": "FBA Inventory Reimbursement"}
_NO_ITEM = {"order-item-code": "", "shipment-id": "", "order-id": ORDER}
_KINDS: dict[str, dict[str, str]] = {
    "first": {"order-id": ORDER, "order-item-code": "7", "shipment-id": "S1"},
    "second": {"order-id": ORDER, "order-item-code": "7", "shipment-id": "S2"},
    "late": {"order-id": LATE_ORDER, "order-item-code": "8", "sku": "CUP-NEW"},
    "refund": {
        "transaction-type": "Refund",
        "order-id": ORDER,
        "order-item-code": "7",
        "shipment-id": "",
        "adjustment-id": "A1",
    },
    "loss": {**_NO_ORDER, **_PAID, "amount-description": "WAREHOUSE_LOST"},
    "claw": {**_NO_ORDER, **_PAID, "amount-description": "COMPENSATED_CLAWBACK"},
    "mishap": {**_NO_ORDER, **_PAID, "amount-description": REASON},
    "mystery": {**_NO_ORDER, "transaction-type": WORD, "amount-type": "Mystery", "amount-description": "Base"},
    "return": {**_NO_ITEM, **_PAID, "amount-description": "CS_ERROR_ITEMS"},
    "claw of order": {**_NO_ITEM, **_PAID, "amount-description": "COMPENSATED_CLAWBACK"},
}


def _row(plan: Plan, line: str) -> dict[str, str]:
    day = DAYS[line]
    place = {"posted-date": day, "posted-date-time": f"{day} 10:00:00 UTC"}
    amount = {"amount": f"{amount_of(plan, line)}.00", "quantity-purchased": f"{plan.units(line)}"}
    return {"sku": "MUG", **place, **amount, **_KINDS[line]}


def open_books(folder: Path) -> Database:
    """Make the books of a seller whose mug is known to Finale; nobody has said what the late SKU is."""
    database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
    with database.writing() as connection:
        stores.ensure(connection, Store(STORE, Marketplace.AMAZON))
    change_mappings(database, [TypedMapping("MUG", "MUG", "1")], **WHO)
    return database


def let_finale_say(database: Database, world: World) -> None:
    """Keep what the ledger says: the cost of each shipment, and the average after every day with a movement."""
    ledger, plan = world.ledger, world.plan
    if ledger is None:
        return
    of_order = {"kind": ObservationKind.ORDER, "product_id": "MUG", "order_id": ORDER}
    rows: list[dict[str, object]] = [
        {**of_order, "unit_cost": ledger.average(DAYS[name]), "units": plan.units(name), "record_date": DAYS[name]}
        for name in ("first", "second")
    ]
    cups = {"kind": ObservationKind.ORDER, "product_id": "CUP", "order_id": LATE_ORDER}
    rows.append({**cups, "unit_cost": world.cup, "record_date": DAYS["late"]})
    on_day = {"kind": ObservationKind.AVERAGE_ON_DATE, "product_id": "MUG"}
    days = {*RECEIPTS, *(DAYS[name] for name in ("first", "loss", "second"))}
    rows += [{**on_day, "unit_cost": ledger.average(day), "record_date": day} for day in sorted(days)]
    same = {"currency": "USD", "fetched_at": datetime(2026, 11, 30, tzinfo=UTC)}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [{**row, **same} for row in rows]), batch, NOW)


def line_of(row: Mapping[str, object]) -> str:
    """Return the plan's name of a line of the books."""
    posted = row["posted_at"]
    assert isinstance(posted, datetime)
    return next(name for name, day in DAYS.items() if date.fromisoformat(day) == posted.date())
