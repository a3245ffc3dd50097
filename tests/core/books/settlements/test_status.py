"""Where a settlement stands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.status import SettlementState, blockers_of, remedies, settlement_totals, state_of
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Cause, CostStatus, Event

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
COSTED = {
    "event": Event.SALE,
    "order_id": "111-1",
    "quantity": 2,
    "cost_status": CostStatus.COSTED,
    "cogs": Decimal("8.345"),
}
FEE = {"event": Event.FEE, "cost_status": CostStatus.NOT_APPLICABLE, "cogs": Decimal(0)}
WAITING = {"event": Event.REFUND, "quantity": -1, "cost_status": CostStatus.WAITING}


def missing(cause: Cause) -> dict[str, object]:
    return {"event": Event.SALE, "order_id": "111-2", "quantity": 1, "cost_status": CostStatus.MISSING, "cause": cause}


def lines(*rows: dict[str, object]) -> pd.DataFrame:
    return frame(COLUMNS, rows)


def settlement_state(
    rows: pd.DataFrame, *, ties_out: bool, settlement_entry: EntryStatus = EntryStatus.OPEN
) -> SettlementState:
    totals = settlement_totals(rows)
    return state_of(totals, ties_out=ties_out, settlement_entry=settlement_entry, cogs_entry=EntryStatus.OPEN)


def test_a_settlement_whose_lines_all_have_costs_is_ready() -> None:
    """Orders, units, COGS to the cent, and full coverage."""
    state = settlement_state(lines(COSTED, FEE), ties_out=True)

    assert ("Ready to export", "Ready") == (state.status, state.cogs_status)
    assert (1, 2, Decimal("8.35"), Decimal(1)) == (state.orders, state.units, state.cogs, state.counts.coverage)


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        ([missing(Cause.NOT_SHIPPED)], None),
        ([WAITING, missing(Cause.COST_ZERO)], None),
        ([COSTED, missing(Cause.NOT_SHIPPED)], Decimal("8.35")),
        ([FEE], Decimal("0.00")),
    ],
)
def test_cogs_without_any_cost_are_not_known(rows: list[dict[str, object]], known: Decimal | None) -> None:
    """A missing cost is never 0; where nothing needs a cost, 0 is what is known."""
    assert known == settlement_state(lines(*rows), ties_out=True).known_cogs


def test_every_blocker_is_named_with_its_count() -> None:
    """Missing costs, unmapped SKUs, suspects and a file that does not tie out stand side by side."""
    suspect = {**COSTED, "suspect": "more than five times the average"}
    rows = lines(missing(Cause.COST_ZERO), missing(Cause.NOT_SHIPPED), missing(Cause.SKU_NOT_MAPPED), suspect)
    state = settlement_state(rows, ties_out=False)

    assert ("Item missing cost (2)", "SKU not mapped (1)", "Does not tie out", "Suspect cost (1)") == state.blockers
    assert state.cogs_status == "3 lines without cost"


def test_before_the_first_sync_nothing_is_called_missing() -> None:
    """Nobody knows what is missing until Finale has been asked."""
    state = settlement_state(lines(missing(Cause.NOT_SYNCED), missing(Cause.ORIGINAL_MISSING)), ties_out=True)

    assert state.status == "Not synced"


def test_while_only_some_lines_are_synced_nothing_is_called_missing() -> None:
    """What Finale was asked about counts, but how many lines will stay without cost nobody knows before the last."""
    suspect = {**COSTED, "suspect": "more than five times the average"}
    asked = (COSTED, suspect, missing(Cause.COST_ZERO), missing(Cause.SKU_NOT_MAPPED))
    state = settlement_state(lines(*asked, missing(Cause.NOT_SYNCED), WAITING), ties_out=False)

    assert ("Not synced", "Does not tie out", "Suspect cost (1)") == state.blockers
    assert "Not synced; Does not tie out; Suspect cost (1)" == state.status
    assert "3 lines without cost, 1 waits for its original" == state.cogs_status
    assert (6, 2, 3, 1, 1) == (
        state.counts.needed,
        state.counts.covered,
        state.counts.missing,
        state.counts.not_synced,
        state.counts.not_mapped,
    )

    synced = settlement_state(lines(*asked, missing(Cause.NOT_SHIPPED), WAITING), ties_out=False)
    assert ("Item missing cost (2)", "SKU not mapped (1)", "Does not tie out", "Suspect cost (1)") == synced.blockers


def test_a_settlement_that_is_out_stays_unsynced_for_its_cogs() -> None:
    """The deposit is booked, one line is costed and one was never asked about."""
    rows = lines(COSTED, missing(Cause.NOT_SYNCED))
    state = settlement_state(rows, ties_out=True, settlement_entry=EntryStatus.EXPORTED)

    assert ("Settlement exported; Not synced", "1 line without cost") == (state.status, state.cogs_status)


def test_a_settlement_without_goods_is_ready() -> None:
    """Fees alone need no cost."""
    state = settlement_state(lines(FEE), ties_out=True)

    assert ("Ready to export", 0, Decimal(1)) == (state.status, state.counts.needed, state.counts.coverage)


@pytest.mark.parametrize(
    ("rows", "names", "places"),
    [
        ([missing(Cause.NOT_SYNCED)], ["Not synced"], ["with Sync"]),
        ([missing(Cause.COST_ZERO)], ["Item missing cost (1)"], ["sheet Resolve"]),
        ([missing(Cause.SKU_NOT_MAPPED)], ["SKU not mapped (1)"], ["sheet SKU mapping"]),
        ([WAITING], ["Waits for original (1)"], ["original sale"]),
        (
            [missing(Cause.COST_ZERO), missing(Cause.SKU_NOT_MAPPED), WAITING],
            ["Item missing cost (1)", "SKU not mapped (1)"],
            ["sheet Resolve", "sheet SKU mapping"],
        ),
    ],
)
def test_costs_hold_up_the_cogs_entry_alone(rows: list[dict[str, object]], names: list[str], places: list[str]) -> None:
    """Each with where it is answered; the settlement entry has none of them."""
    counts = settlement_state(lines(*rows), ties_out=True).counts
    said = remedies(counts, settlement_entry=False)

    assert names == list(blockers_of(counts, ties_out=True, settlement_entry=False))
    assert [True] * len(places) == [place in sentence for place, sentence in zip(places, said, strict=True)]
    assert ((), ()) == (blockers_of(counts, ties_out=True, cogs_entry=False), remedies(counts, cogs_entry=False))
