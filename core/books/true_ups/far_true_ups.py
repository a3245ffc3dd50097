"""Tell whether what is proposed of exported lines follows from all lines of the books, so that all are compared. Pure.

Else it follows from the lines that each may be tied to, and the lines whose costs moved are found by what is kept of
them: of a line with an order no average is the cost, and all others hang on the averages of the SKU that is kept
(docs/design/books.md, Costed lines are kept).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.true_ups.cost_comparison import amount_or_zero
from core.costing.lines import locked_unanswered, typed_skus
from core.model import ASKS_GOODS

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.true_ups.cost_comparison import Comparison, Row


def follow_from_all_lines(books: Books, comparison: Comparison) -> bool:
    """Tell whether an exported line may ask again, has another SKU today than it is found by, or came after its export.

    Args:
        books: The books, or those of their lines that may be tied to each other.
        comparison: Of these.
    """
    locked = books.costing_input.locked_lines
    if books.may_ask_after_export or not locked_unanswered(locked).isdisjoint(typed_skus(books.overrides)):
        return True
    if not set(books.accepted_true_ups["key"]) <= {row["key"] for row in comparison.held if "cost_source" in row}:
        return True
    skus = dict(zip(books.lines["key"], books.lines["sku"], strict=True))
    posted = [row for row in comparison.held if row["key"] not in books.never_posted]
    pairs = [(row, comparison.now.get(row["key"])) for row in posted]
    return any(now is None or _may_ask(now, row) or now["sku"] != _known(skus[row["key"]]) for row, now in pairs)


def _known(sku: object) -> str | None:
    return sku if isinstance(sku, str) else None


def _may_ask(now: Row, held: Row) -> bool:
    """Tell whether fewer units may be proposed of a line than it is held with, at a cost that other lines propose."""
    return now["cause"] in ASKS_GOODS and bool(amount_or_zero(held["cogs"]))
