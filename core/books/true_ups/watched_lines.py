"""Exported lines that are to be watched once their true-ups are proposed, so that the next time few are compared. Pure.

What is kept of an exported line is what it went out with. Where it would cost just that today, whatever moves its cost
of today is found by what is kept; all others are watched (docs/design/books.md, Costed lines are kept).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.true_ups.cost_comparison import amount_or_zero
from core.costing.lines import locked_unanswered, typed_skus
from core.model import ASKS_GOODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.books import Books
    from core.books.true_ups.cost_comparison import Comparison, Row

_FIGURES = ("cost_status", "unit_cost", "cost_quantity", "disposition", "cogs", "cause", "suspect")


def watched_skus(books: Books, comparison: Comparison) -> dict[str, set[str]] | None:
    """Return the exported lines that would cost something else today, each with the SKUs that it may hang on.

    Args:
        books: The books, or those of their lines that may be tied to each other.
        comparison: Of these.

    Returns:
        Nothing where every line must be compared next time too: where one may ask again, has another SKU today than it
        is found by, or came after its export, since what is proposed of these follows from all lines.
    """
    locked = books.costing_input.locked_lines
    if books.may_ask_after_export or not locked_unanswered(locked).isdisjoint(typed_skus(books.overrides)):
        return None
    if not set(books.accepted_true_ups["key"]) <= {row["key"] for row in comparison.held if "cost_source" in row}:
        return None
    skus = dict(zip(books.lines["key"], books.lines["sku"], strict=True))
    posted = [row for row in comparison.held if row["key"] not in books.never_posted]
    pairs = [(row, comparison.now.get(row["key"])) for row in posted]
    if any(now is None or _may_ask(now, row) or now["sku"] != _known(skus[row["key"]]) for row, now in pairs):
        return None
    return {row["key"]: told for row, told in _watched(books, comparison) if told}


def _known(sku: object) -> str | None:
    return sku if isinstance(sku, str) else None


def _may_ask(now: Row, held: Row) -> bool:
    """Tell whether fewer units may be proposed of a line than it is held with, at a cost that other lines propose."""
    return now["cause"] in ASKS_GOODS and bool(amount_or_zero(held["cogs"]))


def _watched(books: Books, comparison: Comparison) -> Iterator[tuple[Row, set[str]]]:
    told: dict[str, set[str]] = {}
    reported = books.known_now.reimbursed
    for key, sku in () if reported is None else zip(reported["key"], reported["sku"], strict=True):
        told.setdefault(key, set()).update([sku] if isinstance(sku, str) else [])
    decided = {*books.accepted_true_ups["key"], *books.dismissed_true_ups["key"], *comparison.found["key"]}
    for row in comparison.held:
        now = comparison.now.get(row["key"])
        is_plain = now is not None and all(now[name] == row[name] for name in _FIGURES)
        if now is not None and not (is_plain and row["key"] not in told and row["key"] not in decided):
            yield row, {sku for sku in (now["sku"], *told.get(row["key"], ())) if sku is not None}
