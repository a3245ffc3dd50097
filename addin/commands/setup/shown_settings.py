"""What the sheets of settings show of the books, and those of them filled on which something was typed."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from addin.connections.finale_account import finale_side
from addin.sheets.close import accounts
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.costs import opening_costs, sku_mapping
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.costs.sku_mapping import SKU_MAPPING_SPEC
from addin.sheets.reports import rates
from addin.sheets.reports.rates import RATES_SPEC
from addin.sheets.settlements import types
from addin.sheets.settlements.types import TYPES_SPEC
from addin.sheets.setup import setup, stores
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.setup.stores import STORES_SPEC
from addin.sheets.tables import fillable_tables, tables
from addin.sheets.tables.filled_rows import InBooks
from core.books.loading import load_books
from core.books.settings.policies import decimal_mark
from core.books.settings.sku_mapping import origins
from core.settings import DecimalMark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record
    from core.books.books import Books
    from core.books.database import Database


class SettingsShown:
    """What the sheets of settings show of the books as they are; read when it is asked for, and once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def books(self) -> Books:
        """The books."""
        return load_books(self._database)

    def decimal_mark(self) -> DecimalMark | None:
        """The company's decimal mark."""
        return decimal_mark(self._database)

    def records(self, spec: TableSpec) -> list[Record]:
        """Return the rows of a sheet as its filling writes them."""
        return _RECORDS[spec.table](self)

    def mapping_rows(self) -> list[Record]:
        """Return the rows of sheet SKU mapping."""
        with self._database.reading() as connection:
            return sku_mapping.mapping_records(self.books, origins(connection))

    def setup_rows(self) -> list[Record]:
        """Return the rows of sheet Setup."""
        return setup.setup_records(self.books, setup.finale_rows(finale_side(self._database)))

    def opening_rows(self) -> list[Record]:
        """Return the rows of sheet Opening costs."""
        return opening_costs.opening_records(self.books.costing_input.opening, self.books.company.home_currency)


_RECORDS: dict[str, Callable[[SettingsShown], list[Record]]] = {
    SKU_MAPPING_SPEC.table: SettingsShown.mapping_rows,
    SETUP_SPEC.table: SettingsShown.setup_rows,
    OPENING_COSTS_SPEC.table: SettingsShown.opening_rows,
    ACCOUNTS_SPEC.table: lambda shown: accounts.account_records(shown.books),
    TYPES_SPEC.table: lambda shown: types.type_records(shown.books),
    RATES_SPEC.table: lambda shown: rates.filled_rates(shown.books),
    STORES_SPEC.table: lambda shown: stores.store_records(shown.books),
}


def in_books(shown: SettingsShown, spec: TableSpec, policies: Mapping[str, str] | None = None) -> InBooks:
    """Return what the books hold of a sheet of settings; nothing is read before an edit asks for it.

    Args:
        shown: What the books hold of all of them.
        spec: The sheet.
        policies: Those that are typed in the same press: the decimal mark among them holds for every sheet.
    """
    typed = (policies or {}).get("decimal_mark")
    mark = shown.decimal_mark if typed is None else partial(DecimalMark.of, typed)
    return InBooks(partial(shown.records, spec), decimal_mark=mark)


def refuse_unfillable(book: xw.Book, specs: Iterable[TableSpec]) -> None:
    """Stop before anything is stored where a sheet could not be filled afterwards.

    Raises:
        WorkbookError: If one is protected, or two of its rows are about the same.
    """
    for spec in specs:
        fillable_tables.refuse_unfillable(book, spec)


def fill_typed(book: xw.Book, specs: Iterable[TableSpec], shown: SettingsShown) -> None:
    """Show on the sheets on which something was typed what the books hold since: no cell of theirs is an edit then."""
    for spec in specs:
        if spec is SETUP_SPEC:
            setup.fill_rows(book, shown.records(spec))
        else:
            tables.update(book, spec, shown.records(spec))
