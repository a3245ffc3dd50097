"""What somebody types at a terminal to do what a refusal tells; in Excel a button asks instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.tables import ColumnMissingError, TableMissingError
from addin.sheets.workbook import NoCogsheetWorkbookError
from addin.takeaway.ledger_used import LedgerNotChosenError
from addin.takeaway.written_files import EntriesNotWrittenError
from core.books.database.errors import (
    DatabaseNotFoundError,
    ForeignDatabaseError,
    MovedDatabaseError,
    ServerLacksDatabaseError,
)
from core.books.database.server_addresses import StoredAddressError
from core.books.entries.exporting import NotMadeByExportError, NotReadyError, ProvisionalError, SuspectCostsError
from core.books.entries.outbox import EntriesWaitTogetherError
from core.books.entries.reopening import ImportedOrNotError
from core.books.overrides.undo_requests import SomebodyElsesSaveError
from core.books.settings.stores import StoreNotNamedError
from core.books.true_ups.suspect_true_ups import SuspectTrueUpsError
from core.company_databases import CompanyUnknownError
from core.journal.files import ForeignEntryError

if TYPE_CHECKING:
    from core.errors import CogsheetError

EXPORT_TO_EXCEL = "button Export to Excel writes it as a plain workbook."
"""What an export says of entries that Xero does not take (`ForeignEntryError.way_out`)."""
WRITTEN_ELSEWHERE = "`export --again --folder FOLDER` writes the entries elsewhere."
"""What helps where a file cannot be written into the folder for which it was decided."""
_UPGRADE = "`cogsheet upgrade BOOK` upgrades it."
_JOIN = "Type: `cogsheet new NEW.xlsm --join --company NAME --database ADDRESS`."
_PLACE = "Type: `cogsheet database where BOOK --set ADDRESS`."
_WAYS_OUT: dict[type[CogsheetError], str] = {
    EntriesWaitTogetherError: WRITTEN_ELSEWHERE,
    SuspectCostsError: "`export --accept-suspect` accepts them.",
    SuspectTrueUpsError: "`trueups --accept-suspect` accepts them.",
    ProvisionalError: "`export --accept-provisional` accepts it.",
    NotMadeByExportError: "`export --again` writes them.",
    EntriesNotWrittenError: "`export --again --folder FOLDER` writes them elsewhere, for the accounting system.",
    ImportedOrNotError: "`reopen --imported` says that all of them were, `reopen --not-imported` that none was.",
    SomebodyElsesSaveError: "`undo NUMBER --of-another` undoes it.",
    StoreNotNamedError: "`import --store NAME` says which.",
    LedgerNotChosenError: "`export --format quickbooks` (or xero, excel) says it too; it is remembered from then on.",
    TableMissingError: _UPGRADE,
    ColumnMissingError: _UPGRADE,
    NoCogsheetWorkbookError: _JOIN,
    CompanyUnknownError: _PLACE,
    DatabaseNotFoundError: _PLACE,
    ForeignDatabaseError: _PLACE,
    MovedDatabaseError: _PLACE,
    StoredAddressError: _PLACE,
}


def with_way_out(error: CogsheetError) -> str:
    """Return what an error says, with the option that does what it tells the user to do."""
    return " ".join(filter(None, (str(error), way_out(error))))


def way_out(error: CogsheetError) -> str:
    """Return the option alone, as `Outcome.at_terminal` takes it; empty where there is none."""
    if isinstance(error, NotReadyError) and error.only_costs:
        return "`export --entries settlement` does it; the COGS entry follows once the costs are there."
    if isinstance(error, ForeignEntryError) and error.way_out == EXPORT_TO_EXCEL:
        return "`export --format excel` does that; `export --entries cogs` exports the COGS entry, in home currency."
    if isinstance(error, ServerLacksDatabaseError):
        return ""
    return " ".join(way for kind, way in _WAYS_OUT.items() if isinstance(error, kind))
