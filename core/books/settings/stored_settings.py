"""Settings of the company (policies, dates), each a JSON text under a name. Append-only; the newest holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Select, bindparam, insert, select

from core.books.database import tables
from core.books.database.state import note_statements
from core.errors import DatabaseError

T = TypeVar("T")
_CLOCKS_DIFFER = timedelta(days=1)
_AS_IT_IS: TypeAdapter[object] = TypeAdapter(object)
"""Writes any value by what it is."""


class SettingUnreadableError(DatabaseError):
    """A stored setting is not what this version of Cogsheet expects."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(
            f"The stored setting “{key}” cannot be read ({reason}). Restore the books from a copy made before that."
        )


def _read(key: str, kind: type[T], text: str) -> T:
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    try:
        value: T = _READERS[kind].validate_json(text)
    except ValidationError as error:
        raise SettingUnreadableError(key, str(error.errors()[0]["msg"])) from error
    return value


_READERS: dict[Any, TypeAdapter[Any]] = {}
"""What reads a value, by its kind: pydantic takes longer to make one than to read with it."""


def get(connection: Connection, key: str, kind: type[T], default: T) -> T:
    """Return a setting.

    Args:
        connection: Of `Database.reading` or `writing`.
        key: Its name.
        kind: What it is: a type that pydantic knows (`str`, `Decimal`, `date`, `list[str]`, a model ...).
        default: What it is as long as nobody has set it.

    Raises:
        SettingUnreadableError: If what is stored is not of that kind.
    """
    text = _newest(connection, key)
    return default if text is None else _read(key, kind, text)


SETTINGS = "settings"
"""What is told (`core.books.database.state.note_statements`) of the settings that were set."""


def put(connection: Connection, key: str, value: object, *, who: str, now: datetime) -> None:
    """Set a setting, unless it is so already; decimals and dates come back exactly."""
    text = _AS_IT_IS.dump_json(value).decode()
    if text != _newest(connection, key):
        note_statements(connection, {SETTINGS: [key]})
        connection.execute(insert(tables.setting).values(key=key, value=text, changed_by=who, changed_at=now))


def versions(connection: Connection, key: str, kind: type[T]) -> list[T]:
    """Return every value that a setting ever had, the newest first.

    Raises:
        SettingUnreadableError: If one of them is not of that kind.
    """
    return [_read(key, kind, text) for text in connection.scalars(_values(newest_alone=False), {"name": key})]


def values_around(connection: Connection, key: str, kind: type[T], default: T, at: datetime) -> list[T]:
    """Return the values that a setting can have had at a moment, the newest first.

    Machines whose clocks differ write into the same books, so that every value set within a day of it counts, and the
    last one before.

    Raises:
        SettingUnreadableError: If one of them is not of that kind.
    """
    query = (
        select(tables.setting.c.value, tables.setting.c.changed_at)
        .where(tables.setting.c.key == key)
        .order_by(tables.setting.c.id.desc())
    )
    rows = [row for row in connection.execute(query) if row.changed_at <= at + _CLOCKS_DIFFER]
    near = [row.value for row in rows if row.changed_at > at - _CLOCKS_DIFFER]
    before = next((row.value for row in rows if row.changed_at <= at - _CLOCKS_DIFFER), None)
    values = [_read(key, kind, text) for text in (*near, *([] if before is None else [before]))]
    return values if before is not None else [*values, default]


def _newest(connection: Connection, key: str) -> str | None:
    text: str | None = connection.scalar(_values(newest_alone=True), {"name": key})
    return text


@cache
def _values(*, newest_alone: bool) -> Select[Any]:
    """Ask for the values of a setting of a `name`, the newest first; each loading of books asks eleven times."""
    setting = tables.setting.c
    every = select(setting.value).where(setting.key == bindparam("name")).order_by(setting.id.desc())
    return every.limit(1) if newest_alone else every
