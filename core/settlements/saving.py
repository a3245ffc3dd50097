"""Take the answers of sheet Resolve into the books, as one numbered batch of overrides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.database import batches, locks, overrides
from core.database.batches import BatchKind
from core.database.overrides import Refusal, Refused
from core.model import Event, frame, records
from core.settlements.answers import Decision, Fate, InForce, LineState, changed_meanwhile, decide

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from core.database import Database
    from core.settlements.answers import Answer
    from core.settlements.books import Books

_TAKES_ORIGINALS = "a refund takes the cost of its original sale: change that one, or this row's units back"


@dataclass(frozen=True, slots=True)
class Saving:
    """What became of the answers."""

    decisions: tuple[Decision, ...]
    """One per answer that was asked for, in the order of the sheet."""
    lines: Mapping[str, dict[str, object]]
    """The books' line of each answer's key, as it was before."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The version now in force of each saved line."""

    def with_fate(self, fate: Fate) -> list[Decision]:
        """Return the decisions of one kind."""
        return [decision for decision in self.decisions if decision.fate is fate]

    def line(self, decision: Decision) -> LineState:
        """Return the line a decision is about; one that is not in the books is empty."""
        row = self.lines.get(decision.answer.key)
        return LineState("", None, None) if row is None else _line_state(row, {}, locked=False)

    def cogs_of(self, decision: Decision) -> Decimal | None:
        """Return the COGS that the saved cost makes, home currency; missing where the units are."""
        units = self.lines.get(decision.answer.key, {}).get("quantity")
        if decision.answer.cost is None or not isinstance(units, int):
            return None
        return decision.answer.cost * units


def save_answers(
    database: Database,
    books: Books,
    answers: Sequence[Answer],
    *,
    settlement_ids: Collection[str] | None,
    accept_proposals: bool,
    who: str,
    now: datetime,
    preview: bool = False,
) -> Saving:
    """Decide each answer and save those that are to be saved.

    Args:
        database: The books.
        books: Their state, just loaded.
        answers: The rows of Resolve.
        settlement_ids: Only rows of these settlements; `None` means all.
        accept_proposals: Whether unedited proposals are saved too.
        who: Who saves.
        now: When.
        preview: Only decide, save nothing.
    """
    wanted = {answer.key for answer in answers}
    lines = {row["key"]: row for row in records(books.lines[books.lines["key"].isin(list(wanted))])}
    saved = {row["key"]: row for row in records(books.overrides)}
    chosen = [a for a in answers if settlement_ids is None or _settlement_of(lines, a) in settlement_ids]
    locked = locked_keys(books)
    states = {key: _line_state(row, saved.get(key, {}), locked=key in locked) for key, row in lines.items()}
    saving = Saving(tuple(decide(chosen, states, accept_proposals=accept_proposals)), lines)
    if preview or not saving.with_fate(Fate.SAVE):
        return _with_versions(saving, states, set())
    refused = _store(database, books, saving, states, who=who, now=now)
    decisions = tuple(_lost_race(decision, refused) for decision in saving.decisions)
    return _with_versions(replace(saving, decisions=decisions), states, set(refused))


def _store(
    database: Database,
    books: Books,
    saving: Saving,
    states: Mapping[str, LineState],
    *,
    who: str,
    now: datetime,
) -> dict[str, Refused]:
    """Save as one batch; return the rows that another user was quicker with."""
    home = books.company.home_currency
    rows = [_row(d, states[d.answer.key], saving.lines[d.answer.key], home) for d in saving.with_fate(Fate.SAVE)]
    with database.writing() as connection:
        locked = locks.locked_keys(connection)  # somebody may have exported since the books were loaded
        free = [row for row in rows if row["key"] not in locked]
        refused = {str(row["key"]): Refused(str(row["key"]), Refusal.LOCKED, None) for row in rows if row not in free}
        if free:
            batch = batches.new(connection, BatchKind.SAVE, who, now)
            answers = frame(overrides.ANSWER_COLUMNS, free)
            refused |= {row.key: row for row in overrides.save(connection, answers, batch, who=who, now=now)}
    return refused


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
        "units_back": answer.units_back if answer.stock_edited else before.units_back,
        "kind": decision.kind,
        "note": answer.note,
        "shown_cost": answer.proposed,
        "shown_currency": home,
        "shown_kind": line["proposal"],
        "shown_as_of": line["proposal_as_of"],
    }


def locked_keys(books: Books) -> set[str]:
    """Return the lines of exported settlements; a line that took no cost is locked like any other."""
    return set() if books.known.locked is None else set(books.known.locked["key"])


def _line_state(row: Mapping[str, object], saved: Mapping[str, object], *, locked: bool) -> LineState:
    in_original = row["event"] in (Event.REFUND, Event.DISPUTE) and row["original_key"] is not None
    return LineState(
        settlement_id=str(row["settlement_id"]),
        order_id=_text(row["order_id"]),
        sku=_text(row["sku"]),
        in_force=_in_force(saved),
        locked=locked,
        takes_no_cost=_TAKES_ORIGINALS if in_original else None,
    )


def _in_force(saved: Mapping[str, object]) -> InForce:
    if not saved:
        return InForce(version=0)
    known = {name: saved[name] for name in ("unit_cost", "disposition", "units_back", "note", "saved_by", "saved_at")}
    return InForce(version=int(str(saved["version"])), zero_confirmed=bool(saved["zero_confirmed"]), **known)  # type: ignore[arg-type]  # columns of OVERRIDE_COLUMNS


def _lost_race(decision: Decision, refused: Mapping[str, Refused]) -> Decision:
    """Turn a save that came second into a refusal that shows what is there now."""
    lost = refused.get(decision.answer.key)
    if lost is None or decision.fate is not Fate.SAVE:
        return decision
    reason = changed_meanwhile(_in_force(lost.now or {})) if lost.reason is Refusal.CHANGED else str(lost.reason)
    return replace(decision, fate=Fate.REFUSED, reason=reason)


def _with_versions(saving: Saving, states: Mapping[str, LineState], refused: set[str]) -> Saving:
    """Add the version that each saved or unchanged line has now."""
    versions = {
        decision.answer.key: states[decision.answer.key].in_force.version + (decision.fate is Fate.SAVE)
        for decision in saving.decisions
        if decision.fate in (Fate.SAVE, Fate.UNCHANGED) and decision.answer.key not in refused
    }
    return replace(saving, versions=versions)


def _settlement_of(lines: Mapping[str, dict[str, object]], answer: Answer) -> object:
    return lines.get(answer.key, {}).get("settlement_id")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
