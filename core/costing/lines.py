"""The line as costing sees it: a transaction, with what the books hold about it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from core.costing.frames import declared, declared_rows
from core.costing.inputs import (
    ASKED_UNITS_COLUMNS,
    RETURNED_COLUMNS,
    SETTLEMENT_COLUMNS,
    TRUED_UP_COLUMNS,
    DuplicateLineError,
)
from core.costing.rules.first_reader import goods_by_words
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, TEXT, is_one_of, values
from core.model import Goods, OverrideKind, Proposal
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import pandas as pd

    from core.costing.inputs import CostingInput

LONG_AGO = -(2**63)
"""Stands for an unknown moment."""


class Line(NamedTuple):
    """A transaction, as far as its cost depends on it (TRANSACTION_COLUMNS)."""

    place: int
    """Its row among the transactions given."""
    key: str
    store: str | None
    settlement_id: str | None
    event: str | None
    raw_type: str | None
    raw_description: str | None
    order_id: str | None
    order_item_id: str | None
    sku: str | None
    marketplace: str | None
    quantity: int | None
    stock_effect: str | None
    principal: Decimal | None
    tax: Decimal | None
    shipping: Decimal | None
    net: Decimal | None
    merchant_order_id: str | None
    """The selling store's order number on a multi-channel order."""
    day: str | None
    """ISO date of posting, in the store's own calendar."""
    moment: int
    """When it was posted, in millionths of a second; only to be compared."""
    goods: Goods = Goods.NONE
    """What its words say of its goods."""
    is_declared: bool = True
    """Whether they are declared words; what the first reader stored is judged as it was then."""
    says_no_units: bool = False
    """Whether it is paid for and names a SKU, and its marketplace states 0 units of it: how many they are is asked."""

    @property
    def payment(self) -> Decimal:
        """All that the buyer paid, postage and tax too, in the settlement's currency; below zero: given back."""
        return sum((one for one in (self.principal, self.tax, self.shipping) if one is not None), Decimal(0))

    @property
    def when(self) -> tuple[int, str]:
        """Its place in time; the key decides between equals, so that no order of import does."""
        return self.moment, self.key


_READ = Line._fields[1:18]
_GOODS = {str(goods): goods for goods in Goods}
"""By what is stored; something else, which only an altered database holds, is asked."""


def read_lines(transactions: pd.DataFrame, zones: Mapping[str, ZoneInfo] | None = None) -> list[Line]:
    """Return the transactions as records, in their order.

    Args:
        transactions: TRANSACTION_COLUMNS.
        zones: The time zone of each store, which cuts its days; UTC where none is given.

    Raises:
        DuplicateLineError: If two transactions have one key.
    """
    columns = [values(transactions[name]) for name in _READ]
    keys = columns[0]
    if len(set(keys)) != len(keys):
        raise DuplicateLineError(Counter(keys).most_common(1)[0][0])
    posted = pa.chunked_array(pa.array(transactions["posted_at"].array))
    days = values(local_days(transactions, zones or {}))
    moments = posted.cast(pa.int64()).fill_null(LONG_AGO).to_pylist()
    goods = values(transactions["goods"])
    of_words = zip(goods, *columns[3:6], columns[11], strict=True)
    told = [_goods_of_words(*row) if row[0] is None else _GOODS.get(row[0], Goods.UNCLEAR) for row in of_words]
    return list(map(Line, range(len(keys)), *columns, days, moments, told, [one is not None for one in goods]))


@lru_cache(maxsize=4096)
def _goods_of_words(
    _: None, event: str | None, raw_type: str | None, description: str | None, effect: str | None
) -> Goods:
    return goods_by_words(event, f"{raw_type or ''} {description or ''}".upper(), effect)


class Override(NamedTuple):
    """The override of a line that is in force (OVERRIDE_COLUMNS)."""

    version: int
    unit_cost: Decimal | None
    zero_confirmed: bool | None
    disposition: str | None
    units: int | None
    """Units back; on a line that sends goods out without saying how many: its units."""
    kind: str | None
    note: str | None
    by: str | None
    at: datetime | None
    shown_cost: Decimal | None = None
    """What was proposed when it was saved."""
    shown_kind: str | None = None
    sku: str | None = None
    """The SKU that was typed for a line which names none itself."""

    @property
    def is_typed_elsewhere(self) -> bool:
        """Whether it sets nothing, and only proposes what was typed for the line of another document."""
        is_proposal = self.shown_kind == Proposal.TYPED_ELSEWHERE and self.kind is None
        return is_proposal and not self.zero_confirmed and self.sku is None

    @property
    def is_accepted(self) -> bool:
        """Whether it took what Resolve proposed."""
        return self.kind == OverrideKind.ACCEPTED_AVERAGE

    @property
    def is_zero(self) -> bool:
        """Whether it says that the cost is zero: confirmed, or a proposal of zero accepted."""
        return bool(self.zero_confirmed) or (self.is_accepted and self.unit_cost == 0)

    @property
    def accepts_no_goods(self) -> bool:
        """Whether it took that no goods moved as Resolve proposed it: its reason was in the books, in no person's."""
        return self.is_accepted and self.is_zero and self.shown_kind == Proposal.MONEY_ONLY

    def as_proposal(self, note: str | None) -> Override:
        """Return it as one that sets nothing any more, and with a note as the proposal that it is since."""
        kind = None if note is None else Proposal.TYPED_ELSEWHERE
        nothing = self._replace(unit_cost=None, zero_confirmed=False, disposition=None, units=None, kind=None)
        return nothing._replace(shown_cost=Decimal(0), shown_kind=kind, note=note or self.note)


_SAVED = ("unit_cost", "zero_confirmed", "disposition", "units_back", "kind", "note", "saved_by", "saved_at")
_SHOWN = ("shown_cost", "shown_kind", "sku")


def overrides_in_force(overrides: pd.DataFrame | None) -> dict[str, Override]:
    """Return the highest version per line."""
    newest: dict[str, Override] = {}
    for key, *saved in declared_rows(OVERRIDE_COLUMNS, overrides, ("key", "version", *_SAVED, *_SHOWN)):
        override = Override._make(saved)
        if key not in newest or newest[key].version <= override.version:
            newest[key] = override
    return newest


def as_proposals(overrides: pd.DataFrame | None, keys: Collection[str]) -> pd.DataFrame:
    """Return overrides (OVERRIDE_COLUMNS) with those of some lines as proposals, which set nothing.

    Args:
        overrides: What was saved.
        keys: Lines whose saved answers do not hold any more.
    """
    table = declared(OVERRIDE_COLUMNS, overrides)
    fallen = table["key"].isin(list(keys))
    values = {"zero_confirmed": False, "shown_cost": table["unit_cost"], "shown_kind": Proposal.TYPED_ELSEWHERE.value}
    emptied = {name: table[name].mask(fallen) for name in ("unit_cost", "disposition", "units_back", "kind")}
    return table.assign(**emptied, **{name: table[name].mask(fallen, value) for name, value in values.items()})


def with_typed_skus(
    transactions: pd.DataFrame, overrides: pd.DataFrame | None, locked: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the transactions with the SKUs that were typed on Resolve, where a line names none itself.

    What is typed never takes the place of a SKU that the line names: should its settlement be read anew and name one,
    that one counts.

    Args:
        transactions: TRANSACTION_COLUMNS; the index and all other columns stay as they are.
        overrides: OVERRIDE_COLUMNS; of each line the highest version counts.
        locked: COSTED_COLUMNS of locked lines; one that had no answer when it was locked stays without a SKU.
    """
    said = typed_skus(overrides)
    if not said:
        return transactions
    late = locked_unanswered(locked)
    typed = {key: sku for key, sku in said.items() if key not in late}
    silent = transactions["sku"].isna() & is_one_of(transactions["key"], *typed)
    if not silent.any():
        return transactions
    named = transactions.copy()
    named.loc[silent, "sku"] = named.loc[silent, "key"].map(typed).astype(TEXT)
    return named


def locked_unanswered(locked: pd.DataFrame | None) -> frozenset[str]:
    """Return the keys of locked lines that had no answer when they were locked: a later one is a true-up's.

    Args:
        locked: COSTED_COLUMNS.
    """
    every = declared_rows(COSTED_COLUMNS, locked, ("key", "version"))
    return frozenset(key for key, version in every if not version)


def typed_skus(overrides: pd.DataFrame | None) -> dict[str, str]:
    """Return the SKU that was typed on Resolve for each line that has one, by line key."""
    if overrides is None or "sku" not in overrides or overrides["sku"].isna().all():
        return {}
    saved = overrides_in_force(overrides).items()
    return {key: override.sku for key, override in saved if override.sku is not None}


class LineLock(NamedTuple):
    """What a locked line was exported with, and what it counts as since, accepted true-ups included."""

    status: str
    cause: str | None
    unit_cost: Decimal | None
    quantity: int | None
    cogs: Decimal | None
    source: str | None
    as_of: datetime | None
    original_key: str | None
    suspect: str | None
    disposition: str | None
    product_id: str | None
    """Of the mapping that it was costed by, which may be another today."""
    description: str | None
    cost_now: Decimal | None
    """The unit cost that lines which refer to it take."""
    quantity_now: int
    disposition_now: str | None


_LOCKED = (
    *("cost_status", "cause", "unit_cost", "cost_quantity", "cogs", "cost_source", "cost_as_of", "original_key"),
    *("suspect", "disposition", "product_id", "description"),
)


def locks(books: CostingInput) -> dict[str, LineLock]:
    """Return the locked lines by key."""
    since = {key: told for key, *told in declared_rows(TRUED_UP_COLUMNS, books.trued_up)}
    return dict(_locks(books, since))


def _locks(books: CostingInput, since: dict[str, list[object]]) -> Iterator[tuple[str, LineLock]]:
    for key, *then in declared_rows(COSTED_COLUMNS, books.locked_lines, ("key", *_LOCKED)):
        was = (then[2], then[3] or 0, then[9])
        now = since.get(key, (None, None, None))
        yield key, LineLock(*then, *(new if new is not None else old for old, new in zip(was, now, strict=True)))


class ReturnReport(NamedTuple):
    """What the marketplace reported of the goods of a refund (RETURNED_COLUMNS)."""

    disposition: str
    units_back: int
    units_unsellable: int
    words: str
    units_open: int | None = None


def reported(returned: pd.DataFrame | None) -> dict[str, ReturnReport]:
    """Return what was reported, by line key."""
    return {key: ReturnReport(*told) for key, *told in declared_rows(RETURNED_COLUMNS, returned)}


def asked_units(questions: pd.DataFrame | None) -> dict[str, str]:
    """Return why the units of some sales are not sure, by line key."""
    return dict(declared_rows(ASKED_UNITS_COLUMNS, questions, ("key", "reason")))


def history(settlements: pd.DataFrame | None) -> set[tuple[str, str]]:
    """Return store and id of the settlements before books start."""
    every = declared_rows(SETTLEMENT_COLUMNS, settlements)
    return {(store, settlement) for store, settlement, old in every if old}
