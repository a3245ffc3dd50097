"""Fetch what the inventory system knows of the costs of settlements, page by page, each page kept at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Row, Select, insert, select, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, seals, tables
from core.books.database.repeating import repeated
from core.books.settings import sku_mapping
from core.books.settings.calendars import ended_before
from core.books.settings.sku_mapping import TYPED_IN
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.syncing import stored_observations
from core.books.syncing.stored_observations import FactCounts
from core.books.true_ups.resolve_after_export import lines_to_sync, unanswered
from core.costing import with_report, without_order
from core.errors import InventoryError
from core.finale.observations import SOURCE_ORDER
from core.finale.system import CostRequest, InventorySystem, OrderRequest
from core.frame_columns import TEXT, records
from core.model import INTO_NEGATIVE_STOCK, Cause, CostStatus
from core.time import Clock, local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from core.books.books import Books
    from core.finale.system import CostPage
    from core.progress import Progress

RESUMES_WITHIN = timedelta(hours=3)
"""A sync that was stopped longer ago is not gone on with: what it brought may be another by now."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync brought."""

    new: int
    """Facts that are new or differ from before."""
    unchanged: int
    failure: InventoryError | None = None
    """Why it could not go on; what came before is kept."""
    orders_left: int = 0
    """Orders that it had not come to when it was stopped."""
    resumed: int = 0
    """Orders that a sync which was stopped shortly before had brought, and that were not asked for again."""


_LONGEST_LOOK_BACK = 50 * 366
"""In days: no settlement lies further back, and the calendar ends somewhere."""


def due_settlements(books: Books) -> list[BookedSettlement]:
    """Return the settlements that a sync asks for by itself: open ones, and those exported not long ago.

    Settlements that are exported or History, and ended longer before the newest one than the look-back of Setup, are
    left to a full sync; History only once it has its costs, for refunds take them. An exported one of which lines ask
    for a cost only since (a final document brought them) is asked for however old it is.
    """
    ends = [end for one in books.settlements if (end := _end(one)) is not None]
    days = min(books.policies.look_back_days, _LONGEST_LOOK_BACK)
    begin = max(ends) - timedelta(days=days) if ends else None
    asking = unanswered(books)
    return [
        one
        for one in books.settlements
        if begin is None or (one.store, one.settlement_id) in asking or _is_due(books, one, begin)
    ]


def _is_due(books: Books, settlement: BookedSettlement, begin: datetime) -> bool:
    end, start = _end(settlement), books.policies.books_start
    if end is None or end >= begin:
        return True
    if settlement.cogs_entry is not EntryStatus.OPEN:
        return False
    is_history = ended_before(settlement, start, books.zones)
    return not is_history or bool((books.lines_of(settlement)["cause"] == Cause.NOT_SYNCED).any())


def _end(settlement: BookedSettlement) -> datetime | None:
    return settlement.period_end or settlement.deposit_at


def _stopped_since(stopped: SyncRun | None, account: str, now: datetime) -> datetime | None:
    """Return when the sync began that was stopped and may be gone on with; of several in a row, the first."""
    if stopped is None or stopped.account != account:
        return None
    since = datetime.fromisoformat(stopped.questions.get("since") or stopped.started_at.isoformat())
    return since if now - since <= RESUMES_WITHIN else None


def rest_of(request: CostRequest, books: Books, since: datetime) -> CostRequest:
    """Return what is still to be asked when everything that was said since a moment is known.

    A SKU of an order that is still to be asked is asked again: the orders show whether a kit is sold whole or in parts.
    """
    answers, mapped = books.observations, books.mappings
    told = set(answers.loc[answers["fetched_at"] >= since, "order_id"].dropna())
    known = set(mapped.loc[mapped["fetched_at"] >= since, "sku"])
    orders = tuple(order for order in request.orders if order.order_id not in told)
    wanted = {sku for order in orders for sku in order.skus} | {sku for sku, _ in request.dated_skus}
    return replace(request, orders=orders, skus=tuple(sku for sku in request.skus if sku in wanted or sku not in known))


def without_forgetting(answer: pd.DataFrame, costed: set[tuple[str, str]]) -> pd.DataFrame:
    """Leave out that an order's product has no cost where it had one and nothing but the cost cannot be read now.

    An account that stops showing costs (a renamed field, another mode) takes none away that were fetched before.

    Args:
        answer: OBSERVATION_COLUMNS of an answer.
        costed: Order and product of each cost that is known.
    """
    blank = (answer["cause"] == Cause.COST_BLANK).fillna(value=False) & (answer["source"] == SOURCE_ORDER)
    places = zip(answer["order_id"], answer["product_id"], strict=True)
    known = pd.Series([place in costed for place in places], index=answer.index, dtype=bool)
    return answer[~(blank.astype(bool) & known)].reset_index(drop=True)


Marked = tuple[str, str, "Decimal"]
"""Order, product and unit cost of a shipment that left after goods had been received into negative stock."""


def with_marks_kept(answer: pd.DataFrame, marked: Collection[Marked]) -> pd.DataFrame:
    """Mark a cost as received into negative stock where it was so marked before and is the same.

    How much of the history a sync reads decides whether it sees the receipt; what was seen once stays true.

    Args:
        answer: OBSERVATION_COLUMNS of an answer.
        marked: What is marked.
    """
    rows = zip(answer["order_id"], answer["product_id"], answer["unit_cost"], answer["source"], strict=True)
    sources = [
        f"{source}, {INTO_NEGATIVE_STOCK}"
        if (order, product, cost) in marked and not source.endswith(INTO_NEGATIVE_STOCK)
        else source
        for order, product, cost, source in rows
    ]
    return answer.assign(source=pd.Series(sources, index=answer.index, dtype=TEXT))


def _marked(known: pd.DataFrame) -> set[Marked]:
    rows = records(known[known["source"].str.endswith(INTO_NEGATIVE_STOCK).fillna(value=False).astype(bool)])
    return {(row["order_id"], row["product_id"], row["unit_cost"]) for row in rows}


def _costed(known: pd.DataFrame) -> set[tuple[str, str]]:
    rows = known[known["unit_cost"].notna() & known["order_id"].notna()]
    return set(zip(rows["order_id"], rows["product_id"], strict=True))


def cost_request(
    lines: pd.DataFrame,
    also: Iterable[str] = (),
    known: pd.DataFrame | None = None,
    *,
    averages: Collection[str] = (),
    catalogue: bool = False,
    zones: Mapping[str, ZoneInfo] | None = None,
) -> CostRequest:
    """Say what must be asked to cost these lines: nothing for money that moved without goods.

    Lost and liquidated goods that cost nothing are asked for too: when they left decides which of them were expensed as
    unsellable before, and a report may say later that they were not.

    Args:
        lines: Costed lines.
        also: Further SKUs whose averages are wanted.
        known: MAPPING_COLUMNS in force; the products of what was typed in are asked for by their names.
        averages: Keys of the lines whose cost is an average of their day (`core.costing.without_order`); one that names
            an order is asked for by that too, since it may be a removal order.
        catalogue: Whether the average of every product is wanted.
        zones: The time zone of each store, which cuts its days; UTC where none is given.
    """
    moved = (lines["cost_status"] != CostStatus.NOT_APPLICABLE) | lines["key"].isin(list(averages))
    goods = lines[moved & lines["sku"].notna()]
    rows = records(goods.reindex(columns=["key", "order_id", "sku"]).assign(day=local_days(goods, zones or {})))
    with_order = [row for row in rows if row["order_id"] is not None]
    by_day = [row for row in rows if row["key"] in averages]
    dated = {(row["sku"], date.fromisoformat(row["day"])) for row in by_day if row["day"]}
    removals = {(row["sku"], row["order_id"]) for row in by_day if row["order_id"] is not None}
    skus = sorted({*(row["sku"] for row in rows), *also})
    typed_in = {} if known is None else typed_products(known)
    wanted = tuple((sku, typed_in[sku]) for sku in skus if sku in typed_in)
    orders, days = tuple(_orders(with_order)), tuple(sorted(dated))
    return CostRequest(orders, tuple(skus), days, tuple(sorted(removals)), wanted, catalogue)


def typed_products(known: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the products of each SKU that a person has mapped."""
    typed = known[(known["rule"] == TYPED_IN) & known["product_id"].notna()]
    products: dict[str, tuple[str, ...]] = {}
    for row in records(typed, ["sku", "product_id"]):
        products[row["sku"]] = (*products.get(row["sku"], ()), row["product_id"])
    return products


def _orders(rows: Sequence[dict[str, Any]]) -> list[OrderRequest]:
    """Return each order once, with all its SKUs and the day it was first posted; undated, that of the last."""
    last = max((row["day"] for row in rows if row["day"]), default=None)
    skus: dict[str, set[str]] = {}
    posted: dict[str, str] = {}
    for row in rows:
        order_id = str(row["order_id"])
        skus.setdefault(order_id, set()).add(str(row["sku"]))
        if row["day"]:
            posted[order_id] = min(row["day"], posted.get(order_id, row["day"]))
    return [
        OrderRequest(order_id, tuple(sorted(of_order)), date.fromisoformat(day))
        for order_id, of_order in sorted(skus.items())
        if (day := posted.get(order_id, last)) is not None
    ]


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One sync; `finished_at` is `None` while it runs, and for ever if it was interrupted."""

    batch: int
    account: str
    mode: str | None
    questions: Any
    """What was wanted, as JSON values."""
    progress: Any
    """How far it came, as JSON values."""
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Probe:
    """What an account offers, as its client has written it down."""

    content: Any
    fetched_at: datetime


def _run(row: Row[Any]) -> SyncRun:
    request, progress = json.loads(row.asked), json.loads(row.progress)
    return SyncRun(row.batch, row.account, row.mode, request, progress, row.started_at, row.finished_at)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _sizes(request: CostRequest, since: datetime | None) -> dict[str, object]:
    moment = {"since": since.isoformat()} if since else {}
    return {"orders": len(request.orders), "skus": len(request.skus), **moment}


def sync_costs(  # noqa: PLR0913 - all that a sync is made of, by name
    database: Database,
    system: InventorySystem,
    books: Books,
    selection: Iterable[BookedSettlement],
    *,
    who: str,
    clock: Clock,
    progress: Progress,
    also: Iterable[str] = (),
    full: bool = False,
) -> SyncResult:
    """Ask for the costs of these settlements and keep every page as it comes.

    A sync that was stopped shortly before is gone on with: what it brought is not asked for again.

    Args:
        database: The books.
        system: Whom to ask.
        books: Their state, just loaded.
        selection: The settlements whose lines are to be costed.
        who: Who syncs.
        clock: The clock.
        progress: Told after each page.
        also: Further SKUs whose averages are wanted.
        full: Ask for everything anew, and for the averages of the whole catalogue.

    Returns:
        What came; an inventory system that cannot go on is told there, and the pages before are kept.
    """
    averages = without_order(with_report(books.known_now), books.mappings)
    lines = with_report(replace(books.known_now, transactions=lines_to_sync(books, list(selection))))
    whole = cost_request(lines, also, books.mappings, averages=averages, catalogue=full, zones=books.zones)
    request, batch = _begin(database, system.name, books, whole, full=full, who=who, now=clock())
    so_far = FactCounts(0, 0)
    marked = _marked(books.observations)
    resumed, costed = len(whole.orders) - len(request.orders), _costed(books.observations)
    left = {order.order_id for order in request.orders}
    try:
        for page in system.costs(request, progress):
            observed = with_marks_kept(without_forgetting(page.observations, costed), marked)
            so_far = _keep_page(database, replace(page, observations=observed), batch, so_far, clock())
            left -= set(page.observations["order_id"])
    except InventoryError as error:
        return SyncResult(so_far.new, so_far.unchanged, error, len(left), resumed)
    _finish(database, batch, clock())
    return SyncResult(so_far.new, so_far.unchanged, resumed=resumed)


@repeated
def _begin(
    database: Database, account: str, books: Books, whole: CostRequest, *, full: bool, who: str, now: datetime
) -> tuple[CostRequest, int]:
    """Return what is still to be asked for, and the batch of the sync, which begins with that."""
    with database.writing() as connection:
        since = None if full else _stopped_since(last(connection, finished=False), account, now)
        request = whole if since is None else rest_of(whole, books, since)
        batch = batches.new(connection, BatchKind.SYNC, who, now)
        start(connection, batch, account=account, request=_sizes(request, since), now=now)
    return request, batch


@repeated
def _keep_page(database: Database, page: CostPage, batch: int, before: FactCounts, now: datetime) -> FactCounts:
    """Keep a page together with how far the sync has come, and return that."""
    with database.writing() as connection:
        added = _keep(connection, page, batch, now)
        so_far = FactCounts(before.new + added.new, before.unchanged + added.unchanged)
        advance(connection, batch, {"new": so_far.new, "unchanged": so_far.unchanged})
    return so_far


@repeated
def _finish(database: Database, batch: int, now: datetime) -> None:
    with database.writing() as connection:
        finish(connection, batch, now)


def _keep(connection: Connection, page: CostPage, batch: int, now: datetime) -> FactCounts:
    sku_mapping.add(connection, page.mappings, batch, now)
    added = stored_observations.add(connection, page.observations, batch, now)
    stored_observations.add_left_stock(connection, page.left_stock, batch)
    return added


def start(connection: Connection, batch: int, account: str, request: object, now: datetime) -> None:
    """Note that a sync begins."""
    begun = {"account": account, "asked": _text(request), "progress": _text({}), "started_at": now}
    connection.execute(insert(tables.sync_run).values(batch=batch, **begun))


def advance(connection: Connection, batch: int, progress: object, mode: str | None = None) -> None:
    """Note how far a sync has come, together with the page it has just stored, and by which mode once that is known."""
    known = {"progress": _text(progress)} if mode is None else {"progress": _text(progress), "mode": mode}
    connection.execute(update(tables.sync_run).where(tables.sync_run.c.batch == batch).values(known))
    seals.touch(connection, tables.sync_run.name, [(batch,)])


def finish(connection: Connection, batch: int, now: datetime) -> None:
    """Note that a sync has got everything."""
    connection.execute(update(tables.sync_run).where(tables.sync_run.c.batch == batch).values(finished_at=now))
    seals.touch(connection, tables.sync_run.name, [(batch,)])


def last(connection: Connection, *, finished: bool) -> SyncRun | None:
    """Return the newest sync that finished; or the newest of all if that one did not, to go on with it."""
    newest = connection.execute(_newest(finished=finished)).one_or_none()
    return None if newest is None or (newest.finished_at is not None) != finished else _run(newest)


@cache
def _newest(*, finished: bool) -> Select[Any]:
    newest_first = select(tables.sync_run).order_by(tables.sync_run.c.batch.desc()).limit(1)
    return newest_first.where(tables.sync_run.c.finished_at.is_not(None)) if finished else newest_first


def remember_probe(connection: Connection, account: str, probe: Probe) -> None:
    """Keep what a probe found, in place of what an earlier one did."""
    values = {"content": _text(probe.content), "fetched_at": probe.fetched_at}
    if not connection.execute(
        update(tables.probe_cache).where(tables.probe_cache.c.account == account).values(values)
    ).rowcount:
        connection.execute(insert(tables.probe_cache).values(account=account, **values))


def recall_probe(connection: Connection, account: str) -> Probe | None:
    """Return what the last probe of an account found."""
    row = connection.execute(select(tables.probe_cache).where(tables.probe_cache.c.account == account)).one_or_none()
    return None if row is None else Probe(json.loads(row.content), row.fetched_at)
