"""Every format: a generated settlement survives write -> read, in any order of rows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces import FORMATS, read_file
from core.marketplaces.settlements.line_keys import with_line_keys
from core.model import Event
from tests.core.marketplaces.settlement_writers import WITHOUT_ITEMS, WRITERS, Sold, not_in_payouts, total
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from core.model import Settlement

FEW = settings(deadline=None, max_examples=examples(10), suppress_health_check=[HealthCheck.too_slow])
ORDER_LINES = st.builds(
    Sold,
    order_id=st.sampled_from(["111-1", "111-2", "AI-1001", "20-00000-00001"]),
    sku=st.sampled_from(["00123", "BIO _AU", "Größe-Ω", "=1+1", "1E5", "a,b;c"]),
    units=st.integers(1, 9),
    price=st.decimals(0, 9_999, places=2),
    fee=st.decimals(-999, 0, places=2),
)


def only(content: bytes) -> Settlement:
    """Return the one settlement of a file."""
    (settlement,) = read_file(content).settlements
    return settlement


def keyed(settlement: Settlement) -> list[dict[str, str]]:
    """Return transactions with keys as plain records, in order of keys."""
    records = with_line_keys("Store", settlement.transactions).astype(object).to_dict("records")
    return sorted(({str(k): str(v) for k, v in record.items()} for record in records), key=lambda found: found["key"])


def summed(amounts: Iterable[tuple[Hashable, Decimal | int]]) -> dict[Hashable, Decimal]:
    """Return the sums of what belongs to equal things."""
    sums: dict[Hashable, Decimal] = {}
    for thing, amount in amounts:
        sums[thing] = sums.get(thing, Decimal(0)) + amount
    return sums


@pytest.mark.parametrize("form", WRITERS)
@given(sold=st.lists(ORDER_LINES, min_size=1, max_size=6))
@FEW
def test_lines_units_and_cents_survive(form: str, sold: list[Sold]) -> None:
    """What was written comes back: per order the same money, per order and SKU the same units."""
    settlement = only(WRITERS[form](sold).content())
    sales = settlement.transactions[settlement.transactions["event"] == Event.SALE.value].astype(object)

    assert (total(sold), True) == (settlement.sum, settlement.ties_out)
    assert summed((each.order_id, each.net) for each in sold) == summed(
        zip(sales["order_id"], sales["net"], strict=True)
    )
    if form not in WITHOUT_ITEMS:
        of_items = sales[sales["sku"].notna()]
        items = zip(of_items["order_id"], of_items["sku"], strict=True)
        assert summed(((each.order_id, each.sku), each.units) for each in sold) == summed(
            zip(items, of_items["quantity"], strict=True)
        )


@pytest.mark.few(1)
@pytest.mark.parametrize("form", WRITERS)
@given(sold=st.lists(ORDER_LINES, min_size=1, max_size=6), data=st.data())
@FEW
def test_any_row_order_gives_the_same_keys_and_transactions(form: str, sold: list[Sold], data: st.DataObject) -> None:
    """A line key is never a line number."""
    written = WRITERS[form](sold)
    shuffled = data.draw(st.permutations(written.rows))

    expected = keyed(only(written.content()))

    assert expected == keyed(only(written.content(shuffled)))
    assert len(expected) == len({record["key"] for record in expected})


@pytest.mark.parametrize("form", WRITERS)
@given(sold=st.lists(ORDER_LINES, min_size=1, max_size=6))
@FEW
def test_amount_columns_sum_to_net_and_net_to_the_sum(form: str, sold: list[Sold]) -> None:
    """Σ ten amounts = net of a transaction, Σ net = Σ raw lines = the settlement's sum."""
    reading = read_file(WRITERS[form](sold).content())
    (settlement,) = reading.settlements
    counted = settlement.transactions[settlement.transactions["event"] != Event.PAYOUT.value]
    parts = sum((amount for column in AMOUNT_COLUMNS for amount in counted[column]), Decimal(0))
    lines = reading.raw_lines[reading.raw_lines["event"] != Event.PAYOUT.value]

    assert [settlement.sum] * 3 == [parts, sum(counted["net"], Decimal(0)), sum(lines["amount"], Decimal(0))]


@pytest.mark.parametrize("form", WRITERS)
def test_writer_writes_the_format_it_is_named_after(form: str) -> None:
    """The format is detected by content."""
    sold = [Sold("111-1", "00123", 2, Decimal("10.00"), Decimal("-1.00"))]

    assert form == read_file(WRITERS[form](sold).content()).format


def test_every_format_that_is_read_has_a_writer() -> None:
    """A new format is held to the same properties."""
    without_fees = {"shopify_not_in_payouts", "shopify_not_in_payouts_so_far"}
    without_settlements = {"amazon_customer_returns", "amazon_fba_reimbursements"}

    assert {form.name for form in FORMATS} == {*WRITERS, *without_fees, *without_settlements, "walmart_recon_v0"}


@given(sold=st.lists(ORDER_LINES, min_size=1, max_size=6), data=st.data())
@FEW
def test_orders_outside_payouts_survive_in_any_order(sold: list[Sold], data: st.DataObject) -> None:
    """A month's orders have no fees: their prices and units come back, and the same keys in any order."""
    written = not_in_payouts(sold)
    settlement = only(written.content())
    sales = settlement.transactions.astype(object)
    items = zip(sales["order_id"], sales["sku"], strict=True)

    assert sum((each.price for each in sold), Decimal(0)) == settlement.sum
    assert summed(((each.order_id, each.sku), each.units) for each in sold) == summed(
        zip(items, sales["quantity"], strict=True)
    )
    assert keyed(settlement) == keyed(only(written.content(data.draw(st.permutations(written.rows)))))
