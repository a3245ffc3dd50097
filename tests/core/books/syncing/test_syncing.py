"""What a sync asks for, what it keeps when it is stopped, and how the next one goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from core.books.loading import load_books
from core.books.settlements.booked_settlement import EntryStatus
from core.books.syncing.syncing import (
    SyncResult,
    cost_request,
    due_settlements,
    sync_costs,
    with_marks_kept,
    without_forgetting,
)
from core.costing import without_order
from core.errors import InventoryError
from core.finale.system import AccountCheck, CostPage, CostRequest
from core.frame_columns import COSTED_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Cause, ObservationKind
from core.progress import silent
from core.settings import Policies
from core.time import StoreDays
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.costing import CostingInput
    from core.progress import Progress


NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
ORDERS = ("O1", "O2", "O3")


@dataclass
class Finale:
    """An inventory system that gives one order a page, and stops after some."""

    now: datetime = NOW
    stops_after: int = 99
    asked: list[CostRequest] = field(default_factory=list)
    name: str = "Finale Inventory"

    def check(self) -> AccountCheck:
        raise NotImplementedError

    def clock(self) -> datetime:
        return self.now

    def costs(self, request: CostRequest, progress: Progress) -> Iterator[CostPage]:
        self.asked.append(request)
        progress("Orders", 0)
        mapped = [
            {"sku": sku, "product_id": sku, "units": 1, "rule": "product id", "fetched_at": self.now}
            for sku in request.skus
        ]
        yield CostPage(frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS, mapped))
        for number, order in enumerate(request.orders):
            if number == self.stops_after:
                message = "Finale allows no further requests."
                raise InventoryError(message)
            yield CostPage(frame(OBSERVATION_COLUMNS, [self.cost(order.order_id)]), frame(MAPPING_COLUMNS))

    def cost(self, order_id: str) -> dict[str, object]:
        return {
            "kind": ObservationKind.ORDER,
            "order_id": order_id,
            "product_id": "CUP",
            "unit_cost": Decimal("4.10"),
            "currency": "USD",
            "units": 1,
            "fetched_at": self.now,
            "source": "stock history",
        }


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        yield database


def sync(database: Database, finale: Finale, **differences: Any) -> SyncResult:
    """Sync three orders of two SKUs, from the books as they are."""
    books = _Asking(load_books(database))
    return sync_costs(
        database,
        finale,
        books,  # type: ignore[arg-type]  # as far as a sync looks at books
        (),
        who="M. Lee",
        clock=finale.clock,
        progress=silent,
        **differences,
    )


@dataclass
class _Asking:
    """Books whose lines are three orders, whatever is chosen."""

    books: Books
    zones: StoreDays = field(default_factory=StoreDays)

    def lines_of_all(self, _chosen: object) -> pd.DataFrame:
        rows = [
            {"order_id": order, "sku": "CUP" if order == "O3" else "BOWL", "posted_at": NOW, "cost_status": "missing"}
            for order in ORDERS
        ]
        return frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)

    @property
    def known_now(self) -> CostingInput:
        return self.books.known_now

    @property
    def may_ask_after_export(self) -> bool:
        return self.books.may_ask_after_export

    @property
    def observations(self) -> pd.DataFrame:
        return self.books.observations

    @property
    def mappings(self) -> pd.DataFrame:
        return self.books.mappings


def orders_of(request: CostRequest) -> list[str]:
    return [order.order_id for order in request.orders]


@pytest.mark.long
def test_a_stopped_sync_keeps_what_it_has_and_is_gone_on_with(database: Database) -> None:
    """Stopped twice, the third asks only for the last order and the SKU that it needs; then all are asked anew."""
    finale = Finale(stops_after=1)

    stopped = [sync(database, finale) for _ in range(2)]
    finale.stops_after = 99
    finale.now += timedelta(hours=1)
    done = sync(database, finale)
    sync(database, finale)

    assert [(1, 2, 0), (1, 1, 1)] == [(result.new, result.orders_left, result.resumed) for result in stopped]
    assert (None, 1, 2) == (done.failure, done.new, done.resumed)
    assert [["O1", "O2", "O3"], ["O2", "O3"], ["O3"], ["O1", "O2", "O3"]] == [orders_of(one) for one in finale.asked]
    assert ("CUP",) == finale.asked[2].skus


@pytest.mark.long
@pytest.mark.parametrize(
    ("later", "differences"), [(timedelta(hours=4), {}), (timedelta(hours=1), {"full": True})], ids=["late", "full"]
)
def test_an_old_stop_and_a_full_sync_begin_anew(
    database: Database, later: timedelta, differences: dict[str, object]
) -> None:
    """After hours everything may be another; a full sync is one that trusts nothing."""
    finale = Finale(stops_after=1)
    sync(database, finale)
    finale.now += later

    result = sync(database, finale, **differences)

    assert 0 == result.resumed
    assert ["O1", "O2", "O3"] == orders_of(finale.asked[-1])
    assert bool(differences) == finale.asked[-1].catalogue


def test_an_account_that_stops_showing_costs_takes_none_away() -> None:
    """A blank of the order's own page forgets no cost; a blank in the stock history, and an unshipped order, do."""
    told: list[dict[str, object]] = [
        {"order_id": "O1", "product_id": "CUP", "cause": Cause.COST_BLANK, "source": "order"},
        {"order_id": "O1", "product_id": "BOWL", "cause": Cause.COST_BLANK, "source": "order"},
        {"order_id": "O2", "product_id": "CUP", "cause": Cause.COST_BLANK, "source": "stock history"},
        {"order_id": "O3", "product_id": "CUP", "cause": Cause.NOT_SHIPPED, "source": "order"},
        {"order_id": "O4", "product_id": None, "cause": Cause.ORDER_NOT_FOUND, "source": "order"},
    ]
    costed = {(order, "CUP") for order in ("O1", "O2", "O3")}

    kept = without_forgetting(frame(OBSERVATION_COLUMNS, told), costed)

    assert ["BOWL", "CUP", "CUP", None] == [None if pd.isna(name) else name for name in kept["product_id"]]


def test_a_mark_that_was_seen_once_stays_while_the_cost_does() -> None:
    """A smaller sync may not see the receipt into negative stock; another cost is another matter."""
    told: list[dict[str, object]] = [
        {"order_id": "O1", "product_id": "CUP", "unit_cost": Decimal("4.10"), "source": "stock history"},
        {"order_id": "O2", "product_id": "CUP", "unit_cost": Decimal("4.10"), "source": "stock history"},
        {"order_id": "O3", "product_id": "CUP", "unit_cost": Decimal("4.10"), "source": "stock history"},
    ]
    marked = {("O1", "CUP", Decimal("4.10")), ("O2", "CUP", Decimal(-17))}

    kept = with_marks_kept(frame(OBSERVATION_COLUMNS, told), marked)

    assert ["stock history, received into negative stock", "stock history", "stock history"] == list(kept["source"])


@dataclass(frozen=True)
class _Settlement:
    """As much of a settlement as decides whether a sync asks for it."""

    settlement_id: str
    period_end: datetime | None
    cogs_entry: EntryStatus = EntryStatus.OPEN
    deposit_at: datetime | None = None
    store: str = "Shop"


@dataclass
class _Held:
    """Books with settlements of several ages."""

    settlements: tuple[_Settlement, ...]
    policies: Policies
    cause: str | None = None
    zones: StoreDays = field(default_factory=StoreDays)
    may_ask_after_export: bool = False
    lines: pd.DataFrame = field(default_factory=lambda: frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}))

    def lines_of(self, _settlement: BookedSettlement) -> pd.DataFrame:
        return frame(COSTED_COLUMNS, [{"cause": self.cause}])


def due(policies: Policies, cause: str | None = None) -> list[str]:
    """Return which of five settlements a sync asks for; the newest ended on 31 August."""
    ended = {"new": (8, 31), "exported lately": (7, 1), "exported": (3, 1), "open": (3, 2), "undated": None}
    held = tuple(
        _Settlement(
            name,
            datetime(2026, *day, tzinfo=UTC) if day else None,
            EntryStatus.EXPORTED if name.startswith("exported") else EntryStatus.OPEN,
        )
        for name, day in ended.items()
    )
    books: Any = _Held(held, policies, cause)
    return [one.settlement_id for one in due_settlements(books)]


def test_a_sync_asks_for_what_is_open_or_was_exported_lately() -> None:
    """The look-back of Setup counts from the newest settlement; open ones are asked for whatever their age."""
    assert ["new", "exported lately", "open", "undated"] == due(Policies())
    assert ["new", "open", "undated"] == due(Policies(look_back_days=30))
    every = ["new", "exported lately", "exported", "open", "undated"]
    assert [every] * 2 == [due(Policies(look_back_days=days)) for days in (365, 10**20)]


def test_history_is_asked_for_until_it_has_its_costs() -> None:
    """Refunds take the costs of settlements before the books start; once known, only within the look-back."""
    history = Policies(books_start=date(2026, 6, 1))

    assert ["new", "exported lately", "undated"] == due(history)
    assert ["new", "exported lately", "open", "undated"] == due(history, Cause.NOT_SYNCED)


def test_empty_books_have_nothing_to_ask_for(database: Database) -> None:
    """Without a settlement there is no newest one to look back from."""
    assert [] == due_settlements(load_books(database))


def test_every_line_without_a_customers_order_is_asked_for_by_its_day() -> None:
    """Whatever order id it carries; a loss that names a customer's order of the books is about that order."""
    rows = [
        goods("sale", "sale", order_id="111-1"),
        goods("lost return", "reimbursement", order_id="111-1", raw_description="WAREHOUSE_LOST"),
        goods("inbound", "reimbursement", order_id="FBA15X", raw_description="MISSING_FROM_INBOUND"),
        goods("removal", "reimbursement", order_id="REM-7", raw_description="REMOVAL_ORDER_LOST"),
        goods("sold off", "liquidation", order_id="LIQ-1"),
        goods("nowhere", "reimbursement", raw_description="WAREHOUSE_DAMAGE"),
        goods("fee", "fee", order_id="REM-7"),
    ]
    lines = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)

    request = cost_request(lines, averages=without_order(lines))

    named = ("inbound", "removal", "sold off")
    assert {sku for sku, _ in request.dated_skus} == {*named, "nowhere"}
    assert request.removals == (("inbound", "FBA15X"), ("removal", "REM-7"), ("sold off", "LIQ-1"))
    assert {order.order_id for order in request.orders} == {"111-1", "FBA15X", "REM-7", "LIQ-1"}


def goods(key: str, event: str, **more: object) -> dict[str, object]:
    """Return a line about a SKU of its own name."""
    effect = "none" if event == "fee" else "out"
    known = {"key": key, "sku": key, "store": "US", "event": event, "quantity": 1, "net": Decimal(1)}
    missing = "not applicable" if event == "fee" else "missing"
    return {**known, "stock_effect": effect, "posted_at": NOW, "cost_status": missing, **more}
