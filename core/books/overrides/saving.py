"""Take the answers of sheet Resolve into the books, as one numbered batch of overrides.

What a save comes to is read off the books themselves: the answers are put into a copy of them in memory, its lines are
costed as ever, and the difference of its COGS is announced. So a preview, the announcement and the books are one
figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from core.books.costed_lines.line_costs import STATED_SKU, takes_back
from core.books.costed_lines.recosting import with_overrides
from core.books.database.repeating import repeated
from core.books.entries import locks
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer, Cell, Decision, InForce, LineState, Ruling
from core.books.overrides.questions import Row, question_of
from core.books.overrides.resolve_outcomes import as_booked, changed_meanwhile, decide
from core.books.overrides.stored_overrides import ANSWER_COLUMNS, Refusal, RefusedRow
from core.books.overrides.suspect_answers import suspect_answers
from core.books.true_ups.resolve_after_export import questions_since_export
from core.costing import with_typed_units
from core.costing.costs.prefilled_costs import UNITS
from core.errors import briefly
from core.frame_columns import OVERRIDE_COLUMNS, frame, records
from core.model import CostStatus, Event, Goods, OverrideKind
from core.money import cents, total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from core.books.books import Books
    from core.books.database import Database
    from core.costing.costs.suspects import SuspectCost
    from core.time import SettlementName

_TAKES_ORIGINALS = "a refund takes the cost of its original sale: change that one, or this row's units back"


@dataclass(frozen=True)
class Saving:
    """What became of the answers."""

    decisions: tuple[Decision, ...]
    """One per answer that was asked for, in the order of the sheet."""
    lines: Mapping[str, dict[str, object]]
    """The books' line of each answer's key, as it was before."""
    before: Books
    """The books without these answers."""
    overrides: pd.DataFrame
    """OVERRIDE_COLUMNS in force with them."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The version now in force of each saved line."""
    suspects: tuple[SuspectCost, ...] = ()
    """Costs among them that look wrong; where nobody accepted them, nothing was saved."""

    def with_ruling(self, ruling: Ruling) -> list[Decision]:
        """Return the decisions of one kind."""
        return [decision for decision in self.decisions if decision.ruling is ruling]

    def line(self, decision: Decision) -> LineState:
        """Return the line a decision is about; one that is not in the books is empty."""
        row = self.lines.get(decision.answer.key)
        return LineState("", None, None) if row is None else _line_state(row, {}, locked=False)

    @cached_property
    def new_skus(self) -> dict[str, str]:
        """The SKUs that are newly typed and saved, by line key."""
        saved = {row["key"]: row["sku"] for row in records(self.overrides)}
        before = {row["key"]: row["sku"] for row in records(self.before.overrides)}
        keys = [decision.answer.key for decision in self.with_ruling(Ruling.SAVE)]
        return {key: saved[key] for key in keys if saved.get(key) and saved[key] != before.get(key)}

    @property
    def unknown_skus(self) -> list[str]:
        """What must be said of newly typed SKUs of which the inventory system has no product, one sentence each."""
        answers = {decision.answer.key: decision.answer for decision in self.decisions}
        remarks_by_cell = (
            (answers[key].named(Cell.SKU), _unknown(sku, self.before)) for key, sku in self.new_skus.items()
        )
        return [f"{cell}: {reason}" for cell, reason in remarks_by_cell if reason]

    @cached_property
    def after(self) -> Books:
        """Return a copy of the books with the saved answers in force, costed."""
        return with_overrides(self.before, self.overrides)

    @property
    def cogs(self) -> Decimal:
        """By how much the answers change COGS, in home currency; + is more expense.

        It is the sum of what they change on each settlement, to the cent, as sheet Settlements shows it.
        """
        was, now = ([cents(books.cogs_of(one)) for one in books.settlements] for books in (self.before, self.after))
        return total(now) - total(was)


def _unknown(sku: str, books: Books) -> str | None:
    """Say that nobody knows which product a typed SKU is; nothing where that is known."""
    known = books.mappings[books.mappings["sku"] == sku]
    if known["product_id"].notna().any():
        return None
    if len(known):
        return (
            f"Finale does not know SKU {briefly(sku)}. Correct it (Undo last save takes it back), or say on sheet SKU "
            f"mapping which product it is."
        )
    is_named = bool((books.lines[STATED_SKU] == sku).fillna(value=False).any())
    elsewhere = "" if is_named else ", and no other line of the books names it: check how it is written"
    return f"Finale has not been asked about SKU {briefly(sku)} yet{elsewhere}. Sync asks."


def plan_answers(
    books: Books,
    answers: Sequence[Answer],
    *,
    settlement_ids: Collection[SettlementName] | None,
    accept_proposals: bool,
    who: str,
    now: datetime,
) -> Saving:
    """Say what would become of each answer, and what the books would be; nothing is saved. Pure.

    Args:
        books: The state of the books.
        answers: The rows of Resolve.
        settlement_ids: Only rows of these settlements, each by store and id; `None` means all.
        accept_proposals: Whether unedited proposals are saved too.
        who: Who saves.
        now: When.
    """
    work, chosen = _work(books, answers, settlement_ids, who, now)
    planned = work.saving(tuple(decide(chosen, work.states, accept_proposals=accept_proposals)), ())
    while (decisions := work.as_booked(planned)) != planned.decisions:  # one fewer may settle what another comes to
        planned = work.saving(decisions, ())
    return replace(planned, suspects=suspect_answers(books, planned.decisions, work.states))


def _work(
    books: Books, answers: Sequence[Answer], settlement_ids: Collection[SettlementName] | None, who: str, now: datetime
) -> tuple[_Work, list[Answer]]:
    """Return what the answers are decided with, and those of the settlements that were named."""
    wanted = {answer.key for answer in answers}
    late = {row["key"]: row for row in records(questions_since_export(books))}
    lines = {row["key"]: row for row in records(books.lines[books.lines["key"].isin(list(wanted))])}
    lines |= {key: row for key, row in late.items() if key in wanted}
    saved = {row["key"]: row for row in records(books.overrides)}
    saved |= {row["key"]: row for row in records(books.overrides_now) if row["key"] in late}
    chosen = [a for a in answers if settlement_ids is None or _settlement_of(lines, a) in settlement_ids]
    locked = keys_of_exported_lines(books) - late.keys()
    takes = _taking_units(books, chosen, lines)
    states = {
        key: replace(_line_state(row, saved.get(key, {}), locked=key in locked), takes_units=key in takes)
        for key, row in lines.items()
    }
    return _Work(books, lines, _questions(books, wanted, late), states, who, now, frozenset(late)), chosen


def _questions(books: Books, keys: Collection[str], late: Collection[str]) -> dict[str, Row]:
    """Return what each line asks (`questions.ASKED`): an exported one that is asked since, by its words of today."""
    told = books.documents
    before, today = (books.costing_input.transactions, None) if told is None else (told.transactions, told.now)
    questions = {row["key"]: question_of(row) for row in records(before[before["key"].isin(list(keys))])}
    if today is not None and late:
        questions |= {row["key"]: question_of(row) for row in records(today[today["key"].isin([*late])])}
    return questions


def _taking_units(
    books: Books, answers: Sequence[Answer], lines: Mapping[str, Mapping[str, object]]
) -> AbstractSet[str]:
    """Return the lines of which the units on the sheet count, of those whose rows hold units."""
    typed = {one.key for one in answers if one.units_back is not None and one.key in lines}
    orders = {lines[key]["order_id"] for key in typed} - {None}
    wanted = books.lines["key"].isin(list(typed)) | books.lines["order_id"].isin(list(orders))
    if not typed:
        return frozenset()
    rows = books.lines[wanted]
    by_rule = with_typed_units(rows, set(rows["key"][rows[STATED_SKU].isna()]))
    return by_rule | set(rows["key"][takes_back(rows) & rows["key"].isin(list(typed))])


@dataclass(frozen=True, slots=True)
class _Work:
    """What the answers are decided with."""

    books: Books
    lines: Mapping[str, dict[str, object]]
    questions: Mapping[str, Row]
    """What each of these lines asks."""
    states: Mapping[str, LineState]
    who: str
    now: datetime
    late: AbstractSet[str] = frozenset()
    """Keys of locked lines that are asked since: an answer to them becomes a true-up."""

    def rows(self, decisions: Sequence[Decision]) -> list[dict[str, object]]:
        """Return what is stored of those that are saved (`stored_overrides.ANSWER_COLUMNS`)."""
        home = self.books.company.home_currency
        saved = ((one, one.answer.key) for one in decisions if one.ruling is Ruling.SAVE)
        return [_row(one, self.states[key], self.lines[key], home) | self.questions.get(key, {}) for one, key in saved]

    def saving(self, decisions: tuple[Decision, ...], suspects: tuple[SuspectCost, ...]) -> Saving:
        """Return what becomes of the answers, and the overrides that are in force with them."""
        new = {str(row["key"]): row for row in self.rows(decisions)}
        old = self.books.overrides
        in_force = (self._in_force(row) for row in new.values())
        now = pd.concat([old[~old["key"].isin(list(new))], frame(OVERRIDE_COLUMNS, in_force)], ignore_index=True)
        return Saving(decisions, self.lines, self.books, now, dict(self._versions(decisions)), suspects)

    def as_booked(self, planned: Saving) -> tuple[Decision, ...]:
        """Return the decisions with those refused that the books would not take as they are typed."""
        keys = {one.answer.key for one in planned.with_ruling(Ruling.SAVE)} - self.late
        if not keys:
            return planned.decisions
        lines = planned.after.lines
        booked = {row["key"]: row for row in records(lines[lines["key"].isin(list(keys))])}
        return as_booked(planned.decisions, self.states, booked)

    def _in_force(self, row: Mapping[str, object]) -> dict[str, object]:
        named = {name: row[name] for name in OVERRIDE_COLUMNS if name in row}
        version = self.states[str(row["key"])].in_force.version + 1
        return {**named, "version": version, "saved_by": self.who, "saved_at": self.now}

    def _versions(self, decisions: Sequence[Decision]) -> Iterator[tuple[str, int]]:
        """Yield the version that each saved or unchanged line has now."""
        for one in decisions:
            if one.ruling in (Ruling.SAVE, Ruling.UNCHANGED):
                yield one.answer.key, self.states[one.answer.key].in_force.version + (one.ruling is Ruling.SAVE)


def _row(decision: Decision, state: LineState, line: Mapping[str, object], home: str) -> dict[str, object]:
    answer, before = decision.answer, state.in_force
    sets_cost = decision.kind is not None
    cost = (Decimal(0) if answer.zero_ok else answer.cost) if sets_cost else before.unit_cost
    zero = cost == 0 if sets_cost else before.zero_confirmed
    return {
        "key": answer.key,
        "shown_version": answer.version,
        "unit_cost": None if zero else cost,
        "currency": home,
        "zero_confirmed": zero,
        "disposition": answer.disposition if answer.stock_edited else before.disposition,
        "units_back": _units(answer, state, takes_shown=sets_cost and not zero),
        "sku": state.typed_sku(answer) or before.sku,
        "kind": decision.kind or before.kind,
        "note": answer.note or (None if sets_cost else before.note),  # why the old cost was meant says nothing of a new
        "shown_cost": answer.proposal,
        "shown_currency": home,
        "shown_kind": line["proposal"],
        "shown_as_of": line["proposal_as_of"],
    }


def _units(answer: Answer, state: LineState, *, takes_shown: bool) -> int | None:
    """Return the units that are saved: typed ones, else those that the row showed beside the cost that is saved.

    So an answer keeps what it was given to: 1 of 2 found units stays 1, whatever the books hold of the loss later.
    """
    if answer.stock_edited:
        return answer.units_back
    counts = state.is_refund or state.takes_units or state.asks_units
    return answer.units_back if takes_shown and counts else state.in_force.units_back


def keys_of_exported_lines(books: Books) -> set[str]:
    """Return the lines of exported settlements; a line that took no cost is locked like any other."""
    return set() if books.costing_input.locked_lines is None else set(books.costing_input.locked_lines["key"])


def _line_state(row: Mapping[str, object], saved: Mapping[str, object], *, locked: bool) -> LineState:
    in_original = row["event"] in (Event.REFUND, Event.DISPUTE) and row["original_key"] is not None
    quantity, proposed = row["quantity"], row["cost_quantity"]
    return LineState(
        settlement_id=str(row["settlement_id"]),
        order_id=_text(row["order_id"]),
        sku=_text(row["sku"]),
        in_force=_in_force({**saved, "zero_confirmed": False, "kind": None} if _is_asked_again(row, saved) else saved),
        is_locked=locked,
        takes_no_cost=_TAKES_ORIGINALS if in_original else None,
        event=_text(row["event"]),
        units=abs(quantity) if isinstance(quantity, int) else None,
        is_missing=row["cost_status"] == CostStatus.MISSING,
        asks_units=row["cause"] in UNITS or (row["goods"] == Goods.LOST_ON_REMOVAL and _has_units(saved)),
        proposed_units=abs(proposed) if isinstance(proposed, int) else None,
        stated_sku=_text(row[STATED_SKU]),
        store=str(row["store"]),
    )


def _has_units(saved: Mapping[str, object]) -> bool:
    """Tell whether units are saved: a lost removal that asked for them takes them, also while its cost is missing."""
    return saved.get("units_back") is not None


def _is_asked_again(row: Mapping[str, object], saved: Mapping[str, object]) -> bool:
    """Tell whether a line asks although its proposed 0 was accepted: what spoke for that has left the books."""
    is_zero = bool(saved.get("zero_confirmed")) and saved.get("kind") == OverrideKind.ACCEPTED_AVERAGE
    return is_zero and row["cost_status"] == CostStatus.MISSING


def _in_force(saved: Mapping[str, object]) -> InForce:
    if not saved:
        return InForce(version=0)
    names = ("unit_cost", "disposition", "units_back", "sku", "kind", "note", "saved_by", "saved_at")
    known = {name: saved[name] for name in names}
    return InForce(version=int(str(saved["version"])), zero_confirmed=bool(saved["zero_confirmed"]), **known)  # type: ignore[arg-type]  # columns of OVERRIDE_COLUMNS


def _lost_race(decision: Decision, refused: Mapping[str, RefusedRow]) -> Decision:
    """Turn a save that came second into a refusal that shows what is there now."""
    lost = refused.get(decision.answer.key)
    if lost is None or decision.ruling is not Ruling.SAVE:
        return decision
    reason = changed_meanwhile(_in_force(lost.now or {})) if lost.reason is Refusal.CHANGED else str(lost.reason)
    return replace(decision, ruling=Ruling.REFUSED, reason=reason)


def _settlement_of(lines: Mapping[str, dict[str, object]], answer: Answer) -> SettlementName | None:
    """Return store and id of the settlement of an answer's line: two stores may have the same id."""
    line = lines.get(answer.key)
    return None if line is None else (str(line["store"]), str(line["settlement_id"]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def save_answers(
    database: Database,
    books: Books,
    answers: Sequence[Answer],
    *,
    settlement_ids: Collection[SettlementName] | None,
    accept_proposals: bool,
    who: str,
    now: datetime,
    accept_suspect: bool = False,
) -> Saving:
    """Decide each answer and save those that are to be saved.

    Args:
        database: The books.
        books: Their state, just loaded.
        answers: The rows of Resolve.
        settlement_ids: Only rows of these settlements, each by store and id; `None` means all.
        accept_proposals: Whether unedited proposals are saved too.
        who: Who saves.
        now: When.
        accept_suspect: Save costs that look wrong too; else nothing is saved where there are any.
    """
    planned = plan_answers(
        books, answers, settlement_ids=settlement_ids, accept_proposals=accept_proposals, who=who, now=now
    )
    if not planned.with_ruling(Ruling.SAVE) or (planned.suspects and not accept_suspect):
        return planned
    work, _ = _work(books, answers, settlement_ids, who, now)
    refused = _store(database, work, planned)
    decisions = tuple(_lost_race(one, refused) for one in planned.decisions)
    return work.saving(decisions, planned.suspects) if refused else planned


@repeated
def _store(database: Database, work: _Work, saving: Saving) -> dict[str, RefusedRow]:
    """Save as one batch; return the rows that another user was quicker with."""
    rows = work.rows(saving.decisions)
    with database.writing() as connection:
        # Somebody may have exported since the books were loaded.
        locked = locks.locked_keys(connection, [str(row["key"]) for row in rows]) - work.late
        free = [row for row in rows if row["key"] not in locked]
        refused = {
            str(row["key"]): RefusedRow(str(row["key"]), Refusal.LOCKED, None) for row in rows if row not in free
        }
        if free:
            answers = frame(ANSWER_COLUMNS, free)
            saved = stored_overrides.save_as_batch(connection, answers, who=work.who, now=work.now)
            refused |= {row.key: row for row in saved}
    return refused
