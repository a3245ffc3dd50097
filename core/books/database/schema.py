"""The schema: the tables of the books, all of them together, as the newest migration leaves them."""

from __future__ import annotations

from core.books.database import closing_tables, costing_tables, marketplace_tables, tables
from core.books.database.column_types import metadata

__all__ = ["closing_tables", "costing_tables", "marketplace_tables", "metadata", "tables"]
