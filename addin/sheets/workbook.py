"""Which sheets a Cogsheet workbook has, in their order."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import workbook_engine
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.close.journal import JOURNAL_SPEC
from addin.sheets.close.true_ups import TRUE_UPS_SPEC
from addin.sheets.costs.changes import CHANGES_SPEC
from addin.sheets.costs.costs import COSTS_SPEC
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.costs.sku_mapping import SKU_MAPPING_SPEC
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.reports.pnl import PNL_SPEC, PNL_SUMMARY_SPEC
from addin.sheets.reports.rates import RATES_SPEC
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.today import TODAY_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.settlements.types import TYPES_SPEC
from addin.sheets.setup.messages import MESSAGES_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.setup.stores import STORES_SPEC
from addin.sheets.tables import tables
from core.company_databases import BooksId
from core.errors import WorkbookError
from workbook_engine.errors import WorkbookFileError
from workbook_engine.parts.open_marks import refuse_if_open

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

SPECS = (
    TODAY_SPEC,
    SETUP_SPEC,
    SETTLEMENTS_SPEC,
    TRANSACTIONS_SPEC,
    RESOLVE_SPEC,
    COSTS_SPEC,
    SKU_MAPPING_SPEC,
    OPENING_COSTS_SPEC,
    CHANGES_SPEC,
    PNL_SPEC,
    PNL_SUMMARY_SPEC,
    JOURNAL_SPEC,
    TRUE_UPS_SPEC,
    HISTORY_SPEC,
    MESSAGES_SPEC,
    ACCOUNTS_SPEC,
    TYPES_SPEC,
    STORES_SPEC,
    RATES_SPEC,
    COGS_SPEC,
)
"""Every sheet with a table, in the order of the tabs; the last is the hidden one that COGS tabs are copied from."""
FILLED_ON_REQUEST = (TRANSACTIONS_SPEC, RESOLVE_SPEC, CHANGES_SPEC, PNL_SPEC, PNL_SUMMARY_SPEC, COGS_SPEC)
"""Those that answer a button of their own: some settlements, what lacks a cost, a sync, a report."""
FILLED_AT_END = (TODAY_SPEC, MESSAGES_SPEC)
"""Those that every button fills once it has done its work."""
FILLED_AT_REFRESH = tuple(spec for spec in SPECS if spec not in (*FILLED_ON_REQUEST, *FILLED_AT_END))
"""Those that show the books as a whole, which every button brings up to date."""


def check_workbook(book: xw.Book) -> None:
    """See that every table is there with its columns, before anything is done to the books.

    Those that are filled at the end hold nothing that anybody types: a workbook that is not upgraded works without.

    Raises:
        WorkbookError: If one is not.
    """
    for spec in SPECS:
        if spec not in FILLED_AT_END:
            tables.find(book, spec)


@contextmanager
def open_workbook(path: Path) -> Iterator[xw.Book]:
    """Open a workbook file and close it at the end; what is not saved with `book.save()` is lost.

    Raises:
        WorkbookError: If it is missing, damaged, encrypted or open elsewhere, or refuses what is done to it.
    """
    with _as_workbook_errors(), workbook_engine.workbook(path) as book:
        yield book


def refuse_open(path: Path) -> None:
    """Refuse a file that another program has open, before anything is done.

    Raises:
        WorkbookError: If it is open.
    """
    with _as_workbook_errors():
        refuse_if_open(path)


@contextmanager
def _as_workbook_errors() -> Iterator[None]:
    try:
        yield
    except WorkbookFileError as error:
        raise WorkbookError(str(error)) from error


NAME = "_cogsheet_books"
_SEPARATOR = "|"


class NoCogsheetWorkbookError(WorkbookError):
    """The workbook does not say whose books it shows."""

    def __init__(self, book: str) -> None:
        super().__init__(
            f"{book} is not a Cogsheet workbook, or lost its hidden name {NAME}. Nothing was changed. "
            f"Make one with `cogsheet new`; it can also join the books that a company has already."
        )


def read_books_name(book: xw.Book) -> BooksId:
    """Return whose books a workbook shows.

    Raises:
        NoCogsheetWorkbookError: If it does not say so.
    """
    if NAME not in book.names:
        raise NoCogsheetWorkbookError(book.name)
    text = (book.names[NAME].refers_to or "").removeprefix("=").strip('"').replace('""', '"')
    company, separator, database_id = text.rpartition(_SEPARATOR)
    if not separator or not company:
        raise NoCogsheetWorkbookError(book.name)
    return BooksId(company, database_id)


def write_books_name(book: xw.Book, books: BooksId) -> None:
    """Let the workbook say whose books it shows."""
    text = f"{books.company}{_SEPARATOR}{books.database_id}".replace('"', '""')
    book.names[NAME].refers_to = f'="{text}"'
