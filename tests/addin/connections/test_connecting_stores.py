"""Stores: connected with their keys tried, pulled by one command, disconnected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from addin.commands.desk_opening import on_file
from addin.commands.dialogues import setup
from addin.commands.dialogues.store_questions import connect_by_asking
from addin.commands.outcome import Outcome
from addin.commands.settlements.pulling import pull
from addin.commands.setup.connecting import StoreDetails, connect_store, forget_store
from addin.commands.setup.doctor import doctor
from addin.commands.setup.new import write_workbook
from addin.connections.marketplaces import (
    MarketplaceUnknownError,
    NoStoreConnectedError,
    StoreKeyMissingError,
    StoreNotConnectedError,
    connected_stores,
    connections,
)
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.database.company import Company
from core.books.importing.pulling import ConnectedStore
from core.books.settings.stores import StoreMarketplaceError
from core.company_databases import DEMO, machine_folder
from core.errors import UnauthorisedError
from core.marketplaces.pulling.connector import ConnectorKind, Document
from core.model import Marketplace
from tests.addin.connections.test_connecting import Vault
from tests.core.books.listed_documents import Listed, settlement_document, v2_content
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from addin.sheets.desk import Desk
    from core.http.credentials import Secret
    from core.marketplaces.pulling.connector import Connector, Link

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TOKEN = "token-4711"  # noqa: S105 - opens nothing
REFUSED = UnauthorisedError("Amazon", "GET /reports", 403)


@dataclass
class Market:
    """An Amazon that lets one token in, and remembers with which settings it was asked."""

    offers: Listed = field(default_factory=lambda: Listed([settlement_document("1"), settlement_document("2")]))
    regions: list[str] = field(default_factory=list)

    def kind(self) -> ConnectorKind:
        return ConnectorKind(
            Marketplace.AMAZON,
            self.connect,
            settings={"Region": "na, eu or fe"},
            secrets={"Refresh token": "Seller Central, Apps and services"},
        )

    def connect(self, settings: Mapping[str, str], secret: Callable[[str], Secret], _: Link) -> Connector:
        self.regions.append(settings.get("Region", ""))
        return self.offers if secret("Refresh token").get_secret_value() == TOKEN else Listed([REFUSED])


@dataclass
class Office:
    """A bookkeeper with a workbook, a vault and an Amazon."""

    book: Path
    vault: Vault = field(default_factory=Vault)
    market: Market = field(default_factory=Market)

    def do(self, action: Callable[..., Outcome], *arguments: object, **named: object) -> Outcome:
        kinds = (self.market.kind(),)
        return on_file(self.book, lambda desk: action(desk, *arguments, kinds=kinds, credentials=self.vault, **named))

    def connect(self, store: str = "Amazon US", token: str = TOKEN) -> Outcome:
        return self.do(connect_store, StoreDetails(store, "amazon", {"Region": "na"}, {"Refresh token": token}))


@pytest.fixture
def office(new_books: Path) -> Office:
    return Office(new_books)


@pytest.mark.long
def test_a_connected_store_is_pulled_and_its_key_is_in_the_vault_alone(office: Office, tmp_path: Path) -> None:
    """Settlements are on their sheet; neither workbook nor database nor log holds the key."""
    connected = office.connect()
    pulled = office.do(pull)

    with workbook(office.book) as book:
        rows = tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
    assert "1.txt" in connected.message
    assert [("Amazon US", "1"), ("Amazon US", "2")] == [(row["store"], row["settlement_id"]) for row in rows]
    assert (0, "2 new documents" in pulled.message) == (pulled.exit_status, True)
    assert [TOKEN] == [secret.get_secret_value() for secret in office.vault.kept.values()]
    files = [path for folder in (tmp_path, machine_folder().path) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


@pytest.mark.long
def test_a_missing_settlement_is_said_where_one_looks(office: Office) -> None:
    """Pull says it, the row on Settlements says it, and Check finds it."""
    days = {"1": ("01", "08"), "3": ("15", "22")}
    office.market.offers = Listed(
        [(Document(f"R{name}", f"{name}.txt"), v2_content(name, {}, total="10.00", days=days[name])) for name in days]
    )
    office.connect()
    pulled = office.do(pull)
    with workbook(office.book) as book:
        rows = tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
    checked = office.do(doctor)

    expected = "Nothing covers 2026-08-08 to 2026-08-15"
    assert [None, "Settlement missing before this one"] == [row["remarks"] for row in rows]
    assert (expected in pulled.message, expected in checked.message) == (True, True)


@pytest.mark.long
def test_pulling_again_brings_no_news(office: Office) -> None:
    """Nothing is fetched twice, and that is said."""
    office.connect()
    office.do(pull)
    again = office.do(pull)

    assert ("Amazon US: nothing new.", 0) == (again.message, again.exit_status)
    assert ["R1", "R2"] == office.market.offers.fetched


def test_a_wrong_key_is_refused_and_not_kept(office: Office) -> None:
    """The first page is asked for before anything is kept."""
    with pytest.raises(UnauthorisedError, match="key"):
        office.connect("Amazon US", "wrong")

    assert {} == office.vault.kept
    with pytest.raises(NoStoreConnectedError):
        office.do(pull)


@pytest.mark.long
def test_a_store_without_its_key_does_not_keep_the_others_back(office: Office) -> None:
    """It is said which key is missing, and the other store is pulled."""
    office.connect("Amazon CA")
    office.connect("Amazon US")
    del office.vault.kept[next(place for place in office.vault.kept if "CA" in place[1])]
    outcome = office.do(pull)

    assert 2 == outcome.exit_status
    assert "“Refresh token” is not on this computer" in outcome.message
    assert "Amazon US: 2 new documents." in outcome.message


@pytest.mark.long
def test_only_the_named_store_is_pulled(office: Office) -> None:
    """A name that is not connected is refused, with those that are."""
    office.connect("Amazon CA")
    office.connect("Amazon US")
    outcome = office.do(pull, stores=["Amazon CA"])

    assert ["Amazon CA"] == [one["store"] for one in outcome.data["stores"]]  # type: ignore[attr-defined]  # a list
    with pytest.raises(StoreNotConnectedError, match="“Amazon CA”, “Amazon US”"):
        office.do(pull, stores=["Walmart"])


@pytest.mark.long
def test_a_store_that_is_disconnected_is_asked_no_more(office: Office) -> None:
    """Its keys are gone, its settlements stay."""
    office.connect()
    office.do(pull)
    office.do(forget_store, "Amazon US")

    assert {} == office.vault.kept
    with pytest.raises(NoStoreConnectedError):
        office.do(pull)
    with workbook(office.book) as book:
        assert 2 == len(tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC))


def test_a_marketplace_that_cannot_be_pulled_from_is_named(office: Office) -> None:
    """The way by file stays open."""
    with pytest.raises(MarketplaceUnknownError, match="Import the files"):
        office.do(connect_store, StoreDetails("Etsy", "Etsy"))


def test_a_name_of_another_marketplaces_store_is_refused(office: Office) -> None:
    """Before its key is tried, and nothing is kept."""
    office.connect("Shop")
    walmart = ConnectorKind(Marketplace.WALMART, office.market.connect, secrets={"Refresh token": ""})
    entered = StoreDetails("Shop", "Walmart", {}, {"Refresh token": TOKEN})
    with pytest.raises(StoreMarketplaceError, match="Amazon"):
        on_file(office.book, lambda desk: connect_store(desk, entered, kinds=(walmart,), credentials=office.vault))

    assert 1 == len(office.vault.kept)


def asked(office: Office, typed: str, **named: str) -> str:
    """Connect in a terminal, and return what it showed."""

    @click.command()
    def command() -> None:
        click.echo(office.do(partial(connect_by_asking, **named)).message)  # type: ignore[arg-type]  # by name

    result = CliRunner().invoke(command, input=typed)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_terminal_asks_in_the_open_and_masked(office: Office) -> None:
    """What a setting means is said; a key is never shown."""
    shown = asked(office, f"eu\n{TOKEN}\n", store="Amazon DE", marketplace="Amazon")

    assert "Region: na, eu or fe" in shown
    assert "Store “Amazon DE” is connected to Amazon" in shown
    assert TOKEN not in shown
    assert ["eu"] == office.market.regions


def test_the_terminal_keeps_what_is_known(office: Office) -> None:
    """Connected again, Enter keeps key and setting, and the marketplace need not be named."""
    office.connect("Amazon US")
    asked(office, "\n\n", store="Amazon US", marketplace="")

    assert ["na", "na"] == office.market.regions


def test_a_key_of_the_environment_is_not_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a keyring names it `COGSHEET_AMAZON_REFRESH_TOKEN`; it is not copied anywhere."""
    monkeypatch.setenv("COGSHEET_AMAZON_REFRESH_TOKEN", TOKEN)
    with pytest.raises(StoreKeyMissingError):  # this vault does not look there, and nothing was asked
        asked(office, "na\n", store="Amazon US", marketplace="Amazon")

    assert {} == office.vault.kept


@pytest.mark.long
def test_the_button_offers_finale_the_stores_and_new_ones(office: Office) -> None:
    """A connected store can be connected again; a new one is proposed under a name that is free."""
    offered: list[tuple[str, str]] = []

    def look(desk: Desk, *, kinds: tuple[ConnectorKind, ...], credentials: Vault) -> Outcome:
        del credentials
        found = setup.service_forms(desk, kinds)
        offered.extend((choice.label, choice.form.fields[0].value) for choice in found)
        return connect_store(desk, StoreDetails("Amazon", "Amazon"), kinds=kinds, credentials=office.vault)

    office.connect("Amazon")
    office.do(look)

    assert [
        ("Finale Inventory", ""),
        ("Store “Amazon” at Amazon, again", "Amazon"),
        ("A store at Amazon", ""),
    ] == offered


@pytest.mark.long
@pytest.mark.parametrize("today", [datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)])
def test_the_demos_stores_are_reached_in_the_running_sandbox(tmp_path: Path, today: datetime) -> None:
    """One store at each marketplace offers something there, on whatever day; none of it is connected or kept."""
    company = Company(DEMO, "USD", NOW, id=DEMO, database_id=DEMO)
    book = tmp_path / "Books.xlsm"
    with Database.create(tmp_path / "demo.sqlite", company) as database:
        write_workbook(book, database)
    offered: dict[str, list[str]] = {}

    def look(desk: Desk) -> Outcome:
        with connected_stores(desk) as opened:
            for one in opened:
                assert isinstance(one, ConnectedStore)
                offered[one.name] = [document.name for document in one.connector.documents(())]
            return Outcome(" ".join(connections(desk)))

    assert not on_file(book, look, clock=lambda: today).message
    assert ["Amazon US", "Shopify Linden", "Walmart US", "eBay Linden"] == sorted(offered)
    assert [] == [store for store, names in offered.items() if not names]
    assert "Not in payouts 2026-09.json" in offered["Shopify Linden"]


@pytest.mark.long
def test_check_looks_at_each_store(office: Office) -> None:
    """One that answers is told from one whose key is gone; what can be pulled is named."""
    office.connect("Amazon CA")
    office.connect("Amazon US")
    del office.vault.kept[next(place for place in office.vault.kept if "CA" in place[1])]
    findings = {one["what"]: one for one in office.do(doctor).data["findings"]}  # type: ignore[attr-defined]  # a list

    assert [False, True] == [findings[f"Store Amazon {country}"]["ok"] for country in ("CA", "US")]
    assert "1.txt can be pulled" in findings["Store Amazon US"]["words"]
