"""Fetch what the inventory system knows of the costs of settlements, page by page, each page kept at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.database import batches, mappings, observations, syncs
from core.database.batches import BatchKind
from core.errors import InventoryError
from core.inventory.system import CostRequest, OrderAsked
from core.model import CostStatus, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd

    from core.clock import Clock
    from core.database import Database
    from core.database.settlements import BookedSettlement
    from core.inventory.system import InventorySystem
    from core.progress import Progress
    from core.settlements.books import Books


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync brought."""

    new: int
    """Facts that are new or differ from before."""
    unchanged: int
    stopped: InventoryError | None = None
    """Why it could not go on; what came before is kept."""


def sync_costs(
    database: Database,
    system: InventorySystem,
    books: Books,
    chosen: Iterable[BookedSettlement],
    *,
    who: str,
    clock: Clock,
    progress: Progress,
    also: Iterable[str] = (),
) -> SyncResult:
    """Ask for the costs of these settlements and keep every page as it comes.

    Args:
        database: The books.
        system: Whom to ask.
        books: Their state, just loaded.
        chosen: The settlements whose lines are to be costed.
        who: Who syncs.
        clock: The clock.
        progress: Told after each page.
        also: Further SKUs whose averages are wanted.

    Returns:
        What came; an inventory system that cannot go on is told there, and the pages before are kept.
    """
    request = cost_request(books.lines_of_all(chosen), also, books.mappings)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, who, clock())
        asked = {"orders": len(request.orders), "skus": len(request.skus)}
        syncs.start(connection, batch, account=system.name, asked=asked, now=clock())
    new = unchanged = 0
    try:
        for page in system.costs(request, progress):
            with database.writing() as connection:
                mappings.add(connection, page.mappings, batch, clock())
                added = observations.add(connection, page.observations, batch, clock())
                new, unchanged = new + added.new, unchanged + added.unchanged
                syncs.advance(connection, batch, {"new": new, "unchanged": unchanged})
    except InventoryError as error:
        return SyncResult(new, unchanged, stopped=error)
    with database.writing() as connection:
        syncs.finish(connection, batch, clock())
    return SyncResult(new, unchanged)


def cost_request(
    lines: pd.DataFrame, also: Iterable[str] = (), known: pd.DataFrame | None = None, *, catalogue: bool = False
) -> CostRequest:
    """Say what must be asked to cost these lines: nothing for money that moved without goods.

    Args:
        lines: Costed lines.
        also: Further SKUs whose averages are wanted.
        known: MAPPING_COLUMNS in force; the products of what was typed in are asked for by their names.
        catalogue: Whether the average of every product is wanted.
    """
    goods = lines[(lines["cost_status"] != CostStatus.NOT_APPLICABLE) & lines["sku"].notna()]
    rows = records(goods[["order_id", "sku", "posted_at"]])
    with_order = [row for row in rows if row["order_id"] is not None]
    dated = {(row["sku"], row["posted_at"].date()) for row in rows if row["order_id"] is None and row["posted_at"]}
    skus = sorted({*(row["sku"] for row in rows), *also})
    typed_in = {} if known is None else typed_products(known)
    wanted = tuple((sku, typed_in[sku]) for sku in skus if sku in typed_in)
    return CostRequest(tuple(_orders(with_order)), tuple(skus), tuple(sorted(dated)), wanted, catalogue)


def typed_products(known: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the products of each SKU that a person has mapped."""
    typed = known[(known["rule"] == mappings.TYPED_IN) & known["product_id"].notna()]
    found: dict[str, tuple[str, ...]] = {}
    for row in records(typed[["sku", "product_id"]]):
        found[row["sku"]] = (*found.get(row["sku"], ()), row["product_id"])
    return found


def _orders(rows: Sequence[dict[str, object]]) -> list[OrderAsked]:
    """Return each order once, with all its SKUs and the day it was first posted; undated, that of the last."""
    last = max((row["posted_at"].date() for row in rows if row["posted_at"] is not None), default=None)  # type: ignore[attr-defined]  # a moment
    skus: dict[str, set[str]] = {}
    posted: dict[str, date] = {}
    for row in rows:
        order_id = str(row["order_id"])
        skus.setdefault(order_id, set()).add(str(row["sku"]))
        if row["posted_at"] is not None:
            day = row["posted_at"].date()  # type: ignore[attr-defined]  # a moment of TRANSACTION_COLUMNS
            posted[order_id] = min(day, posted.get(order_id, day))
    return [
        OrderAsked(order_id, tuple(sorted(found)), day)
        for order_id, found in sorted(skus.items())
        if (day := posted.get(order_id, last)) is not None
    ]
