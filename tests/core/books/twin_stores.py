"""Two stores of one seller, east and west of UTC, for random histories: their files, and what their goods must cost.

Both number their settlements alike and name one product differently. What is expected is counted from the plan, as a
person with the delivery notes would, and shares no code with what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.settings import sku_mapping, stores
from core.books.settings.stores import Store
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.model import Disposition, Marketplace, ObservationKind
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.documents.test_returned_goods import COLUMNS
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
STORES = ("East", "West")
SKUS = {"East": "MUG", "West": "MUG-W"}
"""One product, as each store names it."""
LEVY = "Lightning Levy"
SALE, SECOND, REFUND = "2026-08-31 15:00:00 UTC", "2026-09-01 03:00:00 UTC", "2026-09-10 10:00:00 UTC"
"""1 September in Sydney and 31 August in Los Angeles; the other way about; the same day everywhere."""
REFUND_DAY = date(2026, 9, 10)
ENDS = {"1": "2026-08-31 23:00:00 UTC", "2": "2026-09-14 10:00:00 UTC"}
"""When the settlements end: the first on 1 September in Sydney, on 31 August in Los Angeles."""


@dataclass(frozen=True)
class Sold:
    """One order of a store, and what the warehouse of that store lost and found."""

    store: str
    first: int
    second: int
    """Units of its two shipments, settled apart."""
    refunded: int
    sellable: int
    """Of the refunded units those that the returns report calls sellable; the others are defective."""
    lost: int
    recovered: int
    """Units that were paid as lost, and of these those whose payment was taken back."""

    @property
    def order(self) -> str:
        """The order's id."""
        return f"111-{self.store}"

    def left(self, disposition: Disposition | None, reported: bool, policy: str) -> int:  # noqa: FBT001 - a fact
        """Return how many units of the order are gone for good.

        Args:
            disposition: What was saved of the refund; `None`: nothing.
            reported: Whether the returns report is there.
            policy: What Setup says of refunds on the day of this one.
        """
        if disposition is not None:
            back = self.refunded if disposition is Disposition.RESTOCKED else 0
        elif reported:
            back = self.sellable
        else:
            back = self.refunded if policy == "Restocked" else 0
        return self.first + self.second - back


@st.composite
def orders(draw: st.DrawFn, store: str) -> Sold:
    """Draw what happens in a store."""
    first, second, lost = (draw(st.integers(1, 3)) for _ in range(3))
    refunded = draw(st.integers(1, first + second))
    return Sold(
        store, first, second, refunded, draw(st.integers(0, refunded)), lost, recovered=draw(st.integers(1, lost))
    )


plans = st.tuples(*(orders(store) for store in STORES))


def files_of(plan: tuple[Sold, ...]) -> dict[tuple[str, str], OriginalFile]:
    """Return the files by store and settlement id, which both stores use alike."""
    found = {}
    for sold in plan:
        rows = {
            "1": [_sale(sold, sold.first, SALE, "S1"), _lost(sold, sold.lost), *_of_one_store(sold.store)],
            "2": [_sale(sold, sold.second, SECOND, "S2"), _refund(sold), _lost(sold, -sold.recovered)],
        }
        for number, its in rows.items():
            total = sum((Decimal(row["amount"]) for row in its), Decimal(0))
            content = v2_content(number, *its, total=f"{total}", days=("17", "31"))
            content = content.replace(b"2026-08-31 00:00:00 UTC", ENDS[number].encode())
            found[sold.store, number] = OriginalFile(f"{sold.store} {number}.txt", content)
    return found


def returns_report(plan: tuple[Sold, ...]) -> OriginalFile:
    """Write what came back of every order."""
    rows = [
        f"2026-09-11T08:00:00+00:00\t{sold.order}\t{SKUS[sold.store]}\tB0\tX0\tMug\t1\tPHX7\t{word}\tUNWANTED\t\t"
        f"{sold.store}{number}\t\n"
        for sold in plan
        for number, word in enumerate(["SELLABLE"] * sold.sellable + ["DEFECTIVE"] * (sold.refunded - sold.sellable))
    ]
    return OriginalFile("returns.txt", f"{COLUMNS}\n{''.join(rows)}".encode())


def _cells(sold: Sold, amount: str, units: int, moment: str) -> dict[str, str]:
    place = {"posted-date": moment[:10], "posted-date-time": moment, "sku": SKUS[sold.store]}
    return {"amount": amount, "quantity-purchased": str(units), "order-item-code": "7", **place}


def _sale(sold: Sold, units: int, moment: str, shipment: str) -> dict[str, str]:
    return {**_cells(sold, f"{10 * units}.00", units, moment), "order-id": sold.order, "shipment-id": shipment}


def _refund(sold: Sold) -> dict[str, str]:
    cells = _cells(sold, f"{-10 * sold.refunded}.00", sold.refunded, REFUND)
    return {**cells, "transaction-type": "Refund", "order-id": sold.order, "adjustment-id": "A1", "shipment-id": ""}


def _lost(sold: Sold, units: int) -> dict[str, str]:
    moment = "2026-08-20 10:00:00 UTC" if units > 0 else REFUND
    words = "MISSING_FROM_INBOUND" if units > 0 else "MISSING_FROM_INBOUND_CLAWBACK"
    nothing = dict.fromkeys(("order-id", "order-item-code", "shipment-id"), "")
    kind = {"transaction-type": "other-transaction", "amount-type": "FBA Inventory Reimbursement"}
    return {**_cells(sold, f"{6 * units}.00", abs(units), moment), **nothing, **kind, "amount-description": words}


def _of_one_store(store: str) -> list[dict[str, str]]:
    """East is charged a levy that nobody knows, and ships West's order again under its own name of the product."""
    if store != "East":
        return []
    nothing = dict.fromkeys(("order-id", "sku", "quantity-purchased", "order-item-code", "shipment-id"), "")
    levy = {**nothing, "transaction-type": LEVY, "amount-type": "Levy", "amount-description": "Base"}
    fee = {"amount-type": "ItemFees", "amount-description": "FBAPerUnitFulfillmentFee", "sku": SKUS["East"]}
    shipped = {"order-id": "S01-1", "merchant-order-id": "#111-West", "marketplace-name": "Non-Amazon US"}
    moment = {"posted-date": "2026-08-31", "posted-date-time": SALE}
    return [{**levy, **moment, "amount": "-2.50"}, {**fee, **shipped, **moment, "amount": "-4.00"}]


def open_books(folder: Path) -> Database:
    """Make the books; both names of the product are mapped to it."""
    database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
    products = [
        {"sku": sku, "product_id": "MUG", "units": 1, "rule": "lookup", "fetched_at": NOW} for sku in ("MUG", "MUG-W")
    ]
    with database.writing() as connection:
        for name in STORES:
            stores.ensure(connection, Store(name, Marketplace.AMAZON))
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, products), batch, NOW)
    return database


def let_finale_say(
    database: Database, plan: tuple[Sold, ...], costs: tuple[Decimal, Decimal], average: Decimal
) -> None:
    """Keep what the mugs of each order's two shipments cost, and a mug on average on the days of the losses."""
    same = {"product_id": "MUG", "currency": "USD", "fetched_at": NOW}
    rows = [
        {**same, "kind": ObservationKind.ORDER, "order_id": sold.order, **shipped}
        for sold in plan
        for shipped in (
            {"unit_cost": costs[0], "units": sold.first, "record_date": "2026-08-30"},
            {"unit_cost": costs[1], "units": sold.second, "record_date": "2026-09-02"},
        )
    ]
    of_day = {"kind": ObservationKind.AVERAGE_ON_DATE, "unit_cost": average}
    rows += [{**same, **of_day, "record_date": f"2026-08-{day}"} for day in (19, 20, 21)]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)
