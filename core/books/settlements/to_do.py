"""What needs a person today, in the order in which it is dealt with, each with its money: sheet Today. Pure.

Every figure is that of the sheet it leads to, by the same function: the status and deposit of a settlement
(`Books.state`), what stands on Resolve (`core.books.settlements.status.stakes`), the gaps that Settlements remarks
(`core.books.settlements.remarks.gap_warnings`). Of books of which no line is loaded they are those that are kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.remarks import gap_warnings
from core.books.settlements.status import NOT_TYING, READ_OTHERWISE, Stake, moved_stakes, stakes
from core.books.true_ups.resolve_after_export import questions_since_export
from core.money import total
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    import pandas as pd

    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.settlements.status import SettlementState


class Need(StrEnum):
    """What a person is needed for, in the order of the sheet."""

    NOT_TYING = "Does not tie out"
    MISSING_COSTS = "Missing costs"
    UNKNOWN_TYPES = "Unknown types"
    TO_LOOK_AT = "To look at"
    READY = "Ready to export"
    COGS_READY = "COGS ready to export"
    TRUE_UPS = "True-ups to decide"
    RECLASSIFICATIONS = "Reclassifications to decide"
    CONNECTION = "Connection fails"
    MISSING_SETTLEMENT = "Settlement missing"


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that needs a person."""

    need: Need
    amount: str
    """How much of it there is: `12 lines`, `3 settlements`."""
    next_step: str
    money: Decimal | None = None
    """What hangs on it, + is money for the seller; of true-ups + is more expense. Missing where nobody knows."""
    currency: str = ""
    store: str = ""
    settlement_id: str = ""
    """Of the settlement that it is about, where it is about one."""


class FailedConnection(NamedTuple):
    """A connection that did not do what it was last asked for."""

    name: str
    """Of the inventory system or of a store."""
    why: str


class Waiting(NamedTuple):
    """Proposals of one currency that wait for a decision."""

    number: int
    money: Decimal
    currency: str


_State = tuple["BookedSettlement", "SettlementState"]


def to_do(
    books: Books,
    pending: pd.DataFrame,
    reclassifications: Iterable[Waiting] = (),
    failed: Iterable[FailedConnection] = (),
) -> list[ToDo]:
    """Return what needs a person, in the order in which it is dealt with.

    Args:
        books: All settlements; their lines may be left out where totals and notes are kept.
        pending: The cost true-ups that wait for a decision (TRUE_UP_COLUMNS).
        reclassifications: Those that wait for one.
        failed: Connections that fail.
    """
    states = [(one, books.state(one)) for one in books.settlements if not books.is_history(one)]
    untied = [(one, books.state(one)) for one in books.settlements if one.has_open_entry and not one.ties_out]
    return [
        *(_untied(one) for one, _ in untied),
        *_missing_costs(books, states),
        *_unknown_types(states),
        *_odd_ones(states),
        *_ready(states, books.company.home_currency),
        *_true_ups(pending, books.company.home_currency),
        *(_reclassified(one) for one in reclassifications),
        *(ToDo(Need.CONNECTION, "", one.why, store=one.name) for one in failed),
        *_gaps(books),
    ]


def _untied(one: BookedSettlement) -> ToDo:
    """Say by how much the lines of a settlement are not its total."""
    off = one.deposit - one.sum
    what = "its rows are not its total" if off else "its rows contradict each other"
    return ToDo(
        Need.NOT_TYING,
        what,
        "Verify says where; import the whole file again.",
        off or one.deposit,
        one.currency,
        one.store,
        one.settlement_id,
    )


def missing_costs(books: Books) -> dict[str, Stake]:
    """Return what the lines come to that sheet Resolve lists for all settlements, by currency."""
    at_stake: dict[str, Stake] = stakes(books.counted(questions_since_export(books)))
    for one in books.settlements:
        at_stake = moved_stakes(at_stake, books.totals(one).at_stake)
    return at_stake


def _missing_costs(books: Books, states: Sequence[_State]) -> Iterator[ToDo]:
    unasked = sum(state.counts.not_synced for _, state in states)
    step = "Sync with Finale Inventory first: it was not asked yet." if unasked else "Resolve: type or take each cost."
    for currency, stake in missing_costs(books).items():
        yield ToDo(Need.MISSING_COSTS, counted(stake.lines, "line"), step, stake.net, currency)


def _unknown_types(states: Iterable[_State]) -> Iterator[ToDo]:
    """Name the words that nobody has classified; the payouts that they keep back are what hangs on them."""
    asking = [
        (one, state) for one, state in states if state.counts.asked_amounts and one.settlement_entry is EntryStatus.OPEN
    ]
    for (store, currency), some in _by_store(asking).items():
        words = sum(state.counts.asked_amounts for _, state in some)
        yield ToDo(
            Need.UNKNOWN_TYPES,
            counted(words, "amount"),
            "Transaction types: say once what each word is.",
            total(one.deposit for one, _ in some),
            currency,
            store,
            _alone(some),
        )


_NAMED_APART = ("Item missing cost", "SKU not mapped", "Not synced", "Unknown types", NOT_TYING)
"""How the blockers begin of which other rows tell."""
_STEPS = {
    "Waits for original": "Import the settlement with the original sale, or give its cost.",
    "Suspect cost": "Look at the cost on Transactions; save another one if it is wrong.",
    READ_OTHERWISE: "Reopen it, then export both entries anew.",
}


def _odd_ones(states: Iterable[_State]) -> Iterator[ToDo]:
    """Name what else stands in the way of a settlement that has an open entry."""
    for one, state in states:
        for blocker in state.blockers if one.has_open_entry else ():
            if not blocker.startswith(_NAMED_APART):
                step = next(words for begin, words in _STEPS.items() if blocker.startswith(begin))
                yield ToDo(Need.TO_LOOK_AT, blocker, step, one.deposit, one.currency, one.store, one.settlement_id)


def _ready(states: Iterable[_State], home: str) -> Iterator[ToDo]:
    """Name the settlements of each store whose entries can go out."""
    free = [(one, state) for one, state in states if one.has_open_entry and not state.blockers]
    whole = [each for each in free if each[0].settlement_entry is EntryStatus.OPEN]
    for (store, currency), some in _by_store(whole).items():
        money = total(one.deposit for one, _ in some)
        yield ToDo(Need.READY, _settlements(some), _EXPORT, money, currency, store, _alone(some))
    goods = [each for each in free if each[0].settlement_entry is not EntryStatus.OPEN]
    for (store, _), some in _by_store(goods).items():
        cogs = total(state.cogs for _, state in some)
        yield ToDo(Need.COGS_READY, _settlements(some), _EXPORT, cogs, home, store, _alone(some))


_EXPORT = "Select it on Settlements and press Export."


def _true_ups(pending: pd.DataFrame, home: str) -> Iterator[ToDo]:
    if len(pending):
        step, count = "Cost true-ups: accept, or dismiss with a reason.", counted(len(pending), "line")
        yield ToDo(Need.TRUE_UPS, count, step, total(pending["difference"]), home)


def _reclassified(one: Waiting) -> ToDo:
    step, count = "Cost true-ups: accept, or dismiss with a reason.", counted(one.number, "settlement")
    return ToDo(Need.RECLASSIFICATIONS, count, step, one.money, one.currency)


def _gaps(books: Books) -> Iterator[ToDo]:
    for store, problem in gap_warnings(books):
        number = problem.where
        yield ToDo(Need.MISSING_SETTLEMENT, "before this one", _IMPORT, store=store, settlement_id=number)


_IMPORT = "Import it, or pull; Check says of which days."


def _by_store(states: Iterable[_State]) -> Mapping[tuple[str, str], list[_State]]:
    found: dict[tuple[str, str], list[_State]] = defaultdict(list)
    for one, state in states:
        found[one.store, one.currency].append((one, state))
    return found


def _settlements(some: Sequence[_State]) -> str:
    return counted(len(some), "settlement")


def _alone(some: Sequence[_State]) -> str:
    """Return the id of the settlement, where it is one."""
    return some[0][0].settlement_id if len(some) == 1 else ""
