"""Which of several lines that replace others has the answer of which, where order, SKU and event fit several. Pure.

Two rows of one order became two lines of the settlement report. Where both were answered alike it is the same which is
which; where they were not, the net amount tells it: 34.00 was answered 4.00 and 32.00 was answered 3.00. What neither
tells is proposed on every line that is left, and nothing of it counts before somebody has looked.
"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]
SAID = "said"
"""What was answered, beside a line; a line without it has no answer."""


class LinePairs(NamedTuple):
    """What can be said of lines that fit several."""

    pairs: Mapping[str, str]
    """The new line of each answered one."""
    proposed: Mapping[str, str]
    """The answered line whose answer is proposed, by each new line that may be one of several."""
    unclear: tuple[str, ...]
    """The answered lines of which nobody can say which new one is theirs."""
    left_out: tuple[str, ...]
    """The answered lines for which no new one is left."""


def pair_lines(olds: Sequence[Row], news: Sequence[Row]) -> LinePairs:
    """Say which new line has the answer of which old one.

    Args:
        olds: The lines of one place that are replaced, answered or not; the answered ones with `SAID`.
        news: Those that fit.
    """
    pairs: dict[str, str] = {}
    for net in dict.fromkeys(row["net"] for row in olds):
        pairs |= _paired(*([row for row in rows if row["net"] == net] for rows in (olds, news)))
    pairs |= _paired(*_left(olds, news, pairs))
    rest, free = _left(olds, news, pairs)
    open_ones = _in_order([row for row in rest if SAID in row])
    proposed = {new["key"]: old["key"] for new, old in zip(_in_order(free), cycle(open_ones))} if open_ones else {}
    keys = tuple(row["key"] for row in open_ones)
    answered = {row["key"] for row in olds if SAID in row}
    pairs = {old: new for old, new in pairs.items() if old in answered}
    return LinePairs(pairs, proposed, keys if free else (), () if free else keys)


def _paired(olds: Sequence[Row], news: Sequence[Row]) -> dict[str, str]:
    """Return as many lines with as many others, where it does not matter which is which; else nothing."""
    first = olds[0] if olds else {}
    are_alike = all(SAID in row and row[SAID] == first.get(SAID) for row in olds)
    if len(olds) != len(news) or not (are_alike or len(olds) == 1):
        return {}
    both = zip(_in_order(olds), _in_order(news), strict=True)
    return {old["key"]: new["key"] for old, new in both}


def _left(olds: Sequence[Row], news: Sequence[Row], pairs: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
    taken = set(pairs.values())
    return [row for row in olds if row["key"] not in pairs], [row for row in news if row["key"] not in taken]


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (abs(row["quantity"] or 0), row["net"], row["key"]))
