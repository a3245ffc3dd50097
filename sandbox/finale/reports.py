"""Finale's reports: a saved URL that answers a table as CSV or JSON (docs/facts/finale-api.md, Reports)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from sandbox.finale.column_lists import ReportColumn, read_columns
from sandbox.finale.formatting import Money, Value, raw, shown, us_date
from sandbox.finale.report_columns import Column, Dataset, datasets
from sandbox.finale.report_filters import read_filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from sandbox.finale.books import Books

Row = list[Value]

STREAM_PAGE = (
    "<!DOCTYPE html><html><head><title>Report</title></head><body><p>Your report is being prepared ...</p>"
    "<script>window.location = '/{account}/api/content/{number}/file/Report'</script></body></html>"
)


class BadReportError(ValueError):
    """The URL does not describe a report; Finale answers with an HTML page."""


@dataclass(frozen=True, slots=True)
class Report:
    """A table and the form in which it goes out."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class _Table:
    titles: list[str]
    rows: list[Row]


def report(books: Books, arguments: Mapping[str, str], today: date) -> Report:
    """Answer a report URL.

    Raises:
        BadReportError: If dataset, columns, filters or format cannot be read.
    """
    dataset = datasets(books).get(arguments.get("data", ""))
    writer = _WRITERS.get(arguments.get("format", ""))
    if dataset is None or writer is None:
        raise BadReportError
    try:
        asked = _columns(arguments)
        columns = [_found(dataset, one) for one in asked]
        tests = read_filters(arguments.get("filters", ""), dataset.filters, today)
    except (ValueError, KeyError, IndexError) as error:
        raise BadReportError from error
    rows: list[Row] = [
        [column.value(row) for column in columns] for row in dataset.rows() if all(test(row) for test in tests)
    ]
    if asked[0].groups and arguments.get("disableGrouping") != "true":
        rows = list(_grouped(rows))
    titles = [one.title or column.title for one, column in zip(asked, columns, strict=True)]
    return writer(_Table(titles, rows))


def _columns(arguments: Mapping[str, str]) -> list[ReportColumn]:
    asked = read_columns(arguments["rowDimensions"])
    return asked + (read_columns(arguments["metrics"]) if arguments.get("metrics") else [])


def _found(dataset: Dataset, asked: ReportColumn) -> Column:
    by_title = {column.title: column for column in dataset.columns.values()}
    return dataset.columns.get(asked.name) or by_title[str(asked.name)]


def _grouped(rows: Sequence[Row]) -> Iterator[Row]:
    """Put a heading over the rows of each group, leave the group's column blank in them, and sum up below."""
    ordered = sorted(rows, key=lambda row: str(row[0]))
    for heading, group in groupby(ordered, key=lambda row: row[0]):
        members = list(group)
        blank: Row = [None] * (len(members[0]) - 1)
        yield [heading, *blank]
        yield from ([None, *row[1:]] for row in members)
        yield ["TOTAL:", *_totals(members)]


def _totals(rows: Sequence[Row]) -> Row:
    columns = list(zip(*rows, strict=True))[1:]
    return [sum(column) if all(isinstance(value, int) for value in column) else None for column in columns]


def _csv(table: _Table) -> Report:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.titles)
    writer.writerows([_text(value) for value in row] for row in table.rows)
    return Report(out.getvalue(), "text/csv; charset=utf-8")


def _json(table: _Table) -> Report:
    data = [table.titles, *([_text(value) for value in row] for row in table.rows)]
    return Report(json.dumps([{"data": data}], ensure_ascii=False), "application/json")


def _json_object(table: _Table) -> Report:
    rows = [dict(zip(table.titles, (_plain(value) for value in row), strict=True)) for row in table.rows]
    return Report(json.dumps(rows, ensure_ascii=False), "application/json")


def _text(value: Value) -> str:
    """Return a cell as text: unit costs with all their decimals and thousands separators, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal) and not isinstance(value, Money):
        whole, decimals = (raw(value) or "").split(".")
        return f"{int(whole):,}.{decimals}" if int(whole) else f"{whole}.{decimals}"
    return shown(value) or ""


def _plain(value: Value) -> str | float | None:
    if isinstance(value, Decimal):
        return float(value)
    return us_date(value) if value is not None and not isinstance(value, (int, str)) else value


_WRITERS: dict[str, Callable[[_Table], Report]] = {"csv": _csv, "json": _json, "jsonObject": _json_object}
