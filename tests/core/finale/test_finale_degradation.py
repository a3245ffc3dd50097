"""What Finale turns out to be: every row of the degradation table (docs/design/finale.md), its costs and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from core.finale.account_remarks import remarks_on_account
from core.finale.account_settings import FinaleSettings, Mode
from core.finale.errors import FinaleRefusalError
from core.finale.graphql_schema import Schema
from core.finale.system import CostRequest
from core.frame_columns import records
from core.model import INTO_NEGATIVE_STOCK, NO_MOVEMENT, Cause, ObservationKind
from sandbox.business.hard import case, hard_business
from sandbox.gatekeeper import Limits
from sandbox.misbehaviour import Fault
from tests.core.finale.finale_account import Costs, DemoAccount, differences, everything, only, true_costs

hard = cache(hard_business)


def switches(value: object) -> str:
    """Return the name of a case: the switches that are on."""
    return " ".join(value) if isinstance(value, list) else ""


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [
        (["renamed-fields"], "movement cost is read from the field 'transactionLandedCostPerUnit'"),
        (["introspection-off"], "Finale does not say which fields this account has"),
        (["introspection-off", "renamed-fields"], "Finale does not say which fields"),
        (["no-order-link"], "recognised by the shipment's number"),
        (["introspection-off", "no-order-link"], "recognised by the shipment's number"),
        (["arguments-changed"], "cannot be filtered by date"),
        (["introspection-off", "arguments-changed"], "cannot be filtered by date"),
        (["no-search"], "Old orders cannot be searched for"),
        (["introspection-off", "no-search"], "Old orders cannot be searched for"),
        (["no-average-cost"], "no current average cost per product"),
        (["raw-numbers"], ""),
        (["small-pages"], ""),
        (
            ["introspection-off", "no-order-link", "arguments-changed", "no-search", "small-pages"],
            "cannot be filtered by date",
        ),
    ],
    ids=switches,
)
def test_costs_stay_right_whatever_the_schema_is(misbehaviour: list[str], words: str) -> None:
    """Other names, missing links, arguments and search cost time, never a cent; the remark says what differs."""
    account = DemoAccount(hard(), *misbehaviour)

    assert {} == differences(true_costs(hard()), account.costs())

    told = " ".join(_remarks(account))
    assert words in told
    assert bool(words) == bool(told)


def _remarks(account: DemoAccount) -> tuple[str, ...]:
    """Return what is remarked after a sync, when a hidden schema is known by its refusals."""
    assert account.finale.schema is not None
    return remarks_on_account(account.finale.schema)


@pytest.mark.long
def test_texts_for_display_are_all_that_is_needed() -> None:
    """Where raw values are refused the costs have the four decimals that Finale shows."""
    account = DemoAccount(hard(), "formatter-refused")
    shown = {key: (_at_four(cost), cause) for key, (cost, cause) in _by_product(true=True).items()}

    assert shown == {key: value for key, value in _by_product(account).items() if key in shown}
    assert any("display text" in remark for remark in _remarks(account))


def _at_four(cost: Decimal | None) -> Decimal | None:
    return None if cost is None else cost.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _by_product(
    account: DemoAccount | None = None, *, true: bool = False
) -> dict[tuple[object, object], tuple[Decimal | None, object]]:
    """Return cost and cause of the hard orders that shipped once, by order and product."""
    there = account or DemoAccount(hard())
    names = ("single", "alias", "built kit", "landed cost", "oversold", "before receipt", "hash")
    ids = [case(hard(), name).order_id for name in names]
    observations = there.observations(only(hard(), *ids))
    rows = records(observations[observations["kind"] == ObservationKind.ORDER])
    found = {(row["order_id"], row["product_id"]): (row["unit_cost"], row["cause"]) for row in rows}
    assert len(ids) == len(found)
    if true:
        assert {key: cost for key, (cost, _) in found.items()} == {
            (order, product): hard().order_cost(str(order), str(product)) or None for order, product in found
        }
    return found


@pytest.mark.long
def test_a_cost_field_nobody_could_guess_is_typed_in_setup() -> None:
    """Without the name there are averages only; with it every cost is right."""
    without = DemoAccount(hard(), "unknown-cost-fields")
    names = {"movement cost": "movementPrice", "movement average": "meanPrice"}
    told = DemoAccount(hard(), "unknown-cost-fields", settings=FinaleSettings(field_names=names))

    assert "current average costs only, as proposals" == without.finale.check().mode
    assert {} == differences(true_costs(hard()), told.costs())


@pytest.mark.long
@pytest.mark.parametrize("misbehaviour", [["no-cost-fields"], ["introspection-off", "no-cost-fields"]], ids=switches)
def test_without_any_cost_field_there_are_averages_and_causes(misbehaviour: list[str]) -> None:
    """Mode P: what has left has no cost of its own, everything else keeps its cause, and averages are proposals."""
    account = DemoAccount(hard(), *misbehaviour)

    found = account.costs()

    expected: Costs = {key: (None, cause or Cause.COST_BLANK) for key, (_, cause) in true_costs(hard()).items()}
    blanks = {key for key, (_, cause) in found.items() if cause == Cause.COST_BLANK}
    others = {key: value for key, value in expected.items() if key not in blanks}
    assert {} == differences(others, found)
    assert {Cause.COST_BLANK, Cause.COST_ZERO} >= {cause for key, (_, cause) in expected.items() if key in blanks}
    assert any("only current averages can be fetched, and they are proposals" in remark for remark in _remarks(account))


def test_mode_p_can_be_chosen() -> None:
    """A user may leave the stock history alone altogether."""
    account = DemoAccount(hard(), settings=FinaleSettings(mode=Mode.AVERAGES))

    observations = account.observations(everything(hard(), dated=[("CUP", hard().orders[0].ordered_at.date())]))

    assert "current average costs only, as proposals" == account.finale.check().mode
    of_dates = observations[observations["kind"] == ObservationKind.AVERAGE_ON_DATE]
    assert [True] == of_dates["unit_cost"].isna().tolist()
    assert [NO_MOVEMENT] == of_dates["source"].tolist()
    assert observations.loc[observations["kind"] == ObservationKind.ORDER, "unit_cost"].isna().all()


@pytest.mark.long
def test_movements_that_name_nothing_are_taken_only_where_they_fit_one_order() -> None:
    """Product, day and units decide; the others get the average of the day as a proposal."""
    account = DemoAccount(hard(), "introspection-off", "no-order-link", refused="stockHistory.transactionDescription")
    truth = true_costs(hard())

    found = account.costs()

    wrong = {key: value for key, value in found.items() if value[0] is not None and value[0] != truth[key][0]}
    right = [key for key, (cost, _) in found.items() if cost is not None]
    assert {} == wrong
    assert 0 < len(right) < len([key for key, (cost, _) in truth.items() if cost is not None])
    observations = account.observations()
    assert (observations["kind"] == ObservationKind.AVERAGE_ON_DATE).any()
    costed = observations[(observations["kind"] == ObservationKind.ORDER) & observations["unit_cost"].notna()]
    sources = {source.removesuffix(f", {INTO_NEGATIVE_STOCK}") for source in costed["source"]}
    assert {"stock history, by product, day and units"} == sources
    assert any("fit one order alone" in remark for remark in _remarks(account))


@pytest.mark.long
def test_a_schema_that_changes_overnight_is_noticed() -> None:
    """The schema kept since yesterday no longer fits: the refused field is replaced and the costs are right."""
    known = DemoAccount(hard())
    known.finale.check()
    assert known.finale.schema is not None
    kept = Schema.from_json(known.finale.schema.to_json())

    changed = DemoAccount(hard(), "renamed-fields", schema=kept)

    assert {} == differences(true_costs(hard()), changed.costs())


@pytest.mark.long
def test_an_order_that_vanished_is_noticed() -> None:
    """What Finale knew yesterday and does not know today is said."""
    account = DemoAccount(hard())
    before = account.costs()
    account.switch(set=["orders-vanished"])

    now = account.costs()

    gone = {key for key, (_, cause) in now.items() if cause == Cause.ORDER_NOT_FOUND}
    assert {key for key, (_, cause) in before.items() if cause == Cause.ORDER_NOT_FOUND} < gone


def test_a_bill_that_came_later_brings_its_cost() -> None:
    """A second sync of the same orders takes the repaired costs."""
    account = DemoAccount(hard())
    order = case(hard(), "before receipt")
    assert [(None, Cause.COST_ZERO)] == list(account.costs(only(hard(), order.order_id)).values())

    account.switch(set=["late-costs-repaired"])

    ((cost, _),) = account.costs(only(hard(), order.order_id)).values()
    assert cost is not None
    assert cost > 0


def test_a_prefix_that_must_be_told_is_told_in_setup() -> None:
    """An account with prefixes before its numbers is searched by them too."""
    order = case(hard(), "prefix")
    account = DemoAccount(hard(), settings=FinaleSettings(order_prefixes=("AMZ-",)))

    ((cost, _),) = account.costs(only(hard(), order.order_id)).values()

    assert Decimal("0.475") == cost


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("limits", "syncs"),
    [(Limits(posts_per_minute=7), 20), (Limits(), 125), (Limits(posts_per_minute=10**6), 125)],
    ids=["tight", "usual", "none"],
)
def test_limits_are_kept(limits: Limits, syncs: int) -> None:
    """120 posts a minute are kept without being told, and tighter limits as the headers say; none is refused."""
    account = DemoAccount(hard(), limits=limits)
    for _ in range(syncs):
        account.pages(CostRequest((), ("CUP",)))

    assert sum(account.time.slept) > 60 * (syncs / limits.posts_per_minute - 1)
    assert sum(account.time.slept) > 0
    assert {"200": syncs + 1} == account.statuses()


@pytest.mark.long
def test_lookups_come_over_rest_where_graphql_has_none() -> None:
    """Packs and aliases are found in the other interface, by the products' paths."""
    account = DemoAccount(hard(), "introspection-off", refused="QueryRoot.productLookupViewConnection")

    assert {} == differences(true_costs(hard()), account.costs())
    assert 2 == account.requests()["collection"]


def refund_of(name: str) -> CostRequest:
    """Return the request for an order that is refunded months later."""
    (order,) = only(hard(), case(hard(), name).order_id).orders
    return CostRequest((replace(order, posted_on=date(2026, 11, 1)),), order.skus)


def test_an_old_order_is_asked_for_by_its_number_where_there_is_no_search() -> None:
    """A refund weeks later asks for an order that no window of days shows; its shipments tell when it left."""
    account = DemoAccount(hard(), "no-search")
    refunded = refund_of("split at two costs")

    assert {} == differences(true_costs(hard(), refunded), account.costs(refunded))
    assert 3 == account.requests()["get"]


def test_an_error_in_place_of_an_order_is_not_an_absent_order() -> None:
    """With status 200 and a message inside, nothing is concluded about the order."""
    faults = {"no-search": Fault(), "error-inside-200": Fault(on=("get",))}
    account = DemoAccount(hard(), faults=faults)

    with pytest.raises(FinaleRefusalError, match="Internal error: please contact support"):
        account.pages(refund_of("split at two costs"))


def test_a_check_of_an_account_that_tells_nothing_finds_out() -> None:
    """Where the schema is hidden, the check asks for one real cost and so knows the mode."""
    account = DemoAccount(hard(), "introspection-off", "no-cost-fields")

    assert "current average costs only, as proposals" == account.finale.check().mode
