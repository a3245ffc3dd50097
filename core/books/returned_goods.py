"""What marketplaces reported of the goods of refunds, line by line: whichever came first, refund or report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books import file_rows
from core.books.database import marketplace_tables
from core.books.file_rows import FileRows, names_by_marketplace
from core.costing import RETURNED_COLUMNS
from core.frame_columns import RETURN_COLUMNS, conform, frame
from core.marketplaces.returns import returned_by_line, united
from core.model import Disposition, Marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from core.books.booked_settlement import Source
    from core.books.database import Connection
    from core.books.stores import Store
    from core.model import Reading

RETURNED_GOODS = FileRows(marketplace_tables.goods_back, RETURN_COLUMNS)
"""Every row of every file; files overlap (`core.marketplaces.returns.united`)."""


@dataclass(frozen=True, slots=True)
class ImportedReturns:
    """What became of what a file says of goods that came back."""

    file: str
    store: str
    is_new: bool
    """Whether the books did not have the file already."""
    units: int
    restocked_units: int
    """How many of the units are back in sellable stock."""
    refunds: int = 0
    """Of how many further refunds it says what became of the goods, and not how many units they are."""


def returned_lines(transactions: pd.DataFrame, stored: pd.DataFrame, stores: Iterable[Store]) -> pd.DataFrame:
    """Return what is known of the goods of each refund (RETURNED_COLUMNS).

    Walmart's only word for where goods went is a fee for units that it destroyed: the policy decides about the others.
    A report covers all stores that a seller has at one marketplace, whichever of them it was imported for: an order id
    is the marketplace's own.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `RETURNED_GOODS.stored`.
        stores: The company's.
    """
    if stored.empty:
        return frame(RETURNED_COLUMNS)
    known = list(stores)
    walmart = {one.name for one in known if one.marketplace is Marketplace.WALMART}
    told = (
        _of_marketplace(transactions, stored, names, others_open=not walmart.isdisjoint(names))
        for names in names_by_marketplace(known)
    )
    return frame(RETURNED_COLUMNS, [row for rows in told for row in rows])


def _of_marketplace(
    transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str], *, others_open: bool
) -> list[dict[str, object]]:
    reports = stored[stored["store"].isin(stores)].groupby("sha256", sort=False)
    goods = united(conform(RETURN_COLUMNS, report) for _, report in reports)
    if not goods:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [
        {
            "key": key,
            "disposition": returned.disposition or "",
            "units_back": returned.units_back,
            "units_unsellable": returned.units_unsellable,
            "words": returned.words,
            "units_open": returned.units_open,
        }
        for key, returned in returned_by_line(lines, goods, others_open=others_open).items()
    ]


def import_returns(
    connection: Connection, reading: Reading, source: Source, batch: int, now: datetime
) -> ImportedReturns:
    """Keep what a file says of goods that came back, once.

    Args:
        connection: Of `Database.writing`.
        reading: What the file holds.
        source: The file and its store.
        batch: The number of the import's batch.
        now: When.
    """
    rows, file = reading.returns, source.file
    is_new = file_rows.add(connection, RETURNED_GOODS, rows, store=source.store, file=file, batch=batch, now=now)
    restocked = rows["disposition"] == Disposition.RESTOCKED.value
    units, back = int(rows["units"].sum()), int(rows.loc[restocked, "units"].sum())
    return ImportedReturns(file.name, source.store, is_new, units, back, int((rows["units"] == 0).sum()))
