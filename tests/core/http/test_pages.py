"""Lists that come in pages: each row counts once, and a list without an end is told."""

from __future__ import annotations

import pytest

from core.http.pages import PagesRead

Row = dict[str, int]
A, B, C = ({"id": number} for number in (1, 2, 3))


class StandstillError(Exception):
    """The pages do not move on."""


def pages_read(**how: object) -> PagesRead[Row]:
    """Return a list of which nothing is read, whose rows are known by their id."""
    return PagesRead[Row](StandstillError, lambda row: row.get("id"), **how)  # type: ignore[arg-type]  # by name


def test_a_row_that_comes_again_counts_once() -> None:
    """What is added while the pages are read pushes rows onto the next page."""
    read = pages_read()

    assert [[A, B], [C]] == [read.new([A, B], "1"), read.new([B, C], None)]


@pytest.mark.parametrize(
    "pages",
    [
        [([A, B], "1"), ([A, B], "2")],
        [([A, B], "1"), ([C], "2"), ([A, B], None)],
        [([A], "1"), ([B], "2"), ([C], "1")],
        [([A], "1"), ([], "1")],
    ],
)
def test_a_page_or_a_cursor_that_comes_again_is_no_page(pages: list[tuple[list[Row], str | None]]) -> None:
    """At once, or after others, and also where it says that it is the last."""
    read = pages_read()
    for page in pages[:-1]:
        read.new(*page)

    with pytest.raises(StandstillError):
        read.new(*pages[-1])


def test_a_list_without_an_end_is_told() -> None:
    """However new each page is."""
    read = pages_read(most=3)
    read.new([A], "1")
    read.new([B], "2")

    with pytest.raises(StandstillError):
        read.new([C], "3")


def test_equal_rows_without_an_id_can_follow_one_another() -> None:
    """Two units of a line that were refunded apart are two rows, though each page holds one of them."""
    read = PagesRead[Row](StandstillError)

    assert [{"units": 1}, {"units": 1}] == read.new([{"units": 1}], "1") + read.new([{"units": 1}], None)
