"""An entry: its lines balance to the cent, and its key names it once and for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import CogsheetError
from core.journal.line_types import DEFAULT_ACCOUNTS, LineType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ZERO = Decimal(0)


class EntryKind(StrEnum):
    """The two entries of a settlement and month, and what comes after them."""

    SETTLEMENT = "settlement"
    COGS = "COGS"
    TRUE_UP = "true-up"
    REVERSAL = "reversal"


class UnbalancedEntryError(CogsheetError):
    """An entry's debits and credits differ: a fault of the program, found before anything is written."""

    def __init__(self, key: str, difference: Decimal) -> None:
        super().__init__(f"Entry {key} does not balance, by {difference}. Nothing was exported. Please report this.")


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What names an entry for ever: exporting it twice cannot be mistaken for two entries."""

    store: str
    settlement_id: str
    month: str
    kind: EntryKind
    revision: int = 1

    def __str__(self) -> str:
        """Return it as it stands in the memo."""
        return f"{self.store} {self.settlement_id} {self.month} {self.kind} r{self.revision}"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of an entry."""

    type: LineType
    account: str
    amount: Decimal
    """Debit +, credit −, to the cent."""

    @property
    def debit(self) -> Decimal | None:
        """The amount where it is a debit."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount, positive, where it is a credit."""
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry."""

    key: EntryKey
    day: date
    currency: str
    lines: tuple[EntryLine, ...]
    reverses: str | None = None
    """The key of the entry that it takes back."""

    def __post_init__(self) -> None:
        """Refuse to exist unbalanced."""
        difference = sum((line.amount for line in self.lines), ZERO)
        if difference:
            raise UnbalancedEntryError(str(self.key), difference)

    @property
    def memo(self) -> str:
        """The words beside it in the accounting system, its key included."""
        return f"Cogsheet {self.key}"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where each type of line posts."""

    chosen: Mapping[LineType, str] = field(default_factory=dict)

    def of(self, line_type: LineType, *, store: str, currency: str) -> str:
        """Return the account of a line."""
        pattern = self.chosen.get(line_type) or DEFAULT_ACCOUNTS[line_type]
        return pattern.replace("{store}", store).replace("{currency}", currency)
