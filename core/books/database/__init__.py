"""The books of one company, kept in a SQLite file or a PostgreSQL database; the only home of SQL.

`Database` opens them; the modules beside it hold one topic each and take the connection of its scopes:

    with Database.open(path, expect_id=database_id) as database:
        with database.writing() as connection:
            number = batches.new(connection, batches.BatchKind.IMPORT, who="M. Lee", now=clock())
            settlements.save(connection, ...)
        with database.reading() as connection:
            lines = settlements.transactions(connection)
"""

from sqlalchemy import Connection

from core.books.database.company import Company
from core.books.database.database import Database

__all__ = ["Company", "Connection", "Database"]
