"""What is pulled goes the same way into the books as a file that was downloaded by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.books.importing.importing import import_file
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.frame_columns import records
from core.marketplaces import read_file
from tests.core.marketplaces.pulled_store import NOON, PULLED, PulledStore, by_hand
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.database import Database
    from core.model import Marketplace


def bring_in(database: Database, name: str, content: bytes) -> Import:
    """Import one file of one settlement."""
    file = OriginalFile(name, content)
    (imported,) = import_file(database, read_file(content, name), file, store=None, who="M. Lee", now=NOON).settlements
    return imported.result


def lines_of(database: Database) -> list[dict[str, object]]:
    """Return every transaction in the books."""
    with database.reading() as connection:
        return records(settlement_lines.stored_transactions(connection))


@pytest.mark.long
@pytest.mark.parametrize("marketplace", PULLED)
def test_a_settlement_is_in_the_books_once(marketplace: Marketplace, tmp_path: Path) -> None:
    """Offered twice, pulled twice and then downloaded by hand: the first one counts, and the lines are identical."""
    store = PulledStore(marketplace, "offered-twice")
    with (
        new_books(tmp_path / "pulled.sqlite", "Acme", "USD", NOON) as pulled,
        new_books(tmp_path / "by_hand.sqlite", "Acme", "USD", NOON) as downloaded,
    ):
        offered = [(each.name, store.connector.fetch(each)) for each in store.connector.documents(())]
        results = [bring_in(pulled, name, content) for name, content in offered]
        files = [(f"{number}.txt", content) for number, content in enumerate(by_hand(marketplace))]
        assert [Import.NEW] * len(files) == [bring_in(downloaded, *file) for file in files]
        assert [Import.ALREADY_IMPORTED] * len(files) == [bring_in(pulled, *file) for file in files]

        assert len(files) == results.count(Import.NEW)
        assert len(offered) - len(files) == results.count(Import.ALREADY_IMPORTED)
        assert lines_of(downloaded) == lines_of(pulled)
        assert lines_of(pulled)
