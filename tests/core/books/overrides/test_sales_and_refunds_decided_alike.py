"""A sale in one settlement and its refund in a later one: whatever is decided, one never moves without the other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import Saving, save_answers
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.books.true_ups.true_ups import TornTrueUpsError
from core.frame_columns import records
from core.journal.accounts import Accounts
from core.model import CostStatus, Disposition, Event
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database

ORDER = "111-0"
LIFE = Life(ORDER, "US", sold=((0, 1),), refunds=((1, 1),), lost=None)


@dataclass(frozen=True)
class Bench:
    """The books with one mug sold in settlement US0 and refunded in US1."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def bring_in(self, period: int) -> None:
        bring_in(self.database, "US", files_of((LIFE,))["US", period])

    def finale_says(self, cost: str) -> None:
        let_finale_say(self.database, ORDER, Decimal(cost))

    def key(self, event: Event) -> str:
        lines = self.books.lines
        return str(lines.loc[lines["event"] == event, "key"].iloc[0])

    def save(self, event: Event, **said: object) -> Saving:
        answer = Answer(self.key(event), **{"version": 0, "cost": None, "proposal": None, **said})  # type: ignore[arg-type]  # fields of Answer
        return save_answers(self.database, self.books, [answer], settlement_ids=None, accept_proposals=True, **WHO)

    def export(self, *settlement_ids: str) -> None:
        for settlement in self.books.named(settlement_ids):
            export_settlement(self.database, self.books, settlement, ExportOptions(), **WHO)

    def proposed(self) -> dict[str, tuple[int, Decimal]]:
        """Return number and difference of each pending proposal by settlement."""
        true_ups.propose_true_ups(self.database, self.books, **WHO)
        with self.database.reading() as connection:
            pending = records(true_up_history.pending(connection))
        return {row["settlement_id"]: (row["id"], row["difference"]) for row in pending}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_books(tmp_path) as database:
        made = Bench(database)
        made.bring_in(0)
        made.bring_in(1)
        made.finale_says("4.00")
        yield made


def test_accepting_a_sale_accepts_its_refund(bench: Bench) -> None:
    """The refund's mirror is posted with it, each in an entry of its own settlement."""
    bench.export("US0", "US1")
    bench.finale_says("4.40")
    proposed = bench.proposed()

    accepted = true_ups.accept_true_ups(
        bench.database, bench.books, [proposed["US0"][0]], accounts=Accounts(), lock_date=None, **WHO
    )

    assert {"US0": Decimal("0.40"), "US1": Decimal("-0.40")} == {name: diff for name, (_, diff) in proposed.items()}
    assert (2, 2) == (accepted.lines, len(accepted.entries))
    assert cost_comparison.differences(bench.books).empty


@pytest.mark.long
def test_a_sale_and_its_refund_are_not_decided_in_different_ways(bench: Bench) -> None:
    """Accepting one and dismissing the other is refused before anything is decided."""
    bench.export("US0", "US1")
    bench.finale_says("4.40")
    proposed = bench.proposed()

    with pytest.raises(TornTrueUpsError, match="belong together"):
        true_ups.refuse_torn(bench.database, bench.books, [proposed["US0"][0]], [proposed["US1"][0]])


@pytest.mark.long
def test_dismissing_a_refund_dismisses_its_sale(bench: Bench) -> None:
    """A sale at the new cost beside a refund at the old one would be a loss out of thin air."""
    bench.export("US0", "US1")
    bench.finale_says("4.40")
    proposed = bench.proposed()

    dismissed = true_ups.dismiss_true_ups(bench.database, bench.books, [proposed["US1"][0]], "immaterial", **WHO)

    assert sorted(number for number, _ in proposed.values()) == sorted(dismissed)
    assert {} == bench.proposed()


@pytest.mark.long
def test_a_refund_exported_after_its_sale_was_dismissed_keeps_the_sale_s_cost(bench: Bench) -> None:
    """Nothing is proposed for the refund alone; another cost is proposed for both again."""
    bench.export("US0")
    bench.finale_says("4.40")
    true_ups.dismiss_true_ups(bench.database, bench.books, [bench.proposed()["US0"][0]], "immaterial", **WHO)
    bench.export("US1")

    assert {} == bench.proposed()
    bench.finale_says("5.00")
    assert {"US0": Decimal("1.00"), "US1": Decimal("-1.00")} == {
        name: diff for name, (_, diff) in bench.proposed().items()
    }


@pytest.mark.long
def test_a_locked_refund_keeps_the_average_that_its_open_sale_still_has(tmp_path: Path) -> None:
    """An average accepted before Finale's cost came is replaced by the bookkeeper, not behind the refund's back."""
    with open_books(tmp_path) as database:
        bench = Bench(database)
        bench.bring_in(0)
        bench.bring_in(1)
        bench.save(Event.SALE, cost=Decimal("4.80"), proposal=Decimal("4.80"))
        bench.finale_says("4.00")
        bench.export("US1")

        assert Decimal("4.80") == bench.books.lines.set_index("key").loc[bench.key(Event.REFUND), "unit_cost"]
        assert cost_comparison.differences(bench.books).empty


@pytest.mark.long
def test_a_locked_refund_that_took_no_cost_takes_no_answer(bench: Bench) -> None:
    """Money only moved, so the line has no cost source; it is locked all the same."""
    bench.save(Event.REFUND, disposition=Disposition.NOT_RETURNED, stock_edited=True)
    bench.export("US1")

    saving = bench.save(Event.REFUND, version=1, disposition=Disposition.RESTOCKED, stock_edited=True)

    assert CostStatus.NOT_APPLICABLE == bench.books.lines.set_index("key").loc[bench.key(Event.REFUND), "cost_status"]
    assert ["the settlement is exported and locked: its costs change by true-up only"] == [
        decision.reason for decision in saving.with_ruling(Ruling.REFUSED)
    ]


@pytest.mark.long
def test_a_settlement_whose_refund_waits_says_so(tmp_path: Path) -> None:
    """Its sale stands in another settlement that has no cost yet: it is not called ready."""
    with open_books(tmp_path) as database:
        bench = Bench(database)
        bench.bring_in(0)
        bench.bring_in(1)

        states = {one.settlement_id: bench.books.state(one).status for one in bench.books.settlements}

    assert {"US0": "Not synced", "US1": "Waits for original (1)"} == states
