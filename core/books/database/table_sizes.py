"""How much a database holds, and of which settings: what a supporter asks first, and nothing of what lines say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.books.database import tables
from core.books.database.schema import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection


def table_sizes(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has, by its name."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables
    }


def settings_in_force(connection: Connection) -> dict[str, str]:
    """Return the JSON text of each setting that holds, by its name."""
    setting = tables.setting.c
    rows = connection.execute(select(setting.key, setting.value).order_by(setting.id))
    return dict(sorted({row.key: row.value for row in rows}.items()))
