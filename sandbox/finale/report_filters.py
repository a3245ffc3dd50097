"""The filters of a report URL: base64 of a JSON list of `[field, value, null]` (docs/facts/finale-api.md, Reports)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

Test = Callable[[Any], bool]
_DAYS = {"day": 1, "week": 7}
_MONTHS_A_YEAR = 12


def read_filters(text: str, fields: Mapping[str, Callable[[Any], Any]], today: date) -> list[Test]:
    """Return what a row must pass. Fields that the dataset lacks and formulas are ignored.

    Args:
        text: The URL's `filters`, percent-decoded; empty is no filter.
        fields: How to get each field of a row.
        today: What periods like "last month" are counted from.

    Raises:
        ValueError: If it is no base64 JSON list.
    """
    if not text:
        return []
    try:
        wanted = json.loads(base64.b64decode(text, altchars=b"-_" if "-" in text or "_" in text else None))
    except binascii.Error as error:
        raise ValueError(text) from error
    return [
        _test(fields[name], value, today) for name, value, *_ in wanted if name in fields and value not in (None, [])
    ]


def _test(get: Callable[[Any], Any], value: Any, today: date) -> Test:  # noqa: ANN401  # any JSON value
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    if isinstance(value, dict):
        begin, end = _period(value, today)
        return lambda row: _within(get(row), begin, end)
    if _is_range(value):
        first, last = (_day(one) for one in value)
        return lambda row: _within(get(row), first, last)
    wanted = value if isinstance(value, list) else [value]
    return lambda row: get(row) in wanted


def _is_range(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:  # noqa: PLR2004  # from, to
        return False
    return any(value) and all(one is None or _looks_like_a_day(one) for one in value)


def _looks_like_a_day(value: object) -> bool:
    try:
        _day(value)
    except (ValueError, TypeError):
        return False
    return True


def _day(value: object) -> date | None:
    return None if value is None else datetime.fromisoformat(str(value)).date()


def _within(day: object, begin: date | None, end: date | None) -> bool:
    return isinstance(day, date) and (begin is None or day >= begin) and (end is None or day <= end)


def _period(value: Mapping[str, Any], today: date) -> tuple[date, date]:
    """Return the days of `{"duration": "month", "offset": -1, "length": 1}`: here the whole month before this one."""
    offset, length = int(value.get("offset", 0)), int(value.get("length", 1))
    if value["duration"] == "month":
        return _first_of_month(today, offset), _first_of_month(today, offset + length) - timedelta(days=1)
    days = _DAYS[value["duration"]]
    begin = today + timedelta(days=offset * days)
    return begin, begin + timedelta(days=length * days - 1)


def _first_of_month(today: date, offset: int) -> date:
    months = today.year * _MONTHS_A_YEAR + today.month - 1 + offset
    return date(months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, 1)
