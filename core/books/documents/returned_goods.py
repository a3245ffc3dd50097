"""What marketplaces reported of the goods of refunds, line by line: whichever came first, refund or report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.books.database import marketplace_tables
from core.books.documents import file_rows
from core.books.documents.file_rows import FileRows, names_by_marketplace
from core.costing import RETURNED_COLUMNS
from core.costing.costs.finale_costs import read_mapping
from core.costing.units.sold_goods import plain_order
from core.frame_columns import RETURN_COLUMNS, conform, frame, records
from core.marketplaces.documents.returns import returned_by_line, united_returns
from core.model import Disposition, Event, Marketplace, is_multi_channel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    import pandas as pd

    from core.books.database import Connection
    from core.books.settings.stores import Store
    from core.books.settlements.booked_settlement import Source
    from core.costing.costs.finale_costs import SkuProduct
    from core.marketplaces.documents.returns import ReportedReturn, ReturnedGoods
    from core.model import Reading

RETURNED_GOODS = FileRows(marketplace_tables.goods_back, RETURN_COLUMNS)
"""Every row of every file; files overlap (`core.marketplaces.documents.returns.united_returns`)."""


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


def with_orders_of_other_stores(
    known: pd.DataFrame,
    transactions: pd.DataFrame,
    stored: pd.DataFrame,
    stores: Collection[Store],
    mappings: pd.DataFrame,
) -> pd.DataFrame:
    """Return what is known of the goods of refunds with what a marketplace reports that only shipped their orders.

    Amazon ships order M-4 for the shop and reports that a unit of it came back damaged. The refund is the shop's, which
    calls the order `#1004` and the product `A-SHOP`: identity is the order and the product. Where the shop's own
    documents say otherwise, the refund is asked.

    Args:
        known: RETURNED_COLUMNS.
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `RETURNED_GOODS.stored`.
        stores: The company's.
        mappings: MAPPING_COLUMNS: which products SKUs stand for.
    """
    if stored.empty or len(stores) < 2:  # noqa: PLR2004 - one store ships for no other
        return known
    products = read_mapping(mappings)
    rows = {row["key"]: row for row in records(known)}
    for names in names_by_marketplace(stores):
        for store, goods in _of_other_stores(transactions, _reported(stored, names), names, products).items():
            for key, told in returned_by_line(transactions[transactions["store"] == store], goods).items():
                rows[key] = _agreed(rows.get(key), _row(key, told))
    return frame(RETURNED_COLUMNS, rows.values())


def _agreed(own: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """Return what two documents say of one refund; one that is asked where they contradict each other."""
    if own is None or all(own[name] == other[name] for name in ("disposition", "units_back")):
        return other if own is None else own
    return {**other, "disposition": "", "units_back": 0, "words": f"{own['words']}, and {other['words']}"}


_Place = tuple[str, str, str]
"""Store, order and SKU of refunds."""


def _of_other_stores(
    transactions: pd.DataFrame,
    goods: Iterable[ReportedReturn],
    names: Collection[str],
    products: Mapping[str, SkuProduct],
) -> dict[str, list[ReportedReturn]]:
    """Return the returns of orders that other stores sold, by store, with order and SKU as that one names them."""
    shipped = _selling_names(transactions[transactions["store"].isin(list(names))])
    refunds = transactions[transactions["event"] == Event.REFUND.value]
    places: dict[str, set[_Place]] = defaultdict(set)
    for row in records(refunds[["store", "order_id", "sku"]].dropna(subset=["order_id"]).drop_duplicates()):
        places[plain_order(row["order_id"])].add((row["store"], row["order_id"], row["sku"] or ""))
    found: dict[str, list[ReportedReturn]] = defaultdict(list)
    for one in goods if places else ():
        named = {plain_order(one.order_id), *shipped[one.order_id]} - {""}
        others = {
            place for name in named for place in places[name] if not (place[0] in names and place[1] == one.order_id)
        }
        meant = {place: _is_of(one, place, products) for place in sorted(others)}
        sure = [place for place, is_same in meant.items() if is_same]
        for store, order, sku in sure or [place for place, is_same in meant.items() if is_same is None]:
            disposition = one.disposition if len(sure) == 1 else None
            found[store].append(replace(one, order_id=order, sku=sku, disposition=disposition))
    return found


def _selling_names(shipped: pd.DataFrame) -> dict[str, set[str]]:
    """Return how the selling store calls each order that a marketplace only shipped, as `plain_order` has it."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in records(shipped[["order_id", "merchant_order_id", "marketplace"]].dropna(subset=["order_id"])):
        if is_multi_channel(row["marketplace"]) and row["merchant_order_id"]:
            names[row["order_id"]].add(plain_order(row["merchant_order_id"]))
    return names


def _is_of(goods: ReportedReturn, place: _Place, products: Mapping[str, SkuProduct]) -> bool | None:
    """Tell whether a return is of a refund's goods; `None` where the products of either are not known."""
    sku = place[-1]
    if goods.sku and goods.sku == sku:
        return True
    one, other = (set(products[name].parts) if name in products else set() for name in (goods.sku, sku))
    return one == other if one and other else None


def _reported(stored: pd.DataFrame, names: Collection[str]) -> list[ReportedReturn]:
    """Return what the reports of some stores say together."""
    reports = stored[stored["store"].isin(list(names))].groupby("sha256", sort=False)
    return united_returns(conform(RETURN_COLUMNS, report) for _, report in reports)


def _of_marketplace(
    transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str], *, others_open: bool
) -> list[dict[str, object]]:
    goods = _reported(stored, stores)
    if not goods:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [_row(key, told) for key, told in returned_by_line(lines, goods, others_open=others_open).items()]


def _row(key: str, returned: ReturnedGoods) -> dict[str, Any]:
    return {
        "key": key,
        "disposition": returned.disposition or "",
        "units_back": returned.units_back,
        "units_unsellable": returned.units_unsellable,
        "words": returned.words,
        "units_open": returned.units_open,
    }


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
    units, back = int(rows["units"].clip(lower=0).sum()), int(rows.loc[restocked, "units"].sum())
    return ImportedReturns(file.name, source.store, is_new, units, back, int((rows["units"] <= 0).sum()))
