"""Goods that came back, as marketplaces report them apart from money (docs/design/costing.md, Refunds without units).

A refund says what was paid back, not whether goods came back. Amazon's customer returns report and Shopify's restock
type say it; where they are silent the policy on Setup decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from core.frame_columns import RETURN_COLUMNS, frame, records
from core.marketplaces.documents.overlapping_reports import Dated, with_another_report
from core.model import Disposition, Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pandas as pd


@dataclass(frozen=True, slots=True)
class ReportedReturn:
    """One return as it was reported."""

    order_id: str
    """Or the number of the shipment, where the row names nothing else."""
    sku: str
    """Empty where it is not named."""
    units: int
    """0: those of one refund, however many it is of. Below 0: what was said of the goods is taken back."""
    disposition: Disposition | None
    """`None`: the marketplace's word is none that is declared, so it decides nothing and the refund is asked."""
    raw: str
    """The marketplace's own word for it."""
    returned_at: datetime | None = None
    reference: str = ""
    """The marketplace's own number of the returned unit, where it has one."""
    utc_offset: int | None = None
    """By how many minutes the clock of `returned_at` is ahead of UTC; `None` where the row names no zone."""


@dataclass(frozen=True, slots=True)
class ReturnedGoods:
    """What was reported about the goods of one refund."""

    disposition: Disposition | None
    """`None`: the state of some of them is in no word that is known, so the refund is asked."""
    units_back: int
    """Units back in sellable stock."""
    units_unsellable: int = 0
    """Units that came back and are no stock any more."""
    words: str = ""
    """What the marketplace said, in its own words."""
    units_open: int = 0
    """Units of which nothing was said, where that leaves them to the policy."""


def returns_frame(reported: Iterable[ReportedReturn]) -> pd.DataFrame:
    """Return reported returns as `core.model.RETURN_COLUMNS`."""
    return frame(RETURN_COLUMNS, (asdict(one) | {"disposition": one.disposition or ""} for one in reported))


def united_returns(reports: Iterable[pd.DataFrame]) -> list[ReportedReturn]:
    """Return what several reports say together, when their periods overlap.

    The same row in two reports is one return, also where it lost its time or its zone in one that went through a
    spreadsheet program; the same row twice in one report is two (`with_another_report`).

    Args:
        reports: `core.model.RETURN_COLUMNS`, one frame per report.
    """
    together: dict[ReportedReturn, list[ReportedReturn]] = defaultdict(list)
    for report in reports:
        own: dict[ReportedReturn, list[ReportedReturn]] = defaultdict(list)
        for goods in map(_goods_back, records(report)):
            own[replace(goods, returned_at=None, utc_offset=None)].append(goods)
        for one, rows in own.items():
            together[one] = with_another_report(together[one], rows, _dated, numbered=bool(one.reference))
    return _as_last_said([goods for rows in together.values() for goods in rows])


def _dated(goods: ReportedReturn) -> Dated:
    return Dated(goods.returned_at, goods.utc_offset)


def _as_last_said(goods: list[ReportedReturn]) -> list[ReportedReturn]:
    """Return returns without those of which another report says more: the status of one unit has gone on."""
    decided = {_unit(one): one.raw for one in goods if one.disposition is not None and one.reference}
    return [one for one in goods if one.disposition or not one.raw.startswith(f"{decided.get(_unit(one))} (")]


def _unit(goods: ReportedReturn) -> tuple[str, str, int, str]:
    return goods.order_id, goods.sku, goods.units, goods.reference


def _goods_back(row: dict[str, Any]) -> ReportedReturn:
    return ReportedReturn(
        **{
            **row,
            "disposition": Disposition(row["disposition"]) if row["disposition"] else None,
            "reference": row["reference"] or "",
        },
    )


def returned_by_line(
    transactions: pd.DataFrame, reported: Iterable[ReportedReturn], *, others_open: bool = False
) -> dict[str, ReturnedGoods]:
    """Match returns with refunds, by order and SKU.

    Returns of one order and SKU go to its refunds in order of posting, each refund taking as many as it refunds; one
    of unknown units takes what is left. A refund whose own words say that the buyer keeps the goods takes none, and one
    whose words leave it open takes what the others leave. A refund that no return is left for is not in the answer:
    nothing was reported about it. What names no SKU, or its shipment alone, belongs to the one refund that it can mean;
    where it can mean refunds of several SKUs, all of them are asked.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS` with keys, of any settlements of one store.
        reported: All returns known of that store.
        others_open: Whether the units of a refund that nothing is reported of are left to the policy; else they have
            not come back.

    Returns:
        By line key.
    """
    refunds = _refunds(transactions)
    waiting = _waiting(refunds, reported)
    answer: dict[str, ReturnedGoods] = {}
    for row in records(refunds, ["key", "order_id", "sku", "quantity"]):
        units = waiting.get((row["order_id"] or "", row["sku"] or ""), [])
        wanted = len(units) if row["quantity"] is None else -row["quantity"]
        taken = _taken(units, wanted)
        if taken:
            rest = max(0, wanted - len(taken)) if others_open and None not in {one.disposition for one in taken} else 0
            answer[row["key"]] = replace(_together(taken), units_open=rest)
    return answer


def _waiting(refunds: pd.DataFrame, reported: Iterable[ReportedReturn]) -> dict[tuple[str, str], list[ReportedReturn]]:
    """Return the returns that wait for a refund, by order and SKU: one entry per unit, one for units unsaid."""
    waiting: dict[tuple[str, str], list[ReportedReturn]] = defaultdict(list)
    names = _names(refunds)
    for goods in reported:
        places = _meant(goods, names)
        sure = goods if len(places) == 1 else replace(goods, disposition=None)
        for place in places:
            waiting[place].extend([sure] * max(1, goods.units))
    for place, units in waiting.items():
        units.sort(key=lambda goods: (not goods.units, goods.returned_at is None, goods.returned_at, goods.raw))
        waiting[place] = _still_said(units)
    return waiting


def _still_said(units: list[ReportedReturn]) -> list[ReportedReturn]:
    """Return what is said of the goods of an order and SKU: nothing for sure, once some of it was taken back.

    A fee for the disposal of a unit that is given back may mean that the unit was not destroyed, or be a courtesy.
    """
    taken_back = [one for one in units if one.units < 0]
    said = [one for one in units if one.units >= 0] or taken_back
    return [replace(one, disposition=None, raw=taken_back[0].raw) for one in said] if taken_back else units


def _names(refunds: pd.DataFrame) -> dict[str, set[tuple[str, str]]]:
    """Return the orders and SKUs that refunds are of, by the number of the order and of the shipment."""
    names: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in records(refunds, ["order_id", "shipment_id", "sku"]):
        for number in {row["order_id"], row["shipment_id"]} - {None}:
            names[number].add((row["order_id"] or "", row["sku"] or ""))
    return names


def _meant(goods: ReportedReturn, names: Mapping[str, set[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return the orders and SKUs that a return can mean: its own, else those of its shipment."""
    orders = names.get(goods.order_id, set())
    named = [place for place in orders if place[1] == goods.sku]
    return named if goods.sku else sorted(orders)


def _taken(units: list[ReportedReturn], wanted: int) -> list[ReportedReturn]:
    """Take the returns of one refund out of those that wait; one of unsaid units is of as many as are still wanted."""
    taken = [one for one in units[:wanted] if one.units]
    units[: len(taken)] = []
    if len(taken) < wanted and units:
        taken += [units.pop(0)] * (wanted - len(taken))
    return taken


_NOTHING_BACK = [Goods.KEPT.value, Goods.NONE.value, Goods.REFUND_UNDONE.value]


def _refunds(transactions: pd.DataFrame) -> pd.DataFrame:
    """Return the refunds that goods may have come back with, in the order in which they take returns."""
    may = (transactions["event"] == Event.REFUND.value) & ~transactions["goods"].isin(_NOTHING_BACK)
    open_words = transactions["goods"].eq(Goods.REFUND_UNCLEAR.value).fillna(value=False).astype(bool)
    refunds = transactions.assign(open_words=open_words)[may.fillna(value=False).astype(bool)]
    return refunds.sort_values(["open_words", "posted_at", "key"])


def _together(units: list[ReportedReturn]) -> ReturnedGoods:
    count = Counter(goods.disposition for goods in units)
    back = count[Disposition.RESTOCKED]
    words = ", ".join(f"{number} {word}" for word, number in Counter(goods.raw for goods in units).items())
    disposition = Disposition.RESTOCKED if back else units[0].disposition
    if None in count:
        disposition = None
    return ReturnedGoods(disposition, back, count[Disposition.UNSELLABLE], words)
