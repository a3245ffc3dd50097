"""Which Finale order a marketplace's order is, and by which rule."""

from __future__ import annotations

import pytest

from core.finale.order_finder import Match, match_orders
from core.finale.orders import FinaleOrder

AMAZON = "111-1234567-7654321"


def order(order_id: str, *, status: str = "completed", po: str | None = None) -> FinaleOrder:
    """Return an order of which only the number matters."""
    return FinaleOrder(order_id, status, customer_po=po)


def found(wanted: str, *orders: FinaleOrder, prefixes: tuple[str, ...] = ()) -> tuple[tuple[str, ...], str] | None:
    """Return the numbers of the orders that a wanted one matches, and the rule."""
    match = match_orders([wanted], orders, prefixes).get(wanted)
    return None if match is None else (tuple(each.order_id for each in match.orders), match.rule)


@pytest.mark.parametrize(
    ("wanted", "there", "rule"),
    [
        (AMAZON, AMAZON, "exact"),
        (f" {AMAZON} ", AMAZON, "exact"),
        ("1001", "#1001", "without #"),
        ("#1001", "1001", "without #"),
        (AMAZON, f"AMZ-{AMAZON}", "prefix AMZ-"),
        (AMAZON, f"{AMAZON}-1", "suffix -n"),
        (AMAZON, f"AMZ-{AMAZON}-2", "prefix AMZ-, suffix -n"),
        ("1001", "#1001-1", "suffix -n"),
    ],
)
def test_a_number_is_recognised_by_the_rule_that_is_told(wanted: str, there: str, rule: str) -> None:
    """Every rule that finds an order is written beside its cost."""
    assert ((there,), rule) == found(wanted, order(there), order("999-0000000-0000000"))


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("1001", "US1001"),
        ("1001", "AMZ-1001"),
        ("1001", "10011"),
        (AMAZON, f"{AMAZON}9"),
        ("1001-1", "1001"),
        ("", "#"),
    ],
)
def test_a_number_that_only_resembles_is_not_taken(wanted: str, there: str) -> None:
    """A short number behind a prefix could be another store's; nothing is guessed."""
    assert found(wanted, order(there)) is None


def test_a_prefix_typed_in_setup_works_for_short_numbers() -> None:
    """The user knows the account's prefix."""
    assert (("US1001",), "prefix US") == found("1001", order("US1001"), order("CA1001"), prefixes=("US",))


def test_exact_comes_before_every_other_rule() -> None:
    """An order of exactly this number is the one, whatever else resembles it."""
    assert ((AMAZON,), "exact") == found(AMAZON, order(f"AMZ-{AMAZON}"), order(AMAZON), order("SO-1", po=AMAZON))


def test_the_customer_po_is_the_last_resort() -> None:
    """Accounts that number by themselves keep the marketplace's number as the customer's."""
    assert (("SO-10023",), "customer PO") == found(AMAZON, order("SO-10023", po=AMAZON), order("SO-2", po="x"))


def test_a_split_order_is_all_its_parts() -> None:
    """An order that Finale split into two is both of them."""
    assert ((f"{AMAZON}-1", f"{AMAZON}-2"), "suffix -n") == found(AMAZON, order(f"{AMAZON}-2"), order(f"{AMAZON}-1"))


def test_several_prefixes_that_fit_are_a_question() -> None:
    """Where two different orders fit none is taken, and both are named."""
    match = found(AMAZON, order(f"US-{AMAZON}"), order(f"CA-{AMAZON}"))

    assert ((), f"several orders fit: CA-{AMAZON}, US-{AMAZON}") == match


def test_a_cancelled_order_gives_way_to_a_live_one() -> None:
    """An order that was cancelled and entered again is the new one; a cancelled one alone is still found."""
    cancelled = order(f"{AMAZON}-1", status="cancelled")

    assert ((f"{AMAZON}-2",), "suffix -n") == found(AMAZON, cancelled, order(f"{AMAZON}-2"))
    assert ((f"{AMAZON}-1",), "suffix -n") == found(AMAZON, cancelled)


def test_orders_nobody_asked_for_are_left_out() -> None:
    """Only wanted orders have a match."""
    exact = order(AMAZON)

    assert {AMAZON: Match((exact,), "exact")} == match_orders([AMAZON, "gone"], [exact, order("other")])
