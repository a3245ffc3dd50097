"""What changed between the reading of the books and a deed is named, and the deed is not done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from core.books.database import Database
from core.books.entries.exporting import ExportOptions, NotReadyError, export_settlement, export_settlements
from core.books.entries.meanwhile import ChangedMeanwhileError
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.entries.reopening import OtherRevisionError, decision, reopen_all
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settings import stores
from core.books.settings.stores import Store
from core.books.settlements.booked_settlement import EntryStatus
from core.errors import CogsheetError
from core.model import Marketplace
from tests.core.books.examples import COMPANY
from tests.core.books.shops import NOW, WHO, Shop, sale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.entries.reopening import Decision

ANN: dict[str, Any] = {"who": "Ann", "now": NOW}
BOB: dict[str, Any] = {"who": "Bob", "now": NOW}


@pytest.fixture
def two(place: str) -> Iterator[tuple[Shop, Shop]]:
    """Return the books of a shop, opened by two people: two cups sold, and a pot whose cost is typed."""
    with Database.create(place, COMPANY) as first, Database.open(place) as second:
        with first.writing() as connection:
            stores.ensure(connection, Store("US", Marketplace.AMAZON))
        shop = Shop(first)
        shop.bring_in("1", sale("111-1", "CUP", 2), sale("111-2", "POT"))
        shop.finale_says({("111-1", "CUP"): "6.00"})
        type_pot(shop, "3")
        yield shop, Shop(second)


def type_pot(shop: Shop, cost: str) -> None:
    """Save the cost of the pot."""
    books = shop.books
    (key,) = books.lines.loc[books.lines["sku"] == "POT", "key"]
    answer = Answer(key=key, version=0, cost=Decimal(cost), proposal=None)
    save_answers(shop.database, books, [answer], settlement_ids=None, accept_proposals=False, **ANN)


def at_once(*deeds: object) -> list[str]:
    """Let two people do something at one moment; return what came of it, an error by its words."""
    start = Barrier(len(deeds))

    def press(deed: object) -> str:
        start.wait()
        try:
            deed()  # type: ignore[operator]
        except CogsheetError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(press, deeds), reverse=True)


@pytest.mark.few(1)
def test_a_settlement_that_two_people_export_at_once_is_posted_once(two: tuple[Shop, Shop]) -> None:
    """Both have read it as ready. The slower one is told by whom it was exported, and has posted nothing."""
    loaded = [(shop.database, shop.books, shop.settlement("1")) for shop in two]
    one, other = (
        lambda at=at, who=who: export_settlement(at[0], at[1], at[2], ExportOptions(), **who)
        for at, who in zip(loaded, (ANN, BOB), strict=True)
    )
    done, refused = at_once(one, other)
    assert "done" == done
    assert "Settlement US/1 was changed while this was being done: batch 4, export by " in refused
    assert 2 == len({row["entry"] for row in two[0].journal()})
    assert 4 == two[1].books.last_batch


@pytest.mark.long
def test_a_cost_that_was_undone_a_moment_before_is_not_locked(two: tuple[Shop, Shop]) -> None:
    """Ann has read 3.00, Bob takes it back: her export names his undo. Read again, the cost is missing."""
    shop, other = two
    books = shop.books
    undo_last(other.database, **BOB)
    with pytest.raises(ChangedMeanwhileError, match=r"batch 4, undo by Bob, .* UTC \(undoes batch 3\)"):
        export_settlements(shop.database, books, books.named(["1"]), ExportOptions(), **ANN)
    assert [] == shop.journal()
    with pytest.raises(NotReadyError, match="Not synced"):
        shop.export("1")


@pytest.mark.long
@pytest.mark.parametrize("what", ["another settlement", "a setting as it was"])
def test_what_does_not_touch_the_settlement_stops_nothing(two: tuple[Shop, Shop], what: str) -> None:
    """Another settlement came in the moment in between; or a setting was set to what it was."""
    shop, other = two
    books = shop.books
    if what == "another settlement":
        other.bring_in("2", sale("111-3", "CUP", day="2026-08-20"))
    else:
        other.set(lock_date="")
    export_settlement(shop.database, books, books.named(["1"])[0], ExportOptions(), **ANN)
    assert EntryStatus.EXPORTED is shop.settlement("1").cogs_entry


@pytest.mark.long
def test_none_of_several_goes_out_where_one_was_changed(two: tuple[Shop, Shop]) -> None:
    """Settlement 2 is exported by Bob in between: 1 stays in, though nothing of it changed."""
    shop, other = two
    shop.bring_in("2", sale("111-3", "CUP", day="2026-08-20"))
    shop.finale_says({("111-3", "CUP"): "6.00"})
    books = shop.books
    other.export("2")
    with pytest.raises(ChangedMeanwhileError, match="Settlement US/2 was changed"):
        export_settlements(shop.database, books, books.named(["1", "2"]), ExportOptions(), **ANN)
    assert EntryStatus.OPEN is shop.settlement("1").settlement_entry


@pytest.mark.long
def test_what_was_exported_a_moment_before_is_not_posted_elsewhere(two: tuple[Shop, Shop]) -> None:
    """Its entries went out from here: nothing says that they are another program's."""
    shop, other = two
    books = shop.books
    other.export("1")
    with pytest.raises(ChangedMeanwhileError, match="batch 4, export by"):
        post_elsewhere(shop.database, books, books.named(["1"]), "A2X", **ANN)
    assert EntryStatus.EXPORTED is shop.settlement("1").cogs_entry


def decided(shop: Shop) -> Decision:
    return decision(shop.database, shop.books, [shop.settlement("1")], imported=True)


@pytest.mark.long
def test_what_two_people_reopen_at_once_is_reversed_once(two: tuple[Shop, Shop]) -> None:
    """Each entry has one reversal, and the slower one is told."""
    two[0].export("1")
    known = [(shop.database, [shop.settlement("1")], decided(shop)) for shop in two]
    one, other = (
        lambda at=at, who=who: reopen_all(at[0], at[1], "wrong", lock_date=None, decided=at[2], **who)
        for at, who in zip(known, (ANN, BOB), strict=True)
    )
    done, refused = at_once(one, other)
    assert "done" == done
    assert "Settlement US/1 was changed while this was being done: batch 5, reopen by " in refused
    assert 4 == len({row["entry"] for row in two[0].journal()})


@pytest.mark.long
def test_the_revision_that_was_meant_is_reopened_and_no_later_one(two: tuple[Shop, Shop]) -> None:
    """Bob has reopened it and exported it again in between: it is out as before, and is another one."""
    shop, other = two
    shop.export("1")
    settlement, known = shop.settlement("1"), decided(shop)
    other.reopen("1")
    other.export("1")
    with pytest.raises(OtherRevisionError, match="stands at revision 2 of its entries, not 1"):
        reopen_all(shop.database, [settlement], "wrong", lock_date=None, decided=known, **WHO)
    assert EntryStatus.EXPORTED is shop.settlement("1").cogs_entry
