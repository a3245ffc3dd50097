"""What a row of a payout is compared by, and which rows of two files may be one row that is written otherwise. Pure.

Rows are compared by what they say of the settlement (`as_compared`: what it was, of which order and item, when, how
many, each amount), not by how they are written. `Bestellung 11-11111-11111 19,75` of the German report and
`Order 11-11111-11111 19.75` of the English one are one row, and so are a row of 10 September that was released on the
17th and the same row of a report that has no release dates: a row is known by its own date.

Where a cell is blank in one file and filled in the other, where `1` stands for `#1`, or where a moment lost its zone or
its time, nobody can say whether two rows are one (`may_be_one`): an order of 50.00 at `10:15 -0400` and one of 50.00 at
`10:15` without a zone are asked, and neither united nor counted twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.frame_columns import TRANSACTION_COLUMNS
from core.marketplaces.amazon import unified_languages
from core.marketplaces.ebay import report_columns
from core.marketplaces.settlements.transactions import group_key
from core.marketplaces.words.wording import folded
from core.model import Event
from core.typed_amounts import from_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from core.typed_amounts import TypedAmount

CONTENT = tuple(name for name in TRANSACTION_COLUMNS if name not in ("key", "store", "settlement_id", "ordinal"))
"""What a row says, without its place among equal ones."""
GROUP, POSTED, TYPE, DETAIL = (CONTENT.index(x) for x in ("group_key", "posted_at", "raw_type", "raw_description"))
_TYPED, _SITE, _SENT_BY, _NET = (CONTENT.index(name) for name in ("typed", "marketplace", "fulfilment", "net"))
_EVENT, _ORDER, _CURRENCY = (CONTENT.index(name) for name in ("event", "order_id", "currency"))
_PRICE, _GOODS, _EFFECT = (CONTENT.index(name) for name in ("principal", "goods", "stock_effect"))
_UNITS, _SOURCE = (CONTENT.index(name) for name in ("quantity", "quantity_source"))
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_SEPARATOR = re.compile(r"(?<!\\)\|")
_DAY, _QUARTER, _MINUTE = timedelta(days=1), timedelta(minutes=15), timedelta(minutes=1)
_WIDEST_ZONE = timedelta(hours=14)
_WITHOUT_TIME = _DAY + timedelta(hours=12)
"""How far a moment is at most from the midnight, UTC, of the day that it has in its own zone."""

Content = tuple[Any, ...]
"""The values of `CONTENT`."""


def as_compared(row: Sequence[Any]) -> Content:
    """Return what a row is compared by: its words by their English name and folded, not as a file spells them.

    Who ships (*Fulfilment*) is left out: the date range report says it in its own language. When its money was
    released is left out too, which only some reports say: `posted_at` is the row's own moment.

    Args:
        row: The values of `CONTENT`.
    """
    values = list(row)
    kind, detail = str(row[TYPE] or ""), str(row[DETAIL] or "")
    values[TYPE], values[DETAIL] = compared_type(kind), _compared_detail(detail)
    values[GROUP] = _compared_key(str(row[GROUP]), kind.strip(), detail.strip())
    values[POSTED] = _own_moment(row)
    values[_TYPED] = tuple(sorted(_compared_amount(one, kind.strip()) for one in from_text(row[_TYPED])))
    values[_SITE], values[_SENT_BY] = str(row[_SITE] or "").casefold(), None
    if row[_EVENT] == Event.SALE and not row[_PRICE]:  # whether it asks depends on what else a file holds
        values[_GOODS], values[_EFFECT], values[_SOURCE] = None, None, row[_SOURCE] if row[_UNITS] else None
        values[_UNITS] = row[_UNITS] or None
    return tuple(values)


def with_its_date(row: Sequence[Any]) -> Content:
    """Return what a row is compared by, but when it counts too: a release date that another report adds shows."""
    values = as_compared(row)
    return (*values[:POSTED], row[POSTED], *values[POSTED + 1 :])


def _own_moment(row: Sequence[Any]) -> datetime | None:
    """Return the moment of a row that its group key holds; when it counts where the key holds none."""
    posted, key = row[POSTED], str(row[GROUP])
    if posted is None or posted.isoformat() in key:
        return posted  # type: ignore[no-any-return]  # the value of a row
    return next((datetime.fromisoformat(part) for part in key.split("|") if _MOMENT.fullmatch(part)), posted)


@lru_cache(maxsize=4096)
def compared_type(word: str) -> str:
    """Return a type as it is compared; no word of one marketplace is declared to mean another in two of them."""
    return folded(report_columns.in_english(unified_languages.type_in_english(word)))


@lru_cache(maxsize=4096)
def _compared_detail(word: str) -> str:
    return folded(unified_languages.in_english(word))


def _compared_amount(one: TypedAmount, kind: str) -> tuple[str, ...]:
    """Return an amount that is about something of its own: what it is declared to be, else its word."""
    rest = one.word.removeprefix(kind)
    word = f"{compared_type(kind)}{_compared_detail(rest.removeprefix(' / '))}" if rest != one.word else one.word
    return one.column, str(one.line_type or folded(word)), str(one.amount)


def _compared_key(key: str, kind: str, detail: str) -> str:
    """Return a group key whose type and description are as they are compared."""
    parts = f"|{key}|"
    if kind:
        parts = parts.replace(f"|{group_key((kind,))}|", f"|{group_key((compared_type(kind),))}|", 1)
    if detail:
        before, separator, after = parts.rpartition(f"|{group_key((detail,))}|")
        parts = f"{before}|{group_key((_compared_detail(detail),))}|{after}" if separator else parts
    return parts


def may_be_one(some: Collection[Content], others: Collection[Content]) -> set[tuple[Content, Content]]:
    """Return which rows of one file may be rows of another though they are written otherwise, as pairs.

    They are of one type, order and amount and of about one moment, or of one order, event and moment, and no number of
    the one is another in the other: an order, a transaction or a reference that one of them leaves blank is no other.

    Args:
        some: Rows as they are compared, of one file.
        others: Of the other, none of them among the first.
    """
    known: dict[Content, list[Content]] = defaultdict(list)
    for row in others:
        for place in _places(row, (0,)):
            known[place].append(row)
    pairs = ((row, one) for row in some for place in _places(row, (-2, -1, 0, 1, 2)) for one in known.get(place, ()))
    return {(row, one) for row, one in pairs if _agree(row, one)}


def _places(row: Content, days: Sequence[int]) -> Iterator[Content]:
    """Yield where a row is looked for: by its money on some days around its own, and by its order and moment."""
    posted = row[POSTED]
    for day in days:
        yield row[TYPE], row[_CURRENCY], row[_NET], posted and posted.date() + timedelta(days=day)
    if row[_ORDER]:
        yield posted, row[_EVENT], row[_ORDER]


def _agree(row: Content, other: Content) -> bool:
    """Tell whether no number of one row is another in the other; a number that one of them leaves blank is not."""
    parts, others = (_SEPARATOR.split(str(each[GROUP])) for each in (row, other))
    of_order = bool(row[_ORDER] and other[_ORDER])
    pairs = zip(parts, others, strict=False)
    return len(parts) == len(others) and all(_agree_in(one, two, of_order=of_order) for one, two in pairs)


def _agree_in(one: str, other: str, *, of_order: bool) -> bool:
    if _MOMENT.fullmatch(one) and _MOMENT.fullmatch(other):
        return _may_be_one_moment(datetime.fromisoformat(one), datetime.fromisoformat(other), of_order=of_order)
    return not _plain(one) or not _plain(other) or _plain(one) == _plain(other)


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Return a number without its signs, as programs that edit tables drop them: `#1`, `1` and `01` are one."""
    return "".join(sign for sign in text if sign.isalnum()).casefold().lstrip("0")


def _may_be_one_moment(one: datetime, other: datetime, *, of_order: bool) -> bool:
    """Tell whether two moments may be one that is written otherwise: without its zone, its seconds or its time.

    What names an order is asked within a day. What names none is the same charge only where the two differ as
    notations do: each day may have its own.
    """
    apart = abs(one - other)
    if (one.time() == datetime.min.time()) != (other.time() == datetime.min.time()):
        return apart <= _WITHOUT_TIME
    if of_order:
        return apart <= _DAY
    off = apart % _QUARTER
    return apart <= _WIDEST_ZONE and min(off, _QUARTER - off) < _MINUTE
