"""`cogsheet demo`: a folder with a filled workbook of the demo business, and its own database inside.

The sandbox stands in for Finale Inventory on a real socket of this machine; costs come over HTTP as they would from the
real one. The business is made from a fixed seed, so the figures are the same each time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from addin.commands.costs import resolving, syncing
from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from addin.commands.registry.guide import called
from addin.commands.reports.pnl import make_pnl
from addin.commands.settlements import importing, opening
from addin.commands.setup.new import write_workbook
from addin.commands.terminal import TerminalProgress
from addin.connections.sandbox import demo_settlement_files
from addin.demo.earlier_demo import BOOK, FILES, remove_earlier_demo, write_marks
from addin.machine.terminal_words import quoted
from addin.sheets.workbook import refuse_open
from addin.takeaway.ledger_used import remember
from addin.takeaway.written_files import write_file
from core.books.database import Database
from core.books.database.company import Company
from core.books.database.database import safe_path
from core.books.database.repeating import repeated
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.company_databases import DEMO, BooksId, database_address, machine_folder
from core.journal.accounts import ACCOUNTS_NAME, AccountRow, AccountRows
from core.journal.files import Ledger
from core.line_types import PER_STORE, LineType
from core.money import total
from core.time import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.progress import Progress
    from core.time import Clock


def make_demo_in_the_terminal(folder: Path) -> Outcome:
    """Make the demo anew, with a bar that says how far it is.

    Raises:
        CogsheetError: As `make_demo` does.
    """
    return make_demo(folder, progress=TerminalProgress())


def make_demo(folder: Path, progress: Progress, clock: Clock = system_clock) -> Outcome:
    """Make the demo anew: import its settlements, sync, fill every sheet. Other files in the folder are left alone.

    Raises:
        DatabaseInSyncedFolderError: If its books would lie where SQLite is not safe; then nothing was touched.
        NotOfTheDemoError: If a file of somebody's own stands where one of the demo would be.
        CogsheetError: If the workbook is open elsewhere, or a step cannot be done.
    """
    book = folder / BOOK
    company = Company(DEMO, "USD", clock(), id=DEMO, database_id=DEMO)
    address = safe_path(database_address(BooksId(company.name, company.database_id), book.resolve(), machine_folder()))
    refuse_open(book)
    files = _fresh_folder(folder)
    with Database.create(address, company) as database:
        write_workbook(book, database)
    return on_file(book, lambda desk: _fill(desk, files, folder), progress, clock)


def _fill(desk: Desk, files: list[Path], folder: Path) -> Outcome:
    importing.import_files(desk, files=files, store="Amazon US")
    _choose_accounts(desk)
    syncing.sync(desk)
    resolving.resolve(desk)
    books = load_books(desk.database)
    newest = max(books.settlements, key=lambda settlement: (str(settlement.period_end), settlement.settlement_id))
    opening.fill(desk, ids=[newest.settlement_id])
    make_pnl(desk)
    return _summary(books, folder)


@repeated
def _choose_accounts(desk: Desk) -> None:
    pairs = {(one.store, one.currency) for one in load_books(desk.database).settlements}
    with desk.database.writing() as connection:
        chosen = AccountRows(rows=demo_accounts(pairs))
        stored_settings.put(connection, ACCOUNTS_NAME, chosen, who=desk.user, now=desk.clock())
    remember(desk.database, Ledger.QUICKBOOKS, who=desk.user, now=desk.clock())


def _fresh_folder(folder: Path) -> list[Path]:
    """Remove an earlier demo, and put the settlement files of the demo business into the folder."""
    files = demo_settlement_files()
    remove_earlier_demo(folder, files)
    settlements = folder / FILES
    settlements.mkdir(parents=True, exist_ok=True)
    write_marks(folder, files)
    for name, content in files:
        write_file(settlements / name, content)
    return [settlements / name for name, _ in files]


def _summary(books: Books, folder: Path) -> Outcome:
    states = [(settlement, books.state(settlement)) for settlement in books.settlements]
    rows = [
        {
            "settlement": settlement.settlement_id,
            "lines": len(books.lines_of(settlement)),
            "units": state.units,
            "cogs": str(state.cogs),
            "missing": state.counts.missing,
            "waiting": state.counts.waiting,
            "status": state.status,
        }
        for settlement, state in states
    ]
    totals = {
        "settlements": len(rows),
        "lines": sum(len(books.lines_of(settlement)) for settlement, _ in states),
        "units": sum(state.units for _, state in states),
        "cogs": str(total(state.cogs for _, state in states)),
        "missing": sum(state.counts.missing for _, state in states),
        "waiting": sum(state.counts.waiting for _, state in states),
    }
    book = str(folder / BOOK)
    return Outcome(_table(rows, totals, book), data={**totals, "workbook": book, "by_settlement": rows})


def _table(rows: list[dict[str, object]], totals: dict[str, object], book: str) -> str:
    head = f"{'Settlement':<16}{'Lines':>8}{'Units':>8}{'COGS':>14}{'Missing':>9}  Status"
    body = [
        f"{row['settlement']:<16}{row['lines']:>8,}{row['units']:>8,}{Decimal(str(row['cogs'])):>14,}{row['missing']:>9,}"
        f"  {row['status']}"
        for row in rows
    ]
    foot = (
        f"{totals['settlements']:<16}{totals['lines']:>8,}{totals['units']:>8,}"
        f"{Decimal(str(totals['cogs'])):>14,}{totals['missing']:>9,}"
    )
    advice = [
        "",
        f"The workbook is {book}. Open it in Excel or LibreOffice, look at sheet Resolve, type a cost into column Cost",
        "of a few rows, save and close it.",
        f"Next: `{called()} save {quoted(book)}` takes those costs; `save --accept-proposals` the prefilled ones too.",
    ]
    return "\n".join([head, *body, "-" * len(head), foot, *advice])


_ACCOUNT_CODES = {
    LineType.SALES: "200",
    LineType.REFUNDS: "205",
    LineType.SHIPPING: "210",
    LineType.PROMOTIONS: "215",
    LineType.REIMBURSEMENTS: "260",
    LineType.ADJUSTMENTS: "265",
    LineType.COGS_SALES: "310",
    LineType.COGS_REFUNDS: "310",
    LineType.LOSSES: "315",
    LineType.ADVERTISING: "400",
    LineType.REFERRAL_FEES: "410",
    LineType.FULFILMENT_FEES: "415",
    LineType.OTHER_FEES: "420",
    LineType.PREPAID_TAX: "620",
    LineType.INVENTORY_OUT: "630",
    LineType.INVENTORY_IN: "630",
    LineType.INVENTORY_LOST: "630",
    LineType.TAX_COLLECTED: "820",
    LineType.TAX_WITHHELD: "820",
}
_FIRST_OF_STORES = 640
"""Each store and currency has codes of its own from here on."""


def demo_accounts(stores: Iterable[tuple[str, str]]) -> tuple[AccountRow, ...]:
    """Return the demo's rows of sheet Accounts.

    Args:
        stores: Store and currency of its settlements.
    """
    usual = [AccountRow(line_type=line_type, number=code) for line_type, code in _ACCOUNT_CODES.items()]
    own = [(line_type, pair) for pair in sorted(set(stores)) for line_type in PER_STORE]
    return (
        *usual,
        *(
            AccountRow(line_type=line_type, store=store, currency=currency, number=str(number))
            for number, (line_type, (store, currency)) in enumerate(own, start=_FIRST_OF_STORES)
        ),
    )
