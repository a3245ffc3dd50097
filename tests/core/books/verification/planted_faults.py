"""Faults that are planted in the books as altered stored rows, each with what Verify says of it."""

# ruff: noqa: S608, E501 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from core.books.database import Database, seals

if TYPE_CHECKING:
    from pathlib import Path


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


def sealed_again(books: Path) -> Database:
    """Let every seal say what its row says, as somebody would who alters both."""
    with closing(sqlite3.connect(books)) as connection:
        connection.execute("DELETE FROM seal")
        connection.commit()
    database = Database.open(books)
    with database.writing() as connection:
        seals.seal_all(connection)
    return database
