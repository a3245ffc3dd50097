"""Accounts typed on sheet Accounts: what is stored, what follows the usual ones, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.database import Database, batches
from core.database.company import new_company
from core.line_types import LineType
from core.settlements import books as all_books
from core.settlements.accounts import AccountRowError, change_accounts
from core.settlements.policies import change_policies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)
US = {"store": "Amazon US", "currency": "USD"}


def row(line_type: str, **cells: str) -> dict[str, str]:
    fields = ("store", "currency", "item_group", "name", "number", "tax_code", "bank")
    return {"line_type": line_type, **dict.fromkeys(fields, ""), **cells}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as made:
        yield made


def test_typed_accounts_hold_and_stand_in_the_history(database: Database) -> None:
    """They are one batch; a row emptied again is the usual account again."""
    change_accounts(database, [row("Sales", name="Income:Amazon", number="201")], who="M. Lee", now=NOW)
    typed = all_books.load(database).accounts.of(LineType.SALES, **US)
    change_accounts(database, [row("Sales")], who="M. Lee", now=NOW)
    emptied = all_books.load(database).accounts.of(LineType.SALES, **US)
    with database.reading() as connection:
        notes = batches.history(connection)["note"].to_list()

    assert ("Income:Amazon", "201") == (typed.name, typed.number)
    assert ("Marketplace Sales", "") == (emptied.name, emptied.number)
    assert ["Accounts: Sales: usual", "Accounts: Sales: Income:Amazon"] == notes


def test_what_was_not_changed_goes_on_following(database: Database) -> None:
    """A row whose code alone was typed keeps the usual name, and the usual tax rate where it showed that."""
    shown = row("Settlement total", **US, name="Amazon US Clearing USD", number="611", tax_code="Tax Exempt (0%)")
    change_accounts(database, [shown], who="M. Lee", now=NOW)
    change_policies(database, {"usual_tax_code": "BAS Excluded"}, who="M. Lee", now=NOW)
    general = row("Settlement total", name="{store} Money {currency}")
    change_accounts(database, [general], who="M. Lee", now=NOW)

    account = all_books.load(database).accounts.of(LineType.CLEARING, **US)

    assert ("Amazon US Money USD", "611", "BAS Excluded") == (account.name, account.number, account.tax_code)


def test_nothing_typed_is_no_batch(database: Database) -> None:
    """A button that finds the sheet as it filled it leaves no trace."""
    change_accounts(database, [], who="M. Lee", now=NOW)
    change_accounts(database, [row("Sales", name="Marketplace Sales")], who="M. Lee", now=NOW)

    with database.reading() as connection:
        assert batches.history(connection).empty


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (row("Sale", name="Income"), "line type"),
        (row("Sales", name="Income", bank="maybe"), "yes or empty"),
        (row("Sales", name="Income", currency="US$"), "three letters"),
        (row("Settlement total", name="Mugs", item_group="MUG-"), "name no item"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_nothing_is_stored(
    database: Database, wrong: dict[str, str], words: str
) -> None:
    """The message names the row and says what would do."""
    with pytest.raises(AccountRowError, match=words):
        change_accounts(database, [row("Sales", name="Income"), wrong], who="M. Lee", now=NOW)

    assert all_books.load(database).accounts.of(LineType.SALES, **US).name == "Marketplace Sales"


def test_the_beginnings_of_an_item_group_are_told_apart_by_commas(database: Database) -> None:
    """Blanks around them do not matter."""
    typed = row("Cost of goods sold", name="COGS:Mugs", item_group=" MUG-,CUP- ")
    accounts = change_accounts(database, [typed], who="M. Lee", now=NOW)

    assert ["MUG-, CUP-", "MUG-, CUP-", ""] == [
        accounts.group_of(LineType.COGS_SALES, sku) for sku in ("MUG-1", "CUP-1", "PAN-1")
    ]
