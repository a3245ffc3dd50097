"""Which saved answers hold again after an import or an undo, and which are only proposals: by order and SKU."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addin.commands.sentences import counted
from core.books.overrides.counted_answers import unsettled
from core.books.overrides.questions import is_proposal, says_something
from core.books.overrides.saving import keys_of_exported_lines
from core.books.settlements.settlement_lines import line_name
from core.books.true_ups.resolve_after_export import asked_lines
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from addin.commands.outcome import Outcome
    from core.books.books import Books
    from core.books.importing.importing import ImportedSettlement

_MOST_NAMED = 10


def with_answers(outcome: Outcome, books: Books, keys: Collection[str]) -> Outcome:
    """Say which answers that were saved before hold again, and which are only proposals.

    Args:
        outcome: What was done.
        books: The books after it.
        keys: Lines that it put into the books, or whose answers it brought back.
    """
    in_force = [row for row in _answers(books, keys) if says_something(row)]
    if in_force:
        verb = "holds" if len(in_force) == 1 else "hold"
        sentence = f"{counted(len(in_force), 'saved answer')} {verb} again: {_named(books, in_force)}."
        told = replace(outcome, message=f"{outcome.message}\n{sentence}")
        outcome = replace(told, data={**told.data, "answers_back": _entries(books, in_force)})
    return with_proposals(outcome, books, keys)


def with_followed(
    outcome: Outcome, books: Books, keys: Collection[str], imported: Iterable[ImportedSettlement]
) -> Outcome:
    """Say which answers go on with the lines that carry their units now, which are only proposals, and which are asked.

    Args:
        outcome: What was done.
        books: The books after it.
        keys: Lines that answers have gone on to (`core.books.overrides.counted_answers`).
        imported: The settlements that came: what their orders' lines ask is named, and no others'.
    """
    held = [row for row in _answers(books, keys) if says_something(row)]
    if held:
        words = "goes on with the line that carries its" if len(held) == 1 else "go on with the lines that carry their"
        sentence = f"{counted(len(held), 'saved answer')} {words} units now: {_named(books, held)}."
        told = replace(outcome, message=f"{outcome.message}\n{sentence}")
        outcome = replace(told, data={**told.data, "answers_moved": _entries(books, held)})
    came = {(one.store, one.settlement_id) for one in imported}
    if fallen := _answers(books, unsettled(books, came)):
        message = f"{outcome.message}\n{_said(books, _OTHER_UNITS, fallen)}"
        outcome = replace(outcome, message=message, needs_attention=True)
    return with_proposals(outcome, books, keys)


def with_proposals(outcome: Outcome, books: Books, keys: Collection[str]) -> Outcome:
    """Say which answers of these lines set nothing any more, because their lines ask something else now.

    Those that Resolve asks are proposed there; an exported line that it does not ask stays as it went out.
    """
    fallen = [row for row in _answers(books, keys) if is_proposal(row)]
    if not fallen:
        return outcome
    asked, locked = set(asked_lines(books)["key"]), keys_of_exported_lines(books)
    proposed = [row for row in fallen if row["key"] in asked]
    exported = [row for row in fallen if row["key"] in locked - asked]
    unasked = [row for row in fallen if row["key"] not in asked | locked]
    told = ((_PROPOSED, proposed), (_EXPORTED, exported), (_UNASKED, unasked))
    sentence = [_said(books, words, answers) for words, answers in told if answers]
    data = {"answers_proposed": _entries(books, proposed), "answers_left": _entries(books, [*exported, *unasked])}
    return replace(
        outcome,
        message="\n".join([outcome.message, *sentence]),
        needs_attention=outcome.needs_attention or bool(proposed),
        data={**outcome.data, **{name: rows for name, rows in data.items() if rows}},
    )


def with_asking(outcome: Outcome, books: Books, done: Iterable[ImportedSettlement]) -> Outcome:
    """Return the outcome of an import that needs attention where Resolve asks again for what was saved.

    Its message says of each such answer already what became of it, among what is wrong with the settlement.
    """
    keys = {key for one in done for key in one.asking}
    asks = bool(keys) and not keys.isdisjoint(asked_lines(books)["key"])
    return replace(outcome, needs_attention=outcome.needs_attention or asks)


def with_returning_questions(outcome: Outcome, before: Books, after: Books) -> Outcome:
    """Say which lines Resolve asks again, because other lines that spoke for their saved answer have left the books.

    Args:
        outcome: What was done.
        before: The books without it.
        after: The books with it.
    """
    asked = set(asked_lines(after)["key"]) - set(asked_lines(before)["key"])
    fallen = [row for row in _answers(after, asked) if says_something(row)]
    if not fallen:
        return outcome
    told = replace(outcome, message=f"{outcome.message}\n{_said(after, _ASKED_AGAIN, fallen)}", needs_attention=True)
    return replace(told, data={**told.data, "answers_proposed": _entries(after, fallen)})


_ASKED_AGAIN = (
    "is asked again on sheet Resolve, because the evidence for it is no longer in the books",
    "are asked again on sheet Resolve, because the evidence for them is no longer in the books",
)
_OTHER_UNITS = (
    "is asked again on sheet Resolve, because documents state different units of its order",
    "are asked again on sheet Resolve, because documents state different units of their orders",
)
_PROPOSED = (
    "is only proposed on sheet Resolve, because its line asks something else now",
    "are only proposed on sheet Resolve, because their lines ask something else now",
)
_EXPORTED = (
    "was for another question than its line asks now; the line is exported and stays as it is",
    "were for other questions than their lines ask now; the lines are exported and stay as they are",
)
_UNASKED = (
    "no longer applies, because its line needs no answer now",
    "no longer apply, because their lines need no answer now",
)


def _said(books: Books, words: tuple[str, str], answers: Sequence[Mapping[str, Any]]) -> str:
    one, several = words
    count = counted(len(answers), "saved answer")
    return f"{count} {one if len(answers) == 1 else several}: {_named(books, answers)}."


def _answers(books: Books, keys: Collection[str]) -> list[dict[str, Any]]:
    rows = books.overrides_now
    return records(rows[rows["key"].isin(list(keys))])


def _lines(books: Books, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return records(books.lines[books.lines["key"].isin([row["key"] for row in answers])])


def _named(books: Books, answers: Sequence[Mapping[str, Any]]) -> str:
    names = [line_name(line, of_several=books.has_several_stores) for line in _lines(books, answers)]
    more = [f"and {len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return "; ".join([*names[:_MOST_NAMED], *more])


def _entries(books: Books, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    names = {"store": "store", "settlement": "settlement_id", "order": "order_id", "sku": "sku"}
    return [{name: line[column] for name, column in names.items()} for line in _lines(books, answers)]
