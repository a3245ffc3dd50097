"""Button *Exchange rates* on books whose posted profit the bank's rates change: it asks, and Cancel leaves all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.sheets import exchange
from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settings.rates import TypedRate, save_typed_rates
from core.frame_columns import MAPPING_COLUMNS, frame
from sandbox.ecb import rate
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say

if TYPE_CHECKING:
    from tests.addin.in_both_engines.desktop import Desktop

LIFE = Life("111-0", "US", sold=((0, 4),), refunds=(), lost=None)
BEFORE, DAY = "2026-08-01", date(2026, 8, 3)


def export_in_euros(desktop: Desktop, *, typed: str) -> None:
    """Export a settlement in EUR, of whose day no rate is known but one of some days before."""
    with Database.open(desktop.path.parent / "demo.sqlite") as database:
        (file,) = files_of((LIFE,)).values()
        bring_in(database, "US", replace(file, content=file.content.replace(b"USD", b"EUR")))
        with database.writing() as connection:
            product = {"sku": "MUG", "product_id": "MUG", "units": 1, "rule": "product id", "fetched_at": WHO["now"]}
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", WHO["now"])
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, [product]), batch, WHO["now"])
        let_finale_say(database, "111-0", Decimal("4.00"))
        if typed:
            save_typed_rates(database, [TypedRate("EUR", BEFORE, typed)], **WHO)
        books = load_books(database)
        export_settlement(database, books, books.named(["US0"])[0], ExportOptions(accept_suspect=True), **WHO)


def held(desktop: Desktop) -> Decimal | None:
    """Return the rate at which the sale of the settlement counts."""
    found = desktop.books().rates.on("EUR", "USD", DAY.isoformat())
    return None if found is None else found.rate


@pytest.mark.long
def test_what_changes_posted_profit_is_asked_and_stored_with_a_yes(desktop: Desktop) -> None:
    """The demo's bank answers over HTTP: 2.00 was typed for some days before, and a sale went out at it."""
    export_in_euros(desktop, typed="2.00")
    cancelled = desktop.press("rates", "cancel")
    question, left = desktop.excel.user.shown[-1], held(desktop)
    outcome, message = desktop.press("rates", "ok", "ok")

    assert "No rate was stored, and nothing was changed." == cancelled[1]
    assert ("US0" in question, Decimal(2)) == (True, left)
    assert (exchange.DONE, rate("USD", DAY)) == (outcome, held(desktop))
    assert "of the European Central Bank stored" in message


@pytest.mark.long
def test_first_rates_are_stored_without_a_question(desktop: Desktop) -> None:
    """Nobody has seen another profit; pressed again, nothing is new."""
    export_in_euros(desktop, typed="")
    messages = [desktop.press("rates", "ok")[1] for _ in range(2)]

    assert rate("USD", DAY) == held(desktop)
    assert ["new rate" in message for message in messages] == [True, True]
    assert messages[1].startswith("0 new rates")
