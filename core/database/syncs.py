"""The syncs: what was asked of the inventory system, how far it came; and what its probe found, for a day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert, select, update

from core.database.tables import probe_cache, sync_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One sync; `finished_at` is `None` while it runs, and for ever if it was interrupted."""

    batch: int
    account: str
    mode: str | None
    asked: Any
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


def start(connection: Connection, batch: int, account: str, asked: object, now: datetime) -> None:
    """Note that a sync begins."""
    begun = {"account": account, "asked": _text(asked), "progress": _text({}), "started_at": now}
    connection.execute(insert(sync_run).values(batch=batch, **begun))


def advance(connection: Connection, batch: int, progress: object, mode: str | None = None) -> None:
    """Note how far a sync has come, together with the page it has just stored, and by which mode once that is known."""
    known = {"progress": _text(progress)} if mode is None else {"progress": _text(progress), "mode": mode}
    connection.execute(update(sync_run).where(sync_run.c.batch == batch).values(known))


def finish(connection: Connection, batch: int, now: datetime) -> None:
    """Note that a sync has got everything."""
    connection.execute(update(sync_run).where(sync_run.c.batch == batch).values(finished_at=now))


def last(connection: Connection, *, finished: bool) -> SyncRun | None:
    """Return the newest sync that finished; or the newest of all if that one did not, to go on with it."""
    newest_first = select(sync_run).order_by(sync_run.c.batch.desc()).limit(1)
    query = newest_first.where(sync_run.c.finished_at.is_not(None)) if finished else newest_first
    newest = connection.execute(query).one_or_none()
    return None if newest is None or (newest.finished_at is not None) != finished else _run(newest)


def remember_probe(connection: Connection, account: str, probe: Probe) -> None:
    """Keep what a probe found, in place of what an earlier one did."""
    found = {"content": _text(probe.content), "fetched_at": probe.fetched_at}
    if not connection.execute(update(probe_cache).where(probe_cache.c.account == account).values(found)).rowcount:
        connection.execute(insert(probe_cache).values(account=account, **found))


def recall_probe(connection: Connection, account: str) -> Probe | None:
    """Return what the last probe of an account found."""
    row = connection.execute(select(probe_cache).where(probe_cache.c.account == account)).one_or_none()
    return None if row is None else Probe(json.loads(row.content), row.fetched_at)


def _run(row: Row[Any]) -> SyncRun:
    asked, progress = json.loads(row.asked), json.loads(row.progress)
    return SyncRun(row.batch, row.account, row.mode, asked, progress, row.started_at, row.finished_at)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
