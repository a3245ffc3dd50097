"""An accrual is made again of what was known on its day."""

# ruff: noqa: E501 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from core.books.settings.time_zones import change_time_zones
from core.books.verification.accrual_tie_outs import accrual_tie_outs
from core.books.verification.verification import read_evidence
from core.journal.accounts import AccountRow, Accounts
from core.line_types import LineType
from tests.core.books.shops import WHO, Shop, sale
from tests.core.books.verification.healthy_books import (
    accrue,
    later_cost,
    make_healthy,
    with_answer,
    wrong,
)
from tests.core.books.verification.planted_faults import FAULTS, planted
from tests.core.marketplaces.amazon_files import line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with every kind of entry: exported, corrected, posted by Finale, reopened, accrued, and one open."""
    return make_healthy(tmp_path_factory.mktemp("healthy"))


def exported_since(shop: Shop) -> None:
    shop.export("3")


def answered_since(shop: Shop) -> None:
    with_answer(shop, "111-3", "9.00")


def accrued_again(shop: Shop) -> None:
    later_cost(shop)
    accrue(shop)


@pytest.mark.long
@pytest.mark.parametrize("happens", [later_cost, exported_since, answered_since, accrued_again])
def test_an_accrual_is_made_again_of_what_was_known_on_its_day(
    healthy: Path, tmp_path: Path, happens: Callable[[Shop], None]
) -> None:
    """Whatever becomes known, is exported or is accrued anew since, the first accrual is no fault."""
    shutil.copy(healthy, tmp_path / "books.sqlite")
    with Database.open(tmp_path / "books.sqlite") as database:
        happens(Shop(database))
        assert [] == [one for one in wrong(database) if "ccrual" in one or "Entries of no settlement" in one]
        twice = {one.batch for one in read_evidence(database).entries.values() if one.entry.kind == "accrual"}
    assert (2 if happens is accrued_again else 1) == len(twice)


@pytest.mark.long
def test_of_an_accrual_that_an_older_version_booked_the_accounts_are_held(healthy: Path, tmp_path: Path) -> None:
    """It kept nothing of what it was made of: no fault by itself, but another account is one."""
    forget = "DELETE FROM setting WHERE key LIKE 'accrual of batch%'"
    with Database.open(planted(healthy, tmp_path, forget)) as database:
        assert [] == wrong(database)
    statement = FAULTS["account of an accrual"][0]
    with Database.open(planted(tmp_path / "books.sqlite", tmp_path / "again", statement)) as database:
        assert any("account of line “Sales”: the books have “Office”" in one for one in wrong(database))


def test_an_accrual_is_held_against_the_accounts_that_can_have_held(tmp_path: Path) -> None:
    """By those of its day nothing differs; by others alone each account that it posts to is named."""
    shop = Shop.open(tmp_path)
    shop.bring_in("3", sale("111-3", "CUP", day="2026-09-03"))
    shop.finale_says({("111-3", "CUP"): "2.00"})
    accrue(shop)
    books = shop.books
    posted = list(read_evidence(shop.database).entries.values())
    with shop.database.reading() as connection:
        own, others = (
            accrual_tie_outs(connection, books, posted, [(books.policies, accounts)])
            for accounts in (books.accounts, Accounts((AccountRow(line_type=LineType.SALES, name="Office"),)))
        )

    assert [] == own
    assert 4 == len(others or ())
    assert {True} == {"line “Sales” to " in one.name for one in others or ()}


TAX = {"order_id": "111-9", "order_item_code": "111-9CUP", "sku": "CUP", "quantity_purchased": "1"}
DAY = {"posted_date_time": "2026-09-03 10:00:00 UTC"}
COLLECTED = line("2.40", amount_type="ItemPrice", amount_description="Tax", **TAX, **DAY)
WITHHELD = line(
    "-2.40",
    amount_type="ItemWithheldTax",
    amount_description="MarketplaceFacilitatorTax-Principal",
    **TAX,
    posted_date_time="2026-09-05 10:00:00 UTC",
)


def taxed_accrual(folder: Path, *, exported: bool, withheld_first: bool) -> Shop:
    """Return books that accrued an order whose tax a later settlement withholds."""
    shop = Shop.open(folder)
    shop.bring_in("3", sale("111-9", "CUP", day="2026-09-03"), COLLECTED)
    if withheld_first and not exported:
        shop.bring_in("13", WITHHELD)
    shop.finale_says({("111-9", "CUP"): "2.00"})
    if exported:
        shop.export("3")
    if withheld_first and exported:
        shop.bring_in("13", WITHHELD)
    accrue(shop)
    if not withheld_first:
        shop.bring_in("13", WITHHELD)
    return shop


@pytest.mark.long
@pytest.mark.parametrize("exported", [True, False])
@pytest.mark.parametrize("withheld_first", [True, False])
def test_an_accrual_keeps_whose_tax_it_was(tmp_path: Path, *, exported: bool, withheld_first: bool) -> None:
    """Exported as the seller's own, withheld by another settlement, accrued: its tax is that which went out."""
    with taxed_accrual(tmp_path, exported=exported, withheld_first=withheld_first).database as database:
        assert [] == [one for one in wrong(database) if "ccrual" in one]


@pytest.mark.long
def test_the_tax_of_an_accrual_that_was_altered_is_named(tmp_path: Path) -> None:
    """In what it was made of, and in its entry."""
    shop = taxed_accrual(tmp_path, exported=True, withheld_first=True)
    shop.database.close()
    kind = "UPDATE setting SET value = replace(value, '\"own\"', '\"in price\"') WHERE key LIKE 'accrual of batch%'"
    line_of_tax = "UPDATE entry_line SET account = 'Office' WHERE account LIKE '%Tax%' AND entry IN (SELECT id FROM entry WHERE kind = 'accrual')"
    for number, (statement, words) in enumerate([(kind, ", tax: "), (line_of_tax, "Accrual of 2026-08")]):
        (tmp_path / str(number)).mkdir()
        with Database.open(planted(tmp_path / "books.sqlite", tmp_path / str(number), statement)) as database:
            assert any("Accrual" in one and words in one for one in wrong(database)), wrong(database)


@pytest.mark.long
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Tokyo"])
def test_an_accrual_keeps_the_days_that_it_was_booked_by(tmp_path: Path, zone: str) -> None:
    """Posted on 1 September at 00:30 UTC: in August by another time zone of the store, once that is typed."""
    shop = Shop.open(tmp_path)
    shop.bring_in("3", sale("111-3", "CUP") | {"posted-date-time": "2026-09-01 00:30:00 UTC"})
    shop.finale_says({("111-3", "CUP"): "2.00"})
    accrue(shop)
    change_time_zones(shop.database, {"US": zone}, agreed=True, **WHO)

    assert [] == [one for one in wrong(shop.database) if "ccrual" in one]
