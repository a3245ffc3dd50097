"""Compares two readings of one file: everything that a reading holds, and the very words of a refusal."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import CogsheetError
from core.model import Reading, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.marketplaces.reading.contents import Contents

_FRAMES = ("raw_lines", "unsettled", "returns", "order_units", "reimbursements")
_VALUES = ("format", "marketplace", "unknown_types", "problems")


def outcome(read: Callable[[Contents], Reading], contents: Contents) -> Reading | str:
    """Return what a reader makes of a file, or in which words it refuses it."""
    try:
        return read(contents)
    except CogsheetError as error:
        return f"{type(error).__name__}: {error}"


def assert_same(actual: Reading | str, expected: Reading | str) -> None:
    """Compare two outcomes."""
    if isinstance(actual, str) or isinstance(expected, str):
        assert actual == expected
        return
    for name in _VALUES:
        assert getattr(actual, name) == getattr(expected, name), name
    for name in _FRAMES:
        pd.testing.assert_frame_equal(getattr(actual, name), getattr(expected, name))
    assert len(actual.settlements) == len(expected.settlements)
    for one, other in zip(actual.settlements, expected.settlements, strict=True):
        _assert_same_settlement(one, other)


def _assert_same_settlement(actual: Settlement, expected: Settlement) -> None:
    for field in fields(Settlement):
        if field.name != "transactions":
            assert getattr(actual, field.name) == getattr(expected, field.name), field.name
    assert str(actual.sum) == str(expected.sum)  # written with as many decimals
    pd.testing.assert_frame_equal(actual.transactions, expected.transactions)
