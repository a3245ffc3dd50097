"""Where saved answers go when their lines are replaced: to the same line, or to Resolve as a proposal.

An answer is an answer to its question. It goes to another line by itself only where that line asks the same: the same
order, SKU and event, and the same units. A cost that was typed on a CSV line of 1 unit is not the unit cost of the
record's line of 2 (20.00 for the line would be booked as 40.00): it is proposed there, with what it was typed for, and
the line waits until somebody has looked. Where several lines fit, `line_pairs` says which is which, or the answer
is proposed on each of them. `undo` takes the moving back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from core.books import batches
from core.books.batches import BatchKind
from core.books.overrides import stored_overrides
from core.books.overrides.line_pairs import SAID, LinePairs, pair_lines
from core.books.overrides.questions import (
    as_proposal,
    in_words,
    is_same_question,
    question_of,
    same_meaning,
    same_units_and_sku,
    says_something,
)
from core.books.settings import stores
from core.books.settlements import settlement_lines
from core.frame_columns import TRANSACTION_COLUMNS, records
from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    import pandas as pd

    from core.books.database import Connection

Row = dict[str, Any]
Order = tuple[Any, ...]
"""Order and event of a line."""
_SAID = ("unit_cost", "currency", "zero_confirmed", "disposition", "units_back", "sku")
_CONTENT = tuple(name for name in TRANSACTION_COLUMNS if name not in ("key", "ordinal", "store"))


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where answers go, by the old line's key."""

    same_line: Mapping[str, str] = field(default_factory=dict)
    """The very same line; it may have another key now, where its ordinal among equal ones changed."""
    same_question: Mapping[str, str] = field(default_factory=dict)
    """Another document's line that asks the same."""
    proposals: Mapping[str, str] = field(default_factory=dict)
    """Another document's line of the same order and event, with other units or an SKU that was not known."""
    unclear: tuple[str, ...] = ()
    """Several lines fit, and nobody can say which one is meant."""
    spread: Mapping[str, str] = field(default_factory=dict)
    """By the key of each of these lines, one whose answer is proposed there."""
    without_destination: tuple[str, ...] = ()
    """No line fits, or the one that does has an answer of its own: nothing asks for this one any more."""

    @property
    def targets(self) -> set[str]:
        """The lines that an answer or a proposal goes to, or stays with."""
        moves = (self.same_line, self.same_question, self.proposals)
        return {*self.spread, *(new for by_old in moves for new in by_old.values())}


def destinations(answered: Sequence[Row], before: Sequence[Row], after: Sequence[Row]) -> Destinations:
    """Say where the answers of some lines go. Pure.

    Args:
        answered: Lines of `before` that have an answer.
        before: All lines that are replaced.
        after: All lines that take their place.
    """
    same = _same_line(answered, after)
    rest = [row for row in answered if row["key"] not in same]
    olds, fits, by_order = _by(before, _place), _by(after, _place), _by(after, _order)
    lines_of = Counter(map(_order, before))
    used, known = set(same.values()), {row["key"] for row in before}
    pairs: dict[str, str] = {}
    several: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    gone = []
    for row in rest:
        fitting = _named_as_typed(row, fits, known) or fits[_place(row)] or fits[_typed_place(row)]
        fitting = fitting or _of_order(row, lines_of, by_order)
        free = [one["key"] for one in fitting if one["key"] not in used]
        if len(fitting) > 1 or (fitting and len(olds[_place(row)]) > 1):
            several[tuple(_keys(fitting))].append(row)
        elif not free:
            gone.append(row["key"])
        else:
            used.add(free[0])
            pairs[row["key"]] = free[0]
    return _destinations(same, pairs, gone, _told_apart(several, same, before, after, used), answered, after)


def _told_apart(
    several: Mapping[tuple[str, ...], Sequence[Row]],
    same: Mapping[str, str],
    before: Sequence[Row],
    after: Sequence[Row],
    used: AbstractSet[str],
) -> list[LinePairs]:
    """Tell answered lines apart that fit several others; lines that stay as they are fit nothing else.

    Args:
        several: The answered ones, by the keys of those that they fit.
        same: The very same line of those that stay.
        before: All lines that are replaced.
        after: All lines that take their place.
        used: Those of them that are taken.
    """
    stays = dict(same)
    stays |= _same_line([row for row in before if row["key"] not in same], [x for x in after if x["key"] not in used])
    taken, found = {*used, *stays.values()}, []
    for keys, rows in several.items():
        there = {row["key"]: row for row in rows}
        places = set(map(_place, rows))
        beside = [row for row in before if _place(row) in places and row["key"] not in (there | stays)]
        news = [row for row in after if row["key"] in keys and row["key"] not in taken]
        found.append(pair_lines([*rows, *beside], news))
        taken |= {*found[-1].pairs.values(), *found[-1].proposed}
    return found


def _destinations(
    same: Mapping[str, str],
    pairs: Mapping[str, str],
    gone: Sequence[str],
    apart: Sequence[LinePairs],
    answered: Sequence[Row],
    after: Sequence[Row],
) -> Destinations:
    olds, news = ({row["key"]: row for row in rows} for rows in (answered, after))
    pairs = {**pairs, **{old: new for one in apart for old, new in one.pairs.items()}}
    moved = {old: new for old, new in pairs.items() if _asks_the_same(olds[old], news[new])}
    return Destinations(
        same,
        moved,
        {old: new for old, new in pairs.items() if old not in moved},
        unclear=tuple(key for one in apart for key in one.unclear),
        spread={new: old for one in apart for new, old in one.proposed.items()},
        without_destination=(*gone, *(key for one in apart for key in one.left_out)),
    )


def _named_as_typed(row: Row, fits: Mapping[tuple[Any, ...], Sequence[Row]], known: AbstractSet[str]) -> Sequence[Row]:
    """Return the lines that came with the SKU and units that were typed for one which names no SKU.

    A cup was typed for what the row of an eBay order holds beside its mug; the cup's own row, which another report
    brings, is that cup.
    """
    there = fits.get(_typed_place(row), ()) if row["sku"] is None else ()
    return [one for one in there if one["key"] not in known and _asks_the_same(row, one)]


def _of_order(row: Row, before: Mapping[Order, int], after: Mapping[Order, list[Row]]) -> Sequence[Row]:
    """Return the lines that an answer may be about though they name another SKU than its line.

    A view without SKUs (Shopify's export) has one line where the record has one per item. And where both files have one
    line of an order, it may be the same goods under another name (`CUP`, `CUP-FBA`): it is asked, with a proposal.
    """
    place = _order(row)
    of_order = after.get(place, [])
    is_only_one = row["order_id"] is not None and before[place] == len(of_order) == 1
    return of_order if row["sku"] is None or is_only_one else []


def _same_line(answered: Sequence[Row], after: Sequence[Row]) -> dict[str, str]:
    """Return the line with the very same content for each answered one: under its own key where that is one of them."""
    free = {content: [row["key"] for row in rows] for content, rows in _by(after, _content).items()}
    same: dict[str, str] = {}
    for row in sorted(answered, key=lambda row: row["key"] not in free.get(_content(row), [])):
        keys = free.get(_content(row), [])
        if keys:
            same[row["key"]] = row["key"] if row["key"] in keys else keys[0]
            keys.remove(same[row["key"]])
    return same


def _asks_the_same(old: Row, new: Row) -> bool:
    """Tell whether a line asks what the answer was given to; what was typed counts as known."""
    saved = dict(zip(_SAID, old.get(SAID) or (), strict=False)) if "typed_units" in old else dict.fromkeys(_SAID)
    before, now = question_of(old), question_of(new)
    return same_meaning(before, now) and same_units_and_sku(saved, before, now)


def answered_lines(rows: Iterable[Row], saved: Mapping[str, Row]) -> list[Row]:
    """Return those of some lines that have an answer, with what it says. Pure."""
    there = ((row, saved[row["key"]]) for row in rows if row["key"] in saved)
    return [{**row, **_typed(answer), SAID: _said(answer)} for row, answer in there]


def _typed(saved: Row) -> Row:
    """Return the units and the SKU that were typed with an answer; of a line that sends goods out they are its own."""
    units = saved["units_back"]
    return {"typed_units": None if units is None else int(units), "typed_sku": saved["sku"]}


def _said(saved: Row) -> tuple[Any, ...]:
    """Return what an answer says, without its note."""
    return tuple(saved[name] for name in _SAID)


def _renamed(
    there: Destinations, saved: Mapping[str, Row], lines: Mapping[str, Row], *, who: str, now: datetime
) -> list[Row]:
    """Return the answers under their lines' new keys, and nothing under keys that stand for another line now."""
    taken_over = [{**saved[old], "key": new} for old, new in there.same_line.items() if old != new]
    left = [key for key in saved if key in lines and key not in there.targets]
    return [*taken_over, *(_nothing(key, who=who, now=now) for key in left)]


def _nothing(key: str, *, who: str, now: datetime) -> Row:
    return {"key": key, "zero_confirmed": False, "saved_by": who, "saved_at": now}


def _proposal(saved: Row, question: Row, line: Row) -> Row:
    """Return a version that sets nothing, and says what was typed for which line."""
    told = as_proposal(saved, question_of(question), question_of(line))
    shown = {**{name: told[name] for name in ("note", "shown_cost", "shown_kind")}, "shown_currency": saved["currency"]}
    return {**_nothing(line["key"], who=saved["saved_by"], now=saved["saved_at"]), **shown}


def _told(
    key: str, there: Destinations, saved: Row, question: Row, lines: Mapping[str, Row], *, of_several: bool
) -> list[Problem]:
    where = settlement_lines.line_name(question, of_several=of_several)
    if key in there.proposals:
        line = lines[there.proposals[key]]
        sentence = in_words(saved, question_of(question), question_of(line))
        message = f"{where}: what was saved sets nothing now; where Resolve lists the line, it is proposed. {sentence}."
        return [Problem(Severity.WARNING, message, where)]
    if key in there.unclear:
        message = (
            f"What was saved for {where} could not be moved: several lines fit. Where Resolve lists them, it is "
            f"proposed; answer them there."
        )
        return [Problem(Severity.WARNING, message, where)]
    if key in there.without_destination and key not in lines:
        message = f"What was saved for {where} no longer applies: no line that took its place asks for it."
        return [Problem(Severity.WARNING, message, where)]
    return []


def _keys(rows: Iterable[Row]) -> list[str]:
    return [row["key"] for row in rows]


def _content(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _CONTENT)


def _place(row: Row) -> tuple[Any, ...]:
    return row["order_id"], row["sku"], row["event"]


def _typed_place(row: Row) -> tuple[Any, ...]:
    """Return the place that the line would have if it named the SKU that was typed for it."""
    return row["order_id"], row.get("typed_sku") or row["sku"], row["event"]


def _order(row: Row) -> Order:
    return row["order_id"], row["event"]


def _by(rows: Iterable[Row], place: Callable[[Row], tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Row]]:
    rows_of: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        rows_of[place(row)].append(row)
    return rows_of


@dataclass(frozen=True, slots=True)
class AnswerMoves:
    """What became of the answers of lines that were replaced."""

    problems: tuple[Problem, ...] = ()
    """What a person must look at: answers that became proposals, and those that fit several lines."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The line that each answer, or the proposal made of it, stands beside now, by the line that it stood beside."""
    asking: tuple[str, ...] = ()
    """Lines for which an answer is only proposed now, or to which one of them it belongs nobody can say."""

    def beyond(self, before: pd.DataFrame | None) -> tuple[str, ...]:
        """Return the lines beside which answers stand that stood beside none of these before."""
        known = set() if before is None else set(before["key"])
        return tuple(new for old, new in self.targets.items() if old not in known)


def move_overrides(
    connection: Connection, old: pd.DataFrame, new: pd.DataFrame, batch: int, *, who: str, now: datetime
) -> AnswerMoves:
    """Give each answer the line that asks for it now, before or after the new lines were stored.

    Args:
        connection: Of `Database.writing`.
        old: The transactions that are replaced, with keys (TRANSACTION_COLUMNS).
        new: Those that take their place, with keys.
        batch: The number of the import's batch: answers of lines that only got another key are part of it.
        who: Who imports.
        now: When.
    """
    before = records(old)
    concerned = [*before, *_earlier_lines(connection, old, new)]
    saved = {
        key: row for key, row in stored_overrides.newest_of(connection, _keys(concerned)).items() if says_something(row)
    }
    answered = answered_lines(concerned, saved)
    if not answered:
        return AnswerMoves()
    after = records(new)
    there = destinations(answered, before, after)
    lines = {row["key"]: row for row in after}
    questions = {row["key"]: row for row in answered}
    stored_overrides.append(connection, _renamed(there, saved, lines, who=who, now=now), batch)
    store_moves(connection, there, saved, questions, lines, who=who, now=now)
    told = partial(_told, of_several=len(stores.all_stores(connection)) > 1)
    problems = [problem for key in saved for problem in told(key, there, saved[key], questions[key], lines)]
    unclear = {_order(questions[key]) for key in there.unclear}
    asking = (*there.proposals.values(), *there.spread, *(row["key"] for row in after if _order(row) in unclear))
    return AnswerMoves(tuple(problems), {**there.same_line, **there.same_question, **there.proposals}, asking)


def ask_changed_questions(
    connection: Connection, before: pd.DataFrame, after: pd.DataFrame, *, who: str, now: datetime
) -> list[Problem]:
    """Say which answers of lines that are still there answer another question, as these lines are read now.

    An answer that keeps its question is only a proposal by that (`questions.overrides_for_questions`); one that an
    earlier version stored without it becomes a proposal here, and `undo` reaches it.

    Args:
        connection: Of `Database.writing`.
        before: The lines as they were read (TRANSACTION_COLUMNS).
        after: The same lines as they are read now.
        who: Who reads them anew.
        now: When.
    """
    olds = {row["key"]: row for row in records(before)}
    pairs = {row["key"]: (olds[row["key"]], row) for row in records(after) if row["key"] in olds}
    saved = {key: row for key, row in stored_overrides.newest_of(connection, pairs).items() if says_something(row)}
    questions = {
        key: row | (question_of(pairs[key][0]) if row["asked_event"] is None else {}) for key, row in saved.items()
    }
    changed = [key for key, row in questions.items() if not is_same_question(row, question_of(pairs[key][1]))]
    silent = [key for key in changed if saved[key]["asked_event"] is None]
    if silent:
        batch = batches.new(connection, BatchKind.MOVE, who, now, note="to lines that ask something else, read anew")
        stored_overrides.append(connection, [_proposal(saved[key], *pairs[key]) for key in silent], batch)
    there = Destinations(proposals={key: key for key in changed})
    now_by_key = {key: line for key, (_, line) in pairs.items()}
    told = partial(_told, of_several=len(stores.all_stores(connection)) > 1)
    return [problem for key in changed for problem in told(key, there, questions[key], pairs[key][0], now_by_key)]


def _earlier_lines(connection: Connection, old: pd.DataFrame, new: pd.DataFrame) -> list[Row]:
    """Return what answered keys of the new lines meant when they were last in the books, before `old`."""
    others = sorted(set(new["key"]) - set(old["key"]))
    return records(settlement_lines.last_ended(connection, stored_overrides.newest_of(connection, others)))


def store_moves(
    connection: Connection,
    there: Destinations,
    saved: Mapping[str, Row],
    questions: Mapping[str, Row],
    lines: Mapping[str, Row],
    *,
    who: str,
    now: datetime,
) -> None:
    """Give answers and proposals to the lines that they go to, as a batch of their own where there are any.

    Args:
        connection: Of `Database.writing`.
        there: Where they go.
        saved: The answers, by the line's key.
        questions: The lines that they were given to, by key.
        lines: Those that they go to, by key.
        who: Who proposes.
        now: When.
    """
    moved = [{**saved[old], "key": new} for old, new in there.same_question.items() if old != new]
    proposals = [*((new, old) for old, new in there.proposals.items()), *there.spread.items()]
    proposed = [_proposal(saved[old], questions[old], lines[new]) for new, old in proposals]
    if moved or proposed:
        batch = batches.new(connection, BatchKind.MOVE, who, now, note="from the lines of another document")
        stored_overrides.append(connection, [*moved, *proposed], batch)
