"""The home currency is corrected until the first cost is in the books, whichever that is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.home_currency import HomeCurrencyChangedError, HomeCurrencyFixedError, change_home_currency
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.verification.altered_rows import find_altered
from core.currencies import NotACurrencyError
from tests.core.books.shops import WHO, Shop, sale

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def home_of(shop: Shop, typed: str) -> str:
    """Type a home currency, and return what whoever opens the books next finds."""
    change_home_currency(shop.database, {"Home currency": typed}, **WHO)
    with Database.open(shop.database.location) as again:
        assert shop.database.company == again.company
        return again.company.home_currency


def test_it_is_corrected_as_often_as_nothing_costs_anything(tmp_path: Path) -> None:
    """Settlements may be there; their lines lack a cost, and what the books hold is as it was sealed."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 2))

    assert ["EUR", "EUR", "GBP"] == [home_of(shop, typed) for typed in ("EUR", " eur ", "gbp")]
    assert [] == find_altered(shop.database)
    assert 1 == len(shop.books.lines)
    with pytest.raises(NotACurrencyError):
        home_of(shop, "euro")


def test_an_opening_cost_that_was_taken_back_is_none(tmp_path: Path) -> None:
    """Typed by mistake, as the currency was; one of two is one."""
    shop = Shop.open(tmp_path)
    for sku, cost in (("CUP", "4.00"), ("MUG", "5.00"), ("CUP", "")):
        change_opening_costs(shop.database, [TypedOpening(sku, cost, "", "")], **WHO)
    with pytest.raises(HomeCurrencyFixedError, match="the books hold 1 opening cost in it"):
        home_of(shop, "EUR")
    change_opening_costs(shop.database, [TypedOpening("MUG", "", "", "")], **WHO)

    assert "EUR" == home_of(shop, "EUR")


def _sync(shop: Shop) -> None:
    shop.finale_says({("111-1", "CUP"): "4.00"})


def _open(shop: Shop) -> None:
    change_opening_costs(shop.database, [TypedOpening("CUP", "4.00", "", "2026-01-01")], **WHO)


def _export(shop: Shop) -> None:
    shop.finale_says({("111-1", "CUP"): "4.00"})
    shop.export("1")


@pytest.mark.parametrize(
    ("deed", "found"), [(_sync, "1 cost of Finale"), (_open, "1 opening cost"), (_export, "1 cost of Finale")]
)
def test_once_there_is_a_cost_it_stays(tmp_path: Path, deed: Callable[[Shop], None], found: str) -> None:
    """The message says which, and what to do; the same currency typed again is no change."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 2))
    deed(shop)

    with pytest.raises(HomeCurrencyFixedError, match=f"stays USD, because the books hold {found} in it") as caught:
        home_of(shop, "EUR")
    assert "make new books in EUR" in str(caught.value)
    assert "USD" == home_of(shop, "usd")


def _answer(shop: Shop) -> None:
    books = shop.books
    answer = Answer(key=books.lines["key"].iloc[0], version=0, cost=Decimal(4), proposal=None)
    save_answers(shop.database, books, [answer], settlement_ids=None, accept_proposals=False, **WHO)


@pytest.mark.parametrize("deed", [_sync, _open, _answer])
def test_costs_that_were_on_their_way_while_it_was_corrected_are_not_stored(
    tmp_path: Path, deed: Callable[[Shop], None]
) -> None:
    """They were stored in the currency before, and every command ended on costs of two currencies."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 2))
    assert "USD" == shop.books.company.home_currency
    with Database.open(shop.database.location) as colleague:
        change_home_currency(colleague, {"Home currency": "CAD"}, **WHO)

    with pytest.raises(HomeCurrencyChangedError, match=r"Costs in USD were not stored: .* corrected to CAD"):
        deed(shop)
    with Database.open(shop.database.location) as again:
        assert "CAD" == load_books(again).company.home_currency
    assert "GBP" == home_of(shop, "GBP")
