"""What Resolve lists, and in which order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from core.books.overrides.resolve_list import by_stake, prefilled
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.model import Cause, Event, Proposal
from core.money import MONEY

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}


def line(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "event": Event.SALE, "currency": "USD", "net": Decimal(10), **fields}


def test_the_most_money_at_stake_stands_first_whatever_its_sign() -> None:
    """Lines whose currency has no rate stand behind the others, each currency by itself: amounts of two never mix."""
    lines = frame(
        COLUMNS,
        [
            line("a", net=Decimal(5)),
            line("b", currency="EUR", net=Decimal(900)),
            line("c", net=Decimal(-20)),
            line("d", currency="CAD", net=Decimal(1)),
            line("e", currency="GBP", net=Decimal(4)),
        ],
    )
    home = pd.Series([Decimal(5), None, Decimal(-20), None, Decimal(6)], lines.index, dtype=MONEY)

    assert ["c", "e", "a", "d", "b"] == by_stake(lines, home)["key"].to_list()


@pytest.mark.parametrize(
    ("cause", "proposal", "is_said"),
    [
        (Cause.COST_BLANK, None, False),
        (Cause.UNITS_UNKNOWN, None, True),
        (Cause.GOODS_UNCLEAR, None, True),
        (Cause.COST_BLANK, Proposal.TYPED_ELSEWHERE, True),
    ],
)
def test_a_row_says_what_is_asked_only_where_more_than_a_cost_is(
    cause: Cause, proposal: Proposal | None, *, is_said: bool
) -> None:
    """Or where a cost was typed on another line; the proposed cost stands in its cell either way."""
    lines = frame(
        COLUMNS,
        [line("a", cause=cause, proposal=proposal, proposed_cost=Decimal("4.10"), cost_note="Say how many.")],
    )

    (row,) = records(prefilled(lines))

    assert ("Say how many." if is_said else None, Decimal("4.10")) == (row["status"], row["cost"])
