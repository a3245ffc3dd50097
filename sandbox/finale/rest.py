"""Finale's REST resources: column-major collections, filters, single records (docs/facts/finale-api.md, REST)."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sandbox.finale.records import LISTED_WITHOUT, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLLECTION_CUT = 120_000
LONGEST_RANGE = timedelta(days=30)


class BadFilterError(ValueError):
    """The filter cannot be read or asks for more than Finale gives."""


def collection(
    records: Mapping[str, Sequence[Record]], resource: str, arguments: Mapping[str, str]
) -> dict[str, list[Any]] | None:
    """Return a collection, one array per field; `None` if there is no such resource.

    Only `filter` and `limit` are understood; everything else, `offset` too, is ignored without a word.

    Raises:
        BadFilterError: If the filter is no base64 JSON, or its range of lastUpdatedDate is open or over 30 days.
        ValueError: If the limit is no number.
    """
    found = records.get(resource)
    if found is None:
        return None
    wanted = _read_filter(arguments["filter"]) if "filter" in arguments else {}
    rows = [row for row in found[:COLLECTION_CUT] if _fits(row, wanted)]
    if "limit" in arguments:
        rows = rows[: int(arguments["limit"])]
    return column_major(rows, LISTED_WITHOUT.get(resource, ()))


def single(records: Mapping[str, Sequence[Record]], resource: str, url: str) -> Record | None:
    """Return one record by its URL; `None` if there is none."""
    return next((row for row in records.get(resource, ()) if row.get(f"{resource}Url") == url), None)


def column_major(rows: Sequence[Record], without: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Turn records into an object of parallel arrays."""
    names = dict.fromkeys(name for row in rows for name in row if name not in without)
    return {name: [row.get(name) for row in rows] for name in names}


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[Record]:
    """Turn an object of parallel arrays back into records."""
    return [dict(zip(columns, values, strict=True)) for values in zip_longest(*columns.values())]


def _read_filter(text: str) -> dict[str, list[Any]]:
    try:
        wanted = json.loads(base64.b64decode(text))
        bounds = {name: list(pair) for name, pair in wanted.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadFilterError("filter must be base64 of a JSON object of [lower, upper] pairs") from error
    if "lastUpdatedDate" in bounds:
        _check_range(*bounds["lastUpdatedDate"])
    return bounds


def _check_range(lower: str | None, upper: str | None) -> None:
    if lower is None or upper is None:
        raise BadFilterError("lastUpdatedDate needs a lower and an upper bound")
    if datetime.fromisoformat(upper) - datetime.fromisoformat(lower) > LONGEST_RANGE:
        raise BadFilterError("the range of lastUpdatedDate must not be longer than 30 days")


def _fits(row: Record, wanted: Mapping[str, Sequence[Any]]) -> bool:
    return all(_between(row.get(name), *pair) for name, pair in wanted.items())


def _between(value: Any, lower: Any, upper: Any) -> bool:  # noqa: ANN401  # any JSON value
    return value is not None and (lower is None or value >= lower) and (upper is None or value <= upper)
