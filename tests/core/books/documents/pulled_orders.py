"""Orders of a shop that go on after their first payout, and the documents that tell of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.batches import BatchKind, new
from core.books.costed_lines.stored_lines import keep
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from core.model import CostStatus
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.marketplaces.shopify_documents import Good, Paid, ShopOrder, charge, payout
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database


NOW = datetime(2026, 12, 1, tzinfo=UTC)
COSTS = {"A": Decimal(10), "B": Decimal(7)}
A, B = Good("1", "A", 1, "20.00"), Good("2", "B", 1, "15.00")
FIRST, SECOND = Paid("11", "20.00", "2026-08-03"), Paid("12", "15.00", "2026-09-03")
ORDER = ShopOrder("#1001", (A,), (FIRST,))
"""One unit of A, paid in August."""
EDITED = replace(ORDER, goods=(A, B), paid=(FIRST, SECOND))
"""The same order after B was added and paid in September."""
AUGUST = payout("801", "2026-08-06", [ORDER], charge(ORDER, FIRST))
SEPTEMBER = payout("901", "2026-09-06", [EDITED], charge(EDITED, SECOND))
SHIPPED = (("A", 1), ("B", 1))


def both(first: ShopOrder, later: ShopOrder) -> list[bytes]:
    """Return the payout of an order's first payment as it was then, and that of its second as it is later."""
    return [
        payout("801", "2026-08-06", [first], charge(first, first.paid[0])),
        payout("901", "2026-09-06", [later], charge(later, later.paid[1])),
    ]


def bring_in(database: Database, *contents: bytes) -> None:
    for number, content in enumerate(contents):
        file = OriginalFile(f"{number}.json", content)
        import_file(database, read_file(content, file.name), file, store=None, who="M. Lee", now=NOW)


def sync(database: Database, *shipped: tuple[str, int], order: str = "#1001") -> None:
    """Let Finale know the SKUs, and what it shipped on an order."""
    cost = {"kind": "order", "order_id": order, "currency": "USD", "fetched_at": NOW}
    rows = [cost | {"product_id": sku, "unit_cost": COSTS[sku], "units": units} for sku, units in shipped]
    known = [{"sku": sku, "product_id": sku, "units": 1} for sku in COSTS]
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)


def export(database: Database, settlement_id: str) -> None:
    books = load_books(database)
    (one,) = (each for each in books.settlements if each.settlement_id == settlement_id)
    export_settlement(database, books, one, ExportOptions(accept_suspect=True), who="M. Lee", now=NOW)


def save(database: Database, key: str, **answer: object) -> None:
    row = {"key": key, "shown_version": 0, "currency": "USD", **answer}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SAVE, "M. Lee", NOW)
        stored_overrides.save(connection, frame(ANSWER_COLUMNS, [row]), batch, who="M. Lee", now=NOW)


def cogs(books: Books) -> Decimal:
    """Return COGS of all lines; each must have its cost."""
    assert not (books.lines["cost_status"] == CostStatus.MISSING).any(), books.lines["cost_note"].tolist()
    return sum(books.lines["cogs"].tolist(), Decimal(0))


def in_parts() -> list[bytes]:
    """Return three units of A, captured as they leave: one in August, two in September."""
    three = Good("1", "A", 3, "60.00", gone=1, open_units=2)
    first, rest = Paid("11", "20.00", "2026-08-03"), Paid("12", "40.00", "2026-09-03")
    before = ShopOrder("#1001", (three,), (first,), changed="2026-08-03")
    after = replace(before, goods=(replace(three, gone=3, open_units=0),), paid=(first, rest), changed="2026-09-03")
    return both(before, after)


def raised() -> list[bytes]:
    """Return an order whose one unit of A became three after the first payout."""
    return both(
        ORDER, replace(ORDER, goods=(Good("1", "A", 3, "60.00"),), paid=(FIRST, Paid("12", "40", "2026-09-03")))
    )


@contextmanager
def kept_as_costed(folder: Path) -> Iterator[Database]:
    """Open new books, of which everything is kept at last as costing everything gives it."""
    with new_books(folder / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened
        books = load_books(opened, anew=True)
        keep(opened, books)
        assert assert_kept_as_costed(opened, books), "what the books show otherwise than it is stored is kept as well"
