"""What the books hold about their Finale account; nothing is asked of Finale here (`addin.connections.finale` does).

Every button shows it on sheet Setup, and most need no connection: nothing that speaks HTTP is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.setup.setup import FinaleSide
from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.settings import stored_settings
from core.books.syncing import syncing
from core.company_databases import World
from core.finale import typed_settings
from core.finale.graphql_schema import Schema
from core.settings import FINALE_NAME, FinaleAccount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from addin.sheets.desk import Desk
    from core.books.database import Database

DEMO_ACCOUNT = "demo"
"""How the demo's own Finale calls its account; a test keeps it equal to the sandbox's."""


def account_of(desk: Desk) -> FinaleAccount:
    """Return the account that belongs to these books; empty where none was connected."""
    return finale_side(desk.database).account


def finale_side(database: Database) -> FinaleSide:
    """Return what the books hold about their Finale account."""
    with database.reading() as connection:
        account = stored_settings.get(connection, FINALE_NAME, FinaleAccount, FinaleAccount())
        if database.company.world is World.DEMO:
            account = account.model_copy(update={"account": DEMO_ACCOUNT})
        probe = syncing.recall_probe(connection, account.account)
    if probe is None:
        return FinaleSide(account)
    return FinaleSide(account, Schema.from_json(probe.content), probe.fetched_at)


@repeated
def change_account(database: Database, edits: Mapping[str, str], *, who: str, now: datetime) -> None:
    """Store what was typed on Setup about the account, as one batch.

    Raises:
        CogsheetError: If a value cannot be taken; nothing is stored then.
    """
    before = finale_side(database).account
    after = typed_settings.with_edits(before, edits) if edits else before
    if after == before:
        return
    with database.writing() as connection:
        titles = ", ".join(typed_settings.TITLES[name][0] for name in edits)
        batches.new(connection, BatchKind.SETUP, who, now, note=f"Changed: {titles}")
        stored_settings.put(connection, FINALE_NAME, after, who=who, now=now)


def page_account(database: Database) -> str:
    """Return the account whose pages links may lead to; empty where none is connected, and for the demo's own."""
    if database.company.world is World.DEMO:
        return ""
    with database.reading() as connection:
        return stored_settings.get(connection, FINALE_NAME, FinaleAccount, FinaleAccount()).account
