"""Group Reports, what closes a settlement: export, true-ups, reopen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from addin.commands import reclassifications
from addin.commands.outcome import Outcome
from addin.commands.reclassifications import apart, reason
from addin.commands.refresh import load, refresh
from addin.commands.settlements import NothingChosenError
from addin.commands.words import amount, counted
from addin.sheets import true_ups as true_ups_sheet
from addin.takeaway.entry_files import accrual_name, write_entries
from addin.takeaway.ledger_used import ledger_for, remember
from addin.takeaway.written_files import FileNotWrittenError
from core.database import entries as stored_entries
from core.database import true_ups as stored_true_ups
from core.errors import CogsheetError
from core.journal.entry import EntryKey, EntryKind
from core.journal.files import refuse_unimportable, to_import
from core.model import records
from core.money import total
from core.settlements import books as all_books
from core.settlements import reclassifying, reopening
from core.settlements import true_ups as trueing
from core.settlements.exporting import ExportWish, NotReadyError, as_written, export_settlement
from core.settlements.posting_elsewhere import post_elsewhere

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from addin.commands.desk import Desk
    from addin.commands.reclassifications import Decided, Number
    from addin.commands.refresh import View
    from core.database.entries import Entry as StoredEntry
    from core.database.entries import Posted
    from core.database.settlements import BookedSettlement
    from core.journal.entry import Entry
    from core.journal.files import Ledger
    from core.settlements.books import Books
    from core.settlements.exporting import Exported
    from core.settlements.reclassifying import Reclassification
    from core.settlements.true_ups import AcceptedTrueUps

KINDS = {
    "settlement": (EntryKind.SETTLEMENT,),
    "cogs": (EntryKind.COGS,),
    "both": (EntryKind.SETTLEMENT, EntryKind.COGS),
}
"""What an export makes."""
_GROUPS = {
    EntryKind.SETTLEMENT: "settlement",
    EntryKind.COGS: "cogs",
    EntryKind.FINALE: "cogs",
    EntryKind.TRUE_UP: "true-ups",
    EntryKind.FINALE_TRUE_UP: "true-ups",
    EntryKind.RECLASSIFICATION: "true-ups",
    EntryKind.REVERSAL: "reversals",
    EntryKind.FINALE_REVERSAL: "reversals",
}
_ACCRUALS = "accruals"
"""What belongs to no settlement: accruals, their reversals, and what took either back."""
ALL = "all"
AGAIN = tuple(dict.fromkeys((ALL, *KINDS, *_GROUPS.values(), _ACCRUALS)))
"""What can be written again."""
_MOST_LISTED = 8


class NotMadeByExportError(CogsheetError):
    """An export is to make entries that come about otherwise."""

    def __init__(self, entries: str) -> None:
        super().__init__(
            f"An export makes settlement entries and COGS entries, not {entries}. Nothing was exported. With --again, "
            f"{entries} that are in the books are written once more."
        )


class DismissedRowError(CogsheetError):
    """A true-up that is dismissed is accepted or dismissed on the sheet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        named = ", ".join(str(number) for number in numbers)
        super().__init__(
            f"Sheet Cost true-ups: true-up {named} is dismissed. Nothing was decided. Choose take up in column "
            f"Decision and press the button: what still differs is proposed again, to accept or dismiss."
        )


class EntriesNotWrittenError(CogsheetError):
    """Entries are in the books, and their files for import could not be written."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason} The entries are in the books and stand on sheet Journal; their files can be written again with "
            f"export --again."
        )


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the user wants to have exported."""

    entries: str = "both"
    """One of `KINDS`, or of `AGAIN` where files are written again."""
    ledger: Ledger | None = None
    """For which accounting system; that of the last export, or the one on sheet Setup, if left out."""
    folder: Path | None = None
    """Where the files go; beside the workbook if left out."""
    accept_suspect: bool = False
    accept_provisional: bool = False
    """Whether settlements go out whose final document may still come."""


def export(desk: Desk, *, ids: Sequence[str], choice: ExportChoice) -> Outcome:
    """Make the entries of settlements, lock their costs, and write the files for the accounting system.

    Raises:
        NothingChosenError: If no settlement is named.
        LedgerNotChosenError: If nobody has said yet which accounting system they are for.
        CogsheetError: If the first is not ready; behind others the outcome says what was done before it stopped.
    """
    if not ids:
        raise NothingChosenError("export")
    books = all_books.load(desk.database)
    ledger = ledger_for(desk.database, choice.ledger)
    wish = ExportWish(
        kinds=_kinds_to_make(choice.entries),
        zones=books.zones,
        accept_suspect=choice.accept_suspect,
        accept_provisional=choice.accept_provisional,
        lock_date=books.policies.lock_date,
        check=partial(refuse_unimportable, ledger=ledger, home_currency=books.company.home_currency),
    )
    chosen = books.named(ids)
    done: list[Exported] = []
    files: list[str] = []
    stopped = None
    try:
        for settlement in chosen:
            one = export_settlement(desk.database, books, settlement, wish, who=desk.user, now=desk.clock())
            done.append(one)
            remember(desk.database, ledger, who=desk.user, now=desk.clock())
            files += _write(desk, one.entries, ledger, choice.folder)
            desk.progress("Exporting", len(done), len(ids))
    except CogsheetError as error:
        if not done:
            raise
        stopped = with_way_out(error)
    refresh(desk, load(desk.database))
    return _export_outcome(done, files, stopped)


def with_way_out(error: CogsheetError) -> str:
    """Return what a refused export says, with the option that lets go out what can."""
    if isinstance(error, NotReadyError) and error.only_costs:
        return f"{error} Export it with --entries settlement, and the COGS entry once the costs are there."
    return str(error)


def _export_outcome(done: Sequence[Exported], files: Sequence[str], stopped: str | None) -> Outcome:
    to_do = f"To import: {', '.join(files)}." if files else "There is nothing to import."
    sentences = [*map(_exported, done), f"{to_do} The entries stand on sheet Journal."]
    error = {} if stopped is None else {"error": stopped}
    return Outcome(
        "\n".join([*sentences, *error.values()]),
        data={"settlements": [_told(one) for one in done], "files": list(files), **error},
        stopped=stopped is not None,
    )


def _kinds_to_make(entries: str) -> tuple[EntryKind, ...]:
    """Return the kinds of entries that an export makes.

    Raises:
        NotMadeByExportError: If it makes none of the kind.
    """
    if entries not in KINDS:
        raise NotMadeByExportError(entries)
    return KINDS[entries]


def _exported(one: Exported) -> str:
    ours = to_import(one.entries)
    finale = len(one.entries) - len(ours)
    return (
        f"Settlement {one.settlement.name}: {counted(len(ours), 'entry', 'entries')}"
        f"{', what Finale posts itself is left out' if finale else ''}{', its costs are locked' if one.locked else ''}."
    )


def _told(one: Exported) -> dict[str, object]:
    ours = to_import(one.entries)
    return {
        "settlement": one.settlement.settlement_id,
        "store": one.settlement.store,
        "entries": [str(entry.key) for entry in ours],
        "posted_by_finale": [str(entry.key) for entry in one.entries if entry not in ours],
        "locked": one.locked,
    }


def _write(
    desk: Desk, entries: Sequence[Entry], ledger: Ledger, folder: Path | None = None, what: str = ""
) -> list[str]:
    """Write entries for an accounting system, beside the workbook unless a folder is named."""
    place = folder or desk.path.parent / "exports"
    try:
        company = desk.database.company.name
        return write_entries(place, entries, ledger, company=company, now=desk.clock(), what=what)
    except FileNotWrittenError as error:
        raise EntriesNotWrittenError(str(error)) from error


def export_again(desk: Desk, *, ids: Sequence[str] = (), choice: ExportChoice) -> Outcome:
    """Write the files of entries that went out once more, from the books, in any format; nothing is posted anew.

    Args:
        desk: The desk.
        ids: Settlements; without any, every entry there is, accruals too.
        choice: Which of their entries, for which system, and where.

    Raises:
        LedgerNotChosenError: If nobody has said yet which accounting system they are for.
        CogsheetError: If a settlement is unknown, or the system would not take an entry.
    """
    books = all_books.load(desk.database)
    ledger = ledger_for(desk.database, choice.ledger)
    chosen = {(one.store, one.settlement_id) for one in books.named(ids)}
    with desk.database.reading() as connection:
        posted = stored_entries.posted(connection)
    wanted = [
        one
        for one in posted
        if (not ids or (one.store, one.settlement_id) in chosen) and _is_wanted(one, choice.entries)
    ]
    deeds = [(_accrual_of(deed), [as_written(one, books.accounts) for one in deed]) for deed in _deeds(wanted)]
    for _, entries in deeds:
        refuse_unimportable(entries, ledger, books.company.home_currency)
    files = [path for what, entries in deeds for path in _write(desk, entries, ledger, choice.folder, what)]
    keys = [str(entry.key) for _, entries in deeds for entry in to_import(entries)]
    return Outcome(
        f"{counted(len(keys), 'entry', 'entries')} written again from the books, as they went out: "
        f"{', '.join(files) or 'no file'}. Import a file only where its entries are not in the accounting system yet: "
        f"each carries its key in its memo.",
        data={"files": files, "entries": keys},
    )


def _accrual_of(deed: Sequence[Posted]) -> str:
    """Return what files of an accrual are called; nothing for other entries."""
    if deed[0].entry.settlement is not None:
        return ""
    keys = (EntryKey.parse(one.entry.key, store=one.store, settlement_id=one.settlement_id) for one in deed)
    return accrual_name(min(key.month for key in keys))


def _is_wanted(one: Posted, entries: str) -> bool:
    group = _ACCRUALS if one.entry.settlement is None else _GROUPS[one.entry.kind]
    return entries in (ALL, group) or (entries == "both" and group in KINDS)


def _deeds(posted: Sequence[Posted]) -> list[list[Posted]]:
    """Put entries together as they went out: per deed and settlement; true-ups and accruals per deed."""
    together = (EntryKind.TRUE_UP, EntryKind.FINALE_TRUE_UP, EntryKind.RECLASSIFICATION)
    deeds: dict[tuple[int, int | None], list[Posted]] = {}
    for one in posted:
        settlement = None if one.entry.kind in together else one.entry.settlement
        deeds.setdefault((one.batch, settlement), []).append(one)
    return list(deeds.values())


def posted_elsewhere(desk: Desk, *, ids: Sequence[str], reason: str) -> Outcome:
    """Lock settlements that another program posted, many at once and without an entry.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one has gone out from these books, or no reason is given.
    """
    if not ids:
        raise NothingChosenError("call posted elsewhere")
    books = all_books.load(desk.database)
    chosen = books.named(ids)
    post_elsewhere(desk.database, books, chosen, reason, who=desk.user, now=desk.clock())
    refresh(desk, load(desk.database))
    return Outcome(
        f"{counted(len(chosen), 'settlement')} locked as posted elsewhere, without an entry. Refunds in later "
        f"settlements take the costs they have now; reopen one if it was not posted after all.",
        data={"settlements": [one.settlement_id for one in chosen], "stores": [one.store for one in chosen]},
    )


@dataclass(frozen=True, slots=True)
class TrueUpChoice:
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


def true_ups(desk: Desk, *, choice: TrueUpChoice = TrueUpChoice()) -> Outcome:
    """List what became known of exported lines, and carry out what was decided of it.

    Raises:
        CogsheetError: If a proposal is not pending any more, or a dismissal has no reason.
    """
    sheet = true_ups_sheet.read_decisions(desk.book)
    books = all_books.load(desk.database)
    _refuse_dismissed(books, {*sheet.accepted, *(name for name, _ in sheet.dismissed)})
    _refuse_not_dismissed(desk, books, {*choice.take_up, *(name for name, _ in sheet.taken_up)})
    taken = [name for one in (choice, *_typed(books, sheet.taken_up)) for name in _take_up(desk, books, one)]
    books = all_books.load(desk.database) if taken else books
    trueing.propose(desk.database, books, who=desk.user, now=desk.clock())
    waiting = reclassifying.pending(desk.database, books)
    accepted = apart({*sheet.accepted, *choice.accept}, waiting)
    refused = [(apart([name], waiting), why) for name, why in (*sheet.dismissed, *_each(choice))]
    trueing.refuse_torn(desk.database, books, accepted.true_ups, [n for one, _ in refused for n in one.true_ups])
    _dismiss(desk, books, refused)
    small = _dismiss_immaterial(desk, books, keep=accepted.true_ups) if choice.dismiss_immaterial else 0
    posted = _accept(desk, books, accepted)
    files = _write(desk, posted.entries, ledger_for(desk.database, None)) if to_import(posted.entries) else []
    view = load(desk.database)
    refresh(desk, view)
    return _true_ups_outcome(view, posted, files, small=small, taken=taken)


def _each(choice: TrueUpChoice) -> list[tuple[Number, str]]:
    return [(name, choice.reason) for name in choice.dismiss]


def _refuse_dismissed(books: Books, decided: Collection[Number]) -> None:
    """Stop where a dismissed true-up is accepted or dismissed: what still differs is proposed once it is taken up."""
    gone = sorted(set(books.dismissed_true_ups["id"]) & {name for name in decided if isinstance(name, int)})
    if gone:
        raise DismissedRowError(gone)


def _refuse_not_dismissed(desk: Desk, books: Books, names: Collection[Number]) -> None:
    """Stop before anything is taken up where one of them is not dismissed."""
    there = reclassifying.pending(desk.database, books, dismissed=True)
    chosen = apart(names, there)
    if unknown := sorted(set(chosen.true_ups) - set(books.dismissed_true_ups["id"])):
        raise stored_true_ups.NotDismissedError(unknown)
    if moved := set(chosen.reclassifications) - {one.number for one in there}:
        raise reclassifying.NoReclassificationError(moved)


def _typed(books: Books, taken_up: Sequence[tuple[Number, str]]) -> list[TrueUpChoice]:
    """Return what is to be taken up by the sheet; the reason that it was dismissed for is none to take it up."""
    why = {row["id"]: row["reason"] for row in records(books.dismissed_true_ups[["id", "reason"]])}
    return [
        TrueUpChoice(take_up=(name,), reason="" if reason == why.get(name) else reason) for name, reason in taken_up
    ]


def _take_up(desk: Desk, books: Books, choice: TrueUpChoice) -> list[Number]:
    """Take up what was dismissed, and return what that was."""
    there = reclassifying.pending(desk.database, books, dismissed=True)
    chosen = apart(choice.take_up, there)
    with desk.database.reading() as connection:
        still = set(stored_true_ups.dismissed(connection)["id"])
    if set(chosen.true_ups) <= set(books.dismissed_true_ups["id"]) - still:  # with one that it belongs together with
        chosen = replace(chosen, true_ups=())
    reclassifications.take_up(desk, books, chosen.reclassifications, choice.reason)
    taken = chosen.true_ups and trueing.take_up(
        desk.database, books, chosen.true_ups, choice.reason, who=desk.user, now=desk.clock()
    )
    return [*taken, *(f"R{number}" for number in chosen.reclassifications)]


def _dismiss(desk: Desk, books: Books, refused: Sequence[tuple[Decided, str]]) -> None:
    gone: set[int] = set()
    for chosen, why in refused:
        reclassifications.dismiss(desk, books, chosen.reclassifications, why)
        for number in chosen.true_ups:
            if number not in gone:
                gone |= set(trueing.dismiss(desk.database, books, [number], why, who=desk.user, now=desk.clock()))


def _accept(desk: Desk, books: Books, chosen: Decided) -> AcceptedTrueUps:
    def check(made: Sequence[Entry]) -> None:
        if to_import(made):
            refuse_unimportable(made, ledger_for(desk.database, None), books.company.home_currency)

    moved = reclassifications.accept(desk, books, chosen.reclassifications, check)
    posted = trueing.accept(
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


def _true_ups_outcome(
    view: View, posted: AcceptedTrueUps, files: Sequence[str], *, small: int, taken: Sequence[Number]
) -> Outcome:
    left, home = view.pending_true_ups, view.books.company.home_currency
    immaterial = trueing.immaterial(view.books, left)
    dismissed = [int(number) for number in view.books.dismissed_true_ups["id"]]
    limit = amount(view.books.policies.materiality, home)
    ours = to_import(posted.entries)
    finale = len(posted.entries) - len(ours)
    moved = view.reclassifications
    sentences = (
        (moved, f"{counted(len(moved), 'reclassification')} proposed: {_reclassified(moved)}"),
        (taken, f"{counted(len(taken), 'dismissed true-up')} taken up again."),
        (small, f"{counted(small, 'immaterial true-up')} dismissed."),
        (finale, f"{counted(finale, 'entry', 'entries')} of them Finale posts itself: shown on Journal, in no file."),
        (len(immaterial), f"{len(immaterial):,} of them are immaterial (below {limit}): --dismiss-immaterial."),
        (dismissed, f"Dismissed and not proposed: {_numbers(dismissed)}. They can be taken up again by number."),
    )
    return Outcome(
        f"{counted(posted.lines, 'true-up')} posted in {counted(len(posted.entries), 'entry', 'entries')}."
        f"{_to_import(files)} "
        f"{counted(len(left), 'proposal')} left, {amount(total(left['difference']), home)}: see sheet Cost true-ups."
        + "".join(f"\n{sentence}" for holds, sentence in sentences if holds),
        needs_attention=len(left) > 0 or len(moved) > 0,
        data={
            "reclassifications": [f"R{one.number}" for one in moved],
            "immaterial": [int(number) for number in immaterial["id"]],
            "dismissed_immaterial": small,
            "posted": [str(entry.key) for entry in ours],
            "posted_by_finale": [str(entry.key) for entry in posted.entries if entry not in ours],
            "files": list(files),
            "pending": [int(number) for number in left["id"]],
            "dismissed": dismissed,
            "taken_up": list(taken),
        },
    )


def _reclassified(moved: Sequence[Reclassification]) -> str:
    shown = "; ".join(f"R{one.number} {one.settlement.name} ({reason(one)}) {one}" for one in moved[:_MOST_LISTED])
    more = f"; and {len(moved) - _MOST_LISTED} more" if len(moved) > _MOST_LISTED else ""
    return f"{shown}{more}. Accept or dismiss each by its number, or all of them as R."


def _numbers(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _MOST_LISTED} more" if len(numbers) > _MOST_LISTED else ""
    return ", ".join(str(number) for number in numbers[:_MOST_LISTED]) + more


def _to_import(files: Sequence[str]) -> str:
    return f" To import: {', '.join(files)}." if files else ""


def _dismiss_immaterial(desk: Desk, books: Books, keep: Collection[int]) -> int:
    """Dismiss what is immaterial and not accepted, and return how many true-ups that were."""
    with desk.database.reading() as connection:
        pending = stored_true_ups.pending(connection)
    accepted = set(trueing.with_mirrors(books, pending, keep)["id"])
    chosen = set(trueing.immaterial(books, pending)["id"]) - accepted
    if not chosen:
        return 0
    limit = amount(books.policies.materiality, books.company.home_currency)
    reason = f"immaterial: below {limit}"
    return len(trueing.dismiss(desk.database, books, chosen, reason, who=desk.user, now=desk.clock()))


def reopen(desk: Desk, *, ids: Sequence[str], reason: str) -> Outcome:
    """Reverse the entries of exported settlements and let their costs move again.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not exported, or no reason is given.
    """
    if not ids:
        raise NothingChosenError("reopen")
    books = all_books.load(desk.database)
    made = [_reopen(desk, books, one, reason) for one in books.named(ids)]
    files = [path for entries in made if entries for path in _write(desk, entries, ledger_for(desk.database, None))]
    refresh(desk, load(desk.database))
    count = sum(len(entries) for entries in made)
    return Outcome(
        f"{counted(count, 'entry', 'entries')} reversed; costs can change again.{_to_import(files)} "
        f"Export anew when they are right.",
        data={"reversed": [entry.reverses for entries in made for entry in entries], "files": files},
    )


def _reopen(desk: Desk, books: Books, settlement: BookedSettlement, reason: str) -> list[Entry]:
    """Reopen one settlement; return its reversing entries as the files have them."""

    def written(found: Sequence[StoredEntry]) -> list[Entry]:
        posted = (stored_entries.Posted(one, settlement.store, settlement.settlement_id, 0) for one in found)
        return [as_written(one, books.accounts) for one in posted]

    def check(found: Sequence[StoredEntry]) -> None:
        made = written(found)
        if to_import(made):
            refuse_unimportable(made, ledger_for(desk.database, None), books.company.home_currency)

    reversed_ones = reopening.reopen(
        desk.database,
        settlement,
        reason,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
    )
    return written(reversed_ones)
