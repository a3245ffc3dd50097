"""The months of the profit and loss and those of the journal are one figure, class by class."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.true_ups.corrections import corrections
from core.books.verification.month_tie_outs import month_tie_outs
from core.journal.entry import EntryKind
from tests.core.books.shops import WHO, Shop, sale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.entries.stored_entries import EntryRow

KINDS = (EntryKind.SETTLEMENT, EntryKind.COGS)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two cups sold in August for 20.00, at 6.00 each."""
    made = Shop.open(tmp_path)
    made.bring_in("1", sale("111-1", "CUP", 2))
    made.finale_says({("111-1", "CUP"): "6.00"})
    yield made
    made.database.close()


def differing(shop: Shop, change: Callable[[EntryRow], EntryRow] = lambda entry: entry) -> list[str]:
    """Return what differs once every stored entry is changed; the first tie-out counts how much that is."""
    books, settlement = shop.books, shop.settlement("1")
    with shop.database.reading() as connection:
        rows = [change(one) for one in stored_entries.of_settlement(connection, settlement.id)]
    made = {kind: make_entries(books, settlement, kind, ExportOptions()) for kind in KINDS}
    ties = month_tie_outs(books, settlement, rows, made, corrections(books))
    assert not ties or ties[0].left == len(ties) - 1
    return [tie.sentence for tie in ties[1:]]


@pytest.mark.few(1)
@pytest.mark.parametrize("kinds", [(), KINDS, (EntryKind.COGS,)], ids=["nothing out", "both out", "COGS out"])
def test_what_is_out_and_what_is_to_come_sum_to_the_profit_and_loss(shop: Shop, kinds: tuple[EntryKind, ...]) -> None:
    """Whichever of the two entries went out."""
    if kinds:
        shop.export("1", kinds=kinds)

    assert [] == differing(shop)


@pytest.mark.long
def test_an_entry_in_another_month_is_seen_though_the_settlement_sums(shop: Shop) -> None:
    """Each class is named in both months: 20.00 of sales and 12.00 of COGS stand in September."""
    shop.export("1")

    assert [
        "US/1: cogs of 2026-08, P&L and journal: 12.00 and 0.00 differ.",
        "US/1: sales of 2026-08, P&L and journal: 20.00 and 0.00 differ.",
        "US/1: cogs of 2026-09, P&L and journal: 0.00 and 12.00 differ.",
        "US/1: sales of 2026-09, P&L and journal: 0.00 and 20.00 differ.",
    ] == differing(shop, lambda entry: replace(entry, entry_date=date(2026, 9, 3)))


def test_a_cent_is_seen(shop: Shop) -> None:
    """Amounts of whole cents leave rounding nothing to explain."""
    shop.export("1")

    def one_cent_more(entry: EntryRow) -> EntryRow:
        lines = (replace(line, amount=line.amount + Decimal("0.01")) for line in entry.lines)
        return replace(entry, lines=tuple(lines)) if entry.kind is EntryKind.COGS else entry

    assert ["US/1: cogs of 2026-08, P&L and journal: 12.00 and 12.01 differ."] == differing(shop, one_cent_more)


@pytest.mark.long
def test_what_was_posted_elsewhere_is_not_compared(shop: Shop) -> None:
    """No entry of these books is about it."""
    post_elsewhere(shop.database, shop.books, [shop.settlement("1")], "before Cogsheet", **WHO)

    assert [] == differing(shop)
