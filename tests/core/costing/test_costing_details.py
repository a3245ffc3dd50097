"""What the cost cases cannot show: ties between lines, errors, and tables that costing hands out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from core.costing import (
    LAST_USED_COLUMNS,
    CostCurrencyError,
    CostingPolicies,
    DuplicateLineError,
    closure,
    cost,
    last_costs_used,
)
from core.costing.notes import MISSING
from core.model import Cause
from core.money import MONEY
from tests.core.costing.case_files import Case, books, parse
from tests.core.costing.random_books import by_key

POLICIES = CostingPolicies("USD")


def case_of(lines: str, **tables: str) -> Case:
    """Return a case from the text of its tables, without the lines of dashes."""
    parts = {"Lines": lines, **{name.replace("_", " "): text for name, text in tables.items()}}
    text = "## A case\n\nWhy.\n" + "".join(f"\n### {name}\n\n{_dashed(table)}" for name, table in parts.items())
    return next(parse("here", text))


def _dashed(table: str) -> str:
    header, *rows = (line.strip() for line in table.strip().splitlines())
    return "\n".join([header, "|" + "---|" * (header.count("|") - 1), *rows]) + "\n"


TIED = case_of(
    """
    | line | store | type | words | order | SKU | units | net | marketplace | merchant order |
    | sale | US | sale | | 1 | MUG | 1 | 20 | | |
    | refund | US | refund | | 1 | MUG | -1 | -20 | | |
    | same order | US | sale | | 1 | CUP | 1 | 20 | | |
    | other sale | US | sale | | 2 | MUG | 1 | 20 | | |
    | loss | US | reimbursement | WAREHOUSE_LOST | | MUG | 1 | 15 | | |
    | back | US | reimbursement reversal | COMPENSATED_CLAWBACK | | MUG | -1 | -15 | | |
    | other back | US | reimbursement reversal | COMPENSATED_CLAWBACK | | CUP | -1 | -15 | | |
    | cup loss | DE | reimbursement | WAREHOUSE_LOST | | CUP | 1 | 15 | | |
    | shop | Shopify | sale | | #77 | PEN | 1 | 9 | | |
    | by amazon | US | sale | | S01-5 | PEN | 1 | 0 | Non-Amazon US | 77 |
    | bowl | US | sale | | 5 | BOWL | 1 | 20 | | |
    | bowl back | US | refund | | 5 | BOWL | -1 | -20 | | |
    | sold off | US | liquidation | | L | BOWL | 1 | 2 | | |
    | fee | US | fee | | | | | -3 | | |
    """
)


@pytest.mark.parametrize(
    ("changed", "tied"),
    [
        ("sale", {"sale", "refund", "same order"}),
        ("other sale", {"other sale"}),
        ("loss", {"loss", "back"}),
        ("other back", {"other back"}),
        ("cup loss", {"cup loss"}),
        ("shop", {"shop", "by amazon"}),
        ("by amazon", {"shop", "by amazon"}),
        ("bowl", {"bowl", "bowl back", "sold off"}),
        ("sold off", {"bowl", "bowl back", "sold off"}),
        ("fee", {"fee"}),
    ],
)
def test_closure_holds_what_is_tied(changed: str, tied: set[str]) -> None:
    """A changed line takes along its order, the reversals of its goods and their liquidation, and nothing else."""
    assert tied == closure(books(TIED).transactions, [changed])


def test_two_lines_with_one_key_are_refused() -> None:
    """Books that hold a line twice are not costed, and the key is named."""
    given = books(TIED)
    twice = pd.concat([given.transactions, given.transactions.iloc[[3]]])

    with pytest.raises(DuplicateLineError, match="other sale"):
        cost(replace(given, transactions=twice), POLICIES)


def test_a_cost_in_another_currency_is_refused() -> None:
    """Costs are never added up across currencies; product and both currencies are named."""
    case = case_of(
        """
        | line | type | order | SKU | units | price |
        | sale | sale | 1 | MUG | 1 | 20 |
        """,
        Finale="""
        | order | product | cost | currency |
        | 1 | MUG | 4 | EUR |
        """,
    )

    with pytest.raises(CostCurrencyError, match="product MUG is in EUR, the company's home currency is USD"):
        cost(books(case), POLICIES)


def test_the_last_costs_used_are_those_of_the_newest_lines() -> None:
    """Of each SKU the newest cost of its own counts; one taken from an original does not."""
    case = case_of(
        """
        | line | posted | type | order | SKU | units | price |
        | newest | 2026-09-12 | sale | 3 | MUG | 1 | 20 |
        | older | 2026-09-02 | sale | 1 | MUG | 1 | 20 |
        | without | 2026-09-20 | sale | 9 | MUG | 1 | 20 |
        | refund | 2026-09-25 | refund | 1 | MUG | -1 | -20 |
        | free | 2026-09-26 | sale | 4 | GIFT | 1 | 0 |
        """,
        Finale="""
        | order | product | cost |
        | 1 | MUG | 4 |
        | 3 | MUG | 5 |
        """,
        Saved="""
        | line | zero OK |
        | free | yes |
        """,
    )
    given = books(case)

    found = last_costs_used(given.transactions, cost(given, POLICIES))

    assert list(LAST_USED_COLUMNS) == list(found.columns)
    assert MONEY == found["unit_cost"].dtype
    assert [("MUG", Decimal(5), "2026-09-12")] == list(found.itertuples(index=False, name=None))


def test_a_given_table_of_last_costs_is_proposed_from() -> None:
    """Costing a part of the books proposes what the whole would."""
    case = case_of(
        """
        | line | type | order | SKU | units | price |
        | sale | sale | 1 | MUG | 1 | 20 |
        """
    )
    table = pd.DataFrame({"sku": ["MUG"], "unit_cost": [Decimal("3.5")], "as_of": ["2026-08-01"]}).astype(
        LAST_USED_COLUMNS
    )

    line = by_key(cost(replace(books(case), last_used=table), POLICIES))["sale"]

    assert (Decimal("3.5"), "Last cost used") == (line["proposed_cost"], line["proposal"])
    assert datetime(2026, 8, 1, tzinfo=UTC) == line["proposal_as_of"]


def test_a_current_average_that_was_fetched_later_holds() -> None:
    """Of several averages of a product the newest is proposed, in whatever order they are given."""
    case = case_of(
        """
        | line | type | order | SKU | units | price |
        | sale | sale | 1 | MUG | 1 | 20 |
        """,
        Finale="""
        | kind | product | cost |
        | average | MUG | 4.40 |
        | average | MUG | 4.20 |
        """,
    )
    given = books(case)
    fetched = pd.Series([datetime(2026, 10, 2, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)])
    told = given.observations.assign(fetched_at=fetched.astype(given.observations["fetched_at"].dtype))

    line = by_key(cost(replace(given, observations=told), POLICIES))["sale"]

    assert (Decimal("4.40"), datetime(2026, 10, 2, tzinfo=UTC)) == (line["proposed_cost"], line["proposal_as_of"])


def test_a_large_cost_stays_exact() -> None:
    """Millions times a unit cost of six places lose nothing."""
    case = case_of(
        """
        | line | type | order | SKU | units | price |
        | sale | sale | 1 | SCREW | 9999999 | 20 |
        """,
        Finale="""
        | order | product | cost | units |
        | 1 | SCREW | 98765.432101 | 9999999 |
        """,
    )

    line = by_key(cost(books(case), POLICIES))["sale"]

    assert Decimal("98765.432101") * 9_999_999 == line["cogs"]


def test_every_cause_is_explained_in_words() -> None:
    """No cause can come up that has no sentence."""
    assert set(Cause) == set(MISSING)
