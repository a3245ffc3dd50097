"""A number and its noun."""

import pytest

from core.plurals import counted


@pytest.mark.parametrize(
    ("number", "nouns", "words"),
    [
        (0, ("unit",), "0 units"),
        (1, ("unit",), "1 unit"),
        (1204, ("line",), "1,204 lines"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_one_is_singular(number: int, nouns: tuple[str, ...], words: str) -> None:
    """Every other number, none included, is plural."""
    assert words == counted(number, *nouns)
