"""A setting that changes decides nothing anew that is posted or closed, unless somebody agrees to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.entries.exporting import ExportOptions, HistoryError, export_settlement, make_entries
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.entries.reopening import reopen
from core.books.loading import load_books
from core.books.settings.announcement import effects_of_reopening, words_of_reopening
from core.books.settings.policies import change_policies, first_open_day, policy_effects
from core.books.settings.setting_effects import ChangeNotAgreedError
from core.books.settings.time_zones import change_time_zones, time_zone_effects
from core.books.true_ups import cost_comparison
from core.books.verification.verification import tie_outs
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.model import CostStatus, Event
from core.money import total
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from core.time import local_days
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


LIFE = Life("111-0", "US", sold=((0, 4),), refunds=((1, 1), (2, 1)), lost=None)
OTHER = Life("111-1", "US", sold=((1, 1), (2, 1)), refunds=(), lost=None)


@dataclass(frozen=True)
class Year:
    """Books with a sale of four in US0 (from 3 August), a refund in US1 (17 August) and in US2 (31 August)."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def policy(self, *, agreed: bool = False, **policies: str) -> None:
        change_policies(self.database, policies, agreed=agreed, **WHO)

    def zone(self, name: str, *, agreed: bool = False) -> None:
        change_time_zones(self.database, {"US": name}, agreed=agreed, **WHO)

    def settlement(self, number: str) -> BookedSettlement:
        return self.books.named([number])[0]

    def export(self, *numbers: str) -> None:
        for number in numbers:
            options = ExportOptions(accept_suspect=True)
            export_settlement(self.database, self.books, self.settlement(number), options, **WHO)

    def refunds(self) -> dict[str, object]:
        """Return what became of the goods of each settlement's refund."""
        lines = records(self.books.lines)
        return {row["settlement_id"]: row["disposition"] for row in lines if row["event"] == Event.REFUND}

    def pnl_months(self) -> dict[str, Decimal]:
        books = self.books
        question = PnlQuestion("USD", by_month=True, by_item=False)
        table = profit_and_loss(books.counted(books.lines), question, zones=books.zones)
        return {row["month"]: row["net_sales"] for row in records(table)}

    def entry_months(self, number: str) -> set[str]:
        books = self.books
        return {one.key.month for one in make_entries(books, self.settlement(number), EntryKind.COGS, ExportOptions())}

    def all_ties(self) -> bool:
        books = self.books
        return all(tie.ok for one in books.settlements for tie in tie_outs(self.database, books, one, ExportOptions()))


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


@pytest.mark.long
def test_a_time_zone_that_moves_exported_months_needs_a_yes_and_moves_only_what_is_open(year: Year) -> None:
    """What US2 posted on 31 August from ten o'clock UTC on is of September in Kiritimati, fourteen hours ahead."""
    year.export("US0", "US1", "US2")
    before = year.pnl_months()

    with pytest.raises(
        ChangeNotAgreedError, match=r"US2 \(US, exported\): stays .* . lines? of USD -?\d+.00 in another month"
    ):
        year.zone("Pacific/Kiritimati")
    assert year.pnl_months() == before


@pytest.mark.long
def test_a_zone_is_kept_by_what_is_exported_and_taken_by_what_is_open(year: Year) -> None:
    """Kiritimati is fourteen hours ahead: what US2 posted on 31 August from ten o'clock on is of September there."""
    year.export("US0", "US1")
    open_before = year.entry_months("US2")
    year.zone("Pacific/Kiritimati")
    assert ({"2026-08"}, {"2026-08", "2026-09"}) == (open_before, year.entry_months("US2"))

    year.export("US2")
    months = year.pnl_months()
    effects = time_zone_effects(year.database, {"US": ""})
    year.zone("", agreed=True)

    assert ["US2"] == [one.settlement_id for one in effects if one.moved]
    assert months == year.pnl_months(), "what is exported stays in the months that it went out in"
    assert {"2026-08", "2026-09"} == year.entry_months("US2")
    assert year.all_ties()
    reopen(year.database, year.settlement("US2"), "wrong zone", lock_date=None, **WHO)
    assert {"2026-08"} == year.entry_months("US2")


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


@pytest.mark.long
def test_the_same_move_is_announced_again_once_it_was_taken_back(year: Year) -> None:
    """The second time it was said to change no settlement, and reopening made History of one that was out."""
    year.export("US0", "US1")
    first = policy_effects(year.database, {"books_start": "2026-09-20"})
    year.policy(books_start="2026-09-20", agreed=True)
    year.policy(books_start="", agreed=True)
    again = policy_effects(year.database, {"books_start": "2026-09-20"})
    year.policy(books_start="2026-09-20", agreed=True)
    otherwise = effects_of_reopening(year.books, {("US", "US0")})

    assert first == again
    assert [("US0", 1, "open")] == [(one.settlement_id, one.counted_out, one.status) for one in otherwise]
    words = words_of_reopening(year.books, otherwise)
    assert "put 2026-08-0" in words
    reopen(year.database, year.settlement("US0"), "wrong bill", lock_date=None, **WHO)
    year.policy(books_start=words.partition(" put ")[2].partition(" ")[0], agreed=True)
    year.export("US0")


@pytest.mark.long
def test_a_zone_that_moves_lines_over_books_start_needs_a_yes(year: Year) -> None:
    """Nothing is exported: still, what is counted would be another set of lines."""
    year.policy(books_start="2026-08-17")

    with pytest.raises(ChangeNotAgreedError, match="not counted"):
        year.zone("America/Los_Angeles")
    year.zone("America/Los_Angeles", agreed=True)
    assert "America/Los_Angeles" == str(year.books.zones["US"])


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
