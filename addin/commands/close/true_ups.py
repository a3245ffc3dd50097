"""Group Close: what became known of exported lines, and what is decided of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from addin.commands.close import reclassifications
from addin.commands.close.files_to_import import keep_what_is_booked, to_import_words, write_kept
from addin.commands.close.reclassifications import apart, each_of, of_readers, reader_name, reason
from addin.commands.close.shown_exports import are_near, refresh_after_decisions
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import amount, counted
from addin.sheets.close.true_ups import read_decisions
from addin.takeaway.ledger_used import ledger_for
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.importing import current_transactions
from core.books.loading import load_books
from core.books.true_ups import true_up_history
from core.books.true_ups.due_true_ups import load_to_decide, store_due
from core.books.true_ups.reclassifications import NoReclassificationError, pending_reclassifications
from core.books.true_ups.suspect_true_ups import refuse_suspect, suspect_true_ups
from core.books.true_ups.true_up_history import NotDismissedError
from core.books.true_ups.true_up_reasons import rule_changed
from core.books.true_ups.true_ups import (
    accept_true_ups,
    by_reader,
    dismiss_true_ups,
    immaterial_true_ups,
    moved_amounts,
    propose_true_ups,
    refuse_torn,
    take_up_true_ups,
    with_mirrors,
)
from core.costing.costs.suspects import named_costs
from core.errors import CogsheetError
from core.frame_columns import records
from core.journal.files import refuse_unimportable, to_import
from core.money import total

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

    from addin.commands.close.reclassifications import DecisionNumbers, Number
    from addin.sheets.close.true_ups import Decisions
    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.importing.current_transactions import ReaderDifferences
    from core.books.true_ups.due_true_ups import LinesToDecide
    from core.books.true_ups.reclassifications import Reclassification
    from core.books.true_ups.true_ups import AcceptedTrueUps
    from core.journal.entry import Entry


_MOST_LISTED = 8


class DismissedRowError(CogsheetError):
    """A true-up that is dismissed is accepted or dismissed on the sheet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        named = ", ".join(str(number) for number in numbers)
        super().__init__(
            f"Sheet Cost true-ups: true-up {named} is dismissed. Nothing was decided. Choose take up in column "
            f"Decision and press the button: what still differs is proposed again, to accept or dismiss."
        )


@dataclass(frozen=True, slots=True)
class TrueUpOptions:
    """What is decided of true-ups, beside what was chosen on sheet Cost true-ups."""

    accept: Collection[Number] = ()
    """Proposals to post into the first open period."""
    dismiss: Collection[Number] = ()
    """Proposals not to post."""
    take_up: Collection[Number] = ()
    """Dismissed ones to propose again."""
    reason: str = ""
    """Why they are dismissed or taken up."""
    dismiss_immaterial: bool = False
    """Whether all that is left below the materiality limit is dismissed, with that reason."""
    accept_suspect: bool = False
    """Whether proposals are posted too whose cost looks wrong."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one press decided."""

    taken: Sequence[Number]
    """Dismissed before, and proposed again."""
    small: int
    """How many immaterial true-ups were dismissed."""
    posted: AcceptedTrueUps


def list_true_ups(desk: Desk, *, options: TrueUpOptions = TrueUpOptions()) -> Outcome:
    """List what became known of exported lines, and carry out what was decided of it, all of it or nothing.

    Raises:
        CogsheetError: If a proposal is not pending any more, a dismissal has no reason, or costs that would be accepted
            look wrong and nobody said that they are right; then nothing was decided.
    """
    sheet = read_decisions(desk.book)
    near = _near(desk, sheet, options)
    refuse_unfillable(desk)
    done = None if near is None else _decide_near(desk, near, sheet, options)
    decided, kept = done or _decide_at_once(desk, load_books(desk.database), sheet, options)
    files = write_kept(desk, kept)
    left = _shown(desk, near)
    return files.told(_true_ups_outcome(left, decided, files.paths))


class _Left(NamedTuple):
    """What waits after a press; see `addin.sheets.desk.View`."""

    books: Books
    pending_true_ups: pd.DataFrame
    reclassifications: Sequence[Reclassification]
    read_anew: ReaderDifferences


def _near(desk: Desk, sheet: Decisions, options: TrueUpOptions) -> LinesToDecide | None:
    """Load what is decided about alone; nothing where that may touch more, and where sheets show other books."""
    accepted = {*sheet.acceptances, *options.accept}
    names = {*accepted, *options.dismiss, *(name for name, _ in sheet.dismissals)}
    if options.take_up or sheet.taken_up or any(isinstance(name, str) for name in names):
        return None
    with desk.database.reading() as connection:
        now = state(connection)
    return load_to_decide(desk.database, [int(name) for name in accepted]) if are_near(desk, now) else None


@repeated
def _decide_near(
    desk: Desk, near: LinesToDecide, sheet: Decisions, options: TrueUpOptions
) -> tuple[_Decided, list[int]] | None:
    """Do what `_decide_at_once` does; nothing is done where somebody has written to the books meanwhile."""
    with desk.database.writing() as connection:
        _refuse_dismissed(near.books, {*sheet.acceptances, *(name for name, _ in sheet.dismissals)})
        if store_due(connection, near.due, who=desk.user, now=desk.clock()) is None:
            return None
        decided = _decide_waiting(desk, near.books, sheet, options, [])
        return decided, keep_what_is_booked(desk, [decided.posted.entries])


def _shown(desk: Desk, near: LinesToDecide | None) -> _Left:
    """Bring everything up to date, and return what waits then."""
    books = None if near is None else refresh_after_decisions(desk, near.due.state)
    if books is None:
        view = load(desk.database, progress=desk.progress)
        refresh(desk, view)
        return _Left(view.books, view.pending_true_ups, view.reclassifications, view.read_anew)
    with desk.database.reading() as connection:
        anew = current_transactions.reader_differences(connection, books.settlements)
        return _Left(books, true_up_history.pending(connection), (), anew)


@repeated
def _decide_at_once(desk: Desk, books: Books, sheet: Decisions, options: TrueUpOptions) -> tuple[_Decided, list[int]]:
    """Decide all of it or nothing; the files of what is booked are in the outbox, and returned by their numbers."""
    with desk.database.writing():
        decided = _decide(desk, books, sheet, options)
        return decided, keep_what_is_booked(desk, [decided.posted.entries])


def _decide(desk: Desk, books: Books, sheet: Decisions, options: TrueUpOptions) -> _Decided:
    """Take up, propose, dismiss and accept what the sheet and the options say, within one writing of the books."""
    if options.take_up:
        gone = pending_reclassifications(desk.database, books, dismissed=True)
        options = replace(options, take_up=each_of(options.take_up, _stemming(desk, books, gone, dismissed=True)))
    _refuse_dismissed(books, {*sheet.acceptances, *(name for name, _ in sheet.dismissals)})
    _refuse_not_dismissed(desk, books, {*options.take_up, *(name for name, _ in sheet.taken_up)})
    taken = [name for one in (options, *_typed(books, sheet.taken_up)) for name in _take_up(desk, books, one)]
    books = load_books(desk.database, anew=True) if taken else books  # lines are kept of what was written before
    propose_true_ups(desk.database, books, who=desk.user, now=desk.clock())
    decided = _decide_waiting(desk, books, sheet, options, pending_reclassifications(desk.database, books))
    return replace(decided, taken=taken)


def _decide_waiting(
    desk: Desk, books: Books, sheet: Decisions, options: TrueUpOptions, waiting: Sequence[Reclassification]
) -> _Decided:
    """Dismiss and accept what the sheet and the options say of true-ups and reclassifications that wait."""
    there = _stemming(desk, books, waiting)
    options = replace(options, accept=each_of(options.accept, there), dismiss=each_of(options.dismiss, there))
    accepted = apart({*sheet.acceptances, *options.accept}, waiting)
    refused = [(apart([name], waiting), why) for name, why in (*sheet.dismissals, *_each(options))]
    refuse_torn(desk.database, books, accepted.true_ups, [n for one, _ in refused for n in one.true_ups])
    if not options.accept_suspect:
        refuse_suspect(desk.database, books, accepted.true_ups)
    _dismiss(desk, books, refused)
    small = _dismiss_immaterial(desk, books, keep=accepted.true_ups) if options.dismiss_immaterial else 0
    return _Decided((), small, _accept(desk, books, accepted))


def _stemming(
    desk: Desk, books: Books, moved: Sequence[Reclassification], *, dismissed: bool = False
) -> dict[str, list[Number]]:
    """Return what can be decided and stems from a newer reading, or could be proposed again, by reader."""
    with desk.database.reading() as connection:
        anew = current_transactions.reader_differences(connection, books.settlements)
        some = books.dismissed_true_ups if dismissed else true_up_history.pending(connection)
    return of_readers(by_reader(books, some, anew.lines), moved, anew)


def _each(options: TrueUpOptions) -> list[tuple[Number, str]]:
    return [(name, options.reason) for name in options.dismiss]


def _refuse_dismissed(books: Books, decided: Collection[Number]) -> None:
    """Stop where a dismissed true-up is accepted or dismissed: what still differs is proposed once it is taken up."""
    gone = sorted(set(books.dismissed_true_ups["id"]) & {name for name in decided if isinstance(name, int)})
    if gone:
        raise DismissedRowError(gone)


def _refuse_not_dismissed(desk: Desk, books: Books, names: Collection[Number]) -> None:
    """Stop before anything is taken up where one of them is not dismissed."""
    there = pending_reclassifications(desk.database, books, dismissed=True)
    chosen = apart(names, there)
    if unknown := sorted(set(chosen.true_ups) - set(books.dismissed_true_ups["id"])):
        raise NotDismissedError(unknown)
    if moved := set(chosen.reclassifications) - {one.number for one in there}:
        raise NoReclassificationError(moved)


def _typed(books: Books, taken_up: Sequence[tuple[Number, str]]) -> list[TrueUpOptions]:
    """Return what is to be taken up by the sheet; the reason that it was dismissed for is none to take it up."""
    why = {row["id"]: row["reason"] for row in records(books.dismissed_true_ups, ["id", "reason"])}
    return [
        TrueUpOptions(take_up=(name,), reason="" if reason == why.get(name) else reason) for name, reason in taken_up
    ]


def _take_up(desk: Desk, books: Books, options: TrueUpOptions) -> list[Number]:
    """Take up what was dismissed, and return what that was."""
    there = pending_reclassifications(desk.database, books, dismissed=True)
    chosen = apart(options.take_up, there)
    with desk.database.reading() as connection:
        still = set(true_up_history.dismissed_true_ups(connection)["id"])
    if set(chosen.true_ups) <= set(books.dismissed_true_ups["id"]) - still:  # with one that it belongs together with
        chosen = replace(chosen, true_ups=())
    reclassifications.take_up(desk, books, chosen.reclassifications, options.reason)
    taken = chosen.true_ups and take_up_true_ups(
        desk.database, books, chosen.true_ups, options.reason, who=desk.user, now=desk.clock()
    )
    return [*taken, *(f"R{number}" for number in chosen.reclassifications)]


def _dismiss(desk: Desk, books: Books, refused: Sequence[tuple[DecisionNumbers, str]]) -> None:
    gone: set[int] = set()
    for chosen, why in refused:
        reclassifications.dismiss(desk, books, chosen.reclassifications, why)
        for number in chosen.true_ups:
            if number not in gone:
                gone |= set(dismiss_true_ups(desk.database, books, [number], why, who=desk.user, now=desk.clock()))


def _accept(desk: Desk, books: Books, chosen: DecisionNumbers) -> AcceptedTrueUps:
    def check(entries: Sequence[Entry]) -> None:
        if to_import(entries):
            refuse_unimportable(entries, ledger_for(desk.database, None), books.company.home_currency)

    moved = reclassifications.accept(desk, books, chosen.reclassifications, check)
    posted = accept_true_ups(
        desk.database,
        books,
        chosen.true_ups,
        accounts=books.accounts,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
    )
    return replace(posted, entries=(*posted.entries, *moved), lines=posted.lines + len(moved))


def _true_ups_outcome(view: _Left, decided: _Decided, files: Sequence[str]) -> Outcome:
    left, moved, true_ups = view.pending_true_ups, view.reclassifications, decided.posted
    sentences = _true_ups_sentences(view, decided)
    return Outcome(
        f"{counted(true_ups.lines, 'true-up')} posted in {counted(len(true_ups.entries), 'entry', 'entries')}."
        f"{to_import_words(files)} {_left_words(left, view.books.company.home_currency)}"
        + "".join(f"\n{sentence}" for holds, sentence in sentences if holds),
        needs_attention=len(left) > 0 or len(moved) > 0,
        at_terminal=_at_terminal(view),
        data=_true_ups_data(view, true_ups, files)
        | {"dismissed_immaterial": decided.small, "taken_up": list(decided.taken)},
    )


def _true_ups_sentences(view: _Left, decided: _Decided) -> list[tuple[object, str]]:
    """Return what may be said beside the entries, each with what must be there that it is said."""
    left, moved, home = view.pending_true_ups, view.reclassifications, view.books.company.home_currency
    immaterial, dismissed = immaterial_true_ups(view.books, left), _dismissed_numbers(view)
    limit = amount(view.books.policies.materiality, home)
    finale = len(decided.posted.entries) - len(to_import(decided.posted.entries))
    taken, small = decided.taken, decided.small
    moving = left[left["event_now"].notna()]
    size = amount(total(moved_amounts(moving)), home)
    suspects = suspect_true_ups(view.books, left)
    named = named_costs(tuple(suspects.values()), of_several=view.books.has_several_stores)
    return [
        (suspects, f"{counted(len(suspects), 'proposal looks', 'proposals look')} wrong (marked ?): {named}."),
        (moved, f"{counted(len(moved), 'reclassification')} proposed: {_reclassified(view)}"),
        *((own, _stem_words(reader, own)) for reader, own in _of_readers(view).items()),
        (len(moving), f"{size} of cost moves to other accounts, in {counted(len(moving), 'true-up')}."),
        (taken, f"{counted(len(taken), 'dismissed true-up')} proposed again."),
        (small, f"{counted(small, 'immaterial true-up')} dismissed."),
        (finale, f"{counted(finale, 'entry', 'entries')} of them Finale posts itself: shown on Journal, in no file."),
        (
            len(immaterial),
            f"{len(immaterial):,} of them are immaterial (below {limit}).",
        ),
        (dismissed, f"Dismissed and not proposed: {_numbers(dismissed)}. They can be proposed again by number."),
    ]


def _true_ups_data(view: _Left, true_ups: AcceptedTrueUps, files: Sequence[str]) -> dict[str, object]:
    left, ours = view.pending_true_ups, to_import(true_ups.entries)
    return {
        "reclassifications": [f"R{one.number}" for one in view.reclassifications],
        "rule_changed": _of_readers(view),
        "immaterial": [int(number) for number in immaterial_true_ups(view.books, left)["id"]],
        "posted": [str(entry.key) for entry in ours],
        "posted_by_finale": [str(entry.key) for entry in true_ups.entries if entry not in ours],
        "files": list(files),
        "pending": [int(number) for number in left["id"]],
        "suspects": [int(number) for number in suspect_true_ups(view.books, left)],
        "moving": [int(number) for number in left[left["event_now"].notna()]["id"]],
        "dismissed": _dismissed_numbers(view),
    }


def _dismissed_numbers(view: _Left) -> list[int]:
    return [int(number) for number in view.books.dismissed_true_ups["id"]]


def _left_words(left: pd.DataFrame, home: str) -> str:
    if left.empty:
        return "No cost true-up is left to decide."
    return f"{counted(len(left), 'proposal')} left, {amount(total(left['difference']), home)}: see sheet Cost true-ups."


def _of_readers(view: _Left) -> dict[str, list[Number]]:
    own = by_reader(view.books, view.pending_true_ups, view.read_anew.lines)
    return of_readers(own, view.reclassifications, view.read_anew)


def _stem_words(reader: str, own: Sequence[Number]) -> str:
    return (
        f"{counted(len(own), 'proposal')} of these {'stems' if len(own) == 1 else 'stem'} from a new reading of the "
        f"kept files ({rule_changed(reader)})."
    )


def _at_terminal(view: _Left) -> str:
    """Return the options for what the buttons ask."""
    ways = [
        f"`trueups --accept {name}` posts all that stems from the new reading, `trueups --dismiss {name} --reason` "
        f"leaves all as it was posted."
        for name in map(reader_name, _of_readers(view))
    ]
    if len(immaterial_true_ups(view.books, view.pending_true_ups)):
        ways.append("`trueups --dismiss-immaterial` dismisses what is immaterial.")
    return "\n".join(ways)


def _reclassified(view: _Left) -> str:
    moved = view.reclassifications
    shown = "; ".join(
        f"R{one.number} {one.settlement.name} ({reason(one, view.read_anew)}) {one}" for one in moved[:_MOST_LISTED]
    )
    more = f"; and {len(moved) - _MOST_LISTED} more" if len(moved) > _MOST_LISTED else ""
    return f"{shown}{more}. Accept or dismiss each by its number, or all of them as R."


def _numbers(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _MOST_LISTED} more" if len(numbers) > _MOST_LISTED else ""
    return ", ".join(str(number) for number in numbers[:_MOST_LISTED]) + more


def _dismiss_immaterial(desk: Desk, books: Books, keep: Collection[int]) -> int:
    """Dismiss what is immaterial and not accepted, and return how many true-ups that were."""
    with desk.database.reading() as connection:
        pending = true_up_history.pending(connection)
    accepted = set(with_mirrors(books, pending, keep)["id"])
    chosen = set(immaterial_true_ups(books, pending)["id"]) - accepted
    if not chosen:
        return 0
    limit = amount(books.policies.materiality, books.company.home_currency)
    reason = f"immaterial: below {limit}"
    return len(dismiss_true_ups(desk.database, books, chosen, reason, who=desk.user, now=desk.clock()))
