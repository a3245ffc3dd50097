"""What a bookkeeper must know of a settlement beside its status: one before it is missing, types are unknown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.importing.duplicates import Twins, stored_twice
from core.books.settings.calendars import ended_before
from core.books.settings.unknown_types import unclassified
from core.books.settlements.booked_settlement import BookedSettlement, SettlementKind
from core.books.true_ups.resolve_after_export import unanswered
from core.frame_columns import records
from core.line_types import LineType
from core.marketplaces import FORMATS
from core.marketplaces.settlements.continuity import Span, missing_settlements, reserves
from core.marketplaces.settlements.line_keys import READER_VERSION
from core.marketplaces.settlements.periods import oddities
from core.model import Event, Problem, net_of
from core.money import cents, total
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from core.books.books import Books
    from core.marketplaces.settlements.periods import Oddity
    from core.time import StoreDays

Name = tuple[str, str]
"""Store and settlement id."""
MISSING = "Settlement missing before this one"
"""In short, that one seems to be missing: the one remark of a settlement that another one may give it, or take away."""
ALSO = "Also in the books as"
"""So begins, in short, that a payout is there twice."""
_FOLLOWING = frozenset(form.name for form in FORMATS if form.follows_on)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know of a settlement."""

    short: str
    """For a cell beside its status."""
    message: str
    """What it is exactly, and what to do next."""


_UNREADABLE = Remark(
    "Read by an earlier version",
    "Read by an earlier version of Cogsheet: its kept file cannot be read as this settlement any more. Remove the "
    "settlement and import the file again.",
)


def remarks(books: Books) -> dict[Name, list[Remark]]:
    """Return the remarks about each settlement that has any."""
    by_settlement: dict[Name, list[Remark]] = defaultdict(list)
    for store, problem in gap_warnings(books):
        by_settlement[store, problem.where].append(Remark(MISSING, problem.message))
    for name, words in unclassified(books).items():
        listed = ", ".join(f"{word} ({counted(lines, 'line')})" for word, lines in words.items())
        message = f"Unknown types: {listed}. Say what they are on sheet Transaction types."
        by_settlement[name].append(Remark(f"Unknown types ({sum(words.values())})", message))
    for name, lines in unanswered(books).items():
        by_settlement[name].append(_unanswered(lines))
    for twins in twins_of(books):
        for own, other in ((twins.one, twins.other), (twins.other, twins.one)):
            by_settlement[own.store, own.settlement_id].append(Remark(f"{ALSO} {other.name}", twins.message))
    odd_ones = ((name, Remark(odd.short, odd.message)) for name, odd in _odd_periods(books))
    for name, remark in (*_fees_alone(books), *odd_ones):
        by_settlement[name].append(remark)
    for settlement in books.settlements:
        if _is_unreadable(settlement):
            by_settlement[settlement.store, settlement.settlement_id].append(_UNREADABLE)
        if not books.before_start(settlement).empty:
            by_settlement[settlement.store, settlement.settlement_id].append(_split(books, settlement))
        by_settlement[settlement.store, settlement.settlement_id] += documents(
            settlement, has_own_report=settlement.id in books.own_reports
        )
    return {name: of_settlement for name, of_settlement in by_settlement.items() if of_settlement}


def _is_unreadable(settlement: BookedSettlement) -> bool:
    return settlement.is_open and needs_reading_anew(settlement)


def needs_reading_anew(settlement: BookedSettlement) -> bool:
    """Tell whether today's reader has not read the files of a settlement; that of an open one is remarked. Pure."""
    return settlement.last_reader < READER_VERSION or settlement.reader_version < settlement.last_reader


def of_no_line(settlement: BookedSettlement) -> set[str]:
    """Return the remarks of a settlement, in short, for which none of its lines is looked at. Pure."""
    told = {one.short for one in documents(settlement)}
    return {MISSING, *told, *([_UNREADABLE.short] if _is_unreadable(settlement) else [])}


def short_remarks(books: Books) -> Mapping[Name, Sequence[str]]:
    """Return the remarks about each settlement in short; where only some lines are loaded, those that are kept."""
    if books.settlement_notes:
        return {(one.store, one.settlement_id): books.settlement_notes[one.id].remarks for one in books.settlements}
    return {name: [one.short for one in of_it] for name, of_it in remarks(books).items()}


def _odd_periods(books: Books) -> Iterator[tuple[Name, Oddity]]:
    """Yield what is odd about the period that each settlement states; only lines of those in question are looked at."""
    posted = books.lines.groupby(["store", "settlement_id"], sort=False)["posted_at"]
    earliest, latest = posted.min().to_dict(), posted.max().to_dict()
    for one in books.settlements:
        name, start, end = (one.store, one.settlement_id), one.period_start, one.period_end
        known = [moment for moment in (earliest.get(name), latest.get(name)) if isinstance(moment, datetime)]
        within = start is not None and end is not None and all(start <= moment <= end for moment in known)
        if not within:
            for odd in oddities(one.settlement_id, start, end, books.lines_of(one)):
                yield name, odd


def twins_of(books: Books) -> list[Twins]:
    """Return the settlements that are one payout under two names, which counts twice."""
    return stored_twice(books.settlements, books.lines, {store.name: store.marketplace for store in books.stores})


def _unanswered(lines: int) -> Remark:
    """Name the lines of an exported settlement that ask for a cost by today's reading."""
    count = counted(lines, "line")
    return Remark(
        f"{count} without cost by today's reading",
        f"Since it was exported a further file of it came, its files are read otherwise, its words are known, or what "
        f"became of its goods is open again, and {count} of it now {'asks' if lines == 1 else 'ask'} for a cost. Cost "
        f"true-ups of the same orders wait for {'it' if lines == 1 else 'them'}: sync, then answer what is listed on "
        f"sheet Resolve; what is answered there is proposed on sheet Cost true-ups.",
    )


def _fees_alone(books: Books) -> Iterator[tuple[Name, Remark]]:
    """Yield which settlements have fulfilment fees of orders whose sale is in no settlement of the books.

    Such a row states units, but its fee counts none: the price does, and where that is missing its goods are missing.
    """
    lines = books.lines
    sales = lines[(lines["event"] == Event.SALE) & lines["order_id"].notna() & lines["sku"].notna()]
    silent = books.counted(sales[(sales["quantity"] == 0).fillna(value=False).astype(bool)])
    alone = [row for row in records(silent[_OF_FEES]) if row["fulfilment_fee"] and not row["principal"]]
    if not alone:
        return
    moved = (sales["quantity"] != 0).fillna(value=True).astype(bool)
    same_orders = sales[sales["order_id"].isin([row["order_id"] for row in alone]) & moved]
    sold = set(zip(same_orders["store"], same_orders["order_id"], same_orders["sku"], strict=True))
    orders: dict[Name, dict[str, None]] = defaultdict(dict)
    for row in alone:
        if (row["store"], row["order_id"], row["sku"]) not in sold:
            orders[row["store"], row["settlement_id"]][f"{row['order_id']} ({row['sku']})"] = None
    for name, named in orders.items():
        yield name, _without_sale(list(named))


_OF_FEES = ["store", "settlement_id", "order_id", "sku", "principal", "fulfilment_fee"]
_MOST_NAMED = 3


def _without_sale(orders: list[str]) -> Remark:
    more = len(orders) - _MOST_NAMED
    named = ", ".join([*orders[:_MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])])
    return Remark(
        f"Fees of {counted(len(orders), 'order')} without its sale",
        f"It has fulfilment fees of {counted(len(orders), 'order')} whose sale is in no settlement of the books: "
        f"{named}. Their units are in no cost. Import the settlement that has the sale.",
    )


def documents(settlement: BookedSettlement, *, has_own_report: bool = False) -> list[Remark]:
    """Return what the documents that a settlement is made of leave open. Pure.

    Args:
        settlement: Which.
        has_own_report: Whether its own report came after it went out from a view.
    """
    if has_own_report:
        return [_with_report(settlement)]
    why = provisional(settlement)
    remarks_on_rows = [Remark("Incomplete", f"Incomplete: {settlement.incomplete}")] if settlement.incomplete else []
    return [Remark(why, f"{why}. Export asks once more."), *remarks_on_rows] if why else remarks_on_rows


def _with_report(settlement: BookedSettlement) -> Remark:
    """Say that nothing more is to come of a settlement, though its lines are those of a view."""
    return Remark(
        "Its own report came after the export",
        f"Exported from {_title(settlement)}; the settlement's own report came after that and is kept. Its lines stay "
        f"as they were exported, and what the report says otherwise is proposed on sheet Cost true-ups until it is "
        f"decided.",
    )


def provisional(settlement: BookedSettlement) -> str:
    """Say why a settlement is provisional: its final document may still say something else; empty where it is final."""
    if not settlement.is_provisional:
        return ""
    return f"Provisional: from {_title(settlement)}, which is not the settlement's own report"


def _title(settlement: BookedSettlement) -> str:
    form = next((form for form in FORMATS if form.name == settlement.format), None)
    return form.title if form else settlement.format


def money_before_start(books: Books, settlement: BookedSettlement) -> Decimal:
    """Return what a settlement came to before books start, in its currency, + for the seller; 0 if not split."""
    before = books.before_start(settlement)
    return net_of(before, settlement.currency)


def day_before_start(books: Books, settlement: BookedSettlement) -> date | None:
    """Return the day on which a split settlement's opening balance is dated: the one before its books start."""
    start = books.start_of(settlement)
    return None if start is None else start - timedelta(days=1)


def _split(books: Books, settlement: BookedSettlement) -> Remark:
    """Name what of a settlement is posted here, and what its clearing account must hold when the books start."""
    before, start = books.before_start(settlement), books.start_of(settlement)
    account = books.accounts.of(LineType.CLEARING, store=settlement.store, currency=settlement.currency).name
    money = f"{settlement.currency} {money_before_start(books, settlement):,.2f}"
    home = books.company.home_currency
    posted, left_out = (cents(total(part["cogs"])) for part in (books.posted_part(settlement), before))
    balance = ""
    if settlement.posts_deposit:
        day = day_before_start(books, settlement)
        balance = (
            f" The deposit pays for both: enter {money} as opening balance of {account} on {day}, debit if positive."
        )
    return Remark(
        f"Split at books start: {money} before it",
        f"Books start on {start} splits this settlement: {money} of it and {home} {left_out:,.2f} of COGS were posted "
        f"before that day and are in no entry of these books, which post {home} {posted:,.2f} of COGS.{balance}",
    )


def gap_warnings(books: Books) -> list[tuple[str, Problem]]:
    """Return where a settlement seems to be missing: the store, and a warning whose place is the settlement behind it.

    Only records whose format states its period are compared with each other; what lies before books start is over.
    """
    kept_back = _reserves(books)
    by_store: dict[str, list[Span]] = defaultdict(list)
    for settlement in books.settlements:
        if _counts(books, settlement):
            by_store[settlement.store].append(_span(settlement, kept_back.get(settlement.id, _NONE), books.zones))
    return [(store, problem) for store, spans in by_store.items() for problem in missing_settlements(spans)]


def _counts(books: Books, settlement: BookedSettlement) -> bool:
    if settlement.kind is not SettlementKind.RECORD or settlement.format not in _FOLLOWING:
        return False
    return not ended_before(settlement, books.policies.books_start, books.zones)


_NONE = (Decimal(0), Decimal(0))


def _reserves(books: Books) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Return what settlements keep back and give back, by number; where only some lines are loaded, as it is kept."""
    if books.settlement_notes:
        return {number: one.reserves for number, one in books.settlement_notes.items()}
    own = books.lines[(books.lines["event"] == Event.BALANCE.value).fillna(value=False)]
    numbers = {(one.store, one.settlement_id): one.id for one in books.settlements}
    return {numbers[name]: reserves(rows) for name, rows in _by_name(own)}


def _by_name(lines: pd.DataFrame) -> Iterator[tuple[Name, pd.DataFrame]]:
    for (store, settlement_id), rows in lines.groupby(["store", "settlement_id"], sort=False):
        yield (str(store), str(settlement_id)), rows


def _span(settlement: BookedSettlement, kept_back: tuple[Decimal, Decimal], zones: StoreDays) -> Span:
    """Return what a settlement says about those before and after it, its period as the store's clock shows it."""
    name = (settlement.store, settlement.settlement_id)
    start, end = settlement.period_start, settlement.period_end
    current, previous = kept_back
    return Span(
        settlement_id=settlement.settlement_id,
        marketplace=settlement.marketplace,
        currency=settlement.currency,
        period_start=start and zones.local(start, *name),
        period_end=end and zones.local(end, *name),
        current_reserve=current,
        previous_reserve=previous,
    )
