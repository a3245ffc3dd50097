"""Finale Inventory as a source of costs: the door of this package."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from core.finale.account_remarks import account_words
from core.finale.account_settings import BASE_URL, FinaleSettings, Mode, account_name
from core.finale.errors import SYSTEM, FinaleShapeError
from core.finale.graphql_client import FinaleClient
from core.finale.observations import Recorder
from core.finale.product_of_sku import Mapper
from core.finale.report_mode import ReportSync, fetch_averages
from core.finale.reports import AVERAGES, COSTS, report_address
from core.finale.self_test import Example, example_cost
from core.finale.sync import Sync
from core.finale.system import AccountCheck, CostPage, CostRequest
from core.http.client import HttpClient, Transport, basic
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.finale.graphql_schema import Schema
    from core.finale.products import Product
    from core.http.credentials import Secret
    from core.http.limits import Sleep
    from core.progress import Progress

__all__ = ["FinaleInventory", "FinaleSettings", "Mode", "connect_finale"]


class FinaleInventory:
    """One Finale account as a source of costs; close it, or use it in a `with`."""

    def __init__(self, client: FinaleClient, settings: FinaleSettings, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock

    @property
    def name(self) -> str:
        """Its name as the user knows it."""
        return SYSTEM

    @property
    def account(self) -> str:
        """The account's path component."""
        return self._client.account

    @property
    def schema(self) -> Schema | None:
        """What is known of the account's schema by now; kept (`to_json`), it serves `connect_finale` for a day."""
        return self._client.known_schema

    def check(self) -> AccountCheck:
        """Ask for the account's schema, which shows whether account and key are right.

        Raises:
            InventoryError: If they are not, nothing answers, or a report's address cannot be used.
        """
        self._client.forget_schema()
        with _as_documented():
            if not self._client.now_schema().introspected:
                example_cost(self._client)  # shows by its refusals what the account does not tell
            schema = self._client.now_schema()
        for which, address in ((COSTS, self._settings.cost_report), (AVERAGES, self._settings.average_report)):
            if address:
                report_address(which, address, self.account)
        return AccountCheck(self.account, *account_words(schema, self._settings))

    def example(self) -> Example | None:
        """Return the cost of one order shipped lately, to be compared with Finale's screen; `None` if there is none.

        Raises:
            InventoryError: If Finale does not answer.
        """
        with _as_documented():
            return example_cost(self._client)

    def costs(self, request: CostRequest, progress: Progress) -> Iterator[CostPage]:
        """Fetch what is wanted, page by page: mappings and averages, then the orders, then averages on dates.

        Raises:
            InventoryError: If it cannot go on; the pages before it are good, and a smaller request goes on from there.
        """
        with _as_documented():
            yield from self._costs(request, progress)

    def _costs(self, request: CostRequest, progress: Progress) -> Iterator[CostPage]:
        recorder = Recorder(self._settings.currency, self._clock())
        if self._settings.mode_in_force == Mode.REPORT:
            mapper = Mapper(self._client, recorder)
            yield from ReportSync(self._client, recorder, mapper, progress, self._settings).pages(request)
            return
        mapper = Mapper(self._client, recorder, self._valuations())
        averages_only = self._settings.mode_in_force == Mode.AVERAGES
        prefixes = self._settings.order_prefixes
        yield from Sync(self._client, recorder, mapper, progress, prefixes, averages_only).pages(request)

    def _valuations(self) -> dict[str, Product]:
        if not self._settings.average_report or self._client.now_schema().name_of("product average") is not None:
            return {}
        return fetch_averages(self._client, self._settings.average_report, self._settings.column_names)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<FinaleInventory {self.account}>"


@contextmanager
def _as_documented() -> Iterator[None]:
    """Refuse an answer that holds values of other types than Finale documents; the log says where.

    Raises:
        FinaleShapeError: If there are any.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        logging.getLogger(__name__).warning("an answer of %s", SYSTEM, exc_info=error)
        raise FinaleShapeError from error


def connect_finale(  # noqa: PLR0913 - all that a connection is made of, by name
    account: str,
    key: Secret,
    secret: Secret,
    base_url: str = BASE_URL,
    *,
    settings: FinaleSettings = FinaleSettings(),  # noqa: B008 - frozen
    schema: Schema | None = None,
    transport: Transport | None = None,
    clock: Clock = system_clock,
    sleep: Sleep = time.sleep,
) -> FinaleInventory:
    """Make the connection to an account; nothing is asked yet.

    Args:
        account: Name of the account, or any of its addresses.
        key: API key.
        secret: API secret.
        base_url: Another one for the sandbox.
        settings: What the user has set.
        schema: What a connection of the last 24 hours found out, so that it is not asked again.
        transport: Seam for tests.
        clock: Answers the present.
        sleep: Waits.

    Raises:
        FinaleAccountError: If the account's name cannot be made out.
        InsecureAddressError: If the address would send the key in the clear.
    """
    http = HttpClient(SYSTEM, base_url, headers=basic(key, secret), transport=transport, clock=clock, sleep=sleep)
    client = FinaleClient(
        http, account_name(account), clock=clock, sleep=sleep, schema=schema, chosen=settings.field_names
    )
    return FinaleInventory(client, settings, clock)
