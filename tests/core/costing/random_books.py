"""Random books for property tests: few stores, orders and SKUs, so that lines meet each other often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from core.costing import SETTLEMENT_COLUMNS, CostingInput
from core.frame_columns import (
    COSTED_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    OVERRIDE_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
)
from core.model import (
    GOODS_EFFECTS,
    Cause,
    CostStatus,
    Disposition,
    Event,
    Goods,
    ObservationKind,
    OverrideKind,
    StockEffect,
)

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
STORES = ("US", "DE")
ORDERS = ("1", "2", "3", "4")
SKUS = ("MUG", "CUP", "SET", "NEW", "MUG-FBA")
"""Two of them are one product, as two stores name it."""
START = datetime(2026, 9, 1, tzinfo=UTC)
KINDS: tuple[tuple[Event, str | None, StockEffect], ...] = (
    (Event.SALE, None, StockEffect.OUT),
    (Event.SALE, None, StockEffect.OUT),
    (Event.REFUND, None, StockEffect.UNKNOWN),
    (Event.REFUND, None, StockEffect.UNKNOWN),
    (Event.DISPUTE, None, StockEffect.NONE),
    (Event.REIMBURSEMENT, "WAREHOUSE_LOST", StockEffect.OUT),
    (Event.REIMBURSEMENT, "CS_ERROR_ITEMS", StockEffect.OUT),
    (Event.REIMBURSEMENT, "FREE_REPLACEMENT_REFUND_ITEMS", StockEffect.OUT),
    (Event.REIMBURSEMENT, "REVERSAL_REIMBURSEMENT", StockEffect.UNKNOWN),
    (Event.REIMBURSEMENT_REVERSAL, "COMPENSATED_CLAWBACK", StockEffect.IN),
    (Event.LIQUIDATION, None, StockEffect.OUT),
    (Event.ADJUSTMENT, None, StockEffect.UNKNOWN),
    (Event.ADJUSTMENT, None, StockEffect.IN),
    (Event.ADJUSTMENT, None, StockEffect.OUT),
    (Event.FEE, "Storage Fee", StockEffect.NONE),
)
"""What lines there are, as the first reader stored them."""
EVENTS: dict[Goods, tuple[Event, ...]] = {
    Goods.SOLD: (Event.SALE,),
    Goods.REFUNDED: (Event.REFUND,),
    Goods.KEPT: (Event.REFUND, Event.DISPUTE),
    Goods.REFUND_UNCLEAR: (Event.REFUND,),
    Goods.REFUND_UNDONE: (Event.REFUND, Event.DISPUTE),
    Goods.FOUND: (Event.REIMBURSEMENT_REVERSAL,),
    Goods.LOSS_REVERSED: (Event.REIMBURSEMENT_REVERSAL,),
    Goods.LIQUIDATED: (Event.LIQUIDATION,),
    Goods.BOUGHT: (Event.FEE,),
    Goods.UNCLEAR: (Event.OTHER, Event.REIMBURSEMENT),
    Goods.NONE: (Event.FEE, Event.REIMBURSEMENT, Event.REFUND),
}
"""The events of what declared words say of goods; of all others a reimbursement."""
MAPPINGS = (
    {"sku": "MUG", "product_id": "mug", "units": 1},
    {"sku": "CUP", "product_id": "cup", "units": 6},
    {"sku": "SET", "product_id": "mug", "units": 2},
    {"sku": "SET", "product_id": "cup", "units": 1},
    {"sku": "NEW"},
    {"sku": "MUG-FBA", "product_id": "mug", "units": 1},
)

costs = st.integers(1, 9_999_999).map(lambda millionths: Decimal(millionths) / 1_000_000)


@dataclass(frozen=True)
class Rows:
    """Books as rows, before they become frames."""

    lines: tuple[Row, ...]
    observations: tuple[Row, ...]
    overrides: tuple[Row, ...] = ()
    locked: tuple[Row, ...] = ()
    history: tuple[str, ...] = ()

    def books(self) -> CostingInput:
        """Return them as costing takes them."""
        old = ({"store": store, "settlement_id": name, "history": True} for store in STORES for name in self.history)
        return CostingInput(
            transactions=frame(TRANSACTION_COLUMNS, self.lines),
            observations=frame(OBSERVATION_COLUMNS, self.observations),
            mappings=frame(MAPPING_COLUMNS, MAPPINGS),
            overrides=frame(OVERRIDE_COLUMNS, self.overrides),
            locked_lines=frame(COSTED_COLUMNS, self.locked),
            settlements=frame(SETTLEMENT_COLUMNS, old),
        )

    def renamed(self, prefix: str) -> Rows:
        """Return the same books of other stores, orders and lines."""
        names = ("key", "store", "order_id")
        return replace(
            self,
            lines=tuple(row | {name: row[name] and prefix + row[name] for name in names} for row in self.lines),
            observations=tuple(row | {"order_id": _named(prefix, row.get("order_id"))} for row in self.observations),
            overrides=tuple(row | {"key": prefix + row["key"]} for row in self.overrides),
            locked=tuple(row | {"key": prefix + row["key"]} for row in self.locked),
        )


def _named(prefix: str, name: str | None) -> str | None:
    return name and prefix + name


@st.composite
def lines(draw: st.DrawFn, key: str) -> Row:
    """Draw one line."""
    goods = draw(st.one_of(st.none(), st.sampled_from(Goods)))
    event, words, effect = draw(st.sampled_from(KINDS))
    if goods is not None:
        event, words, effect = (
            draw(st.sampled_from(EVENTS.get(goods, (Event.REIMBURSEMENT,)))),
            None,
            GOODS_EFFECTS[goods],
        )
    units = draw(st.sampled_from([1, 1, 1, 2, 3, None]))
    price = draw(st.sampled_from([Decimal(0), Decimal(5), Decimal(10), Decimal(20), Decimal("6.67")]))
    sign = -1 if event in {Event.REFUND, Event.DISPUTE, Event.REIMBURSEMENT_REVERSAL} else 1
    fee = event == Event.FEE and goods is not Goods.BOUGHT
    sign = -sign if goods in {Goods.REFUND_UNDONE, Goods.BOUGHT} else sign
    return {
        "key": key,
        "store": draw(st.sampled_from(STORES)),
        "settlement_id": draw(st.sampled_from(["S1", "S2", "S3"])),
        "event": event,
        "raw_type": "Order" if event == Event.SALE else "other-transaction",
        "raw_description": words,
        "order_id": None if fee else draw(st.sampled_from([*ORDERS, None])),
        "order_item_id": draw(st.sampled_from(["7", "07", "8", None, None])),
        "sku": None if fee else draw(st.sampled_from([*SKUS, "MUG", "MUG", None])),
        "marketplace": draw(st.sampled_from(["amazon.com", "amazon.com", "Non-Amazon US"])),
        "posted_at": START + timedelta(days=draw(st.integers(0, 20))),
        "quantity": None if fee or units is None else sign * units,
        "stock_effect": effect,
        "currency": "USD",
        "principal": sign * price,
        "tax": Decimal(0),
        "net": sign * price,
        "lines": 1,
        "goods": goods,
    }


@st.composite
def observations(draw: st.DrawFn) -> tuple[Row, ...]:
    """Draw what Finale says: of each order and product at most once, and averages."""
    told: list[Row] = []
    for order in draw(st.lists(st.sampled_from(ORDERS), unique=True)):
        products = draw(st.lists(st.sampled_from(["mug", "cup"]), unique=True))
        told += [_of_order(order, product, draw) for product in products]
        if not products:
            told.append({"kind": ObservationKind.ORDER, "order_id": order, "cause": Cause.ORDER_NOT_FOUND})
    for product in draw(st.lists(st.sampled_from(["mug", "cup"]), unique=True)):
        told.append({"kind": ObservationKind.AVERAGE, "product_id": product, "unit_cost": draw(costs)})
        dated = {"kind": ObservationKind.AVERAGE_ON_DATE, "product_id": product, "record_date": "2026-09-04"}
        told.append(dated | {"unit_cost": draw(costs)})
    return tuple(row | {"currency": "USD", "fetched_at": START} for row in told)


def _of_order(order: str, product: str, draw: st.DrawFn) -> Row:
    cost = draw(st.one_of(costs, st.none(), st.just(Decimal(0)), st.just(Decimal(-1))))
    return {
        "kind": ObservationKind.ORDER,
        "order_id": order,
        "product_id": product,
        "unit_cost": cost,
        "units": draw(st.sampled_from([1, 2, 6, None])),
        "cause": Cause.COST_BLANK if cost is None else None,
        "record_date": "2026-09-02",
    }


@st.composite
def overrides(draw: st.DrawFn, key: str) -> Row:
    """Draw one saved answer."""
    return {
        "key": key,
        "version": draw(st.integers(1, 3)),
        "unit_cost": draw(st.one_of(st.none(), costs, st.just(Decimal(0)))),
        "zero_confirmed": draw(st.sampled_from([False, False, True])),
        "disposition": draw(st.sampled_from([None, None, *Disposition])),
        "units_back": draw(st.sampled_from([None, None, 0, 1, 2])),
        "sku": draw(st.sampled_from([None, None, "MUG", "CUP", "NEW"])),
        "kind": draw(st.sampled_from(list(OverrideKind))),
        "saved_by": "Mary",
        "saved_at": START,
    }


@st.composite
def random_books(draw: st.DrawFn, *, with_locks: bool = True) -> Rows:
    """Draw books of up to 25 lines, some of them overridden, locked, or from before books start."""
    keys = [f"line-{number:02}" for number in range(draw(st.integers(1, 25)))]
    some = st.lists(st.sampled_from(keys), unique=True, max_size=6)
    locked = draw(some) if with_locks else []
    return Rows(
        lines=tuple(draw(lines(key)) for key in keys),
        observations=draw(observations()),
        overrides=tuple(draw(overrides(key)) for key in draw(some)),
        locked=tuple(_locked(key, draw(st.one_of(costs, st.none())), draw(st.integers(-2, 2))) for key in locked),
        history=tuple(draw(st.sampled_from([(), (), ("S3",)]))),
    )


def _locked(key: str, cost: Decimal | None, units: int) -> Row:
    return {
        "key": key,
        "cost_status": CostStatus.MISSING if cost is None else CostStatus.COSTED,
        "cause": Cause.COST_ZERO if cost is None else None,
        "unit_cost": cost,
        "cost_currency": "USD",
        "cost_quantity": units,
        "cogs": None if cost is None else cost * units,
        "cost_source": None if cost is None else "Finale order",
        "disposition": Disposition.RESTOCKED if units < 0 else None,
    }


def by_key(costed: pd.DataFrame) -> dict[str, Row]:
    """Return costed lines by their key, as plain values."""
    plain = costed.astype(object).where(costed.notna(), None)
    return {str(row["key"]): {str(name): value for name, value in row.items()} for row in plain.to_dict("records")}
