"""What a settlement file holds, in figures: the answer of `cogsheet inspect FILE --json`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from core.model import Problem, Reading, Settlement


def inspection(reading: Reading) -> dict[str, object]:
    """Return the totals of a file: counts as numbers, amounts as exact text.

    The file's `total` is the sum of its settlements' totals; it is null where a settlement has none, or where lines
    belong to no settlement yet and are in the `sum` alone. Amounts of different currencies do not sum: `currency`,
    `total` and `sum` are then null, and each settlement has its own.
    """
    one = len(reading.settlements) == 1
    currencies = {*(found.currency for found in reading.settlements), *_distinct(reading.unsettled["currency"])}
    currency = currencies.pop() if len(currencies) == 1 else None
    return {
        "format": reading.format,
        "marketplace": reading.marketplace.value,
        "currency": currency,
        "period_start": _moment(min(_moments(found.period_start for found in reading.settlements), default=None)),
        "period_end": _moment(max(_moments(found.period_end for found in reading.settlements), default=None)),
        "settlement_id": reading.settlements[0].settlement_id if one else None,
        **_counts(reading.raw_lines),
        "transactions": len(reading.unsettled) + sum(len(found.transactions) for found in reading.settlements),
        "total": _total(reading) if currency else None,
        "sum": _amount(_sum(reading.raw_lines)) if currency else None,
        "ties_out": ties_out(reading),
        "unknown_types": list(reading.unknown_types),
        "settlements": [_settlement(found, reading.raw_lines) for found in reading.settlements],
        "problems": [_problem(found) for found in problems(reading)],
        **_returns(reading.returns),
    }


def _returns(returns: pd.DataFrame) -> dict[str, object]:
    """Return the units that came back, per disposition; nothing where the file says nothing of them."""
    units = returns.groupby("disposition")["units"].sum()
    return {"returns": {str(name): int(count) for name, count in units.items()}} if len(returns) else {}


def ties_out(reading: Reading) -> bool:
    """Tell whether everything in a file that can be checked holds: totals, each row's own sum, declared line counts."""
    return all(found.ties_out for found in reading.settlements) and not any(
        found.severity == "error" for found in reading.problems
    )


def problems(reading: Reading) -> tuple[Problem, ...]:
    """Return the problems of a file and of all its settlements."""
    return (*reading.problems, *(problem for found in reading.settlements for problem in found.problems))


def _settlement(found: Settlement, raw_lines: pd.DataFrame) -> dict[str, object]:
    lines = raw_lines[(raw_lines["settlement_id"] == found.settlement_id).fillna(value=False)]
    return {
        "settlement_id": found.settlement_id,
        "marketplace": found.marketplace,
        "currency": found.currency,
        "period_start": _moment(found.period_start),
        "period_end": _moment(found.period_end),
        "deposit_at": _moment(found.deposit_at),
        **_counts(lines),
        "transactions": len(found.transactions),
        "total": None if found.total is None else _amount(found.total),
        "sum": _amount(found.sum),
        "ties_out": found.ties_out,
        "problems": [_problem(problem) for problem in found.problems],
    }


def _counts(lines: pd.DataFrame) -> dict[str, object]:
    events = lines["event"].value_counts()
    return {
        "lines": len(lines),
        "orders": len(_distinct(lines["order_id"])),
        "skus": len(_distinct(lines["sku"])),
        "units_sold": _units(lines, Event.SALE),
        "units_refunded": -_units(lines, Event.REFUND),
        "events": {event.value: int(events[event.value]) for event in Event if event.value in events.index},
    }


def _units(lines: pd.DataFrame, event: Event) -> int:
    return int(lines.loc[(lines["event"] == event.value).fillna(value=False), "quantity"].sum())


def _sum(lines: pd.DataFrame) -> Decimal:
    counted = lines.loc[(lines["event"] != Event.PAYOUT.value).fillna(value=True), "amount"]
    return sum(counted.dropna().array, Decimal(0))


def _total(reading: Reading) -> str | None:
    totals = [found.total for found in reading.settlements]
    known = [total for total in totals if total is not None]
    whole = len(known) == len(totals) and reading.unsettled.empty
    return _amount(sum(known, Decimal(0))) if known and whole else None


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


def _problem(found: Problem) -> dict[str, str]:
    return {"severity": found.severity.value, "message": found.message, "where": found.where}
