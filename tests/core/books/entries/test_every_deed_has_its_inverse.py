"""What was done can be taken back and done again: afterwards entries and balances are as if it was done once."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from core.books.database import Database
from core.books.entries import stored_entries
from core.books.entries.entry_rows import as_written
from core.books.entries.exporting import ExportOptions
from core.books.entries.locks import NotLockedError
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.entries.reopening import reopen_all
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.books.true_ups.true_up_history import NotDismissedError
from core.books.verification.verification import tie_outs
from core.errors import CogsheetError
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.model import Event
from tests.core.books.shops import WHO, Shop, lost, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator

CUP = ("111-1", "CUP")
SETTLEMENT, COGS = (EntryKind.SETTLEMENT,), (EntryKind.COGS,)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.open(tmp_path, "US", "CA")
    yield made
    made.database.close()


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """Return the shop with two cups sold at 6.00 in settlement 1, one of them refunded in settlement 2."""
    shop.bring_in("1", sale("111-1", "CUP", 2))
    shop.bring_in("2", refund("111-1", "CUP", day="2026-08-20"))
    shop.finale_says({CUP: "6.00"})
    return shop


def status(shop: Shop, name: str = "1") -> tuple[EntryStatus, EntryStatus]:
    settlement = shop.settlement(name)
    return settlement.settlement_entry, settlement.cogs_entry


@pytest.mark.long
@pytest.mark.parametrize(
    "kinds",
    [[SETTLEMENT], [COGS], [SETTLEMENT, COGS], [COGS, SETTLEMENT], [(*SETTLEMENT, *COGS)]],
    ids=["settlement alone", "COGS alone", "settlement first", "COGS first", "both at once"],
)
def test_export_reopen_export(sold: Shop, kinds: list[tuple[EntryKind, ...]]) -> None:
    """Whatever went out, alone or together: the entries are reversed, and go out once more as the next revision."""
    for some in kinds:
        sold.export("1", kinds=some)
    once, where = sold.posted(), status(sold)

    for revision in (2, 3):
        sold.reopen("1")
        assert ({}, (EntryStatus.OPEN, EntryStatus.OPEN)) == (sold.posted(), status(sold))
        for some in kinds:
            sold.export("1", kinds=some)
        assert (once, where) == (sold.posted(), status(sold))
        newest = [row["entry"] for row in sold.journal("settlement", "COGS") if row["revision"] == revision]
        assert {f"r{revision}"} == {key.rpartition(" ")[2] for key in newest}


@pytest.mark.long
def test_what_never_went_out_is_not_reopened(sold: Shop) -> None:
    """Neither before the first export nor twice."""
    with pytest.raises(NotLockedError):
        sold.reopen("1")
    sold.export("1", kinds=SETTLEMENT)
    sold.reopen("1")
    with pytest.raises(NotLockedError):
        sold.reopen("1")


@pytest.mark.long
def test_a_settlement_entry_reopened_alone_lets_its_costs_go_out_as_that_revision(sold: Shop) -> None:
    """COGS goes out after the reopened entry did, under keys that none had before."""
    sold.export("1", kinds=SETTLEMENT)
    sold.reopen("1")
    sold.export("1")
    keys = [row["entry"] for row in sold.journal()]
    sold.reopen("1")
    sold.export("1")

    with sold.database.reading() as connection:
        stored = stored_entries.of_settlement(connection, sold.settlement("1").id)
    assert len(stored) == len({entry.key for entry in stored})
    assert {"12.00"} == {sold.posted()[name] for name in ("Cost of Goods Sold",)}
    assert any("COGS r2" in key for key in keys)


@pytest.mark.long
@pytest.mark.parametrize("before", [(), SETTLEMENT], ids=["nothing out", "settlement entry out"])
def test_posted_elsewhere_and_back(sold: Shop, before: tuple[EntryKind, ...]) -> None:
    """Reopening takes only that back: a settlement entry that had gone out from here stays out."""
    if before:
        sold.export("1", kinds=before)
    was, posted = status(sold), sold.posted()

    for _ in range(2):
        post_elsewhere(sold.database, sold.books, [sold.settlement("1")], "old books", **WHO)
        assert status(sold)[1] is EntryStatus.POSTED_ELSEWHERE
        sold.reopen("1")
        assert (was, posted) == (status(sold), sold.posted())
    sold.export("1")
    assert "12.00" == sold.posted()["Cost of Goods Sold"]


@pytest.mark.long
def test_dismiss_take_up_dismiss(sold: Shop) -> None:
    """A sale and its refund are taken up together, and can be accepted then."""
    sold.export("1", "2")
    sold.finale_says({CUP: "6.50"})
    first = sold.dismiss()
    assert [] == sold.proposed()

    taken = true_ups.take_up_true_ups(sold.database, sold.books, first[:1], "the auditor wants them", **WHO)

    assert sorted(first) == taken
    assert [Decimal("1.00"), Decimal("-0.50")] == [row["difference"] for row in sold.proposed()]
    second = sold.dismiss()
    assert set(first).isdisjoint(second)
    assert [] == sold.proposed()
    true_ups.take_up_true_ups(sold.database, sold.books, second, "", **WHO)
    assert 2 == sold.accept().lines
    assert "6.50" == sold.posted()["Cost of Goods Sold"]


@pytest.mark.long
def test_only_what_is_dismissed_is_taken_up(sold: Shop) -> None:
    """Neither what is pending, nor what was taken up, nor what never was."""
    sold.export("1", "2")
    sold.finale_says({CUP: "6.50"})
    pending = [row["id"] for row in sold.proposed()]
    for numbers in (pending, [4711]):
        with pytest.raises(NotDismissedError, match=str(numbers[0])):
            true_ups.take_up_true_ups(sold.database, sold.books, numbers, "", **WHO)
    gone = sold.dismiss()
    true_ups.take_up_true_ups(sold.database, sold.books, gone, "", **WHO)
    with pytest.raises(NotDismissedError):
        true_ups.take_up_true_ups(sold.database, sold.books, gone, "", **WHO)


@pytest.mark.long
@pytest.mark.parametrize("reopened", ["1", "2"], ids=["the sale's", "the refund's"])
def test_reopening_takes_up_what_was_dismissed_beside_it(sold: Shop, reopened: str) -> None:
    """A sale of 2 goes out anew at 6.50: its refund of 1 does not stay at 6.00 (13 - 6.50, not 13 - 6)."""
    sold.export("1", "2")
    sold.finale_says({CUP: "6.50"})
    sold.dismiss()

    sold.reopen(reopened)
    sold.export(reopened)
    sold.accept()

    assert "6.50" == sold.posted()["Cost of Goods Sold"]
    assert cost_comparison.differences(sold.books).empty


@pytest.mark.long
def test_sale_and_refund_are_reopened_together_or_neither(sold: Shop) -> None:
    """A third that never went out keeps both exported; without it each is reversed once, and nothing is left over."""
    sold.bring_in("3", sale("333-1", "POT", day="2026-09-02"))
    sold.export("1", "2")
    sold.finale_says({CUP: "6.50"})
    sold.dismiss()
    before = sold.journal()

    with pytest.raises(NotLockedError, match="No settlement was reopened"):
        reopen_all(sold.database, sold.books.named("123"), "wrong bill", lock_date=None, **WHO)
    assert (before, [EntryStatus.EXPORTED] * 2) == (sold.journal(), [status(sold, name)[1] for name in "12"])
    assert [2, 2] == [
        len(made) for made in reopen_all(sold.database, sold.books.named("121"), "wrong bill", lock_date=None, **WHO)
    ]
    sold.export("1", "2")
    assert ("6.50", []) == (sold.posted()["Cost of Goods Sold"], sold.proposed())


@pytest.mark.long
def test_reopening_takes_up_nothing_that_it_does_not_concern(sold: Shop) -> None:
    """Another order's dismissed true-up stays dismissed."""
    sold.bring_in("3", sale("333-1", "POT", day="2026-09-02"))
    sold.finale_says({("333-1", "POT"): "2.00"})
    sold.export("1", "2", "3")
    sold.finale_says({CUP: "6.50", ("333-1", "POT"): "2.20"})
    sold.dismiss()

    sold.reopen("1")

    with sold.database.reading() as connection:
        still = records(true_up_history.dismissed_true_ups(connection))
    assert ["3"] == [row["settlement_id"] for row in still]
    assert [("2", Decimal("-0.50"))] == [(row["settlement_id"], row["difference"]) for row in sold.proposed()]


@pytest.mark.long
def test_a_loss_dismissed_and_reopened_is_costed_anew(shop: Shop) -> None:
    """What stands alone needs no mirror: its own settlement's reopening is enough."""
    shop.bring_in("1", lost("CUP", 3))
    shop.finale_says(CUP="7.00")
    shop.export("1")
    shop.finale_says(CUP="8.00")
    shop.dismiss()

    shop.reopen("1")
    shop.export("1")

    assert "24.00" == shop.posted()["Damaged and Lost Inventory"]
    assert [] == shop.proposed()
    assert {Event.REIMBURSEMENT} == set(shop.books.lines["event"])


@pytest.mark.long
def test_a_line_of_nothing_that_an_older_version_stored_goes_nowhere(shop: Shop) -> None:
    """Not onto sheet Journal, into a file or into what takes the entry back; verify sees no difference in it."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    with shop.database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO entry_line (entry, position, account, amount, currency, memo) "
                "SELECT id, 9, 'US Reserves USD', 0, 'USD', 'Reserve' FROM entry WHERE kind = 'settlement'"
            )
        )

    assert "US Reserves USD" not in {row["account"] for row in shop.journal()}
    with shop.database.reading() as connection:
        written = [as_written(one, shop.books.accounts) for one in stored_entries.posted_entries(connection)]
    assert all(line.amount for entry in written for line in entry.lines)
    found = tie_outs(shop.database, shop.books, shop.settlement("1"), ExportOptions())
    assert [] == [one.sentence for one in found if not one.ok]
    shop.reopen("1")
    with shop.database.reading() as connection:
        assert all(
            line.amount
            for one in stored_entries.posted_entries(connection)
            if one.entry.reverses
            for line in one.entry.lines
        )


@pytest.mark.long
def test_a_settlement_of_nothing_is_exported_reopened_and_exported_again(shop: Shop) -> None:
    """Its lines come to zero in every account: no entry, and no step stops."""
    back = sale("111-9", "CUP") | {"amount": "-10.00"}
    shop.bring_in("1", sale("111-1", "CUP"), back)
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1", kinds=(EntryKind.SETTLEMENT,))

    assert [] == shop.journal()
    shop.reopen("1")
    shop.export("1", kinds=(EntryKind.SETTLEMENT,))
    assert [] == shop.journal()


DEEDS = ("export COGS", "export settlement", "posted elsewhere", "reopen")
State = tuple[EntryStatus, EntryStatus]
"""Of the settlement entry and of the COGS entry."""
OPEN, OUT, ELSEWHERE = EntryStatus.OPEN, EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE


def expected(state: State, deed: str) -> State | None:
    """Return where a deed leads; `None` where it must be refused."""
    settlement, cogs = state
    match deed:
        case "export COGS":
            return (settlement, OUT) if cogs is OPEN else None
        case "export settlement":
            return (OUT, cogs) if settlement is OPEN else None
        case "posted elsewhere":
            return (OUT if settlement is OUT else ELSEWHERE, ELSEWHERE) if cogs is OPEN else None
    if cogs is ELSEWHERE:
        return (OUT if settlement is OUT else OPEN, OPEN)
    return None if state == (OPEN, OPEN) else (OPEN, OPEN)


def act(shop: Shop, deed: str) -> None:
    if deed == "posted elsewhere":
        post_elsewhere(shop.database, shop.books, [shop.settlement("1")], "old books", **WHO)
    elif deed == "reopen":
        shop.reopen("1")
    else:
        shop.export("1", kinds=COGS if deed == "export COGS" else SETTLEMENT)


Once = dict[EntryKind, dict[str, str]]
"""What each account has where an entry went out once."""


def walk(shop: Shop, state: State, once: Once, left: int, steps: tuple[str, ...] = ()) -> None:
    """Do every deed from here, each on a copy of the books, and from there every other one."""
    here = Path(str(shop.database.location))
    for number, deed in enumerate(DEEDS if left else ()):
        copy = shutil.copyfile(here, here.with_name(f"{here.stem}{number}.sqlite"))
        with Database.open(copy) as database:
            then, to = Shop(database), expected(state, deed)
            with nullcontext() if to else pytest.raises(CogsheetError):
                act(then, deed)
            assert (to or state) == status(then), (*steps, deed)
            standing = [kind for kind, where in zip(once, to or state, strict=True) if where is OUT]
            assert {name: amount for kind in standing for name, amount in once[kind].items()} == then.posted()
            if to:
                walk(then, to, once, left - 1, (*steps, deed))


@pytest.mark.parametrize("length", [1, pytest.param(4, marks=pytest.mark.long)])
@pytest.mark.parametrize("price", ["20.00", pytest.param("0.00", marks=pytest.mark.long)])
def test_every_sequence_of_deeds_leads_where_it_must(shop: Shop, price: str, length: int) -> None:
    """Exports, posted elsewhere and reopening in every order: nothing is stuck, and nothing is posted twice."""
    shop.bring_in("1", {**sale("111-1", "CUP", 2), "amount": price})
    shop.finale_says({CUP: "6.00"})
    money = {"US Clearing USD": price, "Marketplace Sales": f"-{price}"} if price != "0.00" else {}
    cost = {"Cost of Goods Sold": "12.00", "Inventory Asset": "-12.00"}

    walk(shop, (OPEN, OPEN), {EntryKind.SETTLEMENT: money, EntryKind.COGS: cost}, length)
