"""Costs that no books hold stop before anything is stored, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.costing.frames import AmountTooLargeError, table
from core.money import MONEY


@pytest.mark.parametrize("amount", [Decimal(10) ** 12, -(Decimal(10) ** 15), Decimal("999999999999.999999") + 1])
def test_an_amount_of_a_million_million_is_refused(amount: Decimal) -> None:
    """A typed cost times its units can be one, where each of the two may be."""
    with pytest.raises(AmountTooLargeError, match="come to a million million or more"):
        table({"cogs": MONEY}, [(Decimal(1),), (amount,)])


def test_the_largest_amount_is_kept() -> None:
    """To the millionth."""
    largest = Decimal("999999999999.999999")
    assert [largest] == table({"cogs": MONEY}, [(largest,)])["cogs"].to_list()
