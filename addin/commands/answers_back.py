"""Which saved answers hold again after an import or an undo, and which are only proposals: by order and SKU."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addin.commands.words import counted
from core.books.questions import is_proposal, says_something
from core.books.settlement_lines import line_name
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from addin.commands.button import Outcome
    from core.books.books import Books

_MOST_NAMED = 10


def with_answers(outcome: Outcome, books: Books, keys: Collection[str]) -> Outcome:
    """Say which answers that were saved before hold again, and which are only proposals.

    Args:
        outcome: What was done.
        books: The books after it.
        keys: Lines that it put into the books, or whose answers it brought back.
    """
    held = [row for row in _answers(books, keys) if says_something(row)]
    if held:
        verb = "holds" if len(held) == 1 else "hold"
        said = f"{counted(len(held), 'saved answer')} {verb} again: {_named(books, held)}."
        told = replace(outcome, message=f"{outcome.message}\n{said}")
        outcome = replace(told, data={**told.data, "answers_back": _entries(books, held)})
    return with_proposals(outcome, books, keys)


def with_proposals(outcome: Outcome, books: Books, keys: Collection[str]) -> Outcome:
    """Say which answers of these lines are only proposals, because their lines ask something else now."""
    proposed = [row for row in _answers(books, keys) if is_proposal(row)]
    if not proposed:
        return outcome
    is_one = len(proposed) == 1
    verb, whose, asks = ("is", "its line", "asks") if is_one else ("are", "their lines", "ask")
    said = (
        f"{counted(len(proposed), 'saved answer')} {verb} only proposed on sheet Resolve, because {whose} {asks} "
        f"something else now: {_named(books, proposed)}."
    )
    return replace(
        outcome,
        message=f"{outcome.message}\n{said}",
        needs_attention=True,
        data={**outcome.data, "answers_proposed": _entries(books, proposed)},
    )


def _answers(books: Books, keys: Collection[str]) -> list[dict[str, Any]]:
    rows = books.overrides_now
    return records(rows[rows["key"].isin(list(keys))])


def _lines(books: Books, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return records(books.lines[books.lines["key"].isin([row["key"] for row in answers])])


def _named(books: Books, answers: Sequence[Mapping[str, Any]]) -> str:
    names = [line_name(line) for line in _lines(books, answers)]
    more = [f"and {len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return "; ".join([*names[:_MOST_NAMED], *more])


def _entries(books: Books, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    names = {"store": "store", "settlement": "settlement_id", "order": "order_id", "sku": "sku"}
    return [{name: line[column] for name, column in names.items()} for line in _lines(books, answers)]
