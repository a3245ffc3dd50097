"""What is decided of reclassifications, beside the cost true-ups and on the same sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books.true_ups import reclassifications
from core.books.true_ups.true_up_reasons import DOCUMENT_CAME, rule_changed
from core.errors import CogsheetError, briefly

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.importing.current_transactions import ReaderDifferences
    from core.books.true_ups.reclassifications import Reclassification
    from core.journal.entry import Entry


Number = int | str
"""The number of a true-up, or the name of a reclassification (`R12`; `R` is all that are pending), or of a reader
(`READER3`: all that stems from it)."""


class NotANumberError(CogsheetError):
    """What was typed is the number of nothing that can be decided."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{briefly(text)} is neither the number of a true-up (7) nor that of a reclassification (R12; R is all of "
            f"them), nor a reader (READER3 is everything that changed with it). Nothing was changed."
        )


class NothingReadOtherwiseError(CogsheetError):
    """What a reader reads otherwise is to be decided, and nothing that waits stems from it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing that could be decided stems from {name}: it was decided meanwhile, or there is none. Nothing was "
            f"accepted or dismissed. Fill sheet Cost true-ups again, then decide again."
        )


def decided_number(typed: str) -> Number:
    """Return the number of a true-up, or what names more in capitals: `7`, `R12`, `R` or `READER3`.

    Raises:
        NotANumberError: If it is neither.
    """
    text = typed.strip().upper()
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if not re.fullmatch(r"R[0-9]*|READER[0-9]+", text):
        raise NotANumberError(typed)
    return text


@dataclass(frozen=True, slots=True)
class DecisionNumbers:
    """What was decided of both, apart from each other."""

    true_ups: tuple[int, ...]
    reclassifications: tuple[int, ...]


def of_readers(
    true_ups: Mapping[int, str], moved: Iterable[Reclassification], anew: ReaderDifferences
) -> dict[str, list[Number]]:
    """Return what stems from each reader, by the reader (`reader 3`): what is decided together, if so wished. Pure.

    Args:
        true_ups: `core.books.true_ups.true_ups.by_reader` of those that can be decided.
        moved: The reclassifications that can be decided.
        anew: What newer readers say otherwise.
    """
    numbers: dict[str, list[Number]] = {}
    for number, reader in true_ups.items():
        numbers.setdefault(reader, []).append(number)
    for one in moved:
        name = (one.settlement.store, one.settlement.settlement_id)
        if name in anew.settlements:
            numbers.setdefault(anew.settlements[name], []).append(f"R{one.number}")
    return numbers


def reader_name(reader: str) -> str:
    """Return what names all that stems from a reader to commands: `READER3`. Pure."""
    return reader.replace(" ", "").upper()


def each_of(names: Iterable[Number], there: Mapping[str, Sequence[Number]]) -> list[Number]:
    """Return names, and for that of a reader all that stems from it. Pure.

    Args:
        names: What was named.
        there: `of_readers`.

    Raises:
        NothingReadOtherwiseError: If nothing stems from a reader that is named.
    """
    by_name = {reader_name(reader): own for reader, own in there.items()}
    chosen: list[Number] = []
    for name in names:
        if isinstance(name, str) and name.startswith("READER"):
            if name not in by_name:
                raise NothingReadOtherwiseError(name)
            chosen += by_name[name]
        else:
            chosen.append(name)
    return chosen


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


def reclassification_rows(pending: Iterable[Reclassification], anew: ReaderDifferences) -> list[dict[str, object]]:
    """Return what sheet Cost true-ups shows of them. Pure."""
    return [
        {
            "id": f"R{one.number}",
            "store": one.settlement.store,
            "settlement_id": one.settlement.settlement_id,
            "event": "Reclassification",
            "cause": f"{reason(one, anew)}: {one}",
            "difference": one.amount,
            "currency": one.settlement.currency,
        }
        for one in pending
    ]


def reason(one: Reclassification, anew: ReaderDifferences) -> str:
    """Say why a settlement would be booked differently today. Pure."""
    name = (one.settlement.store, one.settlement.settlement_id)
    reader = anew.settlements.get(name)
    if reader is not None:
        return rule_changed(reader)
    return DOCUMENT_CAME if name in anew.with_document else "answered or completed since"


def dismiss(desk: Desk, books: Books, numbers: Collection[int], why: str) -> None:
    """Leave what was posted as it is; see `core.books.true_ups.reclassifications.dismiss_reclassification`."""
    reclassifications.dismiss_reclassification(desk.database, books, numbers, why, who=desk.user, now=desk.clock())


def take_up(desk: Desk, books: Books, numbers: Collection[int], why: str) -> None:
    """Propose dismissed ones again; see `core.books.true_ups.reclassifications.take_up_reclassification`."""
    reclassifications.take_up_reclassification(desk.database, books, numbers, why, who=desk.user, now=desk.clock())


def accept(desk: Desk, books: Books, numbers: Collection[int], check: Callable[[Sequence[Entry]], None]) -> list[Entry]:
    """Post them; see `core.books.true_ups.reclassifications.accept_reclassification`."""
    return reclassifications.accept_reclassification(
        desk.database,
        books,
        numbers,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
    )
