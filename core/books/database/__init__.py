"""The books of one company in a SQLite file or a PostgreSQL database: how they are opened, migrated and sealed.

`Database` opens them; the modules of each subject in `core.books` take the connection of its scopes:

    with Database.open(path, expect_id=database_id) as database:
        with database.writing() as connection:
            number = batches.new(connection, batches.BatchKind.IMPORT, who="M. Lee", now=clock())
            settlements.save(connection, ...)
        with database.reading() as connection:
            lines = settlement_lines.transactions(connection)
"""

from sqlalchemy import Connection

from core.books.database.company import Company
from core.books.database.database import Database

__all__ = ["Company", "Connection", "Database"]
