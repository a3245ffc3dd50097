"""The cost rules, as an accountant reads them: every case of tests/cost_cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.costing import cost
from core.model import Goods
from tests.core.costing.case_files import CaseError, answered, books, expected, parse, policies, read_cases, same

if TYPE_CHECKING:
    from tests.core.costing.case_files import Case

FOLDER = Path(__file__).parents[2] / "cost_cases"
CASES = read_cases(FOLDER)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.where)
def test_cost_case(case: Case) -> None:
    """Every line of a case gets the cost, sign and reason that the case says."""
    found = answered(cost(books(case), policies(case)))

    wrong = [
        f"line {line}, {name}: expected {wanted!r}, got {found[line][name]!r}"
        for line, cells in expected(case).items()
        for name, wanted in cells.items()
        if not same(name, wanted, found[line][name])
    ]
    assert [] == wrong, "\n".join([case.where, case.why, *wrong])


def test_every_case_says_why_and_what_it_expects() -> None:
    """A case has one sentence why, and expects unit cost, COGS and answer of every line."""
    silent = [case.where for case in CASES if not case.why]
    vague = [
        case.where
        for case in CASES
        if any(not {"unit_cost", "cogs", "answer"} <= set(cells) for cells in expected(case).values())
    ]

    assert ([], []) == (silent, vague)


def test_there_are_enough_cases_and_no_title_twice() -> None:
    """At least sixty different cases stand in the folder."""
    titles = [case.where for case in CASES]

    assert len(titles) >= 60
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("## A\n\nWhy.\n\n### Lins\n\n| line |\n|---|\n| a |\n", "there is no table 'Lins'"),
        ("## A\n\nWhy.\n\n### Lines\n\n| line | oder |\n|---|---|\n| a | 1 |\n", "table Lines has no column 'oder'"),
        ("## A\n\nWhy.\n\n### Lines\n\n| line | order |\n|---|---|\n| a |\n", "not as many cells as the header"),
        ("## A\n\nWhy.\n\n### Lines\n\n| line |\n", "a table needs a header"),
    ],
)
def test_a_misspelt_case_is_refused(text: str, complaint: str) -> None:
    """A typing mistake in a case is named with file and title, never passed over."""
    with pytest.raises(CaseError, match=complaint) as refused:
        list(parse("x.md", text))

    assert str(refused.value).startswith("x.md: A: ")


def test_every_kind_of_goods_has_its_case() -> None:
    """What words can say of goods is shown with its cost."""
    shown = {row.get("goods") for case in CASES for row in case.table("Lines")}

    assert set(Goods) <= shown
