"""Every entry about cost: goods sold, returned and lost against inventory, in home currency. Pure.

The COGS entry of a settlement, its true-ups and the COGS of an accrual are made here, of the same line types, item
groups and posters; a reversal takes back what was stored. A settlement's COGS is rounded once; over a month's end the
earlier months are rounded and the last takes the remainder. Lines without a cost make the whole entry wait: an entry is
never made of what happens to be known. docs/design/journal.md explains it to a bookkeeper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from core.frame_columns import rows_where
from core.journal.accounts import amounts_by_group
from core.journal.entry import ZERO, Entry, EntryKey, EntryKind, EntryLine, line_to
from core.line_types import LineType
from core.model import Event, Goods
from core.money import cents, parts_in_cents, total
from core.time import months_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from decimal import Decimal

    import pandas as pd

    from core.journal.accounts import Accounts
    from core.time import SettlementDates

_KINDS = (
    (LineType.COGS_SALES, LineType.INVENTORY_OUT, (Event.SALE, Event.LIQUIDATION)),
    (LineType.COGS_REFUNDS, LineType.INVENTORY_IN, (Event.REFUND, Event.DISPUTE)),
    (LineType.LOSSES, LineType.INVENTORY_LOST, ()),
    (LineType.RETURNS_PAID, LineType.INVENTORY_LOST, ()),
    (LineType.REPLACEMENTS, LineType.INVENTORY_LOST, ()),
)
"""Expense, inventory and events of each kind of cost; every other event is one of the last three, by its goods."""
_BY_GOODS = {
    Goods.RETURN_PAID: LineType.RETURNS_PAID,
    Goods.RETURN_PAID_UNCLEAR: LineType.RETURNS_PAID,
    Goods.REPLACED: LineType.REPLACEMENTS,
}
"""Kinds of cost that the goods of a word tell; all others, and lines that the first reader stored, are losses."""
COST_TYPES = tuple(debit for debit, _, _ in _KINDS)
"""The sides of an entry about cost that are expense."""


@dataclass(frozen=True, slots=True)
class CostPosting:
    """Where costs post, and who posts them."""

    store: str
    currency: str
    """Home currency, that of the costs."""
    accounts: Accounts
    finale_posts: Collection[LineType] = ()
    """The kinds of cost (`COST_TYPES`) that Finale posts: they stand in entries of their own, which no file holds."""

    def sides(self, lines: pd.DataFrame, column: str, debit: LineType, amount: Decimal) -> list[EntryLine]:
        """Return the lines that book an amount of one kind of cost, + is more expense.

        Each side is divided over the item groups of the given lines, as the column's sums stand to each other: expense
        and inventory may be grouped differently.
        """
        credit = next(credit for one, credit, _ in _KINDS if one is debit)
        booked: list[EntryLine] = []
        for side, sign in ((debit, 1), (credit, -1)):
            for group, share in parts_in_cents(amount, amounts_by_group(lines, column, side, self.accounts)).items():
                account = self.accounts.of(side, store=self.store, currency=self.currency, group=group)
                booked += [line_to(account, side, sign * share)] if share else []
        return booked


class CostLine(NamedTuple):
    """What the kind of a line's cost depends on."""

    event: object
    goods: object = None
    """What its words say of goods; missing on lines that the first reader stored."""
    order_id: object = None


def cost_type(line: CostLine) -> LineType:
    """Return the kind of cost that a line's goods are.

    A reimbursement that names an order is taken back as what it was: as a lost return.
    """
    by_event = next((debit for debit, _, events in _KINDS if line.event in events), None)
    if by_event is not None or not isinstance(line.goods, str):
        return by_event or LineType.LOSSES
    if line.goods == Goods.FOUND and isinstance(line.order_id, str):
        return LineType.RETURNS_PAID
    return _BY_GOODS.get(Goods(line.goods), LineType.LOSSES)


def cost_types(lines: pd.DataFrame) -> list[LineType]:
    """Return the kind of cost of each line; what `CostLine` holds that is no column of theirs is missing.

    It is looked up once for lines that are alike: of an order id only whether there is one tells.
    """
    columns = [lines[name].to_list() if name in lines else [None] * len(lines) for name in CostLine._fields]
    alike = [
        (event, goods if isinstance(goods, str) else None, isinstance(order, str))
        for event, goods, order in zip(*columns, strict=True)
    ]
    kinds: dict[tuple[object, str | None, bool], LineType] = {}
    for place, words in enumerate(alike):
        if words not in kinds:
            kinds[words] = cost_type(CostLine(*(column[place] for column in columns)))
    return [kinds[words] for words in alike]


def cost_accounts(line: CostLine, sku: object, posting: CostPosting) -> tuple[str, str, bool]:
    """Return where the cost of a line's goods stands: account of the expense, of the inventory, whether Finale posts.

    Args:
        line: The line.
        sku: Of the goods; their item group may have accounts of its own.
        posting: Where costs post.
    """
    debit = cost_type(line)
    credit = next(credit for one, credit, _ in _KINDS if one is debit)
    accounts = posting.accounts
    expense, inventory = (
        accounts.of(side, store=posting.store, currency=posting.currency, group=accounts.group_of(side, sku)).name
        for side in (debit, credit)
    )
    return expense, inventory, debit in posting.finale_posts


def cogs_entries(
    lines: pd.DataFrame,
    dates: SettlementDates,
    *,
    store: str,
    settlement_id: str,
    currency: str,
    accounts: Accounts,
    finale_posts: Collection[LineType] = (),
) -> list[Entry]:
    """Return the COGS entry of each month that has any, and beside it what Finale posts itself.

    Args:
        lines: The settlement's costed lines (TRANSACTION_COLUMNS and COSTED_COLUMNS), none missing.
        dates: Its time zone and last day.
        store: Its store.
        settlement_id: Its id.
        currency: Home currency, that of the costs.
        accounts: Where each type of line posts.
        finale_posts: The kinds of cost (`COST_TYPES`) that Finale posts: they stand in entries of kind
            `EntryKind.FINALE`, which no file holds.
    """
    posting = CostPosting(store, currency, accounts, finale_posts)
    months = list(months_of(lines, dates))
    posted = dict.fromkeys(COST_TYPES, ZERO)
    whole, amounts = _by_kind(lines), cogs_by_type(lines)
    entries = []
    for number, (month, day, group) in enumerate(months, start=1):
        booked: dict[LineType, list[EntryLine]] = {}
        for debit, own in (whole if len(group) == len(lines) else _by_kind(group)).items():
            is_last = number == len(months)
            amount = amounts[debit] - posted[debit] if is_last else cents(total(own["cogs"]))
            posted[debit] += amount
            # The last month may only take a remainder: then its lines are those of the whole settlement.
            booked[debit] = posting.sides(own if len(own) else whole[debit], "cogs", debit, amount)
        key = EntryKey(posting.store, settlement_id, month, EntryKind.COGS)
        entries += _by_poster(booked, key, day, posting, finale=EntryKind.FINALE)
    return entries


def true_up_entries(
    lines: pd.DataFrame, day: date, whole: Decimal, *, settlement_id: str, revision: int, posting: CostPosting
) -> list[Entry]:
    """Return the entry that corrects what was posted of a settlement, and beside it what Finale corrects itself.

    A loss of 3 that cost 7.00 and turns out at 8.00 is 3.00 on Damaged and lost goods, not on Cost of goods sold.

    Args:
        lines: The corrected lines, with columns `event`, `goods`, `order_id`, `sku` and `difference` (exact, + is more
            expense).
        day: When it is dated.
        whole: What it corrects in all, to the cent; the largest part takes what rounding leaves.
        settlement_id: The settlement's id.
        revision: Tells this correction from others of the settlement.
        posting: Where its costs post.

    Returns:
        At most two entries; none where every part rounds to nothing.
    """
    of_kind = _by_kind(lines)
    exact = {debit: total(own["difference"]) for debit, own in of_kind.items() if len(own)}
    booked = {
        debit: posting.sides(of_kind[debit], "difference", debit, amount)
        for debit, amount in parts_in_cents(whole, exact).items()
    }
    key = EntryKey(posting.store, settlement_id, f"{day:%Y-%m}", EntryKind.TRUE_UP, revision)
    return _by_poster(booked, key, day, posting, finale=EntryKind.FINALE_TRUE_UP)


def _by_poster(
    booked: Mapping[LineType, list[EntryLine]], key: EntryKey, day: date, posting: CostPosting, *, finale: EntryKind
) -> list[Entry]:
    """Put what we post into the entry of the key, and what Finale posts into one of another kind beside it."""
    ours = tuple(line for debit, its in booked.items() if debit not in posting.finale_posts for line in its)
    others = tuple(line for debit, its in booked.items() if debit in posting.finale_posts for line in its)
    other_key = EntryKey(key.store, key.settlement_id, key.month, finale, key.revision)
    pairs = ((key, ours), (other_key, others))
    return [Entry(one, day, posting.currency, lines) for one, lines in pairs if lines]


def cogs_by_type(lines: pd.DataFrame) -> dict[LineType, Decimal]:
    """Return the settlement's COGS per kind of line, home currency, to the cent: expense is +, goods that came back −.

    Together they are the settlement's COGS rounded once.

    The largest kind takes what rounding leaves.
    """
    kinds = cost_types(lines)
    exact = {debit: total(lines["cogs"][[kind is debit for kind in kinds]]) for debit in COST_TYPES}
    return parts_in_cents(cents(total(lines["cogs"])), exact)


def _by_kind(lines: pd.DataFrame) -> dict[LineType, pd.DataFrame]:
    """Return the lines of each kind of cost."""
    kinds, none = cost_types(lines), lines.iloc[:0]
    found = {debit: rows_where(lines, (kind is debit for kind in kinds)) for debit in set(kinds)}
    return {debit: found.get(debit, none) for debit in COST_TYPES}
