"""The page of `inspect`: one file may hold a settlement, returned goods and reimbursements at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from addin.commands.settlements.inspection import inspection_page
from core.marketplaces import read_file
from core.marketplaces.inspection import inspection
from tests.core.books.exports_of_payouts import Row, ebay_export
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.documents.test_reimbursements_report import report
from tests.core.marketplaces.documents.test_returned_goods import REPORT
from tests.end_to_end.demo_book import run
from tests.end_to_end.stories import CASES, needs_cases

if TYPE_CHECKING:
    from core.model import Reading

SETTLEMENT = read_file(flat_file([summary("5"), line("5")]))
RETURNS = read_file(REPORT.encode())
REIMBURSEMENTS = read_file(report())
MONEY = ("Period", "Units sold, refunded  1, 0", "Total of the file     5.00 USD", "Ties out              yes")
BACK = "Units returned        "
REIMBURSED = ("Reimbursements        Lost_Warehouse 1", "Units                 2 in cash, 0 from stock")


@needs_cases
def test_a_statement_with_a_destroyed_return_keeps_its_totals() -> None:
    """Walmart's file has both: 18 lines that tie out to 34,548.88, and one unit that did not come back."""
    said = run("inspect", str(CASES / "walmart_real_words.csv")).output

    assert "Total of the file     34548.88 USD" in said
    assert "Ties out              yes" in said
    assert "Units sold, refunded  4, 3" in said
    assert f"{BACK}Unsellable 1" in said


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (replace(SETTLEMENT, returns=RETURNS.returns), (*MONEY, BACK)),
        (replace(SETTLEMENT, reimbursements=REIMBURSEMENTS.reimbursements), (*MONEY, *REIMBURSED)),
        (
            replace(SETTLEMENT, returns=RETURNS.returns, reimbursements=REIMBURSEMENTS.reimbursements),
            (*MONEY, BACK, *REIMBURSED),
        ),
        (
            replace(
                SETTLEMENT, settlements=(), unsettled=SETTLEMENT.settlements[0].transactions, returns=RETURNS.returns
            ),
            ("Sum of its lines      0.00", "Left out              1 transaction, together USD 5.00.", BACK),
        ),
    ],
)
def test_what_is_said_of_goods_stands_below_the_money(reading: Reading, words: tuple[str, ...]) -> None:
    """Also where nothing of the money is paid yet."""
    said = inspection_page("June.txt", inspection(reading))

    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([line("5")], "Lines                 1, from 1 row of the file"),
        ([line("2"), line("3")], "Lines                 1, from 2 rows of the file"),
        ([line("2"), line("3", order_id="2")], "Lines                 2, from 2 rows of the file"),
    ],
)
def test_lines_are_transactions_and_rows_are_those_of_the_file(rows: list[dict[str, str]], words: str) -> None:
    """As docs/glossary.md has it: two amounts of one order and SKU are one line."""
    said = inspection_page("June.txt", inspection(read_file(flat_file([summary("5"), *rows]))))

    assert f"  {words}" in said.split("\n")


@pytest.mark.parametrize("reading", [RETURNS, REIMBURSEMENTS])
def test_a_report_of_goods_alone_has_no_lines_of_money(reading: Reading) -> None:
    """It has neither a total nor anything to tie out."""
    said = inspection_page("goods.txt", inspection(reading))

    assert [word for word in ("Total", "Ties out", "Settlement", "Period") if word in said] == []
    assert BACK in said or REIMBURSED[0] in said


UNPAID = Row("2026-07-01", "#3", "19.40", payout="--")
OF_TWO = (
    Row("2026-07-02", "", "-97.00", kind="payout"),
    Row("2026-07-02", "", "-5.00", payout="900002", kind="payout"),
)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("rows", "total", "sum_of_all"),
    [
        (OF_TWO[:1], "97.00 USD", "97.00"),
        ((*OF_TWO[:1], UNPAID), "97.00 USD", "97.00"),
        ((*OF_TWO, UNPAID), "102.00 USD", "97.00"),
        ((*OF_TWO[1:], UNPAID), "none for all its lines; its settlement states 5.00 USD", "97.00"),
        ((), "none", "97.00"),
        ((UNPAID,), "none", "97.00"),
    ],
)
def test_a_total_that_a_problem_names_is_not_said_to_be_none(
    rows: tuple[Row, ...], total: str, sum_of_all: str
) -> None:
    """Lines that are in no settlement yet are in none of its figures, and said apart."""
    file = ebay_export("July.csv", Row("2026-06-29", "#1", "97.00"), *rows)
    said = inspection_page(file.name, inspection(read_file(file.content, file.name))).split("\n")

    assert f"  Total of the file     {total}" in said
    assert f"  Sum of its lines      {sum_of_all}" in said
    assert (UNPAID in rows) is ("  Left out              1 transaction, together USD 19.40." in said)
