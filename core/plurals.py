"""A number and its noun in a sentence."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 line`, `2 lines`, `1,204 lines`.

    Args:
        number: How many.
        noun: Of one.
        plural: Of several, where it is not the noun with an s.

    Examples:
        >>> counted(2, "entry", "entries")
        '2 entries'
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
