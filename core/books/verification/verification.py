"""Verify a settlement: deposit, profit and loss, COGS, journal and lock agree, and all of them with the files.

Beside sums, everything that is stored is recomputed: the lines from the kept files, the entries from the lines.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from core.books import batches
from core.books.entries import locks, stored_entries
from core.books.entries.entry_rows import standing_entries
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.overrides import stored_overrides
from core.books.settings import stored_settings
from core.books.settings.calendars import lock_dates_of
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups import true_up_history
from core.books.true_ups.corrections import corrections
from core.books.true_ups.reclassifications import reclassified_tie_outs
from core.books.verification.account_tie_outs import account_tie_outs
from core.books.verification.accrual_tie_outs import accrual_tie_outs
from core.books.verification.decision_tie_outs import (
    decision_tie_outs,
    lock_batches,
    past_lock_tie_outs,
    status_tie_outs,
)
from core.books.verification.due_tie_outs import due_tie_outs
from core.books.verification.entry_tie_outs import (
    Batch,
    TrueUps,
    entry_tie_outs,
    made_tie_outs,
    reversal_days,
    true_up_tie_outs,
)
from core.books.verification.file_tie_outs import KeptFile, file_tie_outs
from core.books.verification.kept_lines import kept_tie_outs
from core.books.verification.listed_lines import listed_tie_outs
from core.books.verification.month_tie_outs import month_tie_outs
from core.books.verification.proposal_tie_outs import Proposals
from core.books.verification.tie_outs import (
    TieOut,
    count_of,
    difference,
    lock_tie_outs,
    place_of,
    settlement_tie_outs,
    stored_tie_outs,
)
from core.frame_columns import records
from core.journal.accounts import ACCOUNTS_NAME, AccountRows, Accounts
from core.journal.entry import COGS_KINDS, REVERSED, SETTLEMENT_KINDS, EntryKind
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.entries.stored_entries import PostedEntry


@dataclass
class Evidence:
    """What the books are compared with, read once for all settlements of a verification."""

    entries: dict[str, PostedEntry]
    """Every entry, by its key."""
    answers: dict[str, list[dict[str, Any]]]
    """Every version of every saved answer by line key, the oldest first."""
    batches: dict[int, tuple[Batch, datetime]]
    true_ups: list[dict[str, Any]]
    """Every true-up that was ever proposed (DECIDED_COLUMNS)."""
    files: dict[str, KeptFile] = field(default_factory=dict)
    """By hash; read when a settlement first needs it."""
    read_corrections: list[pd.DataFrame] = field(default_factory=list)
    """What was corrected after exports, once it was asked for."""

    def corrections(self, books: Books) -> pd.DataFrame:
        """Return what was corrected after exports."""
        if not self.read_corrections:
            self.read_corrections.append(corrections(books))
        return self.read_corrections[0]


def _of_itself(entry: PostedEntry, evidence: Evidence) -> list[TieOut]:
    batch = evidence.batches.get(entry.batch)
    return entry_tie_outs(entry, evidence.entries, batch and batch[0])


def _as_chosen(books: Books, policies: Policies) -> Books:
    """Return the books with other posters of cost, and everything else as it is."""
    posters = {"cogs_posted_by": policies.cogs_posted_by, "losses_posted_by": policies.losses_posted_by}
    return replace(books, policies=books.policies.model_copy(update=posters))


def _locked(books: Books, lock: int) -> list[dict[str, Any]]:
    locked = books.costing_input.locked_lines
    return [] if locked is None else records(locked[locked["lock"] == lock])


def read_evidence(database: Database) -> Evidence:
    """Read what the books are compared with."""
    with database.reading() as connection:
        saved: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(records(stored_overrides.history(connection)), key=lambda row: row["version"]):
            saved[row["key"]].append(row)
        return Evidence(
            {one.entry.key: one for one in stored_entries.posted_entries(connection)},
            dict(saved),
            {
                row["number"]: (Batch(row["kind"], row["number"], row["note"]), row["at"])
                for row in records(batches.history(connection))
            },
            records(true_up_history.history(connection)),
        )


def tie_outs(
    database: Database,
    books: Books,
    settlement: BookedSettlement,
    options: ExportOptions,
    evidence: Evidence | None = None,
) -> list[TieOut]:
    """Return every tie-out of a settlement: of its lines, and of its entries as they would be and as they were sent.

    Args:
        database: The books.
        books: Their state, just loaded.
        settlement: Which.
        options: Accounts and time zones, as at export.
        evidence: What they are compared with, where several settlements are verified; read here where it is left out.
    """
    evidence = read_evidence(database) if evidence is None else evidence
    complete = books.state(settlement).counts.is_complete
    kinds = (EntryKind.SETTLEMENT, EntryKind.COGS) if complete else (EntryKind.SETTLEMENT,)
    lines = books.lines_of(settlement)
    posted = books.counted(lines)
    is_posted = len(posted) > 0 or lines.empty  # one that ended before the books start has no entries, an empty one has
    made = {kind: make_entries(books, settlement, kind, options) for kind in (kinds if is_posted else ())}
    ties = settlement_tie_outs(
        settlement.name,
        lines,
        deposit=settlement.total,
        currency=settlement.currency,
        entries=[entry for of_kind in made.values() for entry in of_kind],
        costs_known=complete and is_posted,
        posted=posted,
    )
    exported = [kind for kind, status in settlement.statuses.items() if status is EntryStatus.EXPORTED]
    out = [entry for kind in made if kind in exported for entry in made[kind]]
    with database.reading() as connection:
        stored = standing_entries(stored_entries.of_settlement(connection, settlement.id))
        if settlement.is_exported:
            ties += stored_tie_outs(settlement.name, [one for one in stored if one.kind in SETTLEMENT_KINDS], out)
        ties += file_tie_outs(connection, settlement, evidence.files)
        ties += _of_no_batch(connection, settlement)
        ties += _entry_tie_outs(connection, books, settlement, evidence)
        own = [one.entry for one in evidence.entries.values() if one.entry.settlement == settlement.id]
        ties += month_tie_outs(books, settlement, own, made, evidence.corrections(books))
        return [*ties, *_lock_tie_outs(connection, books, settlement, evidence)]


def company_tie_outs(database: Database, books: Books, evidence: Evidence) -> list[TieOut]:
    """Return the tie-outs of kept lines, due true-ups, what Resolve lists, and entries of no settlement.

    These are accruals and what takes them back.
    """
    known = {one.id for one in books.settlements}
    loose = [one for one in evidence.entries.values() if one.entry.settlement not in known]
    ties = [tie for one in loose for tie in _of_itself(one, evidence)]
    with database.reading() as connection:
        accruals = [one for one in loose if one.entry.kind in (EntryKind.ACCRUAL, EntryKind.REVERSAL)]
        for batch in sorted({one.batch for one in accruals if one.entry.kind is EntryKind.ACCRUAL}):
            own = [one for one in accruals if one.batch == batch and not one.entry.key.endswith(REVERSED)]
            ties += _accrual(connection, books, own, evidence)
        kept = kept_tie_outs(connection, books)
    kept += [*due_tie_outs(database, books), *listed_tie_outs(database, books)]
    return [*kept, count_of("Entries of no settlement: what differs", ties), *ties]


def _accrual(connection: Connection, books: Books, posted: Sequence[PostedEntry], evidence: Evidence) -> list[TieOut]:
    """Hold the accrual of one batch against what it was made of; of one that an older version booked, its accounts."""
    choices = _choices(connection, posted[0].batch, evidence)
    made_again = accrual_tie_outs(connection, books, posted, choices)
    if made_again is not None:
        return made_again
    accounts = [accounts for _, accounts in choices]
    return [tie for one in posted if one.entry.kind is EntryKind.ACCRUAL for tie in account_tie_outs(one, accounts)]


def _of_no_batch(connection: Connection, settlement: BookedSettlement) -> Iterator[TieOut]:
    for line in records(settlement_lines.lines_of_no_batch(connection, settlement.id)):
        words = "the line is stored under a batch of Change history that brought no line of this settlement"
        yield TieOut(f"{settlement.name}, {place_of(line)}: batch", Decimal(1), Decimal(0), words)


def _entry_tie_outs(
    connection: Connection, books: Books, settlement: BookedSettlement, evidence: Evidence
) -> list[TieOut]:
    """Hold every stored entry of a settlement against itself, and those that stand against the lines."""
    own = [one for one in evidence.entries.values() if one.entry.settlement == settlement.id]
    ties = [tie for one in own for tie in _of_itself(one, evidence)]
    there = {one.entry.key: one for one in own}
    standing_ones = [there[one.key] for one in standing_entries([one.entry for one in own])]
    ties += status_tie_outs(settlement, standing_ones)
    for kinds, status in (
        ((EntryKind.SETTLEMENT,), settlement.settlement_entry),
        (COGS_KINDS, settlement.cogs_entry),
    ):
        some = [one for one in standing_ones if one.entry.kind in kinds]
        if some or status is EntryStatus.EXPORTED:
            ties += _made_anew(connection, books, settlement, kinds[0], some, evidence)
    for one in (one for one in own if one.entry.reverses in there):
        policies = [policies for policies, _ in _choices(connection, one.batch, evidence)]
        ties += reversal_days(one, there[str(one.entry.reverses)], policies)
    ties += _true_ups(connection, books, settlement, standing_ones, evidence)
    ties += reclassified_tie_outs(books, settlement, [one.entry for one in standing_ones])
    gone = {one.entry.reverses for one in own}
    for one in (one for one in own if one.entry.key in gone or one.entry.kind is EntryKind.RECLASSIFICATION):
        ties += account_tie_outs(one, [accounts for _, accounts in _choices(connection, one.batch, evidence)])
    return [count_of(f"{settlement.name}: entries that differ from the lines", ties), *ties]


def _made_anew(
    connection: Connection,
    books: Books,
    settlement: BookedSettlement,
    kind: EntryKind,
    stored: Sequence[PostedEntry],
    evidence: Evidence,
) -> list[TieOut]:
    batch = stored[0].batch if stored else books.last_batch
    choices = _choices(connection, batch, evidence)
    candidates = (
        make_entries(
            _as_chosen(books, policies),
            settlement,
            kind,
            ExportOptions(accounts=accounts, lock_date=policies.lock_date),
        )
        for policies, accounts in choices
    )
    return made_tie_outs(settlement.name, [one.entry for one in stored], candidates)


def _choices(connection: Connection, batch: int, evidence: Evidence) -> list[tuple[Policies, Accounts]]:
    """Return the policies and accounts that can have held when a batch was made, the likeliest first."""
    if batch not in evidence.batches:
        return [(Policies(), Accounts())]
    at = evidence.batches[batch][1]
    policies = dict.fromkeys(stored_settings.values_around(connection, POLICIES_NAME, Policies, Policies(), at))
    for lock_date in lock_dates_of(connection, batch):
        policies = dict.fromkeys(one.model_copy(update={"lock_date": lock_date}) for one in policies)
    chosen = dict.fromkeys(stored_settings.values_around(connection, ACCOUNTS_NAME, AccountRows, AccountRows(), at))
    return [(one, Accounts(some.rows, one.usual_tax_code, some.chart)) for one in policies for some in chosen]


def _true_ups(
    connection: Connection,
    books: Books,
    settlement: BookedSettlement,
    standing_ones: Sequence[PostedEntry],
    evidence: Evidence,
) -> list[TieOut]:
    """Make the entries of accepted true-ups anew, of the differences that were decided with each batch."""
    lock = locks.find(connection, settlement)
    if lock is None:
        return []
    of = TrueUps(
        settlement,
        _proposals(connection, books, settlement, lock, evidence),
        [one.entry for one in standing_ones],
        lambda batch: _choices(connection, batch, evidence),
        lambda batch: evidence.batches[batch][1] if batch in evidence.batches else None,
    )
    return true_up_tie_outs(books, of)


def _proposals(
    connection: Connection, books: Books, settlement: BookedSettlement, lock: locks.Lock, evidence: Evidence
) -> Proposals:
    """Return all that was proposed since a lock, with what is known of its lines."""
    own = [row for row in evidence.true_ups if f"{row['store']}/{row['settlement_id']}" == settlement.name]
    rows = [row for row in own if (row["decided_in"] or row["batch"]) > lock.batch]
    skus: dict[str, set[str]] = defaultdict(set)
    read = [] if books.as_read is None else records(books.as_read.transactions, ["key", "sku"])
    for row in (*records(books.lines, ["key", "sku"]), *read, *chain.from_iterable(evidence.answers.values())):
        if row["sku"]:
            skus[row["key"]].add(row["sku"])
    came = true_up_history.keys_that_came(connection, settlement.id)
    return Proposals(_locked(books, lock.id), rows, came, skus, books.company.home_currency)


def _lock_tie_outs(
    connection: Connection, books: Books, settlement: BookedSettlement, evidence: Evidence
) -> list[TieOut]:
    """Hold the locks of a settlement and what was decided of its true-ups against all that they came with."""
    own = [one for one in evidence.entries.values() if one.entry.settlement == settlement.id]
    kinds = {number: batch for number, (batch, _) in evidence.batches.items()}
    rows = [row for row in evidence.true_ups if f"{row['store']}/{row['settlement_id']}" == settlement.name]
    ties = past_lock_tie_outs(settlement, locks.every(connection, settlement), own, kinds)
    ties += decision_tie_outs(settlement.name, rows, own, kinds, books.posted_as)
    return [*ties, *_held_lock(connection, books, settlement, evidence, own)]


def _held_lock(
    connection: Connection, books: Books, settlement: BookedSettlement, evidence: Evidence, own: Sequence[PostedEntry]
) -> list[TieOut]:
    """Hold an exported settlement's stored lines against its lock, and the lock against what it was made of."""
    lock = locks.find(connection, settlement)
    if lock is None:
        is_out = settlement.cogs_entry is EntryStatus.EXPORTED
        return [difference(f"{settlement.name}: lock of its costs", None, "a lock")] if is_out else []
    lines = books.lines_of(settlement)
    broken = locks.verify(connection, settlement, books.as_locked(lines))
    name, none = settlement.name, Decimal(0)
    places = {row["key"]: place_of(row) for row in records(lines)} if broken else {}
    whole = count_of(f"{name}: lines that differ from the lock", broken)
    named = [
        TieOut(f"{name}, {places.get(one.key, 'line')}: {one.key} {one.breach}", Decimal(1), none) for one in broken
    ]
    made_of = lock_tie_outs(name, lines, _locked(books, lock.id), evidence.answers, lock.batch)
    standing = [one for one in own if one.entry.key not in {other.entry.reverses for other in own}]
    return [whole, *named, *made_of, *lock_batches(name, lock, standing, since=settlement.batch)]
