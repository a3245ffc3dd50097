"""The units of orders that several payouts pay, counted over all documents of a store; what does not fit is asked.

Pulled documents tell each order as a whole. eBay's transaction report tells an item with its units in every payout that
pays for it; where no document tells of the order, those rows do.

`core.marketplaces.documents.units_per_line` divides them; here stands what the books know besides: what was locked,
what was confirmed as zero, lines without SKUs of a downloaded export, the day from which the books count, and what the
inventory system shipped.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.books.database import Connection, marketplace_tables
from core.books.documents import file_rows
from core.books.documents.file_rows import FileRows
from core.books.settlements import original_files, stored_settlements
from core.costing import ASKED_UNITS_COLUMNS, RETURNED_COLUMNS
from core.frame_columns import ORDER_UNITS_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.marketplaces.documents.units_per_line import ItemLine, ItemUnits, StatedUnits, divide_units
from core.marketplaces.ebay import payout_api
from core.marketplaces.ebay.orders_of_reports import units_stated_again
from core.marketplaces.shopify import outside_payouts, payments_api
from core.model import CostStatus, Disposition, Event, Goods, OverrideKind, QuantitySource, Reading, StockEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import pandas as pd

    from core.books.settlements.booked_settlement import BookedSettlement, OriginalFile

ItemName = tuple[str, str, str]
"""Store, order and item."""
_TELL_ORDERS = frozenset({payments_api.NAME, outside_payouts.NAME, outside_payouts.NAME_SO_FAR, payout_api.NAME})
_OF_UNITS = ("quantity", "quantity_source", "stock_effect")
_STATED = ("store", "order_id", "item_id", "sku", "units", "as_of")
_NEVER_LEFT = "cancelled before it was fulfilled, after its units had been counted"
ORDER_UNITS = FileRows(marketplace_tables.order_units, ORDER_UNITS_COLUMNS)
"""Every row of every document; several documents tell of one order (`core.marketplaces.documents.units_per_line`)."""


@dataclass(frozen=True, slots=True)
class OrderUnits:
    """What the books know of orders beside their lines."""

    stated_units: pd.DataFrame
    """`with_stated_units`."""
    settlements: Iterable[BookedSettlement]
    locked_lines: pd.DataFrame
    """COSTED_COLUMNS of the locked lines."""
    trued_up: pd.DataFrame
    """TRUED_UP_COLUMNS."""
    overrides: pd.DataFrame
    """OVERRIDE_COLUMNS in force."""
    books_start: date | None = None
    shipped_units: Callable[[str, str], int | None] = lambda _order, _sku: None
    """Units of a SKU that the inventory system shipped on an order; nothing where it does not say."""


@dataclass(frozen=True, slots=True)
class CountedOrders:
    """The transactions with their units, and what goes with them."""

    transactions: pd.DataFrame
    unsure_units: pd.DataFrame
    """ASKED_UNITS_COLUMNS: sales whose units are not sure."""
    returned: pd.DataFrame
    """RETURNED_COLUMNS: refunds that take back what had been counted and never left."""
    linked_lines: frozenset[str] = frozenset()
    """Keys of lines whose saved answers may move the units of other lines."""


def with_stated_units(
    statements: pd.DataFrame, transactions: pd.DataFrame, booked: Iterable[BookedSettlement]
) -> pd.DataFrame:
    """Return what documents tell of orders, and what eBay's reports state of items that several of their rows pay for.

    Args:
        statements: `ORDER_UNITS.stored`; of an item that a document tells of, reports add nothing.
        transactions: TRANSACTION_COLUMNS of the company.
        booked: The settlements, for the file that each row is of.
    """
    stated = units_stated_again(transactions)
    if not stated:
        return statements
    known = {
        (row["store"], row["order_id"], row["item_id"]) for row in records(statements, ["store", "order_id", "item_id"])
    }
    rows_of = {(one.store, one.settlement_id): _rows_of(one) for one in booked}
    new = [
        {"sha256": rows_of.get((row["store"], row["settlement_id"]), ""), **{name: row[name] for name in _STATED}}
        for row in stated
        if (row["store"], row["order_id"], row["item_id"]) not in known
    ]
    return frame(ORDER_UNITS.stored_columns, [*records(statements), *new])


def _rows_of(settlement: BookedSettlement) -> str:
    """Name the rows of a settlement as one document: one report may hold several payouts."""
    return f"{settlement.sha256} {settlement.settlement_id}"


def with_order_units(transactions: pd.DataFrame, known: OrderUnits) -> CountedOrders:
    """Return the transactions, the units of pulled orders counted over all documents. Pure.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        known: What the books know besides.
    """
    if known.stated_units.empty:
        return CountedOrders(transactions, frame(ASKED_UNITS_COLUMNS), frame(RETURNED_COLUMNS))
    orders = _Orders(transactions, known)
    counts = {name: divide_units(lines, orders.statements[name]) for name, lines in orders.lines.items()}
    questions = orders.questions(counts)
    units = {key: number for count in counts.values() for key, number in count.units.items()}
    answers = {row["key"]: orders.saved_units.get(row["key"]) for row in questions}
    back = [_returned(key, number) for count in counts.values() for key, number in count.refund_units.items()]
    together = (line.key for lines in orders.lines.values() if len(lines) > 1 for line in lines)
    return CountedOrders(
        _with_quantities(transactions, {**orders.locked_units(), **units, **answers}),
        frame(ASKED_UNITS_COLUMNS, [row for row in questions if answers[row["key"]] is None]),
        frame(RETURNED_COLUMNS, back),
        frozenset((*answers, *together)),
    )


class _Orders:
    """The lines of the orders that documents tell of, by item."""

    def __init__(self, transactions: pd.DataFrame, orders: OrderUnits) -> None:
        self._known = orders
        self._document = {(one.store, one.settlement_id): one.sha256 for one in orders.settlements}
        self._locked = {row["key"]: row for row in records(orders.locked_lines)}
        trued_up = ((row["key"], row["cost_quantity"]) for row in records(orders.trued_up))
        self._trued_up = {key: units for key, units in trued_up if units is not None}
        self.saved_units: dict[str, int] = {}
        self._zero: set[str] = set()
        self._read_answers(records(orders.overrides))
        self.statements, self._first_paid = _told(orders.stated_units)
        rows = {_rows_of(one) for one in orders.settlements}
        self._stated = {name for name, told in self.statements.items() if all(one.document in rows for one in told)}
        """Items of which the rows of reports tell, and no document does."""
        self._rows_of = {(one.store, one.settlement_id): _rows_of(one) for one in orders.settlements}
        self.lines: dict[ItemName, list[ItemLine]] = defaultdict(list)
        self._row: dict[str, dict[str, Any]] = {}
        self._without_items: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._read_lines(transactions)

    def _read_answers(self, saved: Iterable[dict[str, Any]]) -> None:
        for row in saved:
            if row["units_back"] is not None:
                self.saved_units[row["key"]] = row["units_back"]
            accepted_zero = row["kind"] == OverrideKind.ACCEPTED_AVERAGE and row["unit_cost"] == 0
            if row["zero_confirmed"] or accepted_zero:
                self._zero.add(row["key"])

    def _read_lines(self, transactions: pd.DataFrame) -> None:
        orders = {(store, order) for store, order, _ in self.statements}
        of_goods = transactions[transactions["event"].isin([Event.SALE.value, Event.REFUND.value])]
        names = ["key", "store", "settlement_id", "event", "order_id", "order_item_id", "sku"]
        for row in records(of_goods, [*names, "posted_at", "quantity", "stock_effect"]):
            if (row["store"], row["order_id"]) in orders:
                self._read_line(row)

    def _read_line(self, row: dict[str, Any]) -> None:
        name = row["store"], row["order_id"], row["order_item_id"] or ""
        if row["event"] == Event.SALE and not name[2] and row["quantity"] is None:
            self._without_items[name[:2]].append(row)
        if name not in self.statements or (row["event"] == Event.REFUND and not _gives_units_back(row)):
            return
        if name in self._stated and row["event"] == Event.REFUND:
            return  # a report says of no refund how many units it is about
        lock = self._locked.get(row["key"])
        documents = self._rows_of if name in self._stated else self._document
        self._row[row["key"]] = row
        self.lines[name].append(
            ItemLine(
                key=row["key"],
                when=(row["posted_at"] is not None, row["posted_at"], row["key"]),
                document=documents.get((row["store"], row["settlement_id"]), ""),
                gives_back=-(row["quantity"] or 0) if row["event"] == Event.REFUND else 0,
                locked_units=None if lock is None else self._trued_up.get(row["key"], lock["cost_quantity"] or 0),
                confirmed_zero=row["key"] in self._zero
                or (lock is not None and lock["cost_status"] == CostStatus.ZERO_CONFIRMED),
            )
        )

    def locked_units(self) -> dict[str, int | None]:
        """Return the units of locked sales as they were exported."""
        sales = (key for key, row in self._row.items() if row["event"] == Event.SALE and key in self._locked)
        return {key: self._locked[key]["cost_quantity"] for key in sales}

    def questions(self, counts: Mapping[ItemName, ItemUnits]) -> list[dict[str, Any]]:
        """Return the free sales whose units are not sure (ASKED_UNITS_COLUMNS), one reason each."""
        carried = ((key, count) for count in counts.values() for key, units in count.units.items() if units)
        reasons = ((key, count.units[key], self._reason(key, count)) for key, count in carried)
        rows = {key: {"key": key, "units": units, "reason": reason} for key, units, reason in reasons if reason}
        otherwise = {row["key"]: row for row in self._shipped_otherwise(counts)}
        return list({**otherwise, **rows, **self._stated_otherwise(counts)}.values())

    def _stated_otherwise(self, counts: Mapping[ItemName, ItemUnits]) -> dict[str, dict[str, Any]]:
        """Return by key the free sales of an item, from the first whose report states other units or another SKU."""
        questions: dict[str, dict[str, Any]] = {}
        for name in self._stated & counts.keys():
            lines = sorted(self.lines[name], key=lambda line: line.when)
            rows = [self._row[line.key] for line in lines]
            same = [(row["quantity"], row["sku"]) == (rows[0]["quantity"], rows[0]["sku"]) for row in rows]
            if not all(same):
                stated = ", ".join(f"{row['quantity']} of {row['sku'] or 'no SKU'} in {_place(row)}" for row in rows)
                for line in lines[same.index(False) :]:
                    if line.key in counts[name].units:
                        units = counts[name].units[line.key]
                        questions[line.key] = {"key": line.key, "units": units, "reason": _differ(stated, units)}
        return questions

    def _reason(self, key: str, count: ItemUnits) -> str:
        units = count.units[key]
        return self._beside(key, units) or self._after_zero(key, count) or self._before(key, units)

    def _beside(self, key: str, units: int) -> str:
        """Say that an earlier line of the order, of a file without SKUs, may be about the same units."""
        row = self._row[key]
        others = self._without_items.get((row["store"], row["order_id"]), [])
        earlier = next((one for one in others if _is_before(one["posted_at"], row["posted_at"])), None)
        if earlier is None:
            return ""
        return (
            f"Settlement {earlier['settlement_id']} has an earlier line of this order without SKUs, which may count "
            f"the same units: pull that payout, or enter the units of this line in column Units back ({units}, or 0)."
        )

    def _after_zero(self, key: str, count: ItemUnits) -> str:
        if key not in count.after_zero:
            return ""
        return (
            "An earlier line of this item was confirmed at cost 0. If no goods left with it, they belong here: enter "
            f"{count.units[key]} in column Units back, else 0."
        )

    def _before(self, key: str, units: int) -> str:
        """Say that the order was first paid before books start, in a document that the books do not have."""
        start, row = self._known.books_start, self._row[key]
        name = row["store"], row["order_id"], row["order_item_id"]
        paid, posted = self._first_paid[name], row["posted_at"]
        if start is None or paid is None or posted is None or len(self.lines[name]) > 1:
            return ""
        if paid.date() >= start or posted.date() < start:
            return ""
        return (
            f"The order was first paid on {paid.date().isoformat()}, before books start. Enter the units of this line "
            f"as Units back: {units} if the goods are not expensed yet, else 0."
        )

    def _shipped_otherwise(self, counts: Mapping[ItemName, ItemUnits]) -> Iterator[dict[str, Any]]:
        """Return the last free sale of each SKU of an order of which the inventory system shipped another number."""
        skus: dict[tuple[str, str], dict[str, list[ItemName]]] = defaultdict(lambda: defaultdict(list))
        for name in counts:
            sku = next((self._row[line.key]["sku"] for line in self.lines[name]), None)
            if sku is not None:
                skus[name[:2]][sku].append(name)
        for (_, order), of_order in skus.items():
            for sku, names in of_order.items():
                shipped = self._known.shipped_units(order, sku)
                carried = sum(counts[name].carried_units for name in names)
                newest = [max(self.statements[name], key=lambda one: (one.as_of, one.units)) for name in names]
                only = len(of_order) == 1 and not self._all_stated(names, shipped)
                if shipped is not None and _disagrees(shipped, carried, newest, only=only):
                    units = {key: number for name in names for key, number in counts[name].units.items()}
                    yield from self._asked_last(sku, units, shipped, carried)

    def _all_stated(self, names: Sequence[ItemName], shipped: int | None) -> bool:
        """Tell whether all rows of reports together state what was shipped: then it is no pack, but may be all sold."""
        rows = [self._row[line.key] for name in names if name in self._stated for line in self.lines[name]]
        return bool(rows) and sum(row["quantity"] or 0 for row in rows) == shipped

    def _asked_last(self, sku: str, units: Mapping[str, int], shipped: int, carried: int) -> Iterator[dict[str, Any]]:
        if not units:
            return
        last = max(units, key=lambda key: (str(self._row[key]["posted_at"]), key))
        other = max(0, units[last] + shipped - carried)
        reason = (
            f"The order's documents tell of {carried} units of {sku}, Finale shipped {shipped}. Enter "
            f"the units of this line in column Units back: {units[last]} by the documents, {other} by Finale."
        )
        yield {"key": last, "units": other, "reason": reason}


def _gives_units_back(refund: Mapping[str, Any]) -> bool:
    """Tell whether a refund names units and restocks none: they may never have left. Without units it carries none."""
    return refund["stock_effect"] == StockEffect.NONE and bool(refund["quantity"])


def _place(row: Mapping[str, Any]) -> str:
    return f"settlement {row['settlement_id']}"


def _differ(stated: str, units: int) -> str:
    return (
        f"Reports state different units of one item of the order: {stated}. Enter the units that this line adds to the "
        f"earlier ones in column Units back: {units} if each row states all that were sold by then."
    )


def _disagrees(shipped: int, carried: int, newest: Sequence[StatedUnits], *, only: bool) -> bool:
    """Tell whether units that were shipped contradict those that are counted.

    Fewer are no contradiction while some are still to leave, or where nobody says how many have left. On an order of
    one SKU a whole multiple is taken for a pack and marked at its cost (`core.costing.costs.order_costs`).
    """
    if shipped > carried:
        return not (only and carried and shipped % carried == 0)
    left = [one.fulfilled_units for one in newest]
    return shipped < carried and all(one is not None for one in left) and sum(one or 0 for one in left) >= carried


def _told(stored: pd.DataFrame) -> tuple[dict[ItemName, list[StatedUnits]], dict[ItemName, datetime | None]]:
    told: dict[ItemName, list[StatedUnits]] = defaultdict(list)
    paid: dict[ItemName, datetime | None] = {}
    for row in records(stored):
        name = row["store"], row["order_id"], row["item_id"]
        told[name].append(StatedUnits(row["sha256"], row["as_of"], row["units"], row["fulfilled"]))
        paid[name] = row["first_paid_at"] or paid.get(name)
    return dict(told), paid


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return one is None or (other is not None and one < other)


def _returned(key: str, units: int) -> dict[str, object]:
    return {
        "key": key,
        "disposition": Disposition.RESTOCKED.value,
        "units_back": units,
        "units_unsellable": 0,
        "words": f"{units} {_NEVER_LEFT}",
    }


def _with_quantities(transactions: pd.DataFrame, units: Mapping[str, int | None]) -> pd.DataFrame:
    """Return the transactions with the units of some sales, and what follows from them, in place of their own."""
    changing = (*_OF_UNITS, "goods")
    rows = records(transactions, ["key", *changing])
    if all(row["key"] not in units or row["quantity"] == units[row["key"]] for row in rows):
        return transactions
    changed = [row | _counted(row, units[row["key"]]) if _differs(row, units) else row for row in rows]
    columns = frame({name: TRANSACTION_COLUMNS[name] for name in ("key", *changing)}, changed)
    return transactions.assign(**{name: columns[name].set_axis(transactions.index) for name in changing})


def _counted(row: Mapping[str, Any], units: int | None) -> dict[str, object]:
    """Return the units of a line, and that it sold goods where it read as money alone: B that A was exchanged for."""
    moved = row["goods"] == Goods.NONE and units != 0
    return {**_quantity(units), "goods": Goods.SOLD.value if moved else row["goods"]}


def _differs(row: Mapping[str, Any], units: Mapping[str, int | None]) -> bool:
    return row["key"] in units and row["quantity"] != units[row["key"]]


def _quantity(units: int | None) -> dict[str, object]:
    if units is None:
        return dict(zip(_OF_UNITS, (None, QuantitySource.UNKNOWN.value, StockEffect.OUT.value), strict=True))
    effect = StockEffect.OUT if units else StockEffect.NONE
    return dict(zip(_OF_UNITS, (units, QuantitySource.FROM_ORDER.value, effect.value), strict=True))


def remember_units(
    connection: Connection, reading: Reading, file: OriginalFile, *, store: str, batch: int, now: datetime
) -> None:
    """Keep what a document says of its orders' units, and what the store's documents of older versions say.

    Documents that were imported before the books kept this are read anew from their kept originals, for now another
    document of the store is there that may name the same orders.

    Args:
        connection: Of `Database.writing`.
        reading: What the document holds.
        file: The document.
        store: Whose it is.
        batch: The number of the import's batch.
        now: When.
    """
    file_rows.add(connection, ORDER_UNITS, reading.order_units, store=store, file=file, batch=batch, now=now)
    known = file_rows.files_of(connection, ORDER_UNITS, store)
    booked = (one for one in stored_settlements.booked_settlements(connection) if one.store == store)
    older = {one.sha256 for one in booked if one.format in _TELL_ORDERS}
    for sha256 in sorted(older - known):
        original = original_files.original(connection, sha256)
        if original is not None:
            told = read_file(original.content, original.name).order_units
            file_rows.add_of_kept_file(connection, ORDER_UNITS, told, store=store, sha256=sha256, batch=batch)
