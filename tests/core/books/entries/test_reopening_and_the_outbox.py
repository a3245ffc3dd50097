"""Reopening reverses what was imported into the accounting system, and withdraws what was not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries import outbox
from core.books.entries.outbox import FileOfEntries, WrittenAgain
from core.books.entries.reopening import ImportedOrNotError, decision, reopen_all
from core.books.verification.altered_rows import find_altered
from tests.core.books.shops import NOW, WHO, Shop, sale

if TYPE_CHECKING:
    from pathlib import Path


def gone_out(folder: Path, *, written: bool) -> Shop:
    """Return a shop whose sale of 6.00 is exported into one file, which was written or still waits."""
    shop = Shop.open(folder)
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "6.00"})
    shop.export("1")
    keys = tuple(dict.fromkeys(row["entry"] for row in shop.journal()))
    with shop.database.writing() as connection:
        (number,) = outbox.keep_files(connection, [FileOfEntries("1.csv", b"6.00", keys)], "/exports", "k3jx2q7a")
    if written:
        outbox.note_written(shop.database, number, "/exports/1.csv", NOW)
    return shop


def waiting(shop: Shop) -> list[tuple[str, str]]:
    """Return the files that wait, with their folders."""
    with shop.database.reading() as connection:
        return [(one.folder, one.name) for one in outbox.unwritten(connection)]


@pytest.mark.parametrize(
    ("written", "imported", "kinds"),
    [
        (False, None, {"withdrawal"}),
        (True, True, {"reversal"}),
        (True, False, {"withdrawal"}),
    ],
    ids=["never written", "imported", "not imported"],
)
def test_what_takes_entries_back(tmp_path: Path, written: bool, imported: bool | None, kinds: set[str]) -> None:  # noqa: FBT001 - a case
    """All comes to nothing; a file that still waits is written no more."""
    shop = gone_out(tmp_path, written=written)
    went_out = {row["entry"] for row in shop.journal()}
    decided = decision(shop.database, shop.books, [shop.settlement("1")], imported=imported)
    reopen_all(shop.database, [shop.settlement("1")], "wrong bill", lock_date=None, decided=decided, **WHO)

    assert kinds == {row["kind"] for row in shop.journal() if row["entry"] not in went_out}
    assert {} == shop.posted()
    with shop.database.reading() as connection:
        assert [] == outbox.unwritten(connection)


def test_nothing_is_taken_back_where_nobody_said_whether_it_was_imported(tmp_path: Path) -> None:
    """The file was written: its name is in the question, and what went out stands."""
    shop = gone_out(tmp_path, written=True)
    stands = shop.posted()
    decided = decision(shop.database, shop.books, [shop.settlement("1")], imported=None)
    with pytest.raises(ImportedOrNotError, match=r"/exports/1\.csv"):
        reopen_all(shop.database, [shop.settlement("1")], "wrong bill", lock_date=None, decided=decided, **WHO)
    assert stands == shop.posted()
    assert Decimal(6) == sum(row["amount"] for row in shop.journal("COGS") if row["amount"] > 0)


@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in files of their own"])
def test_of_files_written_again_what_is_left_waits_by_itself(tmp_path: Path, apart: bool) -> None:  # noqa: FBT001 - a case
    """Both entries wait; the first is written anew, and the second meets a full disk: none is ever written twice.

    The file with both was still to be written, and whoever reopened was not asked whether the first was imported.
    """
    shop = gone_out(tmp_path, written=False)
    first, second = dict.fromkeys(row["entry"] for row in shop.journal())
    files = [FileOfEntries(f"{number}.csv", b"6.00", (key,)) for number, key in enumerate((first, second))]
    if apart:
        with shop.database.writing() as connection:
            outbox.withdraw(connection, [first, second], NOW)
            outbox.keep_files(connection, files, "/exports", "k3jx2q7a")
    again = WrittenAgain(files[:1], "/again/0.csv", files[1:], "/again", "k3jx2q7a")
    outbox.note_written_again(shop.database, again, NOW)

    assert [("/exports" if apart else "/again", "1.csv")] == waiting(shop)
    with shop.database.reading() as connection:
        assert {second} == outbox.never_written(connection, [first, second])
        assert ["/again/0.csv"] == outbox.paths_of(connection, [first])
    assert [] == find_altered(shop.database)
