"""An entry: its lines balance to the cent, and its key names it once and for ever."""

from __future__ import annotations

import re
from base64 import b32encode
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from core.errors import CogsheetError
from core.money import total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from typing import Self

    from core.journal.accounts import Account
    from core.line_types import LineType

ZERO = Decimal(0)
REVERSED = " reversed"
"""Ends the key of an entry that takes back the one of the key without it."""
_REST = re.compile(r"(\d{4}-\d{2}) (.+) r(\d+)((?: reversed)*)")
"""Of a key: month, kind, revision, and how often it was reversed."""
_ACCRUAL = re.compile(r"(.+?) (accrual(?: reversal)?(?: [A-Z]{3})?)")
"""Of a key: store, and what an accrual has in place of a settlement id."""


class EntryKind(StrEnum):
    """The two entries of a settlement and month, and what comes after them."""

    SETTLEMENT = "settlement"
    COGS = "COGS"
    TRUE_UP = "true-up"
    RECLASSIFICATION = "reclassification"
    """Money that a settlement entry has on another account than it would have today."""
    REVERSAL = "reversal"
    ACCRUAL = "accrual"
    """What was shipped and is settled later; only a stored entry has this kind, its key says settlement or COGS."""
    FINALE = "COGS posted by Finale"
    """Shown and tied out, and left out of every file: Finale posts it itself."""
    FINALE_TRUE_UP = "true-up posted by Finale"
    FINALE_REVERSAL = "reversal of what Finale posted"
    WITHDRAWAL = "withdrawal"
    """Takes back what nobody has imported: neither is in any file from then on."""


POSTED_BY_FINALE = (EntryKind.FINALE, EntryKind.FINALE_TRUE_UP, EntryKind.FINALE_REVERSAL)
"""Kinds of entries that no file holds."""
COGS_KINDS = (EntryKind.COGS, EntryKind.FINALE)
"""A settlement's COGS: what Finale posts of it stands in an entry of its own."""
TRUE_UP_KINDS = (EntryKind.TRUE_UP, EntryKind.FINALE_TRUE_UP)
REVERSAL_KINDS = (EntryKind.REVERSAL, EntryKind.FINALE_REVERSAL, EntryKind.WITHDRAWAL)
"""What takes an entry back, whoever posted that."""
SETTLEMENT_KINDS = (EntryKind.SETTLEMENT, *COGS_KINDS)
"""What an export makes of a settlement, and anew after a reopening."""


def reversal_kind(kind: EntryKind) -> EntryKind:
    """Return the kind of what takes an entry back: whoever posted the entry posts its reversal."""
    return EntryKind.FINALE_REVERSAL if kind in POSTED_BY_FINALE else EntryKind.REVERSAL


class UnbalancedEntryError(CogsheetError):
    """An entry's debits and credits differ: a fault of the program, found before anything is written."""

    def __init__(self, key: str, currency: str, difference: Decimal) -> None:
        super().__init__(
            f"Entry {key} does not balance: {difference} {currency} are left over. Nothing was stored or exported. "
            "Please report this."
        )


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What names an entry for ever: exporting it twice cannot be mistaken for two entries."""

    store: str
    settlement_id: str
    month: str
    kind: EntryKind
    revision: int = 1
    suffix: str = ""
    """` reversed` where the entry takes back the one of the key without it."""
    is_unmarked: bool = False
    """Whether it was stored before names that could be read in two ways were marked; it keeps its text for ever."""

    def __str__(self) -> str:
        """Return it as it stands in the memo.

        Store and id are joined by a blank. Names that another pair could share have the id in marks: id `1 2` of store
        `US` makes `US “1 2” 2026-08 COGS r1`, id `2` of store `US 1` makes `US 1 2 2026-08 COGS r1`.
        """
        name = f"{self.store} {self.settlement_id}" if self.is_unmarked else _name(self.store, self.settlement_id)
        return f"{name} {self.month} {self.kind} r{self.revision}{self.suffix}"

    @classmethod
    def parse(cls, key: str, *, store: str, settlement_id: str) -> Self:
        """Return the key that a text is, of an entry whose store and settlement are known.

        Raises:
            ValueError: If it is none of theirs.
        """
        marked, plain = _name(store, settlement_id), f"{store} {settlement_id}"
        match = _REST.fullmatch(key.removeprefix(f"{marked} ")) or _REST.fullmatch(key.removeprefix(f"{plain} "))
        if match is None:
            raise ValueError(key)
        month, kind, revision, suffix = match.groups()
        parsed = cls(store, settlement_id, month, EntryKind(kind), int(revision), suffix)
        return parsed if str(parsed) == key else replace(parsed, is_unmarked=True)

    @property
    def number(self) -> str:
        """A number as short as accounting systems want it (QuickBooks: 21 characters), the same for the same key."""
        digest = b32encode(sha256(str(self).encode()).digest()).decode()
        return f"CS{self.month[2:4]}{self.month[5:]}-{digest[:10]}"


def _name(store: str, settlement_id: str) -> str:
    """Return store and settlement id as one text that no other pair has.

    A text without marks is read in one way only: what ends like an accrual's is one, else the id is its last word. The
    id of every other pair is marked, the marks inside it doubled.
    """
    plain = f"{store} {settlement_id}"
    accrual = _ACCRUAL.fullmatch(plain)
    read = accrual.groups() if accrual else tuple(plain.rsplit(" ", 1))
    if read == (store, settlement_id) and not {"“", "”"} & set(settlement_id):
        return plain
    return f"{store} “{settlement_id.replace('“', '““').replace('”', '””')}”"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of an entry."""

    type: LineType
    account: str
    amount: Decimal
    """Debit +, credit −, to the cent."""
    number: str = ""
    """The account's number or code."""
    tax_code: str = ""
    is_bank: bool = False

    @property
    def debit(self) -> Decimal | None:
        """The amount where it is a debit, above zero, in the entry's currency; else `None`."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount, above zero, where it is a credit, in the entry's currency; else `None`."""
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
        """Leave lines of 0.00 out, which no accounting system needs, and refuse to exist unbalanced."""
        object.__setattr__(self, "lines", tuple(line for line in self.lines if line.amount))
        refuse_unbalanced(str(self.key), ((self.currency, line.amount) for line in self.lines))

    @property
    def memo(self) -> str:
        """The words beside it in the accounting system, its key included."""
        return f"Cogsheet {self.key}"


def posted_amount(entries: Iterable[Entry], kinds: Collection[EntryKind], types: Collection[LineType]) -> Decimal:
    """Return what entries of some kinds post by lines of some types, in their currency: debit +, credit −."""
    own = (entry for entry in entries if entry.key.kind in kinds)
    return total(line.amount for entry in own for line in entry.lines if line.type in types)


def left_over(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Return what is left over of debits (+) and credits (−) in each currency that does not balance.

    Currencies are never added: 5.00 USD against −5.00 CAD leaves 5.00 USD and −5.00 CAD.

    Args:
        amounts: Currency and amount of each line.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += amount
    return {currency: rest for currency, rest in sums.items() if rest}


def refuse_unbalanced(key: str, amounts: Iterable[tuple[str, Decimal]]) -> None:
    """Raise `UnbalancedEntryError` where an entry's debits and credits differ in any currency.

    Args:
        key: Of the entry.
        amounts: Currency and amount of each of its lines.
    """
    for currency, rest in left_over(amounts).items():
        raise UnbalancedEntryError(key, currency, rest)


def line_to(account: Account, line_type: LineType, amount: Decimal) -> EntryLine:
    """Return the line that posts an amount (debit +) to an account."""
    return EntryLine(line_type, account.name, amount, account.number, account.tax_code, is_bank=account.is_bank)
