"""Finale's URLs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from sandbox.business.shops import with_shops
from sandbox.business.variants import changed
from sandbox.finale.books import Books
from sandbox.finale.records import Record, records
from sandbox.finale.reports import STREAM_PAGE, BadReportError, report
from sandbox.finale.rest import BadFilterError, collection, single
from sandbox.finale.schema import Answerer, Drift

if TYPE_CHECKING:
    from collections.abc import Callable

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
