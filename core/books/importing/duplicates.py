"""Whether the books have a file's content already: under another store, or under another settlement id.

An id is the marketplace's word where the file states it; where the file states none it is made of dates, and two files
may then know one payout by two names. Nothing may count twice, so what is there already is never stored beside it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from core.books.database.frames import rows_of
from core.books.documents import file_rows
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.settings import stores
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, SettlementKind, Source
from core.errors import CogsheetError, briefly
from core.frame_columns import records
from core.marketplaces.compared_rows import CONTENT, as_compared, may_be_one, with_its_date
from core.model import Event, Marketplace, Reading, Settlement
from core.money import cents
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import pandas as pd

    from core.books.database import Connection
    from core.marketplaces.compared_rows import Content

_GROUP = CONTENT.index("group_key")
_GOODS = ("order_id", "sku", "event", "net")
"""What every document of a payout says of a line of it, whatever the document."""
_PAYOUT_DAY = re.compile(r"\d{4}-\d\d-\d\d [A-Z]{3}")
"""What a payout is named after whose file has no payout ids: its day and currency."""
_PERIOD = re.compile(r"\d{8}-\d{8}")
"""What a settlement is named after whose marketplace has no ids: the first and the last day of its period."""


class AnotherStoreError(CogsheetError):
    """A file is in the books of another store already."""

    def __init__(self, file: str, wanted: str, known: str, content: str) -> None:
        self.known = known
        """The store that has it."""
        wanted = briefly(wanted)
        remedy = f"remove {content} of “{known}” first" if content else f"import it for “{known}” alone"
        super().__init__(
            f"{file} was not imported into store “{wanted}”: store “{known}” has it already"
            f"{f' ({content})' if content else ''}, and nothing may count twice. If it belongs to “{wanted}”, {remedy}."
        )


class Twins(NamedTuple):
    """Two settlements of the books that are one payout, so that it counts twice."""

    one: BookedSettlement
    other: BookedSettlement
    how: str
    """How that shows."""

    @property
    def message(self) -> str:
        """What it is, and what to do."""
        return (
            f"The books have this payout twice: {self.one.name} and {self.other.name} have {self.how}. It counts twice "
            f"until one of the two is removed: keep the one with the marketplace's own id, and reopen the other first "
            f"if it was exported."
        )


class Twin(NamedTuple):
    """A settlement of the books that may hold what is to be stored under another id."""

    there: BookedSettlement
    how: str
    """How that shows."""
    apart: str = ""
    """What speaks against it, as a sentence."""
    may_be_two: bool = False
    """Whether they have nothing in common but day and money, so that somebody can say that they are two payouts."""


def stored_twice(
    booked: Sequence[BookedSettlement], lines: pd.DataFrame, marketplaces: Mapping[str, Marketplace]
) -> list[Twins]:
    """Return the settlements that an earlier version stored under two names; an import refuses such a second one. Pure.

    Args:
        booked: Every settlement of the books.
        lines: Their lines (TRANSACTION_COLUMNS).
        marketplaces: Of each store.
    """
    derived = [one for one in booked if _is_derived(one)]
    doubtful = {one.name for one in booked if one.is_provisional} | {one.name for one in derived}
    twins: dict[frozenset[str], Twins] = {}
    orders = _orders(lines) if derived else {}
    for one, other in ((one, other) for one in derived for other in booked):
        same = marketplaces[one.store] == marketplaces[other.store] and _same_payout(one, other)
        said = one.name in other.others or other.name in one.others
        if one.name != other.name and same and not said and not _of_other_orders(one, other, orders):
            how = _how_the_same(one, other)
            twins.setdefault(frozenset((one.name, other.name)), Twins(one, other, how))
    by_name = {one.name: one for one in booked}
    for pair, count in _shared_lines(lines, doubtful).items():
        one, other = (by_name[name] for name in sorted(pair))
        if marketplaces[one.store] == marketplaces[other.store]:
            how = "1 line that is the same" if count == 1 else f"{count} lines that are the same"
            twins.setdefault(pair, Twins(one, other, how))
    return list(twins.values())


def _orders(lines: pd.DataFrame) -> dict[str, set[str]]:
    """Return the orders of each settlement, by its name."""
    named = lines[lines["order_id"].notna()]
    by_settlement = named.groupby(["store", "settlement_id"], sort=False)["order_id"]
    return {f"{store}/{number}": set(orders) for (store, number), orders in by_settlement}


def _of_other_orders(one: BookedSettlement, other: BookedSettlement, orders: Mapping[str, set[str]]) -> bool:
    """Tell whether two stores' settlements are of orders that differ: they are two payouts, whatever they come to.

    All stores at Walmart are paid on the same days, so that day and sum alone do not say that two are one.
    """
    own, others = orders.get(one.name, set()), orders.get(other.name, set())
    return one.store != other.store and bool(own) and bool(others) and not own & others


def _is_derived(one: BookedSettlement) -> bool:
    """Tell whether an id is made of dates; books of earlier versions do not say so of theirs."""
    return one.derived_id or bool(_PERIOD.fullmatch(one.settlement_id) or _PAYOUT_DAY.fullmatch(one.settlement_id))


def _shared_lines(lines: pd.DataFrame, doubtful: AbstractSet[str]) -> Counter[frozenset[str]]:
    """Return how many lines of orders two settlements share, one of them at least being doubtful."""
    if not doubtful:
        return Counter()
    own = lines[lines["order_id"].notna() & (lines["event"] != Event.PAYOUT.value)]
    own = own[own.duplicated(["order_id", "event", "sku", "net", "posted_at"], keep=False)]
    owners: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    names = (f"{store}/{number}" for store, number in zip(own["store"], own["settlement_id"], strict=True))
    for name, content in zip(names, _contents(own, own["settlement_id"]), strict=True):
        owners[content].add(name)
    pairs = (pair for some in owners.values() for pair in combinations(sorted(some), 2))
    return Counter(frozenset(pair) for pair in pairs if doubtful & set(pair))


def _contents(
    lines: pd.DataFrame, ids: Iterable[str], told_of: Callable[[Sequence[Any]], Content] = with_its_date
) -> Iterator[Content]:
    """Yield what lines say, the settlement's id apart that Amazon's view has in its group keys."""
    for settlement_id, row in zip(ids, rows_of(lines, CONTENT), strict=True):
        told = told_of(row)
        yield (*told[:_GROUP], str(told[_GROUP]).replace(settlement_id, ""), *told[_GROUP + 1 :])


def orders_paid(transactions: pd.DataFrame) -> Counter[str]:
    """Return the net of each order. Pure."""
    nets: Counter[Any] = Counter()
    for row in records(transactions[transactions["order_id"].notna()][["order_id", "net"]]):
        nets[row["order_id"]] += row["net"]
    return nets


def orders_in_words(nets: Mapping[str, Any]) -> str:
    """Name some orders with their nets, the first of many. Pure."""
    orders = [f"{order} ({cents(net)})" for order, net in sorted(nets.items())]
    more = len(orders) - _MOST_ORDERS_NAMED
    return ", ".join([*orders[:_MOST_ORDERS_NAMED], *([f"and {more:,} more"] if more > 0 else [])])


_MOST_ORDERS_NAMED = 3


def _how_the_same(there: BookedSettlement, read: Settlement | BookedSettlement) -> str:
    """Say by what two settlements are one payout (`_same_payout`): 1 to 5 May lies within 18 April to 15 May."""
    dated = there.deposit_at is not None and read.deposit_at is not None
    by = "the same date, currency and sum" if dated else "days in common, and the same currency and sum"
    return f"{by} ({cents(there.sum)} {there.currency})"


def _other_rows(there: BookedSettlement, read: Settlement) -> str:
    return (
        f"one payout a day and currency is paid, and this file has other rows of it ({cents(read.sum)} "
        f"{read.currency} for {cents(there.sum)} {there.currency}) under another name. Only an export of the payout "
        f"itself, with its payout id, has all its rows"
    )


def _charges(transactions: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    """Return the lines without an order but with a moment, which tells them from next month's like charge."""
    alone = transactions[transactions["order_id"].isna() & transactions["posted_at"].notna()]
    lines = alone[alone["event"] != Event.PAYOUT.value]
    return Counter(_contents(lines, lines["settlement_id"]))


def _most_shared(
    there: Iterable[BookedSettlement], known: pd.DataFrame, own: Counter[tuple[Any, ...]]
) -> tuple[BookedSettlement, str] | None:
    """Return which of some settlements has the most of these lines, and how many; `None` if none has any."""
    by_name = {(one.store, one.settlement_id): one for one in there}
    shared: Counter[tuple[str, str]] = Counter()
    names = zip(known["store"], known["settlement_id"], strict=True)
    for name, line in zip(names, _contents(known, known["settlement_id"]), strict=True):
        if name in by_name and line in own:
            shared[name] += 1
    if not shared:
        return None
    name, count = shared.most_common(1)[0]
    return by_name[name], "1 line that is the same" if count == 1 else f"{count} lines that are the same"


def _goods(transactions: pd.DataFrame) -> set[tuple[Any, ...]]:
    return {line for line in rows_of(transactions, _GOODS) if line[0] is not None}


def _same_payout(there: BookedSettlement, read: Settlement | BookedSettlement) -> bool:
    """Tell whether two settlements are one payout by date, currency and sum; without a payout date by their periods.

    A period that is made of the days of the lines lies within the one that the marketplace states, so days in common
    are enough.
    """
    if (there.currency, there.sum) != (read.currency, read.sum):
        return False
    if there.deposit_at is not None and read.deposit_at is not None:
        return _same_payout_day(there, read)
    return _in_common_days(there, read)


def _same_payout_day(there: BookedSettlement, read: Settlement | BookedSettlement) -> bool:
    """Tell whether two settlements were paid on one day in one currency: for who is paid once a day, one payout."""
    if there.currency != read.currency or there.deposit_at is None or read.deposit_at is None:
        return False
    return there.deposit_at.date() == read.deposit_at.date()


def _in_common_days(there: BookedSettlement, read: Settlement | BookedSettlement) -> bool:
    starts = [one.period_start.date() for one in (there, read) if one.period_start is not None]
    ends = [one.period_end.date() for one in (there, read) if one.period_end is not None]
    return len(starts) == len(ends) == len((there, read)) and max(starts) <= min(ends)


def refuse_what_another_store_has(connection: Connection, reading: Reading, source: Source) -> None:
    """Refuse a file that another store has: the very file, or one that says the same of the same settlement.

    Raises:
        AnotherStoreError: If another store has it.
    """
    file = source.file
    for known in stored_settlements.of_file(connection, file.sha256):
        if known.store != source.store:
            raise AnotherStoreError(file.name, source.store, known.store, f"settlement {known.settlement_id}")
    for rows, of in ((reading.returns, RETURNED_GOODS), (reading.reimbursements, REIMBURSEMENTS)):
        there = file_rows.store_of(connection, of, file.sha256) if len(rows) else None
        if there not in (None, source.store):
            raise AnotherStoreError(file.name, source.store, str(there), "")
    for read in reading.settlements:
        twin = _same_in_another_store(connection, read, source.store)
        if twin is not None:
            raise AnotherStoreError(file.name, source.store, twin.store, f"settlement {twin.settlement_id}")


def twin_of(
    connection: Connection, read: Settlement, source: Source, apart_from: AbstractSet[str] = frozenset()
) -> Twin | None:
    """Return the settlement that may hold what is to be stored under another id; `None` where none does.

    Two records with ids of the marketplace's own are two settlements, whatever they hold. A period that the file states
    is no such id: two periods are two settlements as long as no line is in both.

    Args:
        connection: Of `Database.writing`.
        read: What is to be stored.
        source: Where it comes from.
        apart_from: Names of settlements that somebody said are other payouts.
    """
    name = f"{source.store}/{read.settlement_id}"
    others = [
        one
        for one in stored_settlements.booked_settlements(connection)
        if one.settlement_id != read.settlement_id and one.store in _of_marketplace(connection, source.store)
    ]
    doubtful = read.derived_id or source.kind is SettlementKind.VIEW
    there = [one for one in others if doubtful or one.derived_id or one.is_provisional]
    unsure = [one for one in there if read.derived_id or one.derived_id]
    asked = [one for one in unsure if one.name not in apart_from and name not in one.others]
    by_payout = next((one for one in asked if _same_payout(one, read)), None)
    if by_payout is not None:
        apart = _apart(connection, by_payout, read)
        return Twin(by_payout, _how_the_same(by_payout, read), apart, may_be_two=bool(apart))
    by_lines = _with_the_same_lines(connection, read, there) or _with_the_same_charges(connection, read, unsure)
    by_lines = by_lines or _of_another_period(connection, read, others, source.store)
    if by_lines is not None:
        return Twin(*by_lines)
    otherwise = _with_lines_written_otherwise(
        connection, read, [one for one in there if one.name not in apart_from and name not in one.others]
    )
    if otherwise is not None:
        return Twin(*otherwise, may_be_two=True)
    cut = next((one for one in asked if one.store == source.store and _same_payout_day(one, read)), None)
    return None if cut is None else Twin(cut, _other_rows(cut, read), may_be_two=True)


def _apart(connection: Connection, there: BookedSettlement, read: Settlement) -> str:
    """Name the orders of two settlements of one sum that have none in common.

    A shop may be paid twice a day the same: order #1 of 49.00 is not order #9 of 49.00.
    """
    known, own = (
        orders_paid(rows) for rows in (settlement_lines.stored_transactions(connection, [there]), read.transactions)
    )
    if not known or not own or known.keys() & own.keys():
        return ""
    return f"Their orders differ: this file has {orders_in_words(own)}, the books have {orders_in_words(known)}."


def _with_the_same_charges(
    connection: Connection, read: Settlement, there: Iterable[BookedSettlement]
) -> tuple[BookedSettlement, str] | None:
    """Compare the lines that name no order: a statement of nothing but fees has no others."""
    others = list(there)
    own = _charges(read.transactions) if others else Counter()
    for one in others if own else ():
        shared = (own & _charges(settlement_lines.stored_transactions(connection, [one]))).total()
        if shared and _in_common_days(one, read):
            return one, "1 line that is the same" if shared == 1 else f"{shared} lines that are the same"
    return None


def _of_another_period(
    connection: Connection, read: Settlement, others: Iterable[BookedSettlement], store: str
) -> tuple[BookedSettlement, str] | None:
    """Return the settlement of another period that has lines of what is named after its period, whoever states it."""
    there = [one for one in others if _PERIOD.fullmatch(one.settlement_id)]
    if not there or not _PERIOD.fullmatch(read.settlement_id):
        return None
    own = _charges(read.transactions)
    known = settlement_lines.lines_without_order(connection, read.transactions["posted_at"])
    same_store = [one for one in there if one.store == store]  # two stores may be charged the same at one moment
    return _with_the_same_lines(connection, read, there) or _most_shared(same_store, known, own)


def _with_the_same_lines(
    connection: Connection, read: Settlement, there: Sequence[BookedSettlement]
) -> tuple[BookedSettlement, str] | None:
    if not there:
        return None
    own = Counter(_contents(read.transactions, [read.settlement_id] * len(read.transactions)))
    known = settlement_lines.lines_of_orders(connection, read.transactions["order_id"])
    return _most_shared(there, known, own)


def _with_lines_written_otherwise(
    connection: Connection, read: Settlement, there: Sequence[BookedSettlement]
) -> tuple[BookedSettlement, str] | None:
    """Return a settlement with lines that may be lines of a file though they are written otherwise."""
    known = settlement_lines.lines_of_orders(connection, read.transactions["order_id"]) if there else None
    if known is None or not len(known):
        return None
    own = set(_contents(read.transactions, [read.settlement_id] * len(read.transactions), as_compared))
    for one in there:
        lines = known[(known["store"] == one.store) & (known["settlement_id"] == one.settlement_id)]
        pairs = may_be_one(own, set(_contents(lines, lines["settlement_id"], as_compared)))
        if pairs:
            lines_of_it = counted(len({line for line, _ in pairs}), "line")
            return one, f"{lines_of_it} of this file may be there already, formatted differently"
    return None


def _same_in_another_store(connection: Connection, read: Settlement, store: str) -> BookedSettlement | None:
    others = _of_marketplace(connection, store) - {store}
    there = [
        one for other in others if (one := stored_settlements.find(connection, other, read.settlement_id)) is not None
    ]
    own = _goods(read.transactions) if there else set()
    for one in there:
        goods = _goods(settlement_lines.stored_transactions(connection, [one]))
        if goods & own or stored_settlements.same_lines(connection, one, read):
            return one
    return None


def _of_marketplace(connection: Connection, store: str) -> set[str]:
    """Return the stores at the marketplace of a store, itself included."""
    known = stores.all_stores(connection)
    marketplaces = {one.marketplace for one in known if one.name == store}
    return {one.name for one in known if one.marketplace in marketplaces}
