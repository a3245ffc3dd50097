"""What the sheets of settings show of the books: each list that can be edited, as its filling writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.shown_settings import SettingsShown, in_books
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.setup.stores import STORES_SPEC
from addin.sheets.tables.filled_rows import FILLED
from addin.sheets.workbook import SPECS
from core.books.settings import stores
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.settings.stores import Store
from core.model import Marketplace
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from addin.sheets.tables.sheet_specs import TableSpec
    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
EDITED = [spec for spec in SPECS if FILLED in spec.columns]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        with opened.writing() as connection:
            stores.ensure(connection, Store("US", Marketplace.AMAZON))
        yield opened


@pytest.mark.parametrize("spec", EDITED, ids=lambda spec: spec.table)
def test_every_list_that_can_be_edited_has_its_rows(database: Database, spec: TableSpec) -> None:
    """Each row with what it is filled with, so that only an edit is an edit."""
    rows = SettingsShown(database).records(spec)

    assert [{column.field for column in spec.columns}] * len(rows) == [set(row) for row in rows]
    assert all(isinstance(row[FILLED.field], str) for row in rows)


def test_the_rows_are_those_of_the_books(database: Database) -> None:
    """A store, the policies and the usual accounts of new books."""
    shown = SettingsShown(database)

    assert ["US"] == [row["store"] for row in shown.records(STORES_SPEC)]
    assert shown.records(SETUP_SPEC)
    assert shown.records(ACCOUNTS_SPEC)


def test_what_the_books_hold_is_read_when_it_is_asked_for(database: Database) -> None:
    """An edit is held against the books as they are then, not as they were when the sheet was opened."""
    held = in_books(SettingsShown(database), OPENING_COSTS_SPEC)
    change_opening_costs(database, [TypedOpening("MUG", "4.10", "", "")], who="M. Lee", now=NOW)

    assert [("MUG", Decimal("4.1"))] == [(row["sku"], row["unit_cost"]) for row in held.rows()]
