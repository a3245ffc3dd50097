"""Single values brought back from the journal, and accepted averages that give way to Finale's order costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.overrides.stored_overrides import replace_averages, replaceable
from core.books.overrides.undo import ValueUnknownError, restore_values, undo_last, values_of
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.status import missing_lines
from core.books.syncing.cost_changes import cost_changes, settlement_changes
from core.frame_columns import records
from core.model import Cause, CostSource, Event
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books
from tests.core.marketplaces.amazon_files import flat_file, line, summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database

LIVES = tuple(Life(f"111-{number}", "US", sold=((0, 1),), refunds=(), lost=None) for number in range(2))


@dataclass(frozen=True)
class Saved:
    """Books with two orders of one mug each in settlement US0, and the bookkeeper's saves."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def key(self, order: str) -> str:
        lines = self.books.lines
        return str(lines.loc[(lines["order_id"] == order) & (lines["event"] == Event.SALE), "key"].iloc[0])

    def save(self, order: str, cost: str, *, accepted: bool = False) -> int:
        """Save a cost and return the batch."""
        books, key = self.books, self.key(order)
        version = next((row["version"] for row in records(books.overrides) if row["key"] == key), 0)
        answer = Answer(key, version, Decimal(cost), Decimal(cost) if accepted else None)
        save_answers(self.database, books, [answer], settlement_ids=None, accept_proposals=True, **WHO)
        return int(next(row["batch"] for row in records(self.books.overrides) if row["key"] == key))

    def costs(self) -> dict[str, tuple[Decimal | None, str | None]]:
        rows = records(self.books.lines)
        return {row["order_id"]: (row["unit_cost"], row["cost_source"]) for row in rows}


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Saved]:
    with open_books(tmp_path) as database:
        for file in files_of(LIVES).values():
            bring_in(database, "US", file)
        yield Saved(database)


@pytest.mark.long
def test_any_single_value_is_brought_back_as_a_new_batch(saved: Saved) -> None:
    """The first of three saves holds again, undo takes that back, and nothing is lost from the journal."""
    first = saved.save("111-0", "4.00")
    saved.save("111-0", "5.00")
    saved.save("111-0", "6.00")

    restored = restore_values(saved.database, values_of(saved.database, first, [saved.key("111-0")]), **WHO)

    assert (saved.key("111-0"),) == restored.keys
    assert (Decimal("4.00"), CostSource.ENTERED) == saved.costs()["111-0"]
    with saved.database.reading() as connection:
        assert "restore" == batches.history(connection)["kind"].iloc[0]
    undo_last(saved.database, **WHO)
    assert Decimal("6.00") == saved.costs()["111-0"][0]


@pytest.mark.long
def test_a_locked_line_is_left_alone_and_an_unknown_value_is_refused(saved: Saved) -> None:
    """What was exported changes by true-up only; a batch that saved nothing for a line is named."""
    first = saved.save("111-0", "4.00")
    saved.save("111-0", "5.00")
    saved.save("111-1", "5.00")
    (settlement,) = saved.books.settlements
    export_settlement(saved.database, saved.books, settlement, ExportOptions(accept_suspect=True), **WHO)

    restored = restore_values(saved.database, [(first, saved.key("111-0"))], **WHO)

    assert ((), {saved.key("111-0"): "its settlement is exported and locked"}) == (restored.keys, restored.skipped)
    with pytest.raises(ValueUnknownError, match=f"Batch {first} saved no value"):
        values_of(saved.database, first, [saved.key("111-1")])


@pytest.mark.long
def test_accepted_averages_give_way_in_bulk_and_entered_costs_never(saved: Saved) -> None:
    """Finale's order costs arrived for both: only the estimate is replaced, and undo brings it back."""
    saved.save("111-0", "4.00", accepted=True)
    saved.save("111-1", "5.00")
    none_yet = replaceable(saved.books)
    before = saved.books
    for order in ("111-0", "111-1"):
        let_finale_say(saved.database, order, Decimal("4.17"))
    entered = cost_changes(before.lines, saved.books.lines)

    replaced = replace_averages(saved.database, saved.books, settlement_ids=None, **WHO)

    assert none_yet.empty
    assert [saved.key("111-0")] == replaced
    expected = {"111-0": (Decimal("4.17"), CostSource.ORDER), "111-1": (Decimal("5.00"), CostSource.ENTERED)}
    assert expected == saved.costs()
    ((order, difference, note),) = zip(entered["order_id"], entered["difference"], entered["cost_note"], strict=True)
    assert ("111-1", Decimal(0)) == (order, difference)
    assert "Finale now says 4.17" in note
    (change,) = settlement_changes(before.lines, saved.books.lines)
    assert ("US0", Decimal("9.00"), Decimal("9.17"), Decimal("0.17")) == (
        change.settlement_id,
        change.was,
        change.now,
        change.difference,
    )
    undo_last(saved.database, **WHO)
    assert (Decimal("4.00"), CostSource.ACCEPTED_AVERAGE) == saved.costs()["111-0"]
    assert [] == replace_averages(saved.database, saved.books, settlement_ids=[("US", "other")], **WHO)
    assert [] == replace_averages(saved.database, saved.books, settlement_ids=[("UK", "US0")], **WHO)
    assert [saved.key("111-0")] == replace_averages(saved.database, saved.books, settlement_ids=[("US", "US0")], **WHO)


@pytest.mark.few(1)
@pytest.mark.parametrize(("shipped", "refunded"), [(1, "-10.00"), (2, "-20.00"), (3, "-7.77")])
def test_an_accepted_answer_about_units_is_no_average_that_gives_way(
    tmp_path: Path, shipped: int, refunded: str
) -> None:
    """A refund of an order older than the books keeps its accepted units; without them it would lack its cost again."""
    refund = line(
        refunded,
        transaction_type="Refund",
        adjustment_id="A1",
        order_id="111-5",
        order_item_code="7001",
        sku="MUG",
        quantity_purchased="",
    )
    file = OriginalFile("1.txt", flat_file([summary(refunded), refund]))
    with open_books(tmp_path) as database:
        bring_in(database, "US", file)
        let_finale_say(database, "111-5", Decimal("4.17"), units=shipped)
        saved = Saved(database)
        (asked,) = records(missing_lines(saved.books.lines))
        answer = Answer(asked["key"], 0, Decimal("4.17"), Decimal("4.17"))
        save_answers(database, saved.books, [answer], settlement_ids=None, accept_proposals=True, **WHO)

        assert (Cause.UNITS_UNKNOWN, Decimal("4.17")) == (asked["cause"], asked["proposed_cost"])
        assert [-shipped * Decimal("4.17")] == list(saved.books.lines["cogs"])
        assert replaceable(saved.books).empty
        assert [] == replace_averages(database, saved.books, settlement_ids=None, **WHO)
