"""Which rows stay, go and come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from addin.sheets.tables.sheet_rows import Key, duplicates, plan_rows

KEYS = st.integers(0, 30).map(lambda number: (str(number),))


def apply(present: list[Key | None], deleted: tuple[tuple[int, int], ...], appended: int) -> list[Key | None]:
    """Do to a list what the plan does to a table."""
    rows = list(present)
    for first, count in deleted:
        del rows[first : first + count]
    return rows + [None] * appended


def test_rows_that_stay_keep_their_order_and_new_ones_follow() -> None:
    """A row is found by its key, wherever the user sorted it to."""
    plan = plan_rows([("c",), ("a",), ("b",)], [("a",), ("c",), ("d",)], blank=[False] * 3)

    assert ((2, 1),) == plan.deletions
    assert 1 == plan.new_rows
    assert (1, 0, 2) == plan.contents


def test_empty_rows_give_way_and_the_users_own_stay() -> None:
    """A row without key is the user's own unless all its cells are empty."""
    plan = plan_rows([None, None], [("a",)], blank=[True, False])

    assert ((0, 1),) == plan.deletions
    assert (None, 0) == plan.contents


@given(st.lists(KEYS, unique=True), st.lists(KEYS, unique=True))
def test_the_table_ends_with_exactly_the_wanted_rows(present: list[Key], wanted: list[Key]) -> None:
    """After deleting and appending, each wanted record has one row, and rows that stay are in their old order."""
    plan = plan_rows(list(present), wanted, blank=[False] * len(present))
    after = apply(list(present), plan.deletions, plan.new_rows)

    assert len(after) == len(plan.contents)
    assert sorted(wanted) == sorted(wanted[index] for index in plan.contents if index is not None)
    kept = [key for key in present if key in wanted]
    assert kept == after[: len(kept)]
    assert kept == [wanted[index] for index in plan.contents[: len(kept)] if index is not None]


@given(st.lists(KEYS))
def test_duplicates_are_the_keys_that_stand_more_than_once(keys: list[Key]) -> None:
    """Each such key is named once."""
    assert {key for key in keys if keys.count(key) > 1} == set(duplicates(keys))
    assert len(set(duplicates(keys))) == len(duplicates(keys))
