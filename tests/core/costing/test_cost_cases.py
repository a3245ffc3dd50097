"""The cost rules, as an accountant reads them: every case of tests/cost_cases."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.costing import cost
from core.model import Goods
from tests.architecture.test_references import anchor
from tests.core.costing.case_files import CaseError, answered, books, expected, parse, policies, read_cases, same

if TYPE_CHECKING:
    from tests.core.costing.case_files import Case

FOLDER = Path(__file__).parents[2] / "cost_cases"
CASES = read_cases(FOLDER)
DOCUMENTS = Path(__file__).parents[3] / "docs" / "design"
_CASE = re.compile(r"\]\([\w./]*tests/cost_cases/([\w-]+\.md)#([\w-]+)\)")
_NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w-])")
_AMOUNT = re.compile(r"(?<![\w.])-?\d[\d,]*\.\d\d(?![\w.]*\d)")


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


def test_the_figures_of_every_worked_example_are_those_of_its_case() -> None:
    """What a document works out is what the program computes: each amount stands in the cases that it links to."""
    paragraphs = [text for path in sorted(DOCUMENTS.glob("*.md")) for text in worked_examples(path.read_text("utf-8"))]

    assert len(paragraphs) >= 10
    assert [] == [fault for text in paragraphs for fault in figures_without_case(text)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[Worked example](../../tests/cost_cases/0-worked-examples.md#the-life-of-a-mug): it costs 5.01.", "5.01"),
        (
            "[Worked example](../../tests/cost_cases/0-worked-examples.md#a-pack-and-a-kit) costs 7.20, then 1,005.00",
            "1,005.00",
        ),
    ],
)
def test_a_figure_that_no_case_has_is_seen(text: str, fault: str) -> None:
    """A document that is edited without its case is named."""
    assert [fault] == figures_without_case(text)


def worked_examples(document: str) -> list[str]:
    """Return the paragraphs and list items that link to a case, with the table that follows a paragraph."""
    blocks = re.split(r"\n\n(?!\|)|\n(?=- |\d\. )", document)
    return [block for block in blocks if _CASE.search(block)]


def figures_without_case(text: str) -> list[str]:
    """Return the amounts with cents that are neither in the linked cases nor running sums of their COGS."""
    cases = [_sections()[link] for link in _CASE.findall(text)]
    known = {Decimal(number) for case in cases for number in _NUMBER.findall(case.replace("−", "-"))}
    for case in cases:
        known |= set(accumulate(Decimal(row["→ COGS"] or 0) for row in _lines(case)))
    known |= {abs(number) for number in known}
    stated = _AMOUNT.findall(text.replace("−", "-"))
    return [amount for amount in stated if Decimal(amount.replace(",", "")) not in known]


def _lines(case: str) -> list[dict[str, str]]:
    return next(parse("case", "## " + case)).table("Lines")


def _sections() -> dict[tuple[str, str], str]:
    return {
        (path.name, anchor(section.split("\n", 1)[0])): section
        for path in FOLDER.glob("*.md")
        for section in path.read_text("utf-8").split("\n## ")[1:]
    }
