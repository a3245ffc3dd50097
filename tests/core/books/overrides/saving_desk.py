"""Books of orders that live through settlements, and what a bookkeeper saves in them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import Saving, save_answers
from core.books.syncing import stored_observations
from core.frame_columns import OBSERVATION_COLUMNS, frame, records
from core.model import Disposition, Event, ObservationKind
from tests.core.books.lives_of_orders import NOW, WHO, Life, bring_in, files_of

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.database import Database


ORDER = "111-0"
SALE_AND_REFUNDS = Life(ORDER, "US", sold=((0, 3),), refunds=((0, 1), (0, 1)), lost=None)
"""The first refund says no units, the second one."""


@dataclass(frozen=True)
class Desk:
    """Books, and what a bookkeeper does with them."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def bring_in(self, plan: tuple[Life, ...]) -> None:
        for (store, _), file in files_of(plan).items():
            bring_in(self.database, store, file)

    def average_is(self, cost: str) -> None:
        """Let Finale know the current average of a mug."""
        fact = {
            "kind": ObservationKind.AVERAGE,
            "product_id": "MUG",
            "unit_cost": Decimal(cost),
            "currency": "USD",
            "fetched_at": NOW,
        }
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [fact]), batch, NOW)

    def line(self, event: Event) -> dict[str, object]:
        lines = self.books.lines
        return records(lines[lines["event"] == event])[0]

    def answer(self, event: Event, **said: object) -> Answer:
        """Return the row of Resolve of the first line of that kind, with what is said in its cells."""
        line = self.line(event)
        return Answer(**{"key": line["key"], "version": 0, "cost": None, "proposal": line["proposed_cost"], **said})  # type: ignore[arg-type]  # fields of Answer

    def save(self, *answers: Answer, accept_proposals: bool = False, accept_suspect: bool = False) -> Saving:
        return save_answers(
            self.database,
            self.books,
            answers,
            settlement_ids=None,
            accept_proposals=accept_proposals,
            accept_suspect=accept_suspect,
            **WHO,
        )


COSTS = st.sampled_from([None, "proposal", "0", "4.80", "9.9305", "12.00"])


@st.composite
def typed(draw: st.DrawFn) -> dict[str, object]:
    """Draw what stands in the cells of a row."""
    return {
        "cost": draw(COSTS),
        "zero_ok": draw(st.booleans()),
        "units_back": draw(st.sampled_from([None, 0, 1, 2])),
        "disposition": draw(st.sampled_from([None, *Disposition])),
        "stock_edited": draw(st.booleans()),
        "disposition_edited": draw(st.booleans()),
        "note": draw(st.sampled_from([None, "as agreed"])),
    }
