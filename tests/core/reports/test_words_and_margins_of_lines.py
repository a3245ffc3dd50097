"""What a line of a report earns, and what its marketplace calls it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from core.exchange_rates import RATE_COLUMNS, TYPED, ExchangeRates
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.model import CostStatus, Event
from core.reports.costed_lines import margin, with_margins, words_of

NO_GOODS = {"cost_status": CostStatus.NOT_APPLICABLE, "cogs": Decimal(0), "currency": "USD", "cost_currency": "USD"}


def line(**cells: object) -> pd.DataFrame:
    return frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, [cells])


@pytest.mark.parametrize(
    ("event", "net", "earned"),
    [
        (Event.BALANCE, "957.26", None),
        (Event.BALANCE, "-1120.05", None),
        (Event.FEE, "-39.99", Decimal("-39.99")),
        (Event.ADVERTISING, "-12.00", Decimal(-12)),
        (Event.REIMBURSEMENT, "8.00", Decimal(8)),
    ],
)
@pytest.mark.parametrize("rate", [None, Decimal(1)])
def test_a_balance_has_no_margin(event: Event, net: str, earned: Decimal | None, rate: Decimal | None) -> None:
    """A reserve that is kept back is no loss and its release no profit; a fee is one, at home and abroad."""
    (row,) = records(pd.DataFrame({"margin": margin(line(event=event, net=Decimal(net), **NO_GOODS), [rate])}))

    assert earned == row["margin"]


SOLD = {
    "event": Event.SALE,
    "net": Decimal(10),
    "currency": "EUR",
    "posted_at": datetime(2026, 8, 5, tzinfo=UTC),
    "cost_status": CostStatus.COSTED,
    "cogs": Decimal(4),
    "cost_currency": "USD",
}
RATES = ExchangeRates.of(
    frame(RATE_COLUMNS, [{"base": "EUR", "quote": "USD", "day": "2026-08-04", "rate": "1.10", "source": TYPED}])
)


@pytest.mark.parametrize(
    ("cells", "earned", "rate"),
    [
        ({}, Decimal(7), f"1 EUR = 1.1 USD, {TYPED} 2026-08-04"),
        ({"currency": "USD"}, Decimal(6), None),
        ({"currency": "GBP"}, None, None),
        ({"posted_at": datetime(2026, 9, 5, tzinfo=UTC)}, None, None),
    ],
    ids=["its rate is known", "home currency", "no rate of its currency", "no rate of its day"],
)
def test_a_margin_is_in_home_currency_and_says_its_rate(
    cells: dict[str, object], earned: Decimal | None, rate: str | None
) -> None:
    """10.00 EUR at 1.10 less 4.00 USD; without its rate a line has none: nothing is taken for one to one."""
    (row,) = records(with_margins(line(**SOLD | cells), RATES, "USD"))

    assert (earned, rate) == (row["margin"], row["rate"])


@pytest.mark.parametrize(
    ("word", "description", "said"),
    [
        ("other-transaction", "Subscription Fee", "other-transaction / Subscription Fee"),
        ("other-transaction", "Current Reserve Amount", "other-transaction / Current Reserve Amount"),
        ("Order", None, "Order"),
        (None, "Gift card sold", "Gift card sold"),
        (None, None, None),
    ],
)
def test_the_marketplaces_words_tell_lines_of_one_type_apart(
    word: str | None, description: str | None, said: str | None
) -> None:
    """Type and description; either may be all there is."""
    (row,) = records(pd.DataFrame({"words": words_of(line(raw_type=word, raw_description=description))}))

    assert said == row["words"]
