"""What a settlement file holds, in figures: the answer of `cogsheet inspect FILE --json`.

The figures of a settlement (`settlement_figures`) and of what no settlement has yet (`unsettled_totals`) are those that
an import says too.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.documents.reimbursements import counts
from core.marketplaces.settlements.tie_out import NoTotalProblem
from core.marketplaces.settlements.transactions import paid_without_units
from core.model import Event, Goods, QuantitySource, Severity, net_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    import pandas as pd

    from core.model import Problem, Reading, Settlement


def inspection(reading: Reading) -> dict[str, object]:
    """Return the totals of a file: counts as numbers, amounts as exact text.

    `ties_out` is null where nothing contradicts the file and it states no total to tie to. Units are null where no
    row says them; `sales_without_units` and `refunds_without_units` count the transactions that do not.

    The file's `total` is the sum of its settlements' totals; it is null where a settlement has none, or where lines
    belong to no settlement yet and are in the `sum` alone. Amounts of different currencies do not sum: `currency`,
    `total` and `sum` are then null, each settlement has its own, and `sums` has one for each currency of the file.

    Where lines are in no settlement yet, `left_out` says how many and what they come to, and `in_settlements` has the
    counts, units, total and sum of the others alone: those that an import takes. A date range report of 24 rows, 17
    of them deferred, has 24 `lines`, 7 of them `in_settlements`.
    """
    one = len(reading.settlements) == 1
    sums = _sums(reading)
    currency = next(iter(sums)) if len(sums) == 1 else None
    return {
        "format": reading.format,
        "marketplace": reading.marketplace.value,
        "currency": currency,
        "period_start": _moment(
            min(_moments(settlement.period_start for settlement in reading.settlements), default=None)
        ),
        "period_end": _moment(max(_moments(settlement.period_end for settlement in reading.settlements), default=None)),
        "settlement_id": reading.settlements[0].settlement_id if one else None,
        **_of_lines(
            reading.raw_lines, [reading.unsettled, *(settlement.transactions for settlement in reading.settlements)]
        ),
        "total": _total(reading.settlements) if currency and reading.unsettled.empty else None,
        "sum": _amount(_sum(reading.raw_lines)) if currency else None,
        "ties_out": ties_out(reading),
        "unknown_types": list(reading.unknown_types),
        "settlements": [_settlement(settlement, reading.raw_lines) for settlement in reading.settlements],
        "problems": [_problem(settlement) for settlement in problems(reading)],
        **({"sums": {name: _amount(amount) for name, amount in sums.items()}} if sums and not currency else {}),
        **unsettled_totals(reading),
        **_in_settlements(reading),
        **_returns(reading.returns),
        **_reimbursements(reading.reimbursements),
    }


def unsettled_totals(reading: Reading) -> dict[str, object]:
    """Return how many transactions are in no settlement yet, and what they come to by currency; nothing if none is."""
    if reading.unsettled.empty:
        return {}
    sums = {name: _amount(amount) for name, amount in _sums_of([reading.unsettled]).items()}
    return {"left_out": len(reading.unsettled), "left_out_sums": sums}


def _in_settlements(reading: Reading) -> dict[str, object]:
    """Return counts, units, total and sum of what is in a settlement, where that is not the whole file."""
    if reading.unsettled.empty:
        return {}
    settled = [settlement.transactions for settlement in reading.settlements]
    sums = {name: _amount(amount) for name, amount in _sums_of(settled).items()}
    one = len(sums) == 1
    amounts = {
        "total": _total(reading.settlements) if one else None,
        "sum": next(iter(sums.values())) if one else None,
        "sums": sums,
    }
    return {"in_settlements": {**_of_lines(_settled(reading.raw_lines), settled), **amounts}}


def _settled(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["settlement_id"].notna()]


def _of_lines(lines: pd.DataFrame, transactions: Sequence[pd.DataFrame]) -> dict[str, object]:
    return {**_counts(lines), **_units(transactions), "transactions": sum(map(len, transactions))}


def _returns(returns: pd.DataFrame) -> dict[str, object]:
    """Return the units that came back, per disposition; nothing where the file says nothing of them."""
    units = returns.groupby("disposition")["units"].sum()
    return {"returns": {str(name): int(count) for name, count in units.items()}} if len(returns) else {}


def _reimbursements(reported: pd.DataFrame) -> dict[str, object]:
    """Return the rows per reason and their units; nothing where the file says nothing of reimbursements."""
    if reported.empty:
        return {}
    reasons = reported["raw"].value_counts()
    told = counts(reported)
    return {
        "reimbursements": {str(name): int(reasons[name]) for name in sorted(reasons.index)},
        "units_in_cash": told.units_cash,
        "units_in_inventory": told.units_inventory,
        "taken_back": told.taken_back,
        "units_back": told.units_back,
        "below_0_in_inventory": told.unclear,
    }


def ties_out(reading: Reading) -> bool | None:
    """Tell whether a file holds what it says of itself: totals, each row's own sum, declared line counts.

    Returns:
        `None` where nothing contradicts it, but a settlement states no total, or there is none: nothing to tie to.
    """
    if any(settlement.severity == "error" for settlement in reading.problems):
        return False
    each = [_ties_out(settlement) for settlement in reading.settlements]
    return False if False in each else None if None in each or not each else True


def _ties_out(settlement: Settlement) -> bool | None:
    if settlement.total is not None:
        return settlement.ties_out
    errors = [problem for problem in settlement.problems if problem.severity is Severity.ERROR]
    lacks_only_total = bool(errors) and all(isinstance(problem, NoTotalProblem) for problem in errors)
    return None if settlement.ties_out or lacks_only_total else False


def problems(reading: Reading) -> tuple[Problem, ...]:
    """Return the problems of a file and of all its settlements."""
    return (*reading.problems, *(problem for settlement in reading.settlements for problem in settlement.problems))


def _settlement(settlement: Settlement, raw_lines: pd.DataFrame) -> dict[str, object]:
    lines = raw_lines[(raw_lines["settlement_id"] == settlement.settlement_id).fillna(value=False)]
    figures = settlement_figures(settlement)
    return {
        "settlement_id": settlement.settlement_id,
        "marketplace": settlement.marketplace,
        **{name: figures[name] for name in ("currency", "period_start", "period_end")},
        "deposit_at": _moment(settlement.deposit_at),
        **_of_lines(lines, [settlement.transactions]),
        **{name: figures[name] for name in ("total", "sum", "ties_out")},
        "problems": [_problem(problem) for problem in settlement.problems],
    }


def settlement_figures(settlement: Settlement) -> dict[str, object]:
    """Return a settlement's period, lines and total: what `inspect` shows of it and what `import` says of it."""
    return {
        "period_start": _moment(settlement.period_start),
        "period_end": _moment(settlement.period_end),
        "currency": settlement.currency,
        "lines": settlement.lines,
        "total": None if settlement.total is None else _amount(settlement.total),
        "sum": _amount(settlement.sum),
        "ties_out": _ties_out(settlement),
    }


def _counts(lines: pd.DataFrame) -> dict[str, object]:
    events = lines["event"].value_counts()
    return {
        "lines": len(lines),
        "orders": len(_distinct(lines["order_id"])),
        "skus": len(_distinct(lines["sku"])),
        "events": {event.value: int(events[event.value]) for event in Event if event.value in events.index},
    }


def _units(transactions: Sequence[pd.DataFrame]) -> dict[str, object]:
    sold, sales_without = _units_of(transactions, Event.SALE)
    refunded, refunds_without = _units_of(transactions, Event.REFUND)
    return {
        "units_sold": sold,
        "units_refunded": None if refunded is None else -refunded,
        "sales_without_units": sales_without,
        "refunds_without_units": refunds_without,
    }


def _units_of(transactions: Sequence[pd.DataFrame], event: Event) -> tuple[int | None, int]:
    """Return the known units of an event, `None` if there are none and some are unknown, and how many are unknown."""
    known = unknown = 0
    for frame in transactions:
        own = frame[(frame["event"] == event.value).fillna(value=False)]
        unclear = (own["goods"] == Goods.UNCLEAR.value).fillna(value=False)
        known += int(own.loc[~unclear, "quantity"].fillna(0).sum())
        unsaid = (own["quantity_source"] == QuantitySource.UNKNOWN.value).fillna(value=False)
        unknown += int((unclear | unsaid | paid_without_units(own)).sum())
    return (None if unknown and not known else known), unknown


def _sums(reading: Reading) -> dict[str, Decimal]:
    """Return what the lines come to in each currency that the file names; those of no settlement yet are in it."""
    frames = [reading.unsettled, *(settlement.transactions for settlement in reading.settlements)]
    return _sums_of(frames, {settlement.currency for settlement in reading.settlements})


def _sums_of(frames: Sequence[pd.DataFrame], currencies: AbstractSet[str] = frozenset()) -> dict[str, Decimal]:
    named = set(currencies).union(*(_distinct(one["currency"]) for one in frames))
    return {name: sum((net_of(one, name) for one in frames), Decimal(0)) for name in sorted(named)}


def _sum(lines: pd.DataFrame) -> Decimal:
    counted = lines.loc[(lines["event"] != Event.PAYOUT.value).fillna(value=True), "amount"]
    return sum(counted.dropna().array, Decimal(0))


def _total(settlements: Sequence[Settlement]) -> str | None:
    known = [settlement.total for settlement in settlements if settlement.total is not None]
    return _amount(sum(known, Decimal(0))) if known and len(known) == len(settlements) else None


def _amount(value: Decimal) -> str:
    """Return an amount with all its decimals, at least two, and no exponent."""
    plain = f"{value:f}"
    whole, _, decimals = plain.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _moments(values: Iterable[datetime | None]) -> list[datetime]:
    return [value for value in values if value is not None]


def _distinct(column: pd.Series) -> set[str]:
    return set(column.dropna().unique())


def _problem(problem: Problem) -> dict[str, str]:
    return {"severity": problem.severity.value, "message": problem.message, "where": problem.where}
