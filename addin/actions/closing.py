"""Group Reports, what closes a settlement: export, true-ups, reopen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from addin.actions.refresh import load, refresh
from addin.actions.settlements import NothingChosenError
from addin.entry_files import write_entries
from addin.ledger_used import ledger_used, remember
from addin.outcome import Outcome
from addin.sheets import true_ups as true_ups_sheet
from addin.words import amount, counted
from core.database import true_ups as stored_true_ups
from core.journal.entry import EntryKind
from core.journal.files import Ledger, refuse_unimportable, to_import
from core.money import total
from core.settlements import books as all_books
from core.settlements import reopening
from core.settlements import true_ups as trueing
from core.settlements.exporting import ExportWish, export_settlement
from core.settlements.posting_elsewhere import post_elsewhere

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from addin.desk import Desk
    from core.database.entries import Entry as StoredEntry
    from core.database.settlements import BookedSettlement
    from core.journal.entry import Entry
    from core.settlements.books import Books
    from core.settlements.exporting import Exported

KINDS = {
    "settlement": (EntryKind.SETTLEMENT,),
    "cogs": (EntryKind.COGS,),
    "both": (EntryKind.SETTLEMENT, EntryKind.COGS),
}


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the user wants to have exported."""

    entries: str = "both"
    """`settlement`, `cogs` or `both`."""
    ledger: Ledger | None = None
    """For which accounting system; that of the last export if left out."""
    folder: Path | None = None
    """Where the files go; beside the workbook if left out."""
    accept_suspect: bool = False
    accept_provisional: bool = False
    """Whether settlements go out whose final document may still come."""


def export(desk: Desk, *, ids: Sequence[str], choice: ExportChoice) -> Outcome:
    """Make the entries of settlements, lock their costs, and write the files for the accounting system.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not ready; those before it are exported.
    """
    if not ids:
        raise NothingChosenError("export")
    books = all_books.load(desk.database)
    ledger = choice.ledger or ledger_used(desk.database)
    wish = ExportWish(
        kinds=KINDS[choice.entries],
        zones=books.zones,
        accept_suspect=choice.accept_suspect,
        accept_provisional=choice.accept_provisional,
        lock_date=books.policies.lock_date,
        check=partial(refuse_unimportable, ledger=ledger, home_currency=books.company.home_currency),
    )
    done = []
    for settlement in books.named(ids):
        done.append(export_settlement(desk.database, books, settlement, wish, who=desk.user, now=desk.clock()))
        desk.progress("Exporting", len(done), len(ids))
    remember(desk.database, ledger, who=desk.user, now=desk.clock())
    files = _write_files(desk, done, choice, ledger)
    refresh(desk, load(desk.database))
    sentences = [_exported(one) for one in done]
    to_do = f"To import: {', '.join(files)}." if files else "There is nothing to import."
    return Outcome(
        "\n".join([*sentences, f"{to_do} The entries stand on sheet Journal."]),
        data={
            "settlements": [
                {
                    "settlement": one.settlement.settlement_id,
                    "entries": [str(entry.key) for entry in to_import(one.entries)],
                    "posted_by_finale": [
                        str(entry.key) for entry in one.entries if entry not in to_import(one.entries)
                    ],
                    "locked": one.locked,
                }
                for one in done
            ],
            "files": files,
        },
    )


def _exported(one: Exported) -> str:
    ours = to_import(one.entries)
    finale = len(one.entries) - len(ours)
    return (
        f"Settlement {one.settlement.settlement_id}: {counted(len(ours), 'entry', 'entries')}"
        f"{', what Finale posts itself is left out' if finale else ''}{', its costs are locked' if one.locked else ''}."
    )


def _write_files(desk: Desk, done: Sequence[Exported], choice: ExportChoice, ledger: Ledger) -> list[str]:
    folder, company = choice.folder or _exports(desk), desk.database.company.name
    return [
        path
        for one in done
        for path in write_entries(
            folder,
            f"{ledger} {one.settlement.settlement_id} {choice.entries}",
            one.entries,
            ledger,
            company=company,
            now=desk.clock(),
        )
    ]


def _exports(desk: Desk) -> Path:
    return desk.path.parent / "exports"


def _write_later(desk: Desk, what: str, entries: Sequence[Entry], ledger: Ledger) -> list[str]:
    """Write entries that come after an export, for the accounting system that it was made for."""
    now = desk.clock()
    name = f"{ledger} {what} {now:%Y-%m-%d %H%M%S}"
    return write_entries(_exports(desk), name, entries, ledger, company=desk.database.company.name, now=now)


def _to_import(files: Sequence[str]) -> str:
    return f" To import: {', '.join(files)}." if files else ""


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
        data={"settlements": [one.settlement_id for one in chosen]},
    )


def true_ups(
    desk: Desk,
    *,
    accept: Collection[int] = (),
    dismiss: Collection[int] = (),
    reason: str = "",
    dismiss_immaterial: bool = False,
) -> Outcome:
    """List what became known of exported lines, and carry out what was decided of it.

    Args:
        desk: The desk; decisions chosen on sheet Cost true-ups count too.
        accept: Proposals to post into the first open period.
        dismiss: Proposals not to post.
        reason: Why those are dismissed.
        dismiss_immaterial: Whether all that is left below the materiality limit is dismissed, with that reason.

    Raises:
        CogsheetError: If a proposal is not pending any more, or a dismissal has no reason.
    """
    chosen = true_ups_sheet.read_decisions(desk.book)
    books = all_books.load(desk.database)
    trueing.propose(desk.database, books, who=desk.user, now=desk.clock())
    accepted = sorted({*chosen.accepted, *accept})
    refused = [*chosen.dismissed, *((number, reason) for number in dismiss)]
    trueing.refuse_torn(desk.database, books, accepted, [number for number, _ in refused])
    gone: set[int] = set()
    for number, why in refused:
        if number not in gone:
            gone |= set(trueing.dismiss(desk.database, books, [number], why, who=desk.user, now=desk.clock()))
    ledger, home = ledger_used(desk.database), books.company.home_currency
    small = _dismiss_immaterial(desk, books, keep=accepted) if dismiss_immaterial else 0
    posted = trueing.accept(
        desk.database,
        books,
        accepted,
        accounts=books.accounts,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=partial(refuse_unimportable, ledger=ledger, home_currency=home),
    )
    files = _write_later(desk, "true-ups", posted.entries, ledger)
    view = load(desk.database)
    refresh(desk, view)
    left = view.pending_true_ups
    immaterial = trueing.immaterial(view.books, left)
    sentences = [f"{counted(small, 'immaterial true-up')} dismissed."] if small else []
    if len(immaterial):
        limit = amount(books.policies.materiality, home)
        sentences.append(f"{len(immaterial):,} of them are immaterial (below {limit}): --dismiss-immaterial.")
    return Outcome(
        f"{counted(posted.lines, 'true-up')} posted in {counted(len(posted.entries), 'entry', 'entries')}."
        f"{_to_import(files)} "
        f"{counted(len(left), 'proposal')} left, {amount(total(left['difference']), home)}: see sheet Cost true-ups."
        + "".join(f"\n{sentence}" for sentence in sentences),
        needs_attention=len(left) > 0,
        data={
            "immaterial": [int(number) for number in immaterial["id"]],
            "dismissed_immaterial": small,
            "posted": [str(entry.key) for entry in posted.entries],
            "files": files,
            "pending": [int(number) for number in left["id"]],
        },
    )


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
    ledger = ledger_used(desk.database)
    made = [entry for one in books.named(ids) for entry in _reopen(desk, books, one, reason, ledger)]
    files = _write_later(desk, "reversals", made, ledger)
    refresh(desk, load(desk.database))
    return Outcome(
        f"{counted(len(made), 'entry', 'entries')} reversed; costs can change again.{_to_import(files)} "
        f"Export anew when they are right.",
        data={"reversed": [entry.reverses for entry in made], "files": files},
    )


def _reopen(desk: Desk, books: Books, settlement: BookedSettlement, reason: str, ledger: Ledger) -> list[Entry]:
    """Reopen one settlement; return its reversing entries as the files have them."""

    def written(found: Sequence[StoredEntry]) -> list[Entry]:
        return [reopening.to_write(entry, settlement, books.accounts) for entry in found]

    def check(found: Sequence[StoredEntry]) -> None:
        refuse_unimportable(written(found), ledger, books.company.home_currency)

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
