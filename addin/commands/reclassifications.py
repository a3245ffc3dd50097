"""What is decided of reclassifications, beside the cost true-ups and on the same sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books import reclassifications
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.reclassifications import Reclassification
    from core.journal.entry import Entry


Number = int | str
"""The number of a true-up, or the name of a reclassification (`R12`; `R` is all that are pending)."""


class NotANumberError(CogsheetError):
    """What was typed is the number of nothing that can be decided."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text} is neither the number of a true-up (7) nor that of a reclassification (R12; R is all of them). "
            f"Nothing was changed."
        )


def decided_number(typed: str) -> Number:
    """Return the number of a true-up, or the name of a reclassification in capitals: `7`, `R12` or `R`.

    Raises:
        NotANumberError: If it is neither.
    """
    text = typed.strip().upper()
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if not re.fullmatch(r"R[0-9]*", text):
        raise NotANumberError(typed)
    return text


@dataclass(frozen=True, slots=True)
class DecisionNumbers:
    """What was decided of both, apart from each other."""

    true_ups: tuple[int, ...]
    reclassifications: tuple[int, ...]


def apart(names: Iterable[Number], there: Collection[Reclassification]) -> DecisionNumbers:
    """Tell true-ups from reclassifications. Pure.

    Args:
        names: What was named.
        there: Those that `R` stands for.
    """
    named = list(names)
    every = {one.number for one in there} if "R" in named else set()
    chosen = every | {int(name[1:]) for name in named if isinstance(name, str) and name != "R"}
    return DecisionNumbers(tuple(name for name in named if isinstance(name, int)), tuple(sorted(chosen)))


def rows(pending: Iterable[Reclassification]) -> list[dict[str, object]]:
    """Return what sheet Cost true-ups shows of them. Pure."""
    return [
        {
            "id": f"R{one.number}",
            "store": one.settlement.store,
            "settlement_id": one.settlement.settlement_id,
            "event": "Reclassification",
            "cause": f"{reason(one)}: {one}",
            "difference": one.amount,
            "currency": one.settlement.currency,
        }
        for one in pending
    ]


def reason(one: Reclassification) -> str:
    """Say why a settlement would be booked differently today. Pure."""
    reader = one.settlement.later_reader
    return f"rule changed in reader {reader}" if reader else "answered or completed since"


def dismiss(desk: Desk, books: Books, numbers: Collection[int], why: str) -> None:
    """Leave what was posted as it is; see `reclassifying.dismiss`."""
    reclassifications.dismiss_reclassification(desk.database, books, numbers, why, who=desk.user, now=desk.clock())


def take_up(desk: Desk, books: Books, numbers: Collection[int], why: str) -> None:
    """Propose dismissed ones again; see `reclassifying.take_up`."""
    reclassifications.take_up_reclassification(desk.database, books, numbers, why, who=desk.user, now=desk.clock())


def accept(desk: Desk, books: Books, numbers: Collection[int], check: Callable[[Sequence[Entry]], None]) -> list[Entry]:
    """Post them; see `reclassifying.accept`."""
    return reclassifications.accept_reclassification(
        desk.database,
        books,
        numbers,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
    )
