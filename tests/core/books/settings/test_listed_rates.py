"""Which rates of exchange are listed: those that lines need, those that were typed in, and those that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.loading import load_books
from core.books.settings.rates import MISSING, ListedRate, listed_rates
from core.exchange_rates import ECB, RATE_COLUMNS, TYPED
from core.frame_columns import frame
from tests.core.books.lives_of_orders import Life, bring_in, files_of, open_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books

LIFE = Life("111-0", "US", sold=((0, 4), (1, 1)), refunds=(), lost=None)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Return the books of a company at home in USD, with lines in EUR of 3 and 17 August."""
    with open_books(tmp_path) as opened:
        for file in files_of((LIFE,)).values():
            bring_in(opened, "US", replace(file, content=file.content.replace(b"USD", b"EUR")))
        yield load_books(opened)


def listed(books: Books, *rates: tuple[str, str, str]) -> list[ListedRate]:
    """Return what is listed where these rates are known: day, rate and source."""
    same = {"base": "EUR", "quote": "USD"}
    rows = [same | {"day": day, "rate": rate, "source": source} for day, rate, source in rates]
    return listed_rates(replace(books, rates=books.rates.also(frame(RATE_COLUMNS, rows))))


def test_a_rate_that_lines_need_and_nobody_knows_is_missing(books: Books) -> None:
    """On each of its days."""
    days = [one.day for one in listed(books)]

    assert ["2026-08-03", "2026-08-17"] == [day for day in days if day in ("2026-08-03", "2026-08-17")]
    assert {(None, MISSING)} == {(one.rate, one.source) for one in listed(books)}


def test_a_rate_is_listed_under_its_own_day(books: Books) -> None:
    """That of a Friday, for a line of the Monday after; the bank's and a typed one say where they are from."""
    rates = listed(books, ("2026-07-31", "1.10", TYPED), ("2026-08-14", "1.20", TYPED))

    assert ListedRate("EUR", "2026-07-31", Decimal("1.10"), TYPED) in rates
    assert "2026-08-03" not in [one.day for one in rates]


def test_what_was_typed_in_is_listed_though_no_line_needs_it(books: Books) -> None:
    """It can be taken back there; a rate of the bank that no line needs is not listed."""
    rates = listed(books, ("2026-01-05", "1.30", TYPED))

    assert ListedRate("EUR", "2026-01-05", Decimal("1.30"), TYPED) == rates[0]
    assert ECB not in [one.source for one in rates]
