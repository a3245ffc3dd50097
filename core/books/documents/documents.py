"""What documents beside settlements say of orders and of goods that came back, for costing. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.books.documents.order_units import OrderUnits, with_order_units
from core.books.documents.reported_reimbursements import reimbursed_lines
from core.books.documents.returned_goods import returned_lines, with_orders_of_other_stores
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.order_costs import OrderCosts
from core.costing.inputs import ASKED_UNITS_COLUMNS, PAID_WITHOUT_UNITS, RETURNED_COLUMNS, TRUED_UP_COLUMNS
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, Columns, conform, frame, records
from core.marketplaces.settlements.transactions import paid_without_units
from core.model import GOODS_EFFECTS, Goods, QuantitySource

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from core.books.database import Company
    from core.books.settings.stores import Store
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.costing import CostingInput
    from core.settings import Policies


@dataclass(frozen=True, slots=True)
class Documents:
    """What documents say of orders and of goods that came back, and whose they are."""

    order_units: pd.DataFrame
    goods_back: pd.DataFrame
    reimbursements: pd.DataFrame
    settlements: tuple[BookedSettlement, ...]
    policies: Policies
    company: Company
    stores: tuple[Store, ...]
    transactions: pd.DataFrame
    """TRANSACTION_COLUMNS as they are stored, before any document counts their units."""
    now: pd.DataFrame
    """The same as files are read and words are answered today; `transactions` itself where the books have that."""


def with_documents_as_read(
    books: CostingInput, documents: Documents
) -> tuple[CostingInput, frozenset[str], CostingInput | None]:
    """Return what `with_documents` does, and the same of the lines as they are read today where those differ."""
    if documents.now is documents.transactions:
        return *with_documents(books, documents), None
    as_read = with_documents(
        replace(books, transactions=documents.now, locked_lines=_as_exported(books, documents)), documents
    )[0]
    return *with_documents(books, documents), replace(as_read, locked_lines=books.locked_lines)


def _as_exported(books: CostingInput, documents: Documents) -> pd.DataFrame | None:
    """Return the locked lines whose units are read today as they were when they went out: the others take theirs anew.

    A line of one unit went out; the payout's own report says three. Three are to be costed, not the one.
    """
    was = dict(_units(documents.transactions))
    changed = {key for key, units in _units(documents.now) if key in was and was[key] != units}
    return (
        books.locked_lines
        if books.locked_lines is None
        else books.locked_lines[~books.locked_lines["key"].isin(list(changed))]
    )


def _units(lines: pd.DataFrame) -> list[tuple[str, int | None]]:
    return [(row["key"], row["quantity"]) for row in records(lines, ["key", "quantity"])]


def with_documents(known: CostingInput, documents: Documents) -> tuple[CostingInput, frozenset[str]]:
    """Return what costs are made of with what documents say, and the lines whose answers move others' units."""
    known = _with_doubted_units(known)
    known, tied = _with_order_units(
        known, documents.order_units, documents.settlements, documents.policies, documents.company
    )
    returned = returned_lines(known.transactions, documents.goods_back, documents.stores)
    returned = with_orders_of_other_stores(
        _together(returned, known.returned),
        known.transactions,
        documents.goods_back,
        documents.stores,
        known.mappings,
    )
    reported = reimbursed_lines(known.transactions, documents.reimbursements, documents.stores)
    return replace(known, returned=returned, reimbursed=reported), tied


def _with_doubted_units(books: CostingInput) -> CostingInput:
    """Return what costs are made of with the units asked of open lines that are paid for and state 0 of them."""
    rows = books.transactions
    locked = [] if books.locked_lines is None else list(books.locked_lines["key"])
    doubtful = paid_without_units(rows) & ~rows["key"].isin(locked)
    if not doubtful.any():
        return books
    effects = [str(GOODS_EFFECTS[Goods(goods)]) for goods in rows.loc[doubtful, "goods"]]
    rows = rows.assign(quantity=rows["quantity"].mask(doubtful), stock_effect=rows["stock_effect"])
    rows.loc[doubtful, "quantity_source"] = str(QuantitySource.UNKNOWN)
    rows.loc[doubtful, "stock_effect"] = effects
    doubts = [{"key": key, "reason": PAID_WITHOUT_UNITS} for key in rows.loc[doubtful, "key"]]
    return replace(books, transactions=rows, asked_units=frame(ASKED_UNITS_COLUMNS, doubts))


def _together(one: pd.DataFrame, other: pd.DataFrame | None) -> pd.DataFrame:
    """Return what was reported of goods (RETURNED_COLUMNS): by marketplaces, and by the orders' own documents."""
    return one if other is None or other.empty else frame(RETURNED_COLUMNS, [*records(one), *records(other)])


def _given(columns: Columns, table: pd.DataFrame | None) -> pd.DataFrame:
    return frame(columns) if table is None else conform(columns, table)


def _with_order_units(
    books: CostingInput,
    told: pd.DataFrame,
    settlements: Iterable[BookedSettlement],
    policies: Policies,
    company: Company,
) -> tuple[CostingInput, frozenset[str]]:
    """Count the units of pulled orders over all documents; what is not sure of them is asked."""
    if told.empty:
        return replace(books, returned=frame(RETURNED_COLUMNS)), frozenset()
    of_orders = books.observations["order_id"].isin(list(told["order_id"].unique()))
    finale = read_finale(books.observations[of_orders], books.mappings, company.home_currency)
    shipped = OrderCosts(finale, {})
    counted = with_order_units(
        books.transactions,
        OrderUnits(
            told,
            settlements,
            _given(COSTED_COLUMNS, books.locked_lines),
            _given(TRUED_UP_COLUMNS, books.trued_up),
            _given(OVERRIDE_COLUMNS, books.overrides),
            policies.books_start,
            lambda order, sku: shipped.of(order, sku).units,
        ),
    )
    questions = frame(
        ASKED_UNITS_COLUMNS, [*records(counted.unsure_units), *records(_given(ASKED_UNITS_COLUMNS, books.asked_units))]
    )
    after = replace(books, transactions=counted.transactions, asked_units=questions, returned=counted.returned)
    return after, counted.linked_lines
