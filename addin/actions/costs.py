"""Group Costs: resolve, save, take back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.actions.refresh import load, refresh
from addin.outcome import Outcome
from addin.sheets import history as history_sheet
from addin.sheets import resolve as resolve_sheet
from addin.words import amount, counted
from core.model import records
from core.money import total
from core.settlements import books as all_books
from core.settlements.answers import Fate
from core.settlements.restoring import restore_values, values_of
from core.settlements.saving import save_answers
from core.settlements.undoing import undo_batch, undo_last, undoable_before

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from addin.desk import Desk
    from addin.sheets.resolve import SheetAnswers
    from core.database.settlements import BookedSettlement
    from core.database.undo import Undone
    from core.settlements.answers import Decision
    from core.settlements.books import Books
    from core.settlements.saving import Saving


def restore(desk: Desk, *, batch: int | None = None, keys: Sequence[str] = ()) -> Outcome:
    """Bring single values back: those named, or those marked in column Restore of sheet Change history.

    Raises:
        CogsheetError: If a value is not in that batch.
    """
    wanted = history_sheet.marked(desk.book) if batch is None else values_of(desk.database, batch, keys)
    if not wanted:
        return Outcome("Nothing is marked in column Restore of sheet Change history, so nothing was restored.")
    restored = restore_values(desk.database, wanted, who=desk.user, now=desk.clock())
    history_sheet.clear_marks(desk.book)
    view = load(desk.database)
    refresh(desk, view)
    lines = {row["key"]: row for row in records(view.books.lines[["key", "settlement_id", "order_id", "sku"]])}
    left = [{**_place(lines.get(key, {})), "reason": why} for key, why in restored.skipped.items()]
    sentences = [f"{counted(len(restored.keys), 'value')} restored, as a new batch."]
    sentences += [f"Left alone: {one['order']} {one['sku']}: {one['reason']}." for one in left]
    return Outcome(
        "\n".join(sentences),
        needs_attention=bool(left),
        data={"restored": [_place(lines.get(key, {})) for key in restored.keys], "skipped": left},
    )


def resolve(desk: Desk, *, ids: Sequence[str] = ()) -> Outcome:
    """List the lines without cost on Resolve; without ids, of every settlement.

    Raises:
        CogsheetError: If a settlement is unknown, or the sheet is not as it must be.
    """
    view = load(desk.database)
    books = view.books
    chosen = books.named(ids) if ids else list(books.settlements)
    refresh(desk, view)
    missing = fill_resolve(desk, books, chosen)
    advice = "Type each cost or keep the proposal, then Save costs." if missing else "Nothing to resolve."
    return Outcome(
        f"{counted(missing, 'line')} without cost on sheet Resolve. {advice}",
        needs_attention=missing > 0,
        data={"settlements": [s.settlement_id for s in chosen], "missing": missing},
    )


@dataclass(frozen=True, slots=True)
class SaveChoice:
    """What of Resolve is saved, and how."""

    accept_proposals: bool = False
    """Unedited proposals too."""
    same_sku: bool = False
    """A cost typed for a SKU is first written into its other unedited rows."""
    rows: Collection[int] = ()
    """Only these rows of the sheet, as Excel numbers them; empty means all."""


def save(desk: Desk, *, ids: Sequence[str] = (), choice: SaveChoice = SaveChoice(), preview: bool = False) -> Outcome:
    """Save the costs typed on Resolve; unedited proposals only where they are accepted.

    Raises:
        CogsheetError: If the sheet is not as it must be, or a settlement is unknown.
    """
    sheet = resolve_sheet.read_answers(desk.book)
    keys = resolve_sheet.keys_in_rows(sheet, choice.rows) if choice.rows else None
    downs = resolve_sheet.fill_downs(sheet, keys)
    if choice.same_sku and downs and not preview:
        resolve_sheet.fill_down(sheet, downs)
        sheet = resolve_sheet.read_answers(desk.book)
    books = all_books.load(desk.database)
    chosen = {settlement.settlement_id for settlement in books.named(ids)} if ids else None
    saving = save_answers(
        desk.database,
        books,
        [answer for answer in sheet.answers if keys is None or answer.key in keys],
        settlement_ids=chosen,
        accept_proposals=choice.accept_proposals,
        who=desk.user,
        now=desk.clock(),
        preview=preview,
    )
    after = books
    if not preview:
        view = load(desk.database, books)
        after = view.books
        _write_fates(sheet, saving)
        _say_coverage(desk, after)
        refresh(desk, view)
    outcome = _save_outcome(saving, books, preview=preview)
    same = [{"sku": one.sku, "cost": f"{one.cost.normalize():f}", "rows": len(one.rows)} for one in downs]
    share = [_coverage(one, saving) for one in (books, after)]
    sentence = "" if preview else f"\nCoverage of these settlements: {share[0]:.1%} before, {share[1]:.1%} after."
    figures: dict[str, object] = {"coverage_before": f"{share[0]:.4f}", "coverage_after": f"{share[1]:.4f}"}
    told = {"same_sku": same} if preview else figures
    return replace(outcome, message=outcome.message + sentence, data={**outcome.data, **told})


def _coverage(books: Books, saving: Saving) -> Decimal:
    """Return which share of the lines needing a cost has one, over the settlements of the rows."""
    named = {(row["store"], row["settlement_id"]) for row in saving.lines.values()}
    return _share(books, [one for one in books.settlements if (one.store, one.settlement_id) in named])


def _share(books: Books, chosen: Sequence[BookedSettlement]) -> Decimal:
    counts = [books.state(one).counts for one in chosen]
    needed = sum(one.needed for one in counts)
    return Decimal(sum(one.covered for one in counts)) / needed if needed else Decimal(1)


def _say_coverage(desk: Desk, books: Books) -> None:
    """Say above the list how much of its settlements has a cost, and how much its rows would cover."""
    shown = resolve_sheet.settlements_shown(desk.book)
    chosen = [one for one in books.settlements if (one.store, one.settlement_id) in shown]
    lines = books.counted(books.lines_of_all(chosen))
    missing = resolve_sheet.missing_lines(lines)
    at_stake = amount(total(missing["net"].abs()), books.company.home_currency)
    has_cost = f"{_share(books, chosen):.1%} of the lines that need a cost have one"
    rest = f"{counted(len(missing), 'line')} missing, {at_stake} of net sales at stake"
    resolve_sheet.say_coverage(desk.book, f"Coverage: {has_cost}; {rest}.")


def undo(desk: Desk, *, batch: int | None = None) -> Outcome:
    """Take the last save back, or one by the number of its batch, as a new batch.

    Where the last save cannot be taken back because its settlement is exported, nothing else is taken back in its
    place; the outcome names the save before it.

    Raises:
        NothingToUndoError: If there is none.
    """
    if batch is None:
        undone = undo_last(desk.database, who=desk.user, now=desk.clock())
    else:
        undone = undo_batch(desk.database, batch, who=desk.user, now=desk.clock())
    view = load(desk.database)
    refresh(desk, view)
    fill_resolve(desk, view.books, list(view.books.settlements))
    is_stuck = undone.batch is None
    before = undoable_before(desk.database, undone.undone) if is_stuck else None
    sentences = [_undone_sentence(undone)]
    lines = {row["key"]: row for row in records(view.books.lines[["key", "settlement_id", "order_id", "sku"]])}
    left = [{**_place(lines.get(one.key, {})), "reason": str(one.reason)} for one in undone.skipped]
    sentences += [f"Left alone: {one['order']} {one['sku']}: {one['reason']}." for one in left]
    sentences += [f"The save before it that can be undone is batch {before}: undo it by its number."] if before else []
    return Outcome(
        "\n".join(sentences),
        needs_attention=bool(left),
        data={
            "undone_batch": None if is_stuck else undone.undone,
            "undone": [_place(lines[key]) for key in undone.keys],
            "skipped": left,
            "undoable_before": before,
        },
    )


def _undone_sentence(undone: Undone) -> str:
    if undone.batch is not None:
        return f"Batch {undone.undone} is taken back: {counted(len(undone.keys), 'line')} as before."
    return (
        f"Nothing was taken back: batch {undone.undone}, the save that was to be undone, is of exported settlements. "
        f"Reopen them, then it can be undone."
    )


def _place(line: Mapping[str, object]) -> dict[str, object]:
    return {"settlement": line.get("settlement_id"), "order": line.get("order_id"), "sku": line.get("sku")}


def fill_resolve(desk: Desk, books: Books, chosen: Sequence[BookedSettlement]) -> int:
    """List the lines without cost on sheet Resolve, and the coverage above them; return how many."""
    missing = resolve_sheet.missing_lines(books.counted(books.lines_of_all(chosen)))
    resolve_sheet.fill(desk.book, missing)
    _say_coverage(desk, books)
    return len(missing)


def _write_fates(sheet: SheetAnswers, saving: Saving) -> None:
    """Say beside each row what became of it; rows of settlements that were not asked for keep their words."""
    fates: dict[int, dict[str, object]] = {}
    row_of = {id(answer): row for answer, row in zip(sheet.answers, sheet.row_of, strict=True)}
    for decision in saving.decisions:
        row = row_of[id(decision.answer)]
        version = saving.versions.get(decision.answer.key)
        fates[row] = {"status": _status(decision)}
        if version is not None:
            fates[row] |= {"version": version, "filled": resolve_sheet.remembered(sheet.rows[row])}
    resolve_sheet.write_fates(sheet, fates)


def _status(decision: Decision) -> str:
    if decision.fate is Fate.REFUSED:
        return decision.reason
    words = {Fate.SAVE: "saved", Fate.UNCHANGED: "saved", Fate.MISSING: "missing"}
    return f"{words[decision.fate]}: {decision.reason}" if decision.reason else words[decision.fate]


def _save_outcome(saving: Saving, books: Books, *, preview: bool) -> Outcome:
    saved, missing, refused = (saving.with_fate(fate) for fate in (Fate.SAVE, Fate.MISSING, Fate.REFUSED))
    accepted = [decision for decision in saved if decision.is_proposal]
    money = total(saving.cogs_of(decision) for decision in saved)
    verb = "Would save" if preview else "Saved"
    counts = {
        "entered": len(saved) - len(accepted),
        "accepted_proposals": len(accepted),
        "amount": amount(money, books.company.home_currency),
    }
    sentences = [
        (
            f"{verb} {counts['entered']:,} entered, {counted(len(accepted), 'accepted proposal')}, "
            f"{counts['amount']} of COGS."
        ),
        *([f"{counted(len(missing), 'line')} still without cost."] if missing else []),
        *(f"Not saved: {d.answer.where} ({saving.line(d).sku}): {d.reason}." for d in refused),
    ]
    return Outcome(
        "\n".join(sentences),
        needs_attention=bool(missing or refused),
        data={
            "saved": [_entry(saving, d) | {"cost": _cost(d)} for d in saved],
            "missing": [_entry(saving, d) | {"reason": d.reason} for d in missing],
            "refused": [_entry(saving, d) | {"reason": d.reason, "where": d.answer.where} for d in refused],
            **(counts if preview else {}),
        },
    )


def _entry(saving: Saving, decision: Decision) -> dict[str, object]:
    line = saving.line(decision)
    return {"settlement": line.settlement_id, "order": line.order_id, "sku": line.sku}


def _cost(decision: Decision) -> str | None:
    if decision.answer.zero_ok:
        return "0"
    return None if decision.answer.cost is None else f"{decision.answer.cost.normalize():f}"
