"""An answer whose line is gone, and which no other line asks for, is named by the import."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.core.books.overrides.test_moved_answers import bring_in, record, type_cost, view
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", datetime(2026, 9, 1, tzinfo=UTC)) as opened:
        yield opened


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("answered", "named"), [((1,), ["order 111-1"]), ((0,), []), ((0, 1), ["order 111-1"]), ((), [])]
)
def test_what_was_typed_for_an_order_that_the_record_lacks_is_named(
    database: Database, answered: tuple[int, ...], named: list[str]
) -> None:
    """The list of transactions has two orders and the report only the first; what was typed for that one stays."""
    bring_in(database, view(1, 1))
    for order in answered:
        type_cost(database, f"111-{order}", "4.00")
    said = [problem.message for problem in bring_in(database, record(1)).problems]
    again = [problem.message for problem in bring_in(database, record(1)).problems]

    ends = "no longer applies: no line that took its place asks for it."
    assert [f"What was saved for {order}, SKU MUG {ends}" for order in named] == [one for one in said if ends in one]
    assert [] == [one for one in again if ends in one], "it is said once"
