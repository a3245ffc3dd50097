"""Orders whose goods are told by several documents, by commands: each unit is expensed once, whatever went out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, month, payout, refund
from tests.end_to_end.stories import Left, bought

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

BOUGHT = (
    bought("A", "2026-07-01", 50, "10"),
    bought("B", "2026-07-01", 50, "7"),
    bought("C", "2026-07-01", 50, "3.25"),
)
ONE = Good("1", "A", 1, "20.00")
FIRST = Paid("21", "20.00", "2026-08-03")


@dataclass(frozen=True)
class Told:
    """A document, the settlement that it is, and what had left when it came."""

    settlement: str
    content: bytes
    gone: tuple[Left, ...]


def of_payout(number: str, day: str, order: ShopOrder, *movements: Paid | Back, gone: Sequence[Left] = ()) -> Told:
    """Return a payout with payments and refunds of one order."""
    made = [charge(order, one) if isinstance(one, Paid) else refund(order, one) for one in movements]
    return Told(number, payout(number, day, [order], *made), tuple(gone))


def instalments() -> list[Told]:
    """Two units on three instalments; they leave with the last."""
    paid = (Paid("11", "18.00", "2026-08-03"), Paid("12", "18.00", "2026-09-03"), Paid("13", "24.00", "2026-10-03"))
    open_ = ShopOrder("#2001", (Good("1", "A", 2, "60.00", 0, 2),), paid[:1], changed="2026-08-03")
    second = replace(open_, paid=paid[:2], changed="2026-09-03")
    whole = replace(open_, goods=(Good("1", "A", 2, "60.00", 2, 0),), paid=paid, changed="2026-10-03")
    return [
        of_payout("811", "2026-08-06", open_, paid[0]),
        of_payout("911", "2026-09-06", second, paid[1]),
        of_payout("1011", "2026-10-06", whole, paid[2], gone=[Left("#2001", "A", (("2026-10-02", 2),))]),
    ]


def raised_and_returned() -> list[Told]:
    """One unit becomes four after the first payout; two of them come back within the second."""
    more = Paid("22", "60.00", "2026-09-03")
    back = Back("6", "2026-09-05", (("1", 2, "RETURN", "40.00"),), "40.00")
    before = ShopOrder("#2002", (ONE,), (FIRST,))
    after = ShopOrder("#2002", (Good("1", "A", 4, "80.00"),), (FIRST, more), (back,))
    parcels = (("2026-08-04", 1), ("2026-09-04", 3))
    return [
        of_payout("821", "2026-08-06", before, FIRST, gone=[Left("#2002", "A", parcels[:1])]),
        of_payout("921", "2026-09-06", after, more, back, gone=[Left("#2002", "A", parcels)]),
    ]


def exchanged_and_returned() -> list[Told]:
    """An A is exchanged for a B at the same price, and the B comes back too."""
    swap = Back("7", "2026-09-03", (("1", 1, "RETURN", "20.00"),))
    back = Back("8", "2026-10-03", (("2", 1, "RETURN", "20.00"),), "20.00")
    before = ShopOrder("#2003", (ONE,), (FIRST,))
    swapped = ShopOrder("#2003", (ONE, Good("2", "B", 1, "20.00")), (FIRST,), (swap,))
    after = replace(swapped, back=(swap, back))
    first, both = Left("#2003", "A", (("2026-08-04", 1),)), Left("#2003", "B", (("2026-09-04", 1),))
    return [
        of_payout("831", "2026-08-06", before, FIRST, gone=[first]),
        Told("Not in payouts 2026-09", month("2026-09", swapped), (first, both)),
        of_payout("1031", "2026-10-06", after, back, gone=[first, both]),
    ]


def gift_card_and_more() -> list[Told]:
    """An A and a B paid by gift card and card, within payouts and outside; two C are added and paid later."""
    card, rest, more = (
        Paid("31", "12.00", "2026-08-03", "gift_card"),
        Paid("32", "23.00", "2026-08-03"),
        Paid("33", "6.50", "2026-09-03"),
    )
    goods = (ONE, Good("2", "B", 1, "15.00"))
    before = ShopOrder("#2004", goods, (card, rest))
    after = ShopOrder("#2004", (*goods, Good("3", "C", 2, "6.50")), (card, rest, more))
    first = (Left("#2004", "A", (("2026-08-04", 1),)), Left("#2004", "B", (("2026-08-04", 1),)))
    return [
        of_payout("841", "2026-08-06", before, rest, gone=first),
        Told("Not in payouts 2026-08", month("2026-08", before), first),
        of_payout("941", "2026-09-06", after, more, gone=[*first, Left("#2004", "C", (("2026-09-04", 2),))]),
    ]


def swapped_before_it_left() -> list[Told]:
    """An A, paid and not shipped, becomes a B that costs 7.00 more; only the B leaves."""
    more, swap = Paid("23", "7.00", "2026-09-03"), Back("7", "2026-09-02", (("1", 1, "CANCEL", "20.00"),))
    before = ShopOrder("#2005", (ONE,), (FIRST,))
    after = ShopOrder("#2005", (ONE, Good("2", "B", 1, "27.00")), (FIRST, more), (swap,))
    return [
        of_payout("851", "2026-08-06", before, FIRST),
        of_payout("951", "2026-09-06", after, more, gone=[Left("#2005", "B", (("2026-09-04", 1),))]),
    ]


STORIES = {
    "three instalments": (instalments, "20.00"),
    "more units, of which some come back": (raised_and_returned, "20.00"),
    "an exchange that comes back": (exchanged_and_returned, "0"),
    "a gift card, and an item that is added": (gift_card_and_more, "23.50"),
    "swapped before it left": (swapped_before_it_left, "7.00"),
}


def brought(story: Story, finale: FinaleOnLine, folder: Path, told: Told) -> None:
    """Import a document and sync what Finale knows by then."""
    file = folder / f"{told.settlement}.json"
    file.write_bytes(told.content)
    story.deed("import", str(file))
    finale.sync(story, *BOUGHT, *told.gone)


@pytest.mark.long
@pytest.mark.parametrize("name", STORIES)
def test_a_unit_is_expensed_once_whichever_document_comes_first(
    story: Story, finale: FinaleOnLine, tmp_path: Path, name: str
) -> None:
    """The newest document first, then the older ones."""
    documents, cogs = STORIES[name]
    last = documents()[-1]
    for told in reversed(documents()):
        brought(story, finale, tmp_path, replace(told, gone=last.gone))

    assert [] == story.asked()
    assert Decimal(cogs) == sum((Decimal(str(row["COGS"])) for row in story.lines()), Decimal(0))
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(STORIES.keys() - {"swapped before it left"}))
def test_a_unit_is_expensed_once_though_each_document_went_out(
    story: Story, finale: FinaleOnLine, tmp_path: Path, name: str
) -> None:
    """Each is exported before the next one comes: what went out stands, and no true-up is due."""
    documents, cogs = STORIES[name]
    for told in documents():
        brought(story, finale, tmp_path, told)
        story.deed("export", told.settlement, "--format", "quickbooks", "--accept-suspect")

    assert Decimal(cogs) == story.posted("COGS").get("Cost of Goods Sold", Decimal(0))
    assert [] == story.pending()
    story.ties()
