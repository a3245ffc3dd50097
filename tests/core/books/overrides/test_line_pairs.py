"""Answers of several lines of one order and SKU go to several others where it does not matter, or the net tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.books.overrides.line_pairs import SAID, pair_lines


def line(key: str, net: str, said: str = "") -> dict[str, Any]:
    """Return a line with what was answered of it, if anything."""
    answer = {SAID: (Decimal(said),)} if said else {}
    return {"key": key, "net": Decimal(net), "quantity": 1, **answer}


def lines(prefix: str, *of: tuple[str, ...]) -> list[dict[str, Any]]:
    return [line(f"{prefix}{place}", *one) for place, one in enumerate(of, start=1)]


THREE = {"a1": "b2", "a2": "b3", "a3": "b1"}


@pytest.mark.parametrize(
    ("olds", "news", "pairs"),
    [
        ([("34.00", "4"), ("34.00", "4")], [("34.00",), ("34.00",)], {"a1": "b1", "a2": "b2"}),
        ([("34.00", "4"), ("32.00", "3")], [("32.00",), ("34.00",)], {"a1": "b2", "a2": "b1"}),
        ([("34.00", "4"), ("32.00", "4")], [("31.50",), ("33.50",)], {"a2": "b1", "a1": "b2"}),
        ([("9.00", "4"), ("8.00", "3"), ("7.00", "2")], [("7.10",), ("9.00",), ("8.00",)], THREE),
        ([("9.00", "4"), ("9.00", "4"), ("8.00", "3")], [("8.00",), ("9.00",), ("9.00",)], THREE),
        ([("34.00", "4"), ("32.00",)], [("34.00",), ("32.00",)], {"a1": "b1"}),
    ],
)
def test_what_can_be_told_apart_has_its_line(
    olds: list[tuple[str, ...]], news: list[tuple[str, ...]], pairs: dict[str, str]
) -> None:
    """Equal answers are any line's; different ones go by the net amount, and the last one to the last line."""
    found = pair_lines(lines("a", *olds), lines("b", *news))

    assert (pairs, {}, (), ()) == found


@pytest.mark.parametrize(
    ("olds", "news", "proposed"),
    [
        ([("34.00", "4"), ("34.00", "3")], [("34.00",), ("34.00",)], {"b1": "a1", "b2": "a2"}),
        ([("34.00", "4"), ("34.00",)], [("34.00",), ("34.00",)], {"b1": "a1", "b2": "a1"}),
        ([("15.00", "4")], [("10.00",), ("5.00",)], {"b2": "a1", "b1": "a1"}),
        ([("10.00", "4"), ("5.00", "4")], [("15.00",)], {"b1": "a2"}),
        ([("34.00", "4"), ("32.00", "3")], [("33.00",), ("31.00",)], {"b2": "a2", "b1": "a1"}),
    ],
)
def test_what_cannot_be_told_is_proposed_on_every_line(
    olds: list[tuple[str, ...]], news: list[tuple[str, ...]], proposed: dict[str, str]
) -> None:
    """Nothing is moved, and no line that may be meant is left without a proposal."""
    answered = {row["key"] for row in lines("a", *olds) if SAID in row}
    found = pair_lines(lines("a", *olds), lines("b", *news))

    assert ({}, proposed, ()) == (found.pairs, found.proposed, found.left_out)
    assert answered == set(found.unclear)


def test_an_answer_whose_lines_are_all_taken_has_none() -> None:
    assert ({}, {}, (), ("a1",)) == pair_lines(lines("a", ("34.00", "4")), [])
