"""An exchange rate that comes later decides nothing anew that is closed or posted, unless it is agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.loading import load_books
from core.books.settings.policies import change_policies
from core.books.settings.rates import TypedRate, rate_rows, save_typed_rates
from core.books.settings.setting_effects import ChangeNotAgreedError, rate_effects, refuse_unagreed
from core.exchange_rates import ECB, RATE_COLUMNS
from core.frame_columns import frame
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from core.books.database import Database

LIFE = Life("111-0", "US", sold=((0, 4),), refunds=(), lost=None)
OTHER = Life("111-1", "US", sold=((1, 1), (2, 2)), refunds=(), lost=None)
DAYS = ("2026-08-03", "2026-08-17", "2026-08-31")
"""On which US0, US1 and US2 were posted."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return the books of a company at home in USD, with three settlements in EUR at 1.10."""
    with open_books(tmp_path) as opened:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(opened, "US", replace(file, content=file.content.replace(b"USD", b"EUR")))
        for order in ("111-0", "111-1"):
            let_finale_say(opened, order, Decimal("4.00"))
        yield opened


def typed(rate: str, *days: str) -> pd.DataFrame:
    return rate_rows([TypedRate("EUR", day, rate) for day in days], "USD")


def known(database: Database, rate: str, *days: str) -> None:
    save_typed_rates(database, [TypedRate("EUR", day, rate) for day in days], **WHO)


def of_the_bank(rate: str, day: str) -> pd.DataFrame:
    row = {"base": "EUR", "quote": "USD", "day": day, "rate": rate, "source": ECB}
    return frame(RATE_COLUMNS, [row])


def export(database: Database, number: str) -> None:
    books = load_books(database)
    export_settlement(database, books, books.named([number])[0], ExportOptions(accept_suspect=True), **WHO)


def close(database: Database, day: str) -> None:
    change_policies(database, {"lock_date": day}, agreed=True, **WHO)


def effects(database: Database, rates: pd.DataFrame) -> dict[str, tuple[int, int, Decimal | None, Decimal | None]]:
    """Return lines, closed ones among them, and their net at home before and after, by settlement."""
    found = rate_effects(load_books(database), rates)
    assert all(one.needs_yes for one in found)
    return {one.settlement_id: (one.rated, one.closed, one.rated_was, one.rated_now) for one in found}


def net(database: Database, number: str) -> Decimal:
    books = load_books(database)
    lines = books.lines_of(books.named([number])[0])
    return sum(lines["net"].to_list(), Decimal(0))


@pytest.mark.few(1)
@pytest.mark.parametrize("of", [typed, of_the_bank], ids=["typed", "fetched"])
def test_a_closed_months_profit_is_asked_about(database: Database, of: Callable[..., pd.DataFrame]) -> None:
    """The exported sale of 3 August at 1.10; at 1.50 the closed month would have another profit."""
    if of is typed:
        known(database, "1.10", DAYS[0])
    export(database, "US0")
    close(database, "2026-08-10")
    worth = net(database, "US0")

    found = effects(database, of("1.5", DAYS[0]))

    before = worth * Decimal("1.1") if of is typed else None
    assert {"US0": (1, 1, before, worth * Decimal("1.5"))} == found


@pytest.mark.long
def test_a_rate_taken_back_from_a_closed_month_is_asked_about(database: Database) -> None:
    """Its figures would be blank."""
    known(database, "1.10", DAYS[0])
    export(database, "US0")
    close(database, "2026-08-10")

    assert {"US0": (1, 1, net(database, "US0") * Decimal("1.1"), None)} == effects(database, typed("", DAYS[0]))


@pytest.mark.long
def test_an_exported_settlement_of_an_open_month_is_asked_about_where_it_had_another_rate(database: Database) -> None:
    """A first rate is no change of anything that somebody has seen."""
    export(database, "US1")
    assert {} == effects(database, typed("1.10", DAYS[1]))

    known(database, "1.10", DAYS[1])

    assert {"US1"} == set(effects(database, typed("1.2", DAYS[1])))
    assert {} == effects(database, typed("1.10", DAYS[1])), "the same rate again changes nothing"


@pytest.mark.long
def test_what_was_posted_elsewhere_is_asked_about_too(database: Database) -> None:
    """Its profit stands in reports that went out."""
    known(database, "1.10", *DAYS)
    books = load_books(database)
    post_elsewhere(database, books, books.named(["US2"]), reason="by hand", **WHO)

    assert {"US2"} == set(effects(database, typed("1.2", *DAYS)))


def test_rates_of_what_is_open_need_no_yes(database: Database) -> None:
    """A late settlement of closed days is booked in the first open month, so no closed profit changes."""
    known(database, "1.10", *DAYS)
    close(database, "2026-08-31")

    assert {} == effects(database, typed("1.5", *DAYS))


@pytest.mark.long
def test_a_rate_reaches_the_days_after_it(database: Database) -> None:
    """1.20 of 14 August holds on the 17th too, where 1.10 of the 10th did; each settlement is named with its lines."""
    known(database, "1.10", DAYS[0], "2026-08-10")
    for number in ("US0", "US1"):
        export(database, number)
    close(database, date(2026, 8, 31).isoformat())

    assert {"US1"} == set(effects(database, typed("1.2", "2026-08-14")))


@pytest.mark.long
def test_the_refusal_says_what_would_change(database: Database) -> None:
    """And that the entries stay."""
    known(database, "1.10", DAYS[0])
    export(database, "US0")
    close(database, "2026-08-10")
    worth, found = net(database, "US0"), rate_effects(load_books(database), typed("1.5", DAYS[0]))

    with pytest.raises(ChangeNotAgreedError) as refused:
        refuse_unagreed("Sheet Exchange rates", found, "USD", agreed=False)

    before, after = (f"USD {worth * Decimal(rate):,.2f}" for rate in ("1.1", "1.5"))
    assert f"1 line at another exchange rate, 1 of them in a closed period, their net {before}, then {after}" in str(
        refused.value
    )
    assert "Entries that are out stay as they are" in str(refused.value)
    refuse_unagreed("Sheet Exchange rates", found, "USD", agreed=True)
