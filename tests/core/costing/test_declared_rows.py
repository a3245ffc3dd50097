"""Rows of declared columns are read straight from a table, whether or not it has all of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from core.costing.frames import declared, declared_rows, rows
from core.frame_columns import COSTED_COLUMNS, FLAG, TEXT, WHOLE, frame
from core.money import MONEY

COLUMNS = {"key": TEXT, "cost": MONEY, "units": WHOLE, "sure": FLAG}


def test_rows_are_those_of_the_table_with_the_declared_columns() -> None:
    """A column that a table lacks is missing in its rows, and one of another type is read as its own."""
    table = pd.DataFrame({"units": [1, 2], "key": ["a", "b"], "cost": pd.Series([Decimal("1.5"), None], dtype=MONEY)})
    expected = [("a", Decimal("1.500000"), 1, None), ("b", None, 2, None)]
    assert expected == list(declared_rows(COLUMNS, table))
    assert expected == list(rows(declared(COLUMNS, table), tuple(COLUMNS)))
    assert [(1, "a"), (2, "b")] == list(declared_rows(COLUMNS, table, ("units", "key")))


def test_no_table_has_no_rows() -> None:
    """Neither what is absent nor what is empty has any."""
    assert [] == [*declared_rows(COSTED_COLUMNS, None), *declared_rows(COSTED_COLUMNS, frame(COSTED_COLUMNS))]


def test_rows_can_be_chosen() -> None:
    """Those of which the choice says yes are read, in their order."""
    table = frame(COLUMNS, [{"key": key, "units": units} for key, units in (("a", 1), ("b", None), ("c", 3))])
    assert [("b", None), ("c", 3)] == list(rows(table, ("key", "units"), np.array([False, True, True])))
