"""The rules of the sandbox's Finale by themselves: pages, days, filters, and what a question to Shopify costs."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

import pytest
from graphql import GraphQLError, parse

from sandbox.finale.connections import Page, cursor, page, read_date
from sandbox.finale.saved_reports import read_filters
from sandbox.marketplaces.shopify_schema import cost_of

ROWS = list("abcdef")
TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"first": 2}, Page(["a", "b"], 0, 6)),
        ({"first": 2, "after": cursor(1)}, Page(["c", "d"], 2, 6)),
        ({"first": 9}, Page(["a", "b", "c", "d"], 0, 6)),
        ({}, Page(["a", "b", "c", "d"], 0, 6)),
        ({"last": 2, "before": cursor(4)}, Page(["c", "d"], 2, 6)),
        ({"first": 0}, Page([], 0, 6)),
    ],
)
def test_a_page_is_cut_by_its_marks(arguments: dict[str, Any], expected: Page) -> None:
    """At most four rows at once, here; what is left out is not said but for the total."""
    assert expected == page(ROWS, arguments, largest_page=4)


def test_a_mark_of_no_row_is_refused() -> None:
    """In Finale's words."""
    with pytest.raises(GraphQLError, match='Invalid cursor "second"'):
        page(ROWS, {"after": "second"})


@pytest.mark.parametrize("text", ["2026-09-03", "9/3/2026", "2026-09-03T00:00:00"])
def test_a_day_is_read_in_each_way_that_it_is_written(text: str) -> None:
    """A text that is no day is refused, an empty one is no bound."""
    assert date(2026, 9, 3) == read_date(text)
    assert read_date("") is None
    with pytest.raises(GraphQLError, match=r'Invalid date "3\.9\.2026"'):
        read_date("3.9.2026")


@pytest.mark.parametrize(
    ("value", "passing"),
    [
        (["2026-02-10", None], ["2026-02-10", "2026-02-28", "2026-03-01", "2026-03-15"]),
        ({"duration": "month", "offset": -1, "length": 1}, ["2026-02-10", "2026-02-28"]),
        ({"duration": "day", "offset": 0, "length": 1}, ["2026-03-15"]),
        ({"duration": "week", "offset": -1, "length": 1}, []),
        ([], ["2026-01-31", "2026-02-10", "2026-02-28", "2026-03-01", "2026-03-15"]),
    ],
)
def test_a_filter_of_days_lets_its_period_pass(value: object, passing: list[str]) -> None:
    """Whole months before today's, days and weeks counted from today; an empty one lets everything pass."""
    days = ["2026-01-31", "2026-02-10", "2026-02-28", "2026-03-01", "2026-03-15"]
    text = base64.b64encode(json.dumps([["day", value]]).encode()).decode()
    tests = read_filters(text, {"day": date.fromisoformat}, TODAY)

    assert passing == [day for day in days if all(test(day) for test in tests)]


def test_filters_of_unknown_fields_are_ignored() -> None:
    """As Finale does; a list of values lets each of them pass."""
    wanted = [["color", "red"], ["kind", ["Sale", "Purchase"]]]
    text = base64.b64encode(json.dumps(wanted).encode()).decode()
    (only,) = read_filters(text, {"kind": str}, TODAY)

    assert [True, False] == [only("Sale"), only("Transfer")]


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("{ orders(first: 10) { nodes { id } } }", 11),
        ("{ orders(first: 10) { nodes { id lineItems(first: 3) { nodes { sku } } } } }", 51),
        ("query Q($count: Int) { orders(first: $count) { nodes { id } } }", 6),
        ("query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }", 1),
        ("{ shopifyPaymentsAccount { payouts(first: 2) { nodes { id } } } }", 4),
    ],
)
def test_a_question_costs_as_many_points_as_it_asks_for(question: str, points: int) -> None:
    """An object 1 point, a list as many as are asked for, whether that stands in it or beside it."""
    assert points == cost_of(parse(question), {"count": 5, "ids": ["a", "b"]})
