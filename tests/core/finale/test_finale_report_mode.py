"""Costs from the user's own saved reports, and what is asked for besides."""

from __future__ import annotations

from functools import cache

import pytest

from core.finale.account_settings import FinaleSettings
from core.finale.errors import ReportError
from core.frame_columns import records
from core.model import ObservationKind
from sandbox.business.hard import case, hard_business
from sandbox.business.sized import sized_business
from sandbox.finale.report_urls import LAST_MONTH, PRODUCT_COLUMNS, STOCK_HISTORY_COLUMNS, report_url
from tests.core.finale.finale_account import DemoAccount, differences, true_costs

hard = cache(hard_business)
FINALE = "https://app.finaleinventory.com"
COSTS = report_url(
    FINALE, "demo", "stockHistory", STOCK_HISTORY_COLUMNS, filters=[["stockHistoryRecordDate", LAST_MONTH, None]]
)
AVERAGES = report_url(FINALE, "demo", "product", PRODUCT_COLUMNS)
BY_REPORT = FinaleSettings(cost_report=COSTS, average_report=AVERAGES)


@pytest.mark.long
@pytest.mark.parametrize("form", ["csv", "json", "jsonObject"])
@pytest.mark.parametrize("introspection", [[], ["introspection-off"]], ids=["told", "not told"])
def test_reports_give_the_same_costs_as_the_stock_history(form: str, introspection: list[str]) -> None:
    """Mode R: the user's own reports, in any form; what they leave open (packs, kits, absent orders) is asked for."""
    settings = FinaleSettings(
        cost_report=report_url(FINALE, "demo", "stockHistory", STOCK_HISTORY_COLUMNS, report_format=form),
        average_report=report_url(FINALE, "demo", "product", PRODUCT_COLUMNS, report_format=form),
    )
    account = DemoAccount(hard(), *introspection, settings=settings)

    assert {} == differences(true_costs(hard()), account.costs())
    assert 2 == account.requests()["report"]
    assert "costs per order from your saved report" == account.finale.check().mode


@pytest.mark.long
def test_reports_alone_need_two_requests() -> None:
    """A settlement of 1,000 orders, 80 SKUs and 50 old refunds is costed by two reports."""
    business = sized_business()
    account = DemoAccount(business, settings=BY_REPORT)

    assert {} == differences(true_costs(business), account.costs())
    assert 2 == account.requests()["total"]


@pytest.mark.long
def test_grouped_reports_are_flattened() -> None:
    """A report grouped by product gives the same costs: Finale is asked not to group."""
    columns = (STOCK_HISTORY_COLUMNS[6], *STOCK_HISTORY_COLUMNS[:6], *STOCK_HISTORY_COLUMNS[7:])
    grouped = type(columns[0])(510, groups=True)
    settings = FinaleSettings(cost_report=report_url(FINALE, "demo", "stockHistory", (grouped, *columns[1:])))

    assert {} == differences(true_costs(hard()), DemoAccount(hard(), settings=settings).costs())


def test_reports_of_an_account_that_answers_nothing_else() -> None:
    """Where GraphQL refuses everything, plain products are still costed; the rest is not mapped and not found."""
    account = DemoAccount(hard(), settings=BY_REPORT, refused="ViewConnection")
    truth = true_costs(hard())

    found = account.costs()

    usual = {cause for _, cause in truth.values()}
    unusual = {cause for _, cause in found.values()} - usual
    assert {"SKU not mapped", "Order not in Finale", "SKU not on the Finale order"} >= unusual
    assert found[case(hard(), "single").order_id, "CUP"] == truth[case(hard(), "single").order_id, "CUP"]


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [("empty-body", "came back empty"), ("html-200", "web page instead of data")],
)
def test_a_report_that_is_none_is_an_error(misbehaviour: str, words: str) -> None:
    """An expired address never looks like a fortnight without costs."""
    account = DemoAccount(hard(), misbehaviour, settings=BY_REPORT)

    with pytest.raises(ReportError, match=f"{words}.*costs fetched before are kept.*paste it on Setup"):
        account.pages()


def test_a_report_of_another_account_is_refused_by_the_check() -> None:
    """A wrong address is told when it is typed in, not when the costs are needed."""
    settings = FinaleSettings(cost_report=COSTS.replace("/demo/", "/other/"))

    with pytest.raises(ReportError, match="belongs to the account 'other', not to 'demo'"):
        DemoAccount(hard(), settings=settings).finale.check()


@pytest.mark.long
def test_where_products_show_no_average_the_valuation_report_does() -> None:
    """Average = valuation divided by units on hand; a product without stock has none."""
    valuation = report_url(FINALE, "demo", "product", PRODUCT_COLUMNS)
    account = DemoAccount(hard(), "no-average-cost", settings=FinaleSettings(average_report=valuation))

    observations = account.observations()

    rows = records(observations[observations["kind"] == ObservationKind.AVERAGE])
    assert {row["product_id"]: hard().average_now(str(row["product_id"])) for row in rows} == {
        row["product_id"]: row["unit_cost"] for row in rows
    }
