"""Each settlement has a COGS tab of its own, whatever its id and its store are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from addin.sheets.reports import cogs

if TYPE_CHECKING:
    from core.books.books import Books


@dataclass(frozen=True)
class Named:
    """A settlement as far as its name goes."""

    id: int
    store: str
    settlement_id: str


@dataclass(frozen=True)
class NamedBooks:
    """Books as far as their settlements' names go."""

    settlements: tuple[Named, ...]


TEXTS = st.sampled_from(
    ["1", "a", "a/b", "b/1", "a:b", "A/B", "1 US", "US", "us", "x" * 40, "x" * 40 + "y", "é", "'1'"]
)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8, unique=True)


def names(pairs: list[tuple[str, str]], *, tables: bool) -> list[str]:
    books = cast("Books", NamedBooks(tuple(Named(n, store, number) for n, (store, number) in enumerate(pairs))))
    find = cogs.table_name if tables else cogs.sheet_name
    return [find(books, one) for one in books.settlements]


@given(PAIRS)
def test_no_two_settlements_share_a_tab(pairs: list[tuple[str, str]]) -> None:
    """Nor a table, as Excel compares names; and each is a name that Excel takes."""
    sheets, tables = names(pairs, tables=False), names(pairs, tables=True)

    assert len(pairs) == len({one.casefold() for one in sheets}) == len({one.casefold() for one in tables})
    assert all(len(one) <= 31 and not set(one) & set("[]:*?/\\") and one == one.strip("'") for one in sheets)
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", one) for one in tables)


@given(PAIRS)
def test_a_tab_is_found_again_whatever_is_imported_later(pairs: list[tuple[str, str]]) -> None:
    """The names of those that were there stay."""
    growing = [names(pairs[:count], tables=True) for count in range(1, len(pairs) + 1)]

    assert all(after[: len(before)] == before for before, after in pairwise(growing))


def test_an_id_of_its_own_is_the_whole_name() -> None:
    """Only where that is not enough the store stands beside it."""
    assert ["COGS 1", "COGS 1 CA", "COGS 2"] == names([("US", "1"), ("CA", "1"), ("CA", "2")], tables=False)
