"""The accounts that entries post to: read from the database, and changed by what was typed on sheet Accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.settings import stored_settings
from core.errors import CogsheetError, briefly
from core.journal.accounts import ACCOUNTS_NAME, AccountRow, AccountRows, Accounts, beginnings, takes_groups
from core.journal.files import BEGINS_A_FORMULA
from core.line_types import LineType
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.books.database import Connection, Database

_YES = {"yes": True, "no": False, "": False}
_CURRENCY_SIGNS = 3


class AccountRowError(CogsheetError):
    """A row of sheet Accounts cannot be taken."""

    def __init__(self, row: Mapping[str, str], reason: str) -> None:
        named = " / ".join(filter(None, (row["line_type"], row["store"], row["currency"], row["item_group"])))
        super().__init__(
            f"Sheet Accounts, row “{briefly(named or row['name'])}”: {reason} Nothing was changed; correct the row and "
            f"try again."
        )


def _with(accounts: Accounts, row: AccountRow) -> Accounts:
    others = accounts.without(row.key)
    usual = others.of(
        row.line_type, store=row.store or "{store}", currency=row.currency or "{currency}", group=row.item_group
    )
    same_account = row.name in ("", usual.name) and row.number == usual.number
    kept = row.model_copy(
        update={
            "name": "" if row.name == usual.name else row.name,
            "number": "" if same_account else row.number,
            "tax_code": "" if row.tax_code == usual.tax_code else row.tax_code,
            "is_bank": row.is_bank,
        }
    )
    return replace(others, rows=(*others.rows, kept) if kept.chooses else others.rows)


def _read(row: Mapping[str, str]) -> AccountRow:
    if row["line_type"] not in list(LineType):
        raise AccountRowError(row, f"its line type is not one of {', '.join(LineType)}.")
    line_type = LineType(row["line_type"])
    if row["bank"].lower() not in _YES:
        raise AccountRowError(row, "column Bank account is yes or empty.")
    if row["currency"] and not (len(row["currency"]) == _CURRENCY_SIGNS and row["currency"].isalpha()):
        raise AccountRowError(row, "a currency is its three letters, like USD.")
    if row["item_group"] and not takes_groups(line_type):
        raise AccountRowError(row, "lines of this type name no item, so they cannot be split by item group.")
    for column, text in (("Account", row["name"]), ("Number", row["number"]), ("Tax rate", row["tax_code"])):
        if text.startswith(BEGINS_A_FORMULA):
            raise AccountRowError(
                row, f"column {column} begins like a formula, which a spreadsheet would run: {briefly(text)}."
            )
    return AccountRow(
        line_type=line_type,
        store=row["store"],
        currency=row["currency"].upper(),
        item_group=", ".join(beginnings(row["item_group"])),
        name=row["name"],
        number=row["number"],
        tax_code=row["tax_code"],
        is_bank=_YES[row["bank"].lower()],
    )


def in_force(connection: Connection, policies: Policies | None = None) -> Accounts:
    """Return where every line posts."""
    known = policies or stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
    chosen = stored_settings.get(connection, ACCOUNTS_NAME, AccountRows, AccountRows())
    return Accounts(chosen.rows, known.usual_tax_code, chosen.chart)


@repeated
def change_accounts(database: Database, edits: Sequence[Mapping[str, str]], *, who: str, now: datetime) -> Accounts:
    """Store edited rows of sheet Accounts as one batch.

    A row that says what would hold without it is taken away, so that it follows again.

    Args:
        database: The books.
        edits: Rows as texts: line_type, store, currency, item_group, name, number, tax_code, bank.
        who: Who edited them.
        now: When.

    Returns:
        The accounts in force.

    Raises:
        AccountRowError: If a row cannot be taken; nothing is stored then.
    """
    with database.reading() as connection:
        before = accounts = in_force(connection)
    for row in edits:
        accounts = _with(accounts, _read(row))
    if accounts == before:
        return before
    with database.writing() as connection:
        named = ", ".join(f"{row['line_type']}: {row['name'] or 'usual'}" for row in edits)
        batches.new(connection, BatchKind.SETUP, who, now, note=f"Accounts: {named}")
        stored_settings.put(
            connection, ACCOUNTS_NAME, AccountRows(rows=accounts.rows, chart=accounts.chart), who=who, now=now
        )
    return accounts
