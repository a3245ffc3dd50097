"""A setting that changes decides nothing anew that is posted or closed, unless somebody agrees to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.entries.exporting import HistoryError
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.settings.policies import change_policies, first_open_day, policy_effects
from core.books.settings.setting_effects import ChangeNotAgreedError
from core.books.settings.time_zones import change_time_zones
from core.books.true_ups import cost_comparison
from core.frame_columns import records
from core.model import CostStatus, Event
from core.money import total
from core.time import local_days
from tests.core.books.lives_of_orders import WHO, bring_in, files_of, let_finale_say, open_books
from tests.core.books.reopening_one import reopen
from tests.core.books.settings.settings_year import LIFE, OTHER, Year
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(database, "US", file)
        for order in ("111-0", "111-1"):
            let_finale_say(database, order, Decimal("4.00"))
        yield Year(database)


@pytest.mark.long
def test_a_policy_holds_from_the_first_day_that_is_not_posted(year: Year) -> None:
    """The exported refund stays as it was exported, without a true-up; the open one follows the new policy."""
    year.export("US0", "US1")

    year.policy(refunded_goods="Not returned")

    assert {"US1": "Restocked", "US2": "Not returned"} == year.refunds()
    assert cost_comparison.differences(year.books).empty
    (earlier,) = year.books.policies.before("refunded_goods")
    assert ("Restocked", first_open_day(year.books)) == (earlier.value, earlier.before)
    assert year.all_ties()


def test_without_anything_posted_a_policy_holds_for_all(year: Year) -> None:
    """There is nothing to keep, so no day is kept either."""
    year.policy(refunded_goods="Not returned")

    assert {"US1": "Not returned", "US2": "Not returned"} == year.refunds()
    assert () == year.books.policies.earlier


@pytest.mark.long
def test_the_lock_date_is_a_border_too(year: Year) -> None:
    """Nothing is exported, yet August is closed: its refund follows the earlier policy."""
    year.policy(lock_date="2026-08-31")

    year.policy(refunded_goods="Unsellable")

    assert {"US1": "Restocked", "US2": "Restocked"} == year.refunds(), "US2's refund is of 31 August"
    assert date(2026, 9, 1) == first_open_day(year.books)


@pytest.mark.long
def test_a_day_of_ones_own_over_what_is_posted_needs_a_yes(year: Year) -> None:
    """What it would do is said with each settlement that is posted; agreed to, its true-ups are proposed."""
    year.export("US0", "US1")

    with pytest.raises(ChangeNotAgreedError, match=r"US1 \(US, exported\): true-ups of USD 4.00 proposed") as refused:
        year.policy(refunded_goods="Not returned from 2026-08-01")

    assert {"US1": "Restocked", "US2": "Restocked"} == year.refunds(), "nothing was changed"
    assert [("US1", "exported"), ("US2", "open")] == [(e.settlement_id, e.status) for e in refused.value.effects]
    year.policy(refunded_goods="Not returned from 2026-08-01", agreed=True)
    assert {"US1": "Restocked", "US2": "Not returned"} == year.refunds(), "a locked line stays"
    assert [Decimal("4.00")] == cost_comparison.differences(year.books)["difference"].to_list()


@pytest.mark.long
def test_policies_that_follow_each_other_hold_each_for_its_days(year: Year) -> None:
    """Each change keeps what held before it, and one that goes farther back takes the place of those after it."""
    year.policy(refunded_goods="Not returned from 2026-08-20")
    year.policy(refunded_goods="Unsellable from 2026-08-31")

    assert {"US1": "Restocked", "US2": "Unsellable"} == year.refunds(), "US1's refund is of 17 August"
    policies = year.books.policies
    assert ["Restocked", "Not returned", "Unsellable"] == [
        policies.value_on("refunded_goods", date(2026, *day)) for day in ((8, 19), (8, 20), (8, 31))
    ]
    year.policy(refunded_goods="Money only from 2026-08-17")
    assert {"US1": "Money only", "US2": "Money only"} == year.refunds()
    assert 1 == len(year.books.policies.before("refunded_goods"))


@pytest.mark.long
@pytest.mark.parametrize("name", ["refund_units", "adjustment_average"])
def test_every_policy_about_costs_leaves_posted_lines_alone(year: Year, name: str) -> None:
    """A refund whose units were derived is not asked again once it is exported."""
    year.export("US0", "US1")

    change_policies(year.database, {name: "ask"}, **WHO)

    exported = year.books.lines_of(year.settlement("US1"))
    assert CostStatus.MISSING not in set(exported["cost_status"])
    assert cost_comparison.differences(year.books).empty


@pytest.mark.long
@pytest.mark.parametrize("text", ["Not returned from soon", "Not returned from 2026-02-30", "Gone from 2026-08-01"])
def test_a_day_that_is_none_is_refused(year: Year, text: str) -> None:
    """Nothing is stored, and the message repeats what was typed."""
    with pytest.raises(Exception, match=text):
        year.policy(refunded_goods=text)

    assert {"US1": "Restocked", "US2": "Restocked"} == year.refunds()


@pytest.mark.long
def test_books_start_over_an_exported_settlement_leaves_it_counted(year: Year) -> None:
    """It needs a yes; then entries, profit and loss, and verify still agree, and what is open becomes History."""
    year.export("US0")

    with pytest.raises(
        ChangeNotAgreedError,
        match=r"US0 \(US, exported\): stays as it was exported; reopened, .* 1 line of USD -40.00 not counted",
    ):
        year.policy(books_start="2026-09-01")
    year.policy(books_start="2026-09-01", agreed=True)

    books = year.books
    assert not books.is_history(year.settlement("US0"))
    assert {"US0"} == set(books.counted(books.lines)["settlement_id"])
    assert Decimal("40.00") == total(year.pnl_months().values())
    assert year.all_ties()
    with pytest.raises(HistoryError):
        year.export("US1")


@pytest.mark.long
def test_a_settlement_split_at_export_stays_split_as_it_went_out(year: Year) -> None:
    """Exported from 18 August on; books start is taken away, and what was not posted is not counted on that account.

    In Kiritimati, fourteen hours ahead, its sale is of 17 August and its refund of the 18th.
    """
    year.zone("Pacific/Kiritimati")
    year.policy(books_start="2026-08-18")
    year.export("US1")

    year.policy(books_start="", agreed=True)

    books = year.books
    assert [Event.REFUND] == books.counted(books.lines_of(year.settlement("US1")))["event"].to_list()
    assert not year.books.is_history(year.settlement("US0"))
    assert year.all_ties()


@pytest.mark.long
def test_a_reopened_settlement_follows_what_holds_now(year: Year) -> None:
    """What it went out with is of no account any more, and its next export keeps what holds then."""
    year.export("US0")
    year.policy(books_start="2026-08-20", agreed=True)
    reopen(year.database, year.settlement("US0"), "wrong bill", lock_date=None, **WHO)

    assert year.books.is_history(year.settlement("US0"))
    year.policy(books_start="2026-08-01")
    year.export("US0")
    year.policy(books_start="2026-08-20", agreed=True)
    assert not year.books.is_history(year.settlement("US0"))


@pytest.mark.long
def test_books_start_within_a_closed_period_needs_a_yes(year: Year) -> None:
    """Nothing is exported, but the figures of August are closed."""
    year.policy(lock_date="2026-08-31")

    with pytest.raises(ChangeNotAgreedError, match="in a closed period"):
        year.policy(books_start="2026-08-20")
    assert policy_effects(year.database, {"books_start": "2026-08-20"})
    assert year.books.policies.books_start is None


@pytest.mark.long
def test_what_was_posted_elsewhere_is_named_as_such(year: Year) -> None:
    """Books start moved over it needs a yes as well."""
    post_elsewhere(year.database, year.books, [year.settlement("US0")], "by hand", **WHO)

    with pytest.raises(ChangeNotAgreedError, match=r"US0 \(US, posted elsewhere\)"):
        year.policy(books_start="2026-08-20")


def counted_cogs(books: Books) -> dict[str, Decimal]:
    """Return the COGS that is counted of each settlement."""
    return {one.settlement_id: total(books.counted(books.lines_of(one))["cogs"]) for one in books.settlements}


@pytest.mark.long
@pytest.mark.parametrize(
    ("exported", "start", "zone"),
    [
        ((), "2026-09-01", "Pacific/Kiritimati"),
        (("US0", "US1", "US2"), "2026-09-01", "Pacific/Kiritimati"),
        (("US0",), "2026-08-17", "America/Los_Angeles"),
        (("US0", "US1"), "2026-08-18", None),
        (("US2",), None, "Pacific/Kiritimati"),
    ],
)
def test_what_is_announced_of_settings_typed_together_is_what_happens(
    year: Year, exported: tuple[str, ...], start: str | None, zone: str | None
) -> None:
    """2 lines were announced as not counted of which the zone typed beside let one count; exported ones stay."""
    year.export(*exported)
    typed = {"books_start": start} if start else {}, {"US": zone} if zone else {}
    effects = policy_effects(year.database, *typed)
    before, pending = counted_cogs(year.books), total(cost_comparison.differences(year.books)["difference"])
    change_time_zones(year.database, typed[1], agreed=True, **WHO)
    change_policies(year.database, typed[0], agreed=True, **WHO)
    now = [one for one in effects if not one.if_reopened]

    assert before | {one.settlement_id: one.cogs_now for one in now} == counted_cogs(year.books)
    assert not [one for one in now if one.settlement_id in exported]
    assert pending == total(cost_comparison.differences(year.books)["difference"])


DEEDS = st.one_of(
    st.sampled_from(["US0", "US1", "US2"]).map(lambda number: ("export", number)),
    st.sampled_from(["Restocked", "Not returned", "Unsellable"]).map(lambda value: ("refunded_goods", value)),
    st.sampled_from(["derive", "ask"]).map(lambda value: ("refund_units", value)),
    st.sampled_from(["", "2026-08-01", "2026-08-20", "2026-09-05"]).map(lambda day: ("books_start", day)),
    st.sampled_from(["", "Pacific/Kiritimati", "Pacific/Honolulu"]).map(lambda zone: ("zone", zone)),
)


@pytest.mark.long
@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(DEEDS, min_size=2, max_size=7))
def test_whatever_changes_in_the_middle_what_went_out_stays(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, str]]
) -> None:
    """Random histories of exports and settings: months, goods and COGS of what is exported stay."""
    with open_books(tmp_path_factory.mktemp("books")) as database:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(database, "US", file)
        for order in ("111-0", "111-1"):
            let_finale_say(database, order, Decimal("4.00"))
        year, went_out = Year(database), {}
        for deed, value in deeds:
            if deed == "export":
                one = year.settlement(value)
                if year.books.state(one).status != "Ready to export":
                    continue
                year.export(value)
                went_out[value] = _as_it_went_out(year, value)
            elif deed == "zone":
                year.zone(value, agreed=True)
            else:
                change_policies(database, {deed: value}, agreed=True, **WHO)
            assert went_out == {number: _as_it_went_out(year, number) for number in went_out}
            assert cost_comparison.differences(year.books).empty
            assert year.all_ties()


def _as_it_went_out(year: Year, number: str) -> object:
    """Return what books and reports hold of a settlement: its counted lines with month, goods and COGS."""
    books = year.books
    lines = books.counted(books.lines_of(year.settlement(number)))
    months = local_days(lines, books.zones).str.slice(0, 7).to_list()
    rows = records(lines[["key", "disposition", "cogs"]])
    return [(row["key"], row["disposition"], row["cogs"], month) for row, month in zip(rows, months, strict=True)]
