"""Each kind of fault, planted as an altered stored row in a copy of small books, is named; else nothing is."""
# ruff: noqa: S608, E501 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.database import Database, seals
from core.books.database.errors import UnknownWordError
from core.books.entries import stored_entries
from core.books.entries.accruals import book_accrual, plan_accrual, to_accrue
from core.books.entries.exporting import ExportOptions
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.time_zones import change_time_zones
from core.books.true_ups.true_ups import take_up_true_ups
from core.books.verification.seal_check import find_altered
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.time import Month
from tests.core.books.shops import WHO, Shop, lost, refund, sale
from tests.core.marketplaces.amazon_files import line
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.books.verification.tie_outs import TieOut

SUBSCRIPTION = line(
    "-39.99",
    transaction_type="other-transaction",
    amount_type="other-transaction",
    amount_description="Subscription Fee",
    order_id="",
    order_item_code="",
    shipment_id="",
    sku="",
    quantity_purchased="",
    posted_date_time="2026-08-07 10:00:00 UTC",
)


def every_tie_out(database: Database) -> list[TieOut]:
    """Return what verify says of the whole company."""
    books, held = load_books(database), read_evidence(database)
    found = [one for each in books.settlements for one in tie_outs(database, books, each, ExportOptions(), held)]
    return [*found, *company_tie_outs(database, books, held)]


def wrong(database: Database) -> list[str]:
    return [one.sentence for one in every_tie_out(database) if not one.ok]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with every kind of entry: exported, corrected, posted by Finale, reopened, accrued, and one open."""
    folder = tmp_path_factory.mktemp("healthy")
    shop = Shop.open(folder)
    shop.bring_in("1", sale("111-1", "CUP", 3), refund("111-1", "CUP"), lost("JAR", 2), SUBSCRIPTION)
    shop.bring_in("2", sale("111-2", "CUP", 3, day="2026-08-20"), sale("111-5", "MUG", day="2026-08-20"))
    shop.bring_in("3", sale("111-3", "CUP", 2, day="2026-09-03"))
    shop.bring_in("13", sale("111-4", "CUP", 2, day="2026-09-04"), lost("JAR", day="2026-09-05"))
    orders = {(f"111-{number}", "CUP"): "2.00" for number in range(1, 5)}
    shop.finale_says(orders, JAR="5.00")
    with_answer(shop, "111-5", "4.25")
    shop.export("1")
    shop.finale_says({**orders, ("111-1", "CUP"): "2.50"})
    shop.accept()
    shop.set(losses_posted_by="Finale")
    shop.export("2", "13")
    shop.finale_says({**orders, ("111-4", "CUP"): "2.25"}, JAR="6.00")
    shop.accept()
    shop.reopen("2")
    shop.export("2")
    accrue(shop)
    shop.database.close()
    return folder / "books.sqlite"


def with_answer(shop: Shop, order: str, cost: str) -> None:
    books = shop.books
    key = str(books.lines.loc[books.lines["order_id"] == order, "key"].iloc[0])
    answers = [Answer(key, 0, Decimal(cost), None)]
    save_answers(shop.database, books, answers, settlement_ids=None, accept_proposals=False, **WHO)


def accrue(shop: Shop) -> None:
    """Book what left in August and is posted in September."""
    books, month = shop.books, Month.parse("2026-08")
    lines = to_accrue(books, books.counted(books.lines), month, books.zones).lines
    days = AccrualDays(month.last_day, month.day_after)
    pairs = accrual_entries(lines, days, home_currency="USD", accounts=books.accounts)
    with shop.database.reading() as connection:
        plan = plan_accrual(stored_entries.posted_entries(connection), "2026-08", pairs, books.accounts)
    book_accrual(shop.database, plan, month="2026-08", lines=lines, check=lambda _: None, **WHO)


def later_cost(shop: Shop) -> None:
    shop.finale_says({(f"111-{number}", "CUP"): "3.10" for number in range(1, 5)}, JAR="6.00")


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


def test_healthy_books_say_nothing(healthy: Path) -> None:
    """And everything is there that a fault below is planted in."""
    with Database.open(healthy) as database:
        assert [] == wrong(database)
        kinds = {str(one.entry.kind) for one in read_evidence(database).entries.values()}

    assert {"settlement", "COGS", "true-up", "reversal", "accrual"} <= kinds
    assert {"COGS posted by Finale", "true-up posted by Finale"} <= kinds


OF_SALE = "WHERE order_id = '111-1' AND event = 'sale'"
OF_OPEN = "WHERE order_id = '111-3' AND event = 'sale'"
KEY = "(SELECT key FROM 'transaction' WHERE order_id = '{}' AND event = 'sale')"
ENTRY = "(SELECT id FROM entry WHERE kind = '{}' AND key LIKE '% {}%' ORDER BY id DESC LIMIT 1)"
REVERSED = "(SELECT id FROM entry WHERE key = 'US 2 2026-08 COGS r1')"
COPIED = (
    "INSERT INTO 'transaction' SELECT 'another key' AS key, * FROM "
    "(SELECT {} FROM 'transaction' WHERE order_id = '111-3')"
)
FAULTS = {
    "six units for three": (f"UPDATE 'transaction' SET quantity = 6 {OF_SALE}", "order 111-1, SKU CUP: quantity"),
    "six units for two, open": (f"UPDATE 'transaction' SET quantity = 6 {OF_OPEN}", "order 111-3, SKU CUP: quantity"),
    "refund an adjustment": (
        "UPDATE 'transaction' SET event = 'adjustment' WHERE event = 'refund'",
        "SKU CUP: event: the books have “adjustment”, recomputed it is “refund”",
    ),
    "goods": (f"UPDATE 'transaction' SET goods = 'none' {OF_OPEN}", "SKU CUP: goods"),
    "stock effect": (f"UPDATE 'transaction' SET stock_effect = 'none' {OF_OPEN}", "SKU CUP: stock effect"),
    "typed line type": (
        (
            "UPDATE 'transaction' SET typed = replace(typed, 'Subscription\",\"-', 'Advertising\",\"-') "
            "WHERE typed IS NOT NULL"
        ),
        "typed",
    ),
    "amount in another column": (
        f"UPDATE 'transaction' SET shipping = principal, principal = 0 {OF_OPEN}",
        "order 111-3, SKU CUP: principal: the books have 0.00, recomputed it is 20.00",
    ),
    "amount by parts of a cent": (
        f"UPDATE 'transaction' SET principal = principal + 1000, net = net + 1000 {OF_OPEN}",
        "SKU CUP: principal: the books have 20.001, recomputed it is 20.00",
    ),
    "amounts that make up for each other": (
        (
            "UPDATE 'transaction' SET principal = principal + CASE order_id WHEN '111-2' THEN 1000000 ELSE -1000000 END, "
            "net = net + CASE order_id WHEN '111-2' THEN 1000000 ELSE -1000000 END WHERE order_id IN ('111-2', '111-5')"
        ),
        "order 111-5, SKU MUG: principal",
    ),
    "SKU": (f"UPDATE 'transaction' SET sku = 'MUG' {OF_OPEN}", "sku: the books have “MUG”, recomputed it is “CUP”"),
    "order": (f"UPDATE 'transaction' SET order_id = '111-9' {OF_OPEN}", "order id: the books have “111-9”"),
    "a month later": (f"UPDATE 'transaction' SET posted_at = posted_at + 2678400000000 {OF_OPEN}", "posted at"),
    "line deleted": (f"DELETE FROM 'transaction' {OF_OPEN}", "is in the file and not in the books"),
    "line doubled": (COPIED, "is in the books and in no file"),
    "line's key": (f"UPDATE 'transaction' SET key = 'another key' {OF_OPEN}", "line another key"),
    "total": ("UPDATE settlement SET total = total + 1000000 WHERE settlement_id = '3'", "US/3: total"),
    "currency": ("UPDATE settlement SET currency = 'EUR' WHERE settlement_id = '3'", "US/3: currency"),
    "currency of a line": (f"UPDATE 'transaction' SET currency = 'EUR' {OF_OPEN}", "SKU CUP: currency"),
    "period": ("UPDATE settlement SET period_end = period_end + 86400000000", "period end"),
    "kind": ("UPDATE settlement SET kind = 'view' WHERE settlement_id = '3'", "US/3: kind"),
    "kept file gone": (
        (
            "UPDATE settlement_file SET sha256 = 'x' WHERE settlement = (SELECT id FROM settlement WHERE "
            "settlement_id = '3')"
        ),
        "kept files: the file x is not in the books",
    ),
    "kept file damaged": ("UPDATE original_file SET content = x'00' WHERE name = '3.txt'", "3.txt"),
    "kept file altered": (
        (
            "UPDATE original_file SET content = (SELECT content FROM original_file WHERE name = '1.txt') "
            "WHERE name = '3.txt'"
        ),
        "3.txt was changed in the books",
    ),
    "locked COGS": ("UPDATE locked_line SET cogs = cogs + 1000000 WHERE key = " + KEY.format("111-1"), "locked COGS"),
    "locked unit cost": (
        "UPDATE locked_line SET unit_cost = unit_cost * 2 WHERE key = " + KEY.format("111-1"),
        "order 111-1, SKU CUP: locked COGS",
    ),
    "locked quantity": (
        "UPDATE locked_line SET cost_quantity = 6 WHERE key = " + KEY.format("111-1"),
        "order 111-1, SKU CUP: locked COGS",
    ),
    "locked cost and COGS": (
        "UPDATE locked_line SET unit_cost = unit_cost * 2, cogs = cogs * 2 WHERE key = " + KEY.format("111-1"),
        "order 111-1, SKU CUP: ",
    ),
    "answer altered after the lock": (
        "UPDATE override SET unit_cost = unit_cost + 1000000",
        "order 111-5, SKU MUG: locked unit cost and the saved answer",
    ),
    "answer deleted after the lock": ("DELETE FROM override", "locked version of the saved answer"),
    "account": (
        f"UPDATE entry_line SET account = 'Office' WHERE memo = 'Sales' AND entry = {ENTRY.format('settlement', 'r1')}",
        "line “Sales” to Office",
    ),
    "account of a true-up": (
        "UPDATE entry_line SET account = 'Office' WHERE memo = 'Cost of goods sold' AND entry = "
        + ENTRY.format("true-up", "true-up"),
        "line “Cost of goods sold” to Office",
    ),
    "account of an accrual": (
        (
            "UPDATE entry_line SET account = 'Office' WHERE memo = 'Sales' AND entry = (SELECT id FROM entry WHERE kind = "
            "'accrual' AND key LIKE '%settlement%')"
        ),
        "line “Sales” to Office in USD: the books have -40.00, recomputed it is nothing",
    ),
    "amounts of an accrual": (
        (
            "UPDATE entry_line SET amount = amount * 2 WHERE entry IN (SELECT id FROM entry WHERE settlement IS NULL AND "
            "kind IN ('accrual', 'reversal'))"
        ),
        "Accrual of 2026-08: entry US accrual USD 2026-08 settlement r1, line “Sales” to Marketplace Sales in USD",
    ),
    "COGS of an accrual": (
        (
            "UPDATE entry_line SET amount = amount + CASE WHEN amount > 0 THEN 1000000 ELSE -1000000 END WHERE entry IN "
            "(SELECT id FROM entry WHERE settlement IS NULL AND key LIKE '%COGS%')"
        ),
        "Accrual of 2026-08: entry US accrual 2026-08 COGS r1, line “Cost of goods sold”",
    ),
    "accrual between two accounts": (
        (
            "UPDATE entry_line SET memo = 'Refunds', account = 'Marketplace Refunds' WHERE memo = 'Sales' AND entry IN "
            "(SELECT id FROM entry WHERE settlement IS NULL)"
        ),
        "line “Refunds” to Marketplace Refunds",
    ),
    "day on which an accrual is taken back": (
        "UPDATE entry SET entry_date = '2026-09-20' WHERE settlement IS NULL AND kind = 'reversal'",
        "accrual reversal USD 2026-09 settlement r1, day: the books have “2026-09-20”, recomputed it is “2026-09-01”",
    ),
    "accrual of which the cost is missing": (
        "UPDATE entry SET settlement = 1 WHERE settlement IS NULL AND key LIKE '%COGS%'",
        "Accrual of 2026-08: entry US accrual 2026-08 COGS: exported, and not in the books",
    ),
    "line of an accrual": (
        "UPDATE setting SET value = replace(value, '2026-08-04', '2026-09-02') WHERE key LIKE 'accrual of batch%'",
        "shipped 2026-09-02, posted",
    ),
    "cost of a line of an accrual": (
        "UPDATE setting SET value = replace(value, '\"cogs\":\"4', '\"cogs\":\"5') WHERE key LIKE 'accrual of batch%'",
        "COGS",
    ),
    "month": (
        "UPDATE entry SET entry_date = '2026-10-31' WHERE kind = 'settlement' AND key LIKE 'US 1 %'",
        "day: the books have “2026-10-31”",
    ),
    "month in the key": (
        "UPDATE entry SET key = replace(key, '2026-08', '2026-07') WHERE kind = 'COGS' AND key LIKE 'US 1 %'",
        "US 1 2026-07 COGS",
    ),
    "month of a true-up": (
        "UPDATE entry SET entry_date = '2026-11-30' WHERE kind = 'true-up' AND key LIKE 'US 1 %'",
        "day: the books have “2026-11-30”",
    ),
    "month of an accrual": ("UPDATE entry SET entry_date = '2026-07-31' WHERE kind = 'accrual'", "month"),
    "line type": (
        "UPDATE entry_line SET memo = 'Advertising' WHERE memo = 'Subscription'",
        "line “Advertising” to",
    ),
    "poster": (
        "UPDATE entry SET kind = 'COGS posted by Finale' WHERE kind = 'COGS' AND key LIKE 'US 1 %'",
        "kind: the books have “COGS posted by Finale”, recomputed it is “COGS”",
    ),
    "poster, in the key too": (
        (
            "UPDATE entry SET kind = 'COGS posted by Finale', key = replace(key, ' COGS ', ' COGS posted by Finale ') "
            "WHERE kind = 'COGS' AND key LIKE 'US 1 %'"
        ),
        "entry US 1 2026-08 COGS: exported, and not in the books",
    ),
    "pair of lines missing": (
        (
            f"DELETE FROM entry_line WHERE memo IN ('Cost of goods sold', 'Inventory sold') AND entry = "
            f"{ENTRY.format('COGS', 'r1')}"
        ),
        "line “Cost of goods sold”",
    ),
    "pair of lines with other amounts": (
        "UPDATE entry_line SET amount = amount * 2 WHERE entry = " + ENTRY.format("COGS", "r1"),
        "line “Cost of goods sold”",
    ),
    "amount of a true-up": (
        "UPDATE entry_line SET amount = amount * 2 WHERE entry = " + ENTRY.format("true-up", "true-up"),
        "true-up",
    ),
    "difference of a true-up": (
        (
            "UPDATE true_up SET difference = difference * 2 WHERE id = (SELECT min(true_up) FROM true_up_decision WHERE "
            "decision = 'accepted')"
        ),
        "true-up 1",
    ),
    "amount of a reversal": (
        (
            "UPDATE entry_line SET amount = amount * 2 WHERE entry = (SELECT min(id) FROM entry WHERE kind = 'reversal' AND "
            "settlement IS NOT NULL)"
        ),
        "reversed, line",
    ),
    "balance": (
        (
            "UPDATE entry_line SET amount = amount + 10000 WHERE position = 1 AND entry = (SELECT min(id) FROM entry WHERE "
            "kind = 'accrual')"
        ),
        "balance in USD: 0.01 and 0.00 differ",
    ),
    "entry deleted": (
        "UPDATE entry SET settlement = NULL, store = 'US', name = 'x' WHERE kind = 'COGS' AND key LIKE 'US 1 %'",
        "exported, and not in the books",
    ),
    "status": ("UPDATE settlement SET cogs_entry = 'open' WHERE settlement_id = '1'", "status of entry"),
    "batch before the lines": (
        "UPDATE entry SET batch = 1 WHERE kind = 'settlement' AND key LIKE 'US 13 %'",
        "batch",
    ),
    "batch of the lock": (
        "UPDATE 'lock' SET batch = batch + 1 WHERE id = (SELECT min(id) FROM 'lock')",
        "that of the lock",
    ),
    "unit cost of a true-up": (
        "UPDATE true_up SET unit_cost = unit_cost * 2 WHERE unit_cost IS NOT NULL",
        "COGS and units x unit cost",
    ),
    "units of a true-up": (
        "UPDATE true_up SET cost_quantity = cost_quantity + 1 WHERE cost_quantity IS NOT NULL",
        "COGS and units x unit cost",
    ),
    "cause of a true-up": (
        "UPDATE true_up SET cause = 'units'",
        "cause: the books have “units”, recomputed it is “cost”",
    ),
    "disposition of a true-up": (
        "UPDATE true_up SET disposition = 'Money only'",
        "cause: the books have “cost”, recomputed it is “disposition”",
    ),
    "disposition of a true-up with its cause": (
        "UPDATE true_up SET disposition = 'Money only', cause = 'disposition'",
        "disposition: the books have “Money only”, recomputed it is “one that moves",
    ),
    "currency of a true-up": ("UPDATE true_up SET currency = 'EUR'", "currency: the books have “EUR”"),
    "revision of the lock": (
        "UPDATE 'lock' SET revision = 7 WHERE id = (SELECT max(id) FROM 'lock')",
        "revision of the lock",
    ),
    "lock of another settlement": (
        "UPDATE 'lock' SET settlement = (SELECT id FROM settlement WHERE settlement_id = '3') WHERE id = 1",
        "US/1: lock of its costs: the books have nothing",
    ),
    "memo": ("UPDATE entry SET memo = 'Rent' WHERE kind = 'COGS' AND key LIKE 'US 1 %'", "memo: the books have “Rent”"),
    "number of an account": (
        "UPDATE entry_line SET number = '4711' WHERE memo = 'Sales'",
        "account of line “Sales” to Marketplace Sales: the books have “number 4711",
    ),
    "tax rate of an account": (
        "UPDATE entry_line SET tax_code = '20% (VAT on Income)' WHERE memo = 'Cost of goods sold'",
        "account of line “Cost of goods sold” to Cost of Goods Sold",
    ),
    "bank account": (
        "UPDATE entry_line SET is_bank = 1 WHERE memo = 'Settlement total'",
        "no number, tax rate Tax Exempt (0%), a bank account",
    ),
    "store of an accrual": (
        "UPDATE entry SET store = 'CA' WHERE settlement IS NULL",
        "key: the books have “US accrual USD 2026-08 settlement r1”",
    ),
    "revision": ("UPDATE entry SET revision = 7 WHERE kind = 'COGS' AND key LIKE 'US 1 %'", "revision"),
    "number in a reversal": (
        f"UPDATE entry_line SET number = '4711' WHERE memo = 'Sales' AND entry = {REVERSED} + 7",
        "account of line “Sales” to Marketplace Sales: the books have “number 4711",
    ),
    "bank mark of a reversed entry": (
        f"UPDATE entry_line SET is_bank = 1 WHERE entry = {REVERSED}",
        "entry US 2 2026-08 COGS r1, account of line “Cost of goods sold” to Cost of Goods Sold",
    ),
    "tax code of a reversed entry and of its reversal": (
        f"UPDATE entry_line SET tax_code = '20%' WHERE entry IN ({REVERSED}, {REVERSED} + 8)",
        "entry US 2 2026-08 COGS r1, account of line “Inventory sold” to Inventory Asset",
    ),
    "account of a reversed entry and of its reversal": (
        (
            "UPDATE entry_line SET account = 'Office' WHERE memo = 'Cost of goods sold' AND entry IN "
            f"({REVERSED}, {REVERSED} + 8)"
        ),
        "account of line “Cost of goods sold”: the books have “Office”, recomputed it is “Cost of Goods Sold”",
    ),
    "tax code of a true-up": (
        "UPDATE entry_line SET tax_code = '20%' WHERE entry = " + ENTRY.format("true-up", "true-up"),
        "tax rate 20%",
    ),
    "bank mark of a true-up that Finale posts": (
        "UPDATE entry_line SET is_bank = 1 WHERE entry = " + ENTRY.format("true-up posted by Finale", "true-up"),
        "a bank account",
    ),
    "lines of a reopened lock": ("UPDATE 'lock' SET lines = 9 WHERE id = 2", "US/2: lock r1: its locked costs"),
    "hash of a line of a reopened lock": (
        "UPDATE locked_line SET hash = 'x' WHERE lock = 2",
        "US/2: lock r1: its locked costs: they are not those that were locked",
    ),
    "revision of a reopened lock": (
        "UPDATE 'lock' SET revision = 9 WHERE id = 2",
        "US/2: lock r9: revision of the lock: the books have “9”, recomputed it is “1”",
    ),
    "settlement of a reopened lock": (
        "UPDATE 'lock' SET settlement = 3 WHERE id = 2",
        "US/3: lock r1, settlement: the books have “US/3”, recomputed it is “US/2”",
    ),
    "reason of a reopening": (
        "UPDATE reopening SET reason = 'a new bill'",
        "US/2: lock r1, reason of its reopening: the books have “a new bill”, recomputed it is “wrong bill”",
    ),
    "batch of a reopening": ("UPDATE reopening SET batch = 18", "US/2: lock r1, batch of its reopening"),
    "reason of an acceptance": (
        "UPDATE true_up_decision SET reason = 'agreed' WHERE true_up = 1",
        "US/1: true-up 1, reason: the books have “agreed”, recomputed it is nothing",
    ),
    "entry of an acceptance": (
        "UPDATE true_up_decision SET entry = 1 WHERE true_up = 1",
        "US/1: true-up 1, entry that posts it: the books have “US 1 2026-08 settlement r1”",
    ),
    "batch of an acceptance": ("UPDATE true_up_decision SET batch = 16 WHERE true_up = 1", "true-up 1"),
}


def planted(healthy: Path, folder: Path, statement: str) -> Path:
    """Change a copy of the books as somebody would who gets around Cogsheet."""
    folder.mkdir(exist_ok=True)
    copy = folder / "books.sqlite"
    shutil.copy(healthy, copy)
    with closing(sqlite3.connect(copy)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        columns = [row[1] for row in connection.execute("PRAGMA table_info('transaction')") if row[1] != "key"]
        filled = (
            statement.replace("{}", ", ".join(f'"{name}"' for name in columns)) if statement is COPIED else statement
        )
        assert connection.execute(filled).rowcount >= 1
        connection.commit()
    return copy


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_each_kind_of_fault_is_named(healthy: Path, tmp_path: Path, fault: str) -> None:
    """By settlement and line or entry, with what is stored and what is recomputed."""
    statement, words = FAULTS[fault]
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        found = wrong(database)

    assert any(words in sentence for sentence in found), found


def decided(healthy: Path, folder: Path) -> Path:
    """Add what was posted elsewhere, dismissed, taken up and withdrawn, and lock it, to a copy of the books."""
    shutil.copy(healthy, folder / "decided.sqlite")
    with Database.open(folder / "decided.sqlite") as database:
        shop = Shop(database)
        later_cost(shop)
        first, *_ = shop.dismiss()
        take_up_true_ups(database, shop.books, [first], "a new bill came", **WHO)
        shop.proposed()
        shop.finale_says({(f"111-{number}", "CUP"): "3.20" for number in range(1, 5)}, JAR="6.00")
        shop.proposed()
        shop.bring_in("23", sale("111-9", "CUP", day="2026-09-06"))
        post_elsewhere(database, shop.books, [shop.settlement("23")], "by another program", **WHO)
    return folder / "decided.sqlite"


DISMISSED = "id IN (SELECT true_up FROM true_up_decision WHERE decision = 'dismissed')"
WITHDRAWN = "id IN (SELECT true_up FROM true_up_decision WHERE decision = 'withdrawn')"
COLUMNS = '"lock", batch, key, cause, unit_cost, cost_quantity, disposition, cogs, difference, currency'
OF_DECISIONS = {
    "reason of a lock": (
        "UPDATE 'lock' SET reason = 'posted elsewhere' WHERE id = 1",
        "US/1: lock r1, reason: the books have “posted elsewhere”, recomputed it is “exported”",
    ),
    "reason of a reopened lock": (
        "UPDATE 'lock' SET reason = 'posted elsewhere' WHERE id = 2",
        "US/2: lock r1, reason",
    ),
    "reason of what was posted elsewhere": (
        "UPDATE 'lock' SET reason = 'exported' WHERE reason = 'posted elsewhere'",
        "US/23: lock r1, reason: the books have “exported”, recomputed it is “posted elsewhere”",
    ),
    "posted elsewhere called exported": (
        "UPDATE settlement SET cogs_entry = 'exported' WHERE settlement_id = '23'",
        "US/23: status of the COGS entry: the books have “exported”, recomputed it is “posted elsewhere”",
    ),
    "dismissal called withdrawn": (
        "UPDATE true_up_decision SET decision = 'withdrawn' WHERE decision = 'dismissed'",
        "withdrawn in batch 22: the books have “true-up dismissed”, recomputed it is “true-up proposed”",
    ),
    "dismissal without a reason": (
        "UPDATE true_up_decision SET reason = '' WHERE decision = 'dismissed'",
        "reason: the books have nothing, recomputed it is “a reason”",
    ),
    "withdrawal with a reason": (
        "UPDATE true_up_decision SET reason = 'wrong' WHERE decision = 'withdrawn'",
        "reason: the books have “wrong”, recomputed it is nothing",
    ),
    "dismissal with an entry": (
        "UPDATE true_up_decision SET entry = 3 WHERE decision = 'dismissed'",
        "entry that posts it: the books have “US 1 2026-09 true-up r10”, recomputed it is nothing",
    ),
    "batch of a dismissal": (
        "UPDATE true_up_decision SET batch = 7 WHERE decision = 'dismissed'",
        "dismissed in batch 7: the books have “export US/1”, recomputed it is “true-up dismissed”",
    ),
    "batch in which one was taken up": ("UPDATE taken_up SET batch = 16", "taken up in batch 16"),
    "COGS of a dismissed one": (
        "UPDATE true_up SET cogs = cogs + 1000000, unit_cost = NULL WHERE " + DISMISSED,
        "US/1, order 111-1, SKU CUP: true-up 8: -1.10 and -0.10 differ",
    ),
    "COGS of a withdrawn one with its difference": (
        "UPDATE true_up SET cogs = cogs + 1000000, difference = difference + 1000000 WHERE " + WITHDRAWN,
        "COGS and units x unit cost",
    ),
    "units of a dismissed one": (
        "UPDATE true_up SET cost_quantity = 0 WHERE cost_quantity <> 0 AND " + DISMISSED,
        "COGS and units x unit cost",
    ),
    "currency of a dismissed one": (
        "UPDATE true_up SET currency = 'EUR' WHERE " + DISMISSED,
        "currency: the books have “EUR”, recomputed it is “USD”",
    ),
    "line of a dismissed one": (
        "UPDATE true_up SET key = 'x' WHERE " + DISMISSED,
        "line: the books have “x”, recomputed it is “a line of the settlement”",
    ),
    "copy of a proposal": (
        f"INSERT INTO true_up ({COLUMNS}) SELECT {COLUMNS} FROM true_up WHERE id = 8",
        "was decided",
    ),
    "SKU of an accepted one that moves nothing": (
        "UPDATE true_up SET sku_was = 'MUG' WHERE id = 1",
        "true-up 1, SKU it was: the books have “MUG”, recomputed it is nothing",
    ),
    "type of an accepted one that moves nothing": (
        "UPDATE true_up SET event_now = 'sale' WHERE id = 1",
        "true-up 1, type it now: the books have “sale”, recomputed it is nothing",
    ),
    "type of an accepted one from which nothing moves": (
        "UPDATE true_up SET event_was = 'sale', sku_was = 'CUP' WHERE id = 1",
        "true-up 1, type it was: the books have “sale”, recomputed it is nothing",
    ),
    "type of a dismissed one that moves nothing": (
        "UPDATE true_up SET event_now = 'sale' WHERE " + DISMISSED,
        "type it now: the books have “sale”, recomputed it is nothing",
    ),
    "taken up without a dismissal": ("UPDATE taken_up SET true_up = 1 WHERE true_up = 8", "true-up 1, taken up again"),
}
FREE_TEXTS = {
    ("true_up_decision", "reason"): "why somebody dismissed a true-up",
    ("taken_up", "reason"): "why somebody took one up again",
}
"""What a person wrote and nothing says a second time: only its seal tells that another program altered it."""


def sealed_again(books: Path) -> Database:
    """Let every seal say what its row says, as somebody would who alters both."""
    with closing(sqlite3.connect(books)) as connection:
        connection.execute("DELETE FROM seal")
        connection.commit()
    database = Database.open(books)
    with database.writing() as connection:
        seals.seal_all(connection)
    return database


@pytest.mark.long
@pytest.mark.parametrize("fault", OF_DECISIONS)
def test_a_fault_of_a_decision_is_named_though_its_seal_agrees(healthy: Path, tmp_path: Path, fault: str) -> None:
    """Locks, reopenings and decisions follow from the batches and entries that they came with."""
    statement, words = OF_DECISIONS[fault]
    with sealed_again(planted(decided(healthy, tmp_path), tmp_path, statement)) as database:
        assert [] == find_altered(database)
        found = wrong(database)

    assert any(words in sentence for sentence in found), found


@pytest.mark.long
def test_only_free_texts_are_held_by_their_seals_alone(healthy: Path, tmp_path: Path) -> None:
    """Books that nobody altered say nothing, and of a text that a person wrote the seal says what it was."""
    books = decided(healthy, tmp_path)
    with Database.open(books) as database:
        assert [] == wrong(database)
    for table, column in FREE_TEXTS:
        altered = planted(books, tmp_path, f"UPDATE {table} SET {column} = 'another' WHERE {column} <> ''")
        with Database.open(altered) as database:
            assert [] == wrong(database)
            assert any("“another”" in tie.sentence for row in find_altered(database) for tie in row.tie_outs)


AMOUNTS = ("principal", "shipping", "promotion", "referral_fee", "fulfilment_fee", "other_fee", "other", "tax")
TEXTS = ("event", "goods", "sku", "order_id", "raw_type", "quantity_source", "stock_effect", "typed", "tax_code")


@pytest.mark.long
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_altered_in_a_line_is_named(healthy: Path, data: st.DataObject, tmp_path_factory: object) -> None:
    """Any column of any line, to any other value."""
    folder = tmp_path_factory.mktemp("altered")  # type: ignore[attr-defined]  # its type is pytest's own
    with closing(sqlite3.connect(healthy)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM 'transaction' ORDER BY key")]
    key, column = data.draw(st.sampled_from(keys)), data.draw(st.sampled_from([*AMOUNTS, *TEXTS]))
    value = f"{column} + {data.draw(st.integers(1, 5_000_000))}" if column in AMOUNTS else "'fee'"
    statement = f"UPDATE 'transaction' SET {column} = {value} WHERE key = '{key}'"
    if column == "typed":
        statement = statement.replace("'fee'", '\'[["A","other",null,"1"]]\'')
    with Database.open(planted(healthy, folder, statement)) as database:
        try:
            found = wrong(database)
        except UnknownWordError:  # Verify then goes by the seals
            found = [tie.sentence for row in find_altered(database) for tie in row.tie_outs]

    assert any(column.replace("_", " ") in sentence for sentence in found), (column, found)


@pytest.mark.long
def test_what_an_older_reader_stored_is_said_and_its_sum_is_held(healthy: Path, tmp_path: Path) -> None:
    """Its words were judged otherwise, so that a line that differs is no fault; a sum that differs is."""
    statement = "UPDATE settlement SET reader_version = 1 WHERE settlement_id = '3'"
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        notes = [one.sentence for one in every_tie_out(database) if one.ok and one.words]
        assert [] == wrong(database)
    (note,) = notes
    assert note.startswith("US/3: lines and kept files: read by an older version (reader 1)")
    statement = "UPDATE settlement SET reader_version = 1, sum = sum + 1000000 WHERE settlement_id = '3'"
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        assert any(sentence.startswith("US/3: sum") for sentence in wrong(database))


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
