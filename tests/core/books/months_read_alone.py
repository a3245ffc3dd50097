"""What is held of every month of a random history: its profit and loss needs no settlements but its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.books.costed_lines.stored_lines import keep
from core.books.part_of_books import ReportDays, load_part, settlements_of_days
from core.books.true_ups import resolve_after_export
from core.books.true_ups.corrections import corrections
from core.frame_columns import records
from core.reports.profit_and_loss import PnlQuestion, booked_in_other_months, priced_lines, summed
from core.time import Month, local_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


def assert_months_are_read_alone(database: Database, books: Books) -> None:
    """Check that a month's profit and loss needs no other settlements than those that are read for it."""
    days = [day for day in local_days(books.lines, books.zones).dropna() if isinstance(day, str)]
    entries_out = [day.isoformat() for day in books.postings.days.values()]
    keep(database, books)
    for name in sorted({day[:7] for day in (*days, *entries_out)}):
        month = Month.parse(name)
        asked = ReportDays(month.first_day, month.last_day)
        part = load_part(database, partial(_of_days, days=asked))
        if part is not None:
            assert part.settlements == books.settlements
            assert figures(books, month) == figures(part, month), name


def _of_days(connection: Connection, booked: Sequence[BookedSettlement], days: ReportDays) -> list[BookedSettlement]:
    return settlements_of_days(connection, booked, days)


def figures(books: Books, month: Month) -> list[Any]:
    """Return the profit and loss of a month, and what of it counts in another one."""
    home = books.company.home_currency
    question = PnlQuestion(home, by_month=True, first_day=month.first_day, last_day=month.last_day)
    lines = resolve_after_export.with_questions_since_export(
        books, books.counted(books.lines_of_all(books.settlements))
    )
    wanted = set(zip(lines["store"], lines["settlement_id"], strict=True))
    corrected = corrections(books)
    names = zip(corrected["store"], corrected["settlement_id"], strict=True)
    corrected = corrected[pd.Series([name in wanted for name in names], corrected.index, dtype=bool)]
    priced = priced_lines(lines, question, zones=books.zones, corrections=corrected, booked=books.booked_days)
    others = booked_in_other_months(lines, question, books.booked_days, zones=books.zones)
    return [records(summed(priced, question)), others, resolve_after_export.questions_of_later_lines(books)]
