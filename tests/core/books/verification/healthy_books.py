"""Small healthy books with everything that can be verified, and what Verify says of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.entries import stored_entries
from core.books.entries.accruals import book_accrual, plan_accrual, to_accrue
from core.books.entries.exporting import ExportOptions
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.time import Month
from tests.core.books.shops import WHO, Shop, lost, refund, sale
from tests.core.marketplaces.amazon_files import line

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.database import Database
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


def make_healthy(folder: Path) -> Path:
    """Make books with every kind of entry: exported, corrected, posted by Finale, reopened, accrued, and one open."""
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


def make_exported(folder: Path) -> Path:
    """Make books that were exported, corrected, reopened, exported again and accrued, with answers and a rate."""
    shop = Shop.open(folder)
    shop.bring_in("1", sale("111-1", "CUP", 3), refund("111-1", "CUP"), lost("JAR"), sale("111-5", "MUG"))
    shop.bring_in("3", sale("111-3", "CUP", 2, day="2026-09-03"))
    orders = {("111-1", "CUP"): "2.00", ("111-3", "CUP"): "2.00"}
    shop.finale_says(orders, JAR="5.00")
    with_answer(shop, "111-5", "4.25")
    shop.export("1")
    shop.reopen("1")
    shop.export("1")
    shop.finale_says({**orders, ("111-1", "CUP"): "2.50"})
    shop.accept()
    accrue(shop)
    shop.database.close()
    return folder / "books.sqlite"
