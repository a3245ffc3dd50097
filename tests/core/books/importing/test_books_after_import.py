"""The books after an import, with what came and what is near it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.books.costed_lines.catching_up import changes_since
from core.books.costed_lines.line_totals import kept_notes
from core.books.costed_lines.stored_lines import keep
from core.books.database.state import state
from core.books.importing.books_after_import import load_after_import
from core.books.loading import load_books
from tests.core.books.lives_of_orders import Life, bring_in, files_of, open_books

if TYPE_CHECKING:
    from pathlib import Path

MANY = tuple(Life(f"222-{number}", "US", sold=((0, 1),), refunds=(), lost=None) for number in range(9))
CAME = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("store", "orders"), [("US", {"111-0"}), ("CA", None)], ids=["an account that was there", "one that is new"]
)
def test_what_came_is_loaded_with_what_it_may_touch(tmp_path: Path, store: str, orders: set[str] | None) -> None:
    """Nine other orders are not read; for an account that no settlement was of, nothing is known without them."""
    files = files_of((CAME, *MANY))
    with open_books(tmp_path) as database:
        bring_in(database, "US", files["US", 0])
        keep(database, load_books(database))
        with database.reading() as connection:
            before, noted = state(connection), kept_notes(connection)
        bring_in(database, store, files["US", 1])
        caught = changes_since(database, before)
        assert caught is not None
        found = load_after_import(database, caught, noted, (), {store})

    assert orders == (None if found is None else set(found.books.lines["order_id"].dropna()))
