"""Line by line and class by class the journal is the profit and loss; a stored line of another class is named.

Seals say nothing of it here: whoever alters a row of an entry alters its seal alike.
"""
# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from core.books.settings.type_choices import change_types
from core.books.verification.altered_rows import find_altered
from core.frame_columns import records
from core.money import total
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from tests.core.books.shops import WHO, Shop, lost, refund, sale
from tests.core.books.verification.healthy_books import wrong
from tests.core.books.verification.planted_faults import planted, sealed_again
from tests.core.marketplaces.amazon_files import bare_line

if TYPE_CHECKING:
    from pathlib import Path

SAID = {
    "ODD_TIP": ("3.10", "Tips"),
    "ODD_DUTY": ("4.20", "Duties collected"),
    "ODD_AD": ("-5.30", "Advertising"),
    "ODD_STORAGE": ("-6.40", "Storage"),
    "ODD_LOAN": ("7.50", "Loans"),
    "ODD_GIFT": ("-8.60", "Donations"),
}
"""Amount of each word of the settlement that its bookkeeper explained, and what it is."""
CLASSES = {
    "sales": ["Marketplace Sales"],
    "refunds": ["Marketplace Refunds"],
    "fees": ["Marketplace Other Fees"],
    "advertising": ["Marketplace Advertising"],
    "reimbursements": ["Other Income:Reimbursements"],
    "other_income": ["Other Income:Tips", "Charitable Contributions"],
    "tax": ["Duties Payable"],
    "balance": ["Loans Payable US"],
    "cogs": ["Cost of Goods Sold", "Damaged and Lost Inventory"],
}
"""The accounts of each class of the profit and loss, as a bookkeeper reads them in the entries."""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books whose only settlement, with a line of every class, is exported."""
    folder = tmp_path_factory.mktemp("classes")
    shop = Shop.open(folder)
    words = [
        bare_line(
            amount,
            transaction_type="other-transaction",
            amount_description=word,
            posted_date_time="2026-08-07 10:00:00 UTC",
        )
        for word, (amount, _) in SAID.items()
    ]
    shop.bring_in("1", sale("111-1", "CUP", 3), refund("111-1", "CUP"), lost("JAR"), *words)
    choices = {("Amazon", f"other-transaction / {word}"): said for word, (_, said) in SAID.items()}
    change_types(shop.database, choices, **WHO)
    shop.finale_says({("111-1", "CUP"): "2.00"}, JAR="5.00")
    shop.export("1")
    shop.database.close()
    return folder / "books.sqlite"


def test_every_class_of_the_profit_and_loss_is_that_of_the_journal(healthy: Path) -> None:
    """Tips are income in both, duties and loans are no profit in both; what the journal credits the P&L adds."""
    with Database.open(healthy) as database:
        shop = Shop(database)
        books, posted = shop.books, shop.posted()
        question = PnlQuestion("USD", by_item=False)
        (shown,) = records(profit_and_loss(books.counted(books.lines), question, zones=books.zones))
        assert [] == wrong(database)
    booked = {name: total(Decimal(posted[one]) for one in accounts) for name, accounts in CLASSES.items()}

    assert {"tax": Decimal("4.20"), "other_income": Decimal("-5.50"), "advertising": Decimal("-5.30")}.items() <= (
        shown.items()
    )
    assert {name: amount if name == "cogs" else -amount for name, amount in booked.items()} == {
        name: shown[name] for name in CLASSES
    }


def called(was: str, memo: str, account: str) -> str:
    """Return a statement by which the line of one type becomes one of another type and account."""
    return f"UPDATE entry_line SET memo = '{memo}', account = '{account}' WHERE memo = '{was}'"


def moved(memo: str, account: str) -> str:
    """Return a statement by which the line of one type posts to another account."""
    return f"UPDATE entry_line SET account = '{account}' WHERE memo = '{memo}'"


OTHER_CLASS = {
    "tips as sales": (called("Tips", "Sales", "Marketplace Sales"), "other income", "Tips"),
    "duties as other income": (called("Duties collected", "Tips", "Other Income:Tips"), "tax", "Duties collected"),
    "advertising as a fee": (
        called("Advertising", "Other fees", "Marketplace Other Fees"),
        "advertising",
        "Advertising",
    ),
    "loan as income": (called("Loans", "Reimbursements", "Other Income:Reimbursements"), "balance", "Loans"),
    "storage as goods sold": (called("Storage", "Cost of goods sold", "Cost of Goods Sold"), "fees", "Storage"),
    "loss as advertising": (
        called("Damaged and lost goods", "Advertising", "Marketplace Advertising"),
        "cogs",
        "Damaged and lost goods",
    ),
}
OTHER_ACCOUNT = {
    "tips": ("Tips", "Marketplace Sales", "Other Income:Tips"),
    "duties": ("Duties collected", "Other Income:Tips", "Duties Payable"),
    "advertising": ("Advertising", "Marketplace Other Fees", "Marketplace Advertising"),
    "reimbursement": ("Reimbursements", "Marketplace Sales", "Other Income:Reimbursements"),
    "loss": ("Damaged and lost goods", "Cost of Goods Sold", "Damaged and Lost Inventory"),
    "loan": ("Loans", "Other Income:Tips", "Loans Payable US"),
}


@pytest.mark.long
@pytest.mark.parametrize("fault", OTHER_CLASS)
def test_a_line_that_was_stored_as_another_class_is_named(healthy: Path, tmp_path: Path, fault: str) -> None:
    """Type and account agree with each other, all sums and seals do: month, class and line are named."""
    statement, of_class, line_type = OTHER_CLASS[fault]
    with sealed_again(planted(healthy, tmp_path, statement)) as database:
        assert [] == find_altered(database)
        found = wrong(database)

    assert any(f"US/1: {of_class} of 2026-08, P&L and journal" in one for one in found), found
    assert any(f"line “{line_type}” to " in one for one in found), found


@pytest.mark.long
@pytest.mark.parametrize("line_type", OTHER_ACCOUNT)
def test_a_line_that_was_stored_under_an_account_of_another_class_is_named(
    healthy: Path, tmp_path: Path, line_type: str
) -> None:
    """The line goes on saying what it is about: both accounts are named, the one that it has and the one it had."""
    memo, account, was = OTHER_ACCOUNT[line_type]
    with sealed_again(planted(healthy, tmp_path, moved(memo, account))) as database:
        assert [] == find_altered(database)
        found = wrong(database)

    for name in (account, was):
        assert any(f"line “{memo}” to {name}" in one for one in found), found
