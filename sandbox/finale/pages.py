"""Finale's URLs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from sandbox.business.business import changed
from sandbox.business.shops import with_shops
from sandbox.finale.books import Books
from sandbox.finale.records import LISTED_WITHOUT, Record, records
from sandbox.finale.reports import STREAM_PAGE, BadReportError, report
from sandbox.finale.schema import Answerer, Drift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.misbehaviour import Misbehaviour


@dataclass(frozen=True, slots=True)
class Account:
    """An account: whose books it holds, its path, its key."""

    business: Business = field(repr=False)
    path: str
    key: str
    secret: str = field(repr=False)
    extra_fields: tuple[str, ...] = ()
    """GraphQL fields of this account alone (`product.userUser10000`)."""


def fields_of_its_own(account: str) -> tuple[str, ...]:
    """Return the dynamic fields that an account has by default: its name is part of one of them."""
    stock = f"stockColumnQuantityOnHandUnits{account.title()}apifacility10000"
    return (f"product.{stock}", "product.userUser10000", "order.userUser10001")


def finale_pages(account: Account, switches: Misbehaviour, now: Callable[[], float]) -> Blueprint:
    """Return the pages of an account; `now` is what "last month" in a report is counted from."""
    pages = Blueprint(f"finale {account.path}", __name__, url_prefix=f"/{account.path}")

    @cache
    def variant(names: frozenset[str]) -> Books:
        return Books(changed(with_shops(account.business), names), account.path)

    def books() -> Books:
        return variant(switches.variants)

    _add_graphql(pages, books, switches, account.extra_fields)
    _add_resources(pages, books)
    _add_reports(pages, books, now)
    return pages


def _add_graphql(
    pages: Blueprint, books: Callable[[], Books], switches: Misbehaviour, extra_fields: tuple[str, ...]
) -> None:
    @cache
    def answerer(books: Books, drift: Drift) -> Answerer:
        return Answerer(books, drift)

    @pages.post("/api/graphql")
    def graphql() -> ResponseReturnValue:
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return jsonify(errors=[{"message": "Must provide query string."}]), 400
        drift = replace(switches.drift, extra=extra_fields)
        schema = answerer(books(), drift)
        return jsonify(schema.answer(asked["query"], asked.get("variables"), asked.get("operationName")))


def _add_resources(pages: Blueprint, books: Callable[[], Books]) -> None:
    @cache
    def known(books: Books) -> dict[str, list[Record]]:
        return records(books)

    @pages.get("/api/<resource>")
    @pages.get("/api/<resource>/")
    def whole_collection(resource: str) -> ResponseReturnValue:
        try:
            found = collection(known(books()), resource, request.args)
        except BadFilterError as error:
            return jsonify(errorMessage=str(error)), 400
        except ValueError as error:  # one of the places where Finale answers 200 with an error inside
            return jsonify(errorMessage=str(error))
        return ("Not Found", 404) if found is None else jsonify(found)

    @pages.get("/api/<resource>/<path:key>")
    def one_record(resource: str, key: str) -> ResponseReturnValue:
        found = single(known(books()), resource, books().path(resource, key))
        if found is None and resource == "shipment" and key.isdigit():
            return "undefined"  # with status 200, as the real one does
        return ("Not Found", 404) if found is None else jsonify(found)


def _add_reports(pages: Blueprint, books: Callable[[], Books], now: Callable[[], float]) -> None:
    @pages.get("/doc/report/pivotTableStream/<number>/<name>")
    def stream(number: str, name: str) -> ResponseReturnValue:  # noqa: ARG001  # any name will do
        return STREAM_PAGE.format(account=books().account, number=number)

    @pages.get("/doc/report/pivotTable/<number>/<name>")
    def pivot_table(number: str, name: str) -> ResponseReturnValue:
        try:
            found = report(books(), request.args, datetime.fromtimestamp(now(), UTC).date())
        except BadReportError:
            return stream(number, name)
        return Response(found.body, content_type=found.content_type)


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
