"""The kind of cost of many lines at once is that of each line by itself, and each kind is decided once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import TRANSACTION_COLUMNS, frame
from core.journal.cogs_entry import CostLine, cost_type, cost_types
from core.line_types import LineType
from core.model import Event, Goods
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

EVENTS, GOODS = [one.value for one in Event], [None, *(one.value for one in Goods)]
LINES = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.sampled_from(GOODS), st.sampled_from([None, "", "111-1", "111-2"]))
)


def table(lines: Sequence[tuple[object, object, object]]) -> pd.DataFrame:
    rows = [{"event": event, "goods": goods, "order_id": order} for event, goods, order in lines]
    return frame(TRANSACTION_COLUMNS, rows)


@settings(max_examples=examples(60), deadline=None)
@given(lines=LINES, left_out=st.sets(st.sampled_from(["goods", "order_id"])))
def test_each_line_has_the_kind_that_it_has_by_itself(
    lines: list[tuple[object, object, object]], left_out: set[str]
) -> None:
    """Whatever stands beside it; a column that the lines do not have says nothing of any."""
    alone = [
        cost_type(
            CostLine(
                event,
                None if "goods" in left_out else goods,
                None if "order_id" in left_out else order,
            )
        )
        for event, goods, order in lines
    ]

    assert alone == cost_types(table(lines).drop(columns=list(left_out)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (("sale", "sold", "111-1"), LineType.COGS_SALES),
        (("dispute", None, None), LineType.COGS_REFUNDS),
        (("reimbursement", "found", "111-1"), LineType.RETURNS_PAID),
        (("reimbursement", "found", None), LineType.LOSSES),
        (("reimbursement", None, "111-1"), LineType.LOSSES),
    ],
)
def test_a_kind_among_others_is_its_own(line: tuple[object, object, object], expected: LineType) -> None:
    """A found unit that names an order was a lost return, without one a loss; the first reader's lines are losses."""
    beside = [("sale", "sold", "111-1"), ("reimbursement", "found", None), ("reimbursement", "found", "111-9")]

    assert [expected, expected] == [
        cost_types(table([line, *beside, line]))[0],
        cost_types(table([*beside, line]))[-1],
    ]
