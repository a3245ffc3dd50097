"""Group Reports: the exchange rates of the European Central Bank."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh
from addin.commands.sentences import counted
from core.books.settings.rates import save_fetched_rates
from core.books.settings.setting_effects import ChangeNotAgreedError, rate_effects
from core.books.true_ups.corrections import rated_lines
from core.company_databases import World
from core.ecb_rates import ECB_URL, ecb_client, fetch_ecb
from core.exchange_rates import find_rates, missing_sentence, needed_rates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.sheets.desk import Desk
    from core.books.books import Books

URL_VARIABLE = "COGSHEET_ECB_URL"
"""Another address than the bank's own, for a sandbox on this machine."""


class RatesNotAgreedError(ChangeNotAgreedError):
    """Fetched rates would change the profit of what is posted or closed, and nobody has agreed to it."""

    way = "`cogsheet rates {book} --yes` stores them."
    left = "No rate was stored, and nothing was changed."


def fetch(desk: Desk, *, agreed: bool = False) -> Outcome:
    """Fetch the rates that lines in other currencies need, and store them.

    Args:
        desk: The desk.
        agreed: Whether they are stored also where they change the profit of what is posted or closed.

    Raises:
        ServiceError: If the bank does not answer; nothing is stored then.
        RatesNotAgreedError: If they would change what is posted or closed, and nobody has agreed; nothing is stored.
    """
    books = load(desk.database, progress=desk.progress).books
    home = books.company.home_currency
    needed = needed_rates(rated_lines(books), home, books.zones)
    if not needed:
        return Outcome(f"Everything in these books is in {home}: no exchange rate is needed.", data=_data(0, 0, []))
    currencies = {currency for currency, _ in needed} | {home}
    with _bank_address(desk) as url:
        client = ecb_client(url)
        fetched = fetch_ecb(client, currencies, {day for _, day in needed}, desk.clock().date())
        client.close()
    effects = rate_effects(books, fetched)
    if effects and not agreed and not desk.agreed:
        raise RatesNotAgreedError("Rates of the European Central Bank", effects, home)
    new = save_fetched_rates(desk.database, fetched, who=desk.user, now=desk.clock())
    view = load(desk.database, progress=desk.progress)
    refresh(desk, view)
    missing = find_rates(view.books.rates, needed, home).missing_rates
    sentences = [f"{counted(new, 'new rate')} of the European Central Bank stored; see sheet Exchange rates."]
    if missing:
        sentences.append(missing_sentence(missing))
    return Outcome("\n".join(sentences), needs_attention=bool(missing), data=_data(new, len(needed), list(missing)))


def missing_rates(books: Books) -> tuple[tuple[str, str], ...]:
    """Return currency and day of the rates that lines need and the books do not have."""
    home = books.company.home_currency
    return find_rates(books.rates, needed_rates(rated_lines(books), home, books.zones), home).missing_rates


def _data(new: int, days: int, missing: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "new_rates": new,
        "days_needed": days,
        "missing": [{"currency": currency, "day": day} for currency, day in missing],
    }


@contextmanager
def _bank_address(desk: Desk) -> Iterator[str]:
    """Return where the bank is asked: the sandbox for the demo, whose every command starts its own."""
    set_by_hand = os.environ.get(URL_VARIABLE)
    if desk.database.company.world is World.DEMO and not set_by_hand:
        from addin.connections.sandbox import demo_bank  # noqa: PLC0415 - only the demo starts a server

        with demo_bank() as url:
            yield url
        return
    yield set_by_hand or ECB_URL
