"""The summary row that V1 and V2 flat files have for each settlement: period, deposit date, total and currency."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.marketplaces.damaged_ids import is_damaged
from core.marketplaces.errors import BadCellError, ConflictingSummaryError, DamagedIdError, MissingSummaryError
from core.marketplaces.lines import Header
from core.marketplaces.reading.dates import Period, decide_day_first, is_slash_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.figures import Figures
    from core.marketplaces.reading.tables import Row, Table

PERIOD = _START, _END, _DEPOSIT = "settlement-start-date", "settlement-end-date", "deposit-date"


def is_summary(row: Row) -> bool:
    """Tell whether a row is about a settlement as a whole: it has a total and no transaction."""
    return not row.cells["transaction-type"].strip() and bool(row.cells["total-amount"].strip())


def headers(table: Table, figures: Figures) -> dict[str, Header]:
    """Return the settlements of a file by id, in the order of their summary rows.

    Raises:
        BadCellError: If an id, currency, total or date is blank or no such thing.
        DamagedIdError: If a settlement id was rounded by a spreadsheet program.
        MissingSummaryError: If a settlement has lines and no summary row.
        ConflictingSummaryError: If it has two that differ.
    """
    rows: dict[str, Row] = {}
    for row in filter(is_summary, table.rows):
        first = rows.setdefault(_settlement_id(row, table), row)
        if first.content != row.content:
            column = "settlement-id"
            raise ConflictingSummaryError(table.place(first, column), table.place(row, column), _text(row, column))
    _check_all_have_one(table, rows)
    return {settlement_id: _header(row, figures) for settlement_id, row in rows.items()}


def day_first(table: Table, posted_columns: Sequence[str]) -> bool:
    """Decide from the whole file, against the settlement periods, whether its slash dates are day/month.

    Args:
        table: The file.
        posted_columns: Where a line's date stands; the first that is filled counts.

    Raises:
        AmbiguousDatesError: If both readings are possible.
    """
    every = table.distinct((_START, _END, _DEPOSIT, *posted_columns))
    if not any(map(is_slash_date, every)):
        return False
    posted: dict[str, set[str]] = defaultdict(set)
    for row in table.rows:
        text = next((_text(row, column) for column in posted_columns if _text(row, column)), "")
        if text:
            posted[_text(row, "settlement-id")].add(text)
    summaries = [row for row in table.rows if is_summary(row)]
    used = {text.strip() for texts in posted.values() for text in texts}
    used |= {_text(row, column) for row in summaries for column in (_START, _END, _DEPOSIT)}
    return decide_day_first(
        {text: place for text, place in every.items() if text.strip() in used and is_slash_date(text)},
        [
            Period(_text(row, _START), _text(row, _END), frozenset(posted[_text(row, "settlement-id")]))
            for row in summaries
        ],
    )


def _header(row: Row, figures: Figures) -> Header:
    currency = figures.currency(row, "currency")
    if not currency:
        raise BadCellError(figures.table.place(row, "currency"), "", "a currency")
    return Header(
        settlement_id=_text(row, "settlement-id"),
        marketplace="",
        currency=currency,
        period_start=figures.moment(row, _START),
        period_end=figures.moment(row, _END),
        deposit_at=figures.moment(row, _DEPOSIT),
        total=figures.needed_amount(row, "total-amount"),
    )


def _settlement_id(row: Row, table: Table) -> str:
    number = _text(row, "settlement-id")
    if not number:
        raise BadCellError(table.place(row, "settlement-id"), "", "a settlement id")
    if is_damaged(number):
        raise DamagedIdError(table.place(row, "settlement-id"), number)
    return number


def _check_all_have_one(table: Table, rows: dict[str, Row]) -> None:
    for row in table.rows:
        if _text(row, "settlement-id") not in rows:
            place = table.place(row, "settlement-id")
            raise MissingSummaryError(place, _settlement_id(row, table), "total-amount, currency")


def _text(row: Row, column: str) -> str:
    return row.cells.get(column, "").strip()
