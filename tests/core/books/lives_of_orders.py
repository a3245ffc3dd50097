"""Orders that live through several settlements and stores, for random histories: the files, and a count of the shelf.

The files are Amazon V2 files written from a plan; the shelf is counted from the plan and the dispositions that were
saved, as a person in the warehouse would, without asking what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.importing.importing import import_file
from core.books.settings import sku_mapping, stores
from core.books.settings.stores import Store
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from core.model import Disposition, Marketplace, ObservationKind
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
PRICE = Decimal(10)
STORES = ("US", "CA")
PERIODS = (("2026-08-03", "2026-08-17"), ("2026-08-17", "2026-08-31"), ("2026-08-31", "2026-09-14"))
"""First and last day of each settlement of a store."""
LOST = "CS_ERROR_ITEMS"


@dataclass(frozen=True)
class Life:
    """An order of one SKU: when it was sold, refunded, and reimbursed for a return that was lost again."""

    order_id: str
    store: str
    sold: tuple[tuple[int, int], ...]
    """Period and units of each of its shipments."""
    refunds: tuple[tuple[int, int], ...]
    """Period and units of each refund; all together no more than were sold."""
    lost: int | None
    """The period in which one returned unit is reimbursed, which is no earlier than the refunds."""

    @property
    def units(self) -> int:
        """Units sold."""
        return sum(units for _, units in self.sold)

    def shelf(self, said: Mapping[int, Disposition | None]) -> int:
        """Count the units that came back into sellable stock and are still there.

        Args:
            said: The disposition saved of each refund, by its number; missing or `None`: restocked.
        """
        restocked = (None, Disposition.RESTOCKED)
        back = sum(units for number, (_, units) in enumerate(self.refunds) if said.get(number) in restocked)
        return back - (1 if self.lost is not None and back else 0)


@st.composite
def lives(draw: st.DrawFn, order_id: str) -> Life:
    """Draw the life of one order."""
    sold = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=2))
    left, refunds = sum(units for _, units in sold), []
    for period in draw(st.lists(st.integers(0, 2), max_size=2)):
        if left:
            refunds.append((period, draw(st.integers(1, left))))
            left -= refunds[-1][1]
    lost = draw(st.sampled_from([None, 2])) if refunds else None
    return Life(order_id, draw(st.sampled_from(STORES)), tuple(sold), tuple(refunds), lost)


plans = st.tuples(*(lives(f"111-{number}") for number in range(3)))
"""Three orders."""


def files_of(plan: tuple[Life, ...]) -> dict[tuple[str, int], OriginalFile]:
    """Return the settlement file of each store and period in which anything happens."""
    rows: dict[tuple[str, int], list[dict[str, str]]] = {}
    for life in plan:
        for number, (period, units) in enumerate(life.sold):
            rows.setdefault((life.store, period), []).append(_sale(life, period, units, number))
        for number, (period, units) in enumerate(life.refunds):
            rows.setdefault((life.store, period), []).append(_refund(life, period, units, number))
        if life.lost is not None:
            rows.setdefault((life.store, life.lost), []).append(_lost(life, life.lost))
    return {place: _file(*place, found) for place, found in rows.items()}


def refund_of(order_id: str, number: int) -> str:
    """Return the adjustment id of a refund in the files."""
    return f"adjustment {order_id} {number}"


def _moment(period: int, hour: int) -> str:
    return f"{PERIODS[period][0]} {hour:02}:00:00 UTC"


def _sale(life: Life, period: int, units: int, number: int) -> dict[str, str]:
    return line(
        f"{PRICE * units}",
        order_id=life.order_id,
        order_item_code="7001",
        shipment_id=f"S{number}",
        sku="MUG",
        quantity_purchased=f"{units}",
        posted_date_time=_moment(period, number),
    )


def _refund(life: Life, period: int, units: int, number: int) -> dict[str, str]:
    return line(
        f"{-PRICE * units}",
        transaction_type="Refund",
        order_id=life.order_id,
        order_item_code="7001",
        adjustment_id=refund_of(life.order_id, number),
        sku="MUG",
        quantity_purchased=f"{units}" if number else "",
        posted_date_time=_moment(period, 10 + number),
    )


def _lost(life: Life, period: int) -> dict[str, str]:
    return line(
        "7.00",
        transaction_type="other-transaction",
        amount_type="FBA Inventory Reimbursement",
        amount_description=LOST,
        order_id=life.order_id,
        order_item_code="",
        sku="MUG",
        quantity_purchased="1",
        posted_date_time=_moment(period, 20),
    )


def _file(store: str, period: int, rows: list[dict[str, str]]) -> OriginalFile:
    number = f"{store}{period}"
    first, last = (f"{day} 00:00:00 UTC" for day in PERIODS[period])
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    head = summary(f"{total}", number, settlement_start_date=first, settlement_end_date=last, deposit_date=last)
    body = [{**row, "settlement-id": number} for row in rows]
    return OriginalFile(f"{number}.txt", flat_file([head, *body]))


def open_books(folder: Path) -> Database:
    """Make the books of a company with two stores."""
    database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
    with database.writing() as connection:
        for name in STORES:
            stores.ensure(connection, Store(name, Marketplace.AMAZON))
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        product = {"sku": "MUG", "product_id": "MUG", "units": 1, "rule": "product id", "fetched_at": NOW}
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, [product]), batch, NOW)
    return database


def bring_in(database: Database, store: str, file: OriginalFile) -> None:
    """Import a file."""
    import_file(database, read_file(file.content, file.name), file, store=store, **WHO)


def let_finale_say(database: Database, order: str, cost: Decimal, units: int | None = None) -> None:
    """Keep what Finale says an order's mug cost, and how many it shipped of it."""
    fact = {
        "kind": ObservationKind.ORDER,
        "order_id": order,
        "product_id": "MUG",
        "unit_cost": cost,
        "units": units,
        "currency": "USD",
        "record_date": "2026-08-04",
        "fetched_at": NOW,
    }
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [fact]), batch, NOW)
