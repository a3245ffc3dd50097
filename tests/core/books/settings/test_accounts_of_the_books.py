"""Accounts typed on sheet Accounts: what is stored, what follows the usual ones, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.new import new_workbook
from core.books import batches
from core.books.database import Database
from core.books.loading import load_books
from core.books.settings.account_choices import AccountRowError, change_accounts
from core.books.settings.policies import change_policies
from core.line_types import LineType
from tests.new_books import new_books

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
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as made:
        yield made


def test_typed_accounts_hold_and_stand_in_the_history(database: Database) -> None:
    """They are one batch; a row emptied again is the usual account again."""
    change_accounts(database, [row("Sales", name="Income:Amazon", number="201")], who="M. Lee", now=NOW)
    typed = load_books(database).accounts.of(LineType.SALES, **US)
    change_accounts(database, [row("Sales")], who="M. Lee", now=NOW)
    emptied = load_books(database).accounts.of(LineType.SALES, **US)
    with database.reading() as connection:
        notes = batches.history(connection)["note"].to_list()

    assert ("Income:Amazon", "201") == (typed.name, typed.number)
    assert ("Marketplace Sales", "") == (emptied.name, emptied.number)
    assert ["Accounts: Sales: usual", "Accounts: Sales: Income:Amazon"] == notes


@pytest.mark.long
def test_what_was_not_changed_goes_on_following(database: Database) -> None:
    """A row whose code alone was typed keeps the usual name, and the usual tax rate where it showed that."""
    shown = row("Settlement total", **US, name="Amazon US Clearing USD", number="611", tax_code="Tax Exempt (0%)")
    change_accounts(database, [shown], who="M. Lee", now=NOW)
    change_policies(database, {"usual_tax_code": "BAS Excluded"}, who="M. Lee", now=NOW)
    general = row("Settlement total", name="{store} Money {currency}")
    change_accounts(database, [general], who="M. Lee", now=NOW)

    account = load_books(database).accounts.of(LineType.CLEARING, **US)

    assert ("Amazon US Money USD", "611", "BAS Excluded") == (account.name, account.number, account.tax_code)


def test_nothing_typed_is_no_batch(database: Database) -> None:
    """A button that finds the sheet as it filled it leaves no trace."""
    change_accounts(database, [], who="M. Lee", now=NOW)
    change_accounts(database, [row("Sales", name="Marketplace Sales")], who="M. Lee", now=NOW)

    with database.reading() as connection:
        assert batches.history(connection).empty


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (row("Sale", name="Income"), "line type"),
        (row("Sales", name="Income", bank="maybe"), "yes or empty"),
        (row("Sales", name="Income", currency="US$"), "three letters"),
        (row("Settlement total", name="Mugs", item_group="MUG-"), "name no item"),
        (row("Sales", name="=cmd()"), "begins like a formula"),
        (row("Sales", name="@Income"), "begins like a formula"),
        (row("Sales", name="Income", number="+1"), "begins like a formula"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_nothing_is_stored(
    database: Database, wrong: dict[str, str], words: str
) -> None:
    """The message names the row and says what would do."""
    with pytest.raises(AccountRowError, match=words):
        change_accounts(database, [row("Sales", name="Income"), wrong], who="M. Lee", now=NOW)

    assert load_books(database).accounts.of(LineType.SALES, **US).name == "Marketplace Sales"


def test_the_beginnings_of_an_item_group_are_told_apart_by_commas(database: Database) -> None:
    """Blanks around them do not matter."""
    typed = row("Cost of goods sold", name="COGS:Mugs", item_group=" MUG-,CUP- ")
    accounts = change_accounts(database, [typed], who="M. Lee", now=NOW)

    assert ["MUG-, CUP-", "MUG-, CUP-", ""] == [
        accounts.group_of(LineType.COGS_SALES, sku) for sku in ("MUG-1", "CUP-1", "PAN-1")
    ]


MADE_SINCE = {
    LineType.REIMBURSEMENTS: "Inventory Reimbursements",
    LineType.PAYMENT_PROCESSING: "Merchant Account Fees",
    LineType.STORAGE: "Storage Fees",
    LineType.LIQUIDATIONS: "Liquidation Proceeds",
    LineType.REFUNDED_SHIPPING: "Marketplace Refunds",
    LineType.SALES: "Marketplace Sales",
    LineType.GIFT_WRAP: "Shipping Income",
    LineType.TAX_ON_FEES: "Marketplace Other Fees",
}
MADE_BEFORE = MADE_SINCE | {
    LineType.REIMBURSEMENTS: "Other Income:Reimbursements",
    LineType.PAYMENT_PROCESSING: "Marketplace Other Fees",
    LineType.STORAGE: "Marketplace Other Fees",
    LineType.LIQUIDATIONS: "Marketplace Sales",
    LineType.REFUNDED_SHIPPING: "Shipping Income",
}


def names(database: Database) -> dict[LineType, str]:
    accounts = load_books(database).accounts
    return {line_type: accounts.of(line_type, **US).name for line_type in MADE_SINCE}


@pytest.mark.long
def test_new_books_have_the_names_of_controllers_and_older_ones_keep_theirs(database: Database, tmp_path: Path) -> None:
    """`new` makes the one kind; books that are there stay as they are, whatever is chosen in them."""
    address = str(tmp_path / "new.sqlite")
    new_workbook(tmp_path / "New.xlsm", company=tmp_path.name, currency="USD", database=address)
    with Database.open(address) as made:
        assert MADE_SINCE == names(made)
    assert MADE_BEFORE == names(database)
    change_accounts(database, [row("Sales", name="Income:Amazon")], who="M. Lee", now=NOW)
    follows = {LineType.SALES: "Income:Amazon", LineType.LIQUIDATIONS: "Income:Amazon"}
    assert MADE_BEFORE | follows == names(database)


@pytest.mark.long
def test_a_workbook_that_joins_older_books_moves_no_account(database: Database, tmp_path: Path) -> None:
    """A second workbook for the same books says what they say."""
    name = database.company.name
    database.close()
    address = str(tmp_path / "books.sqlite")
    new_workbook(tmp_path / "Second.xlsm", company=name, currency="USD", database=address, join=True)
    with Database.open(address) as joined:
        assert MADE_BEFORE == names(joined)


@pytest.mark.long
def test_what_is_chosen_in_new_books_holds_and_goes_back_to_their_own_names(tmp_path: Path) -> None:
    """An emptied cell is the name of these books; an account of Other fees is none of Storage's there."""
    address = str(tmp_path / "new.sqlite")
    new_workbook(tmp_path / "New.xlsm", company=tmp_path.name, currency="USD", database=address)
    with Database.open(address) as made:
        chosen = [row("Storage", name="Warehousing"), row("Other fees", name="Fees", item_group="MUG-")]
        change_accounts(made, chosen, who="M. Lee", now=NOW)
        accounts = load_books(made).accounts
        assert "Warehousing" == accounts.of(LineType.STORAGE, **US).name
        assert "Fees" == accounts.of(LineType.OTHER_FEES, group="MUG-", **US).name
        assert "Fees" == accounts.of(LineType.TAX_ON_FEES, group="MUG-", **US).name, "which follows it"
        assert not accounts.has_groups(LineType.STORAGE)
        change_accounts(made, [row("Storage"), row("Other fees", item_group="MUG-")], who="M. Lee", now=NOW)
        assert MADE_SINCE == names(made)
