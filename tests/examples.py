"""How many examples a test of properties draws."""

from __future__ import annotations

from hypothesis import settings

_ALL = 100
"""What the profile of the long run draws (see `tests/conftest.py`)."""


def examples(count: int) -> int:
    """Return a number of examples for this run: all of them in the long one, else its share (`--examples`, a tenth).

    Args:
        count: As many as the long run draws.

    Examples:
        >>> examples(60)  # everyday, where 10 stand for 100
        6
    """
    share = settings.default.max_examples if settings.default else _ALL
    return max(1, -(-count * share // _ALL))
