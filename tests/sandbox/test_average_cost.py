"""The average-cost engine against figures worked out by hand, and against what must hold for any movements."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.average_cost import AverageCost

MONEY = st.decimals(min_value=0, max_value=10_000, places=2)
RECEIPTS = st.lists(st.tuples(st.integers(1, 500), MONEY), min_size=1, max_size=8)


def stock_of(*receipts: tuple[int, str]) -> AverageCost:
    """Return a stock after receipts of (units, value)."""
    stock = AverageCost()
    for units, value in receipts:
        stock.receive(units, Decimal(value))
    return stock


def test_receipts_are_weighted_by_units() -> None:
    """10 at 5 and 10 at 7 make an average of 6, and 5 sold cost 30 (docs/facts/finale-api.md)."""
    stock = stock_of((10, "50"), (10, "70"))

    sold = stock.issue(5)

    assert Decimal(6) == stock.average
    assert (Decimal(6), Decimal(-30), 15, Decimal(90)) == (sold.unit_cost, sold.value, sold.on_hand, sold.valuation)


def test_a_sale_keeps_the_average_and_a_later_receipt_changes_it() -> None:
    """15 left at 6 (90) and 5 more at 10 (50) make 140 / 20 = 7."""
    stock = stock_of((10, "50"), (10, "70"))
    stock.issue(5)

    assert Decimal(6) == stock.average
    assert Decimal(7) == stock.receive(5, Decimal(50)).average


def test_landed_cost_is_part_of_the_receipt() -> None:
    """16 at 1.25 with 17.77 freight cost 37.77 / 16 = 2.360625 each."""
    assert Decimal("2.360625") == stock_of((16, "37.77")).average


def test_an_average_has_six_decimals_rounded_half_away_from_zero() -> None:
    """100 / 3 and 20 / 7 are cut to six decimals, and so is a five behind them."""
    assert Decimal("33.333333") == stock_of((3, "100")).average
    assert Decimal("2.857143") == stock_of((7, "20")).average
    assert Decimal("0.000003") == stock_of((2, "0.000005")).average


def test_goods_that_leave_before_any_stock_cost_nothing() -> None:
    """Shipped before the stock was there: the cost is 0, not blank."""
    assert Decimal(0) == AverageCost().issue(3).unit_cost


def test_goods_that_were_counted_without_a_cost_leave_without_one() -> None:
    """Counted into stock with no cost ever set: the cost is blank, not 0."""
    stock = AverageCost()
    stock.bring_in(10)

    assert stock.issue(3).unit_cost is None
    assert stock.average is None


def test_receiving_into_negative_stock_distorts_the_average() -> None:
    """5 left at 0; 100 arrive at 4: the 95 on hand carry all 400, which is 4.210526 each."""
    stock = AverageCost()
    stock.issue(5)

    assert Decimal("4.210526") == stock.receive(100, Decimal(400)).average


def test_a_receipt_that_leaves_the_stock_negative_gives_a_first_average_only() -> None:
    """5 left at 0 and 2 arrive at 4: the average is 4, and 2 more at 6 do not change it."""
    stock = AverageCost()
    stock.issue(5)

    assert Decimal(4) == stock.receive(2, Decimal(8)).average
    assert Decimal(4) == stock.receive(2, Decimal(12)).average


def test_the_average_can_turn_negative() -> None:
    """10 too many left at 5, 11 arrive at 3: one unit worth 33 - 50 = -17 remains."""
    stock = stock_of((10, "50"))
    stock.issue(20)

    assert Decimal(-17) == stock.receive(11, Decimal(33)).average


def test_a_return_comes_in_at_the_average_of_its_day() -> None:
    """A returned unit takes today's average, not what it had cost when it left."""
    stock = stock_of((10, "50"))
    stock.issue(2)
    stock.receive(8, Decimal(56))

    assert Decimal(6) == stock.average
    assert (Decimal(6), 17) == (stock.bring_in(1).unit_cost, stock.units)


def test_a_correction_comes_back_at_the_cost_it_had_left_at() -> None:
    """A corrected shipment takes its own cost off again."""
    stock = stock_of((10, "50"))
    stock.issue(3)
    stock.receive(3, Decimal(30))

    assert Decimal(5) == stock.correct(1, Decimal(5)).value


def test_an_average_cost_change_revalues_the_stock() -> None:
    """10 units at 5 set to 6.5 are worth 65, 15 more."""
    stock = stock_of((10, "50"))

    change = stock.set_average(Decimal("6.5"))

    assert (Decimal(15), Decimal(65), Decimal("6.5")) == (change.value, change.valuation, change.average)


@given(RECEIPTS, st.lists(st.integers(1, 400), max_size=8))
def test_value_in_is_value_out_plus_value_left(receipts: list[tuple[int, Decimal]], sales: list[int]) -> None:
    """Whatever comes and goes, also below zero: what came in is exactly what went out and what is left."""
    stock, came, left = AverageCost(), Decimal(0), Decimal(0)
    for number in range(max(len(receipts), len(sales))):
        if number < len(receipts):
            came += stock.receive(*receipts[number]).value
        if number < len(sales):
            left -= stock.issue(sales[number]).value

    assert sum((value for _, value in receipts), Decimal(0)) == came
    assert came == left + stock.value


@given(RECEIPTS, st.integers(0, 400))
def test_the_average_stays_between_the_cheapest_and_the_dearest_receipt(
    receipts: list[tuple[int, Decimal]], sold: int
) -> None:
    """As long as the stock is not negative, an average is an average; only the last decimal may be rounded."""
    stock = AverageCost()
    costs = []
    for units, value in receipts:
        stock.receive(units, value)
        costs.append(value / units)
        stock.issue(min(sold, stock.units - 1))

    assert stock.average is not None
    slack = Decimal("0.000001") * (1 + sum(units for units, _ in receipts))
    assert min(costs) - slack <= stock.average <= max(costs) + slack
