"""What a row of a payout is compared by, in whatever file it stands. Pure.

Rows are compared by what they say of the settlement (`as_compared`: what it was, of which order and item, when, how
many, each amount), not by how they are written. `Bestellung 11-11111-11111 19,75` of the German report and
`Order 11-11111-11111 19.75` of the English one are one row, and so are a row of 10 September that was released on the
17th and the same row of a report that has no release dates: a row is known by its own date.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.frame_columns import TRANSACTION_COLUMNS
from core.marketplaces.amazon import unified_words
from core.marketplaces.ebay import report_columns
from core.marketplaces.transactions import group_key
from core.marketplaces.wording import folded
from core.model import Event
from core.typed_amounts import from_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.typed_amounts import TypedAmount

CONTENT = tuple(name for name in TRANSACTION_COLUMNS if name not in ("key", "store", "settlement_id", "ordinal"))
"""What a row says, without its place among equal ones."""
_GROUP, _POSTED, _TYPE, _DETAIL = (CONTENT.index(x) for x in ("group_key", "posted_at", "raw_type", "raw_description"))
_TYPED, _SITE, _SENT_BY, _EVENT = (CONTENT.index(name) for name in ("typed", "marketplace", "fulfilment", "event"))
_PRICE, _GOODS, _EFFECT = (CONTENT.index(name) for name in ("principal", "goods", "stock_effect"))
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")

Content = tuple[Any, ...]
"""The values of `CONTENT`."""


def as_compared(row: Sequence[Any]) -> Content:
    """Return what a row is compared by: its words by their English name and folded, not as a file spells them.

    Who ships (*Fulfilment*) is left out: the date range report says it in its own language. When its money was
    released is left out too, which only some reports say: `posted_at` is the row's own moment.

    Args:
        row: The values of `CONTENT`.
    """
    told = list(row)
    kind, detail = str(row[_TYPE] or ""), str(row[_DETAIL] or "")
    told[_TYPE], told[_DETAIL] = compared_type(kind), _compared_detail(detail)
    told[_GROUP] = _compared_key(str(row[_GROUP]), kind.strip(), detail.strip())
    told[_POSTED] = _own_moment(row)
    told[_TYPED] = tuple(sorted(_compared_amount(one, kind.strip()) for one in from_text(row[_TYPED])))
    told[_SITE], told[_SENT_BY] = str(row[_SITE] or "").casefold(), None
    if row[_EVENT] == Event.SALE and not row[_PRICE]:  # whether its goods are asked depends on what else a file holds
        told[_GOODS], told[_EFFECT] = None, None
    return tuple(told)


def with_its_date(row: Sequence[Any]) -> Content:
    """Return what a row is compared by, but when it counts too: a release date that another report adds shows."""
    told = as_compared(row)
    return (*told[:_POSTED], row[_POSTED], *told[_POSTED + 1 :])


def _own_moment(row: Sequence[Any]) -> datetime | None:
    """Return the moment of a row that its group key holds; when it counts where the key holds none."""
    posted, key = row[_POSTED], str(row[_GROUP])
    if posted is None or posted.isoformat() in key:
        return posted  # type: ignore[no-any-return]  # the value of a row
    return next((datetime.fromisoformat(part) for part in key.split("|") if _MOMENT.fullmatch(part)), posted)


@lru_cache(maxsize=4096)
def compared_type(word: str) -> str:
    """Return a type as it is compared; no word of one marketplace is declared to mean another in two of them."""
    return folded(report_columns.in_english(unified_words.type_in_english(word)))


@lru_cache(maxsize=4096)
def _compared_detail(word: str) -> str:
    return folded(unified_words.in_english(word))


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
