"""Connect: the key is tried, kept in the vault and nowhere else, and the account belongs to the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import syncing
from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing
from addin.commands.setup import connecting
from addin.connections.finale import KEY, SECRET, URL_VARIABLE, NotConnectedError
from addin.connections.sandbox import demo_finale, demo_settlement_files
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.tables import tables
from core.company_databases import machine_folder
from core.errors import InventoryError
from core.finale.errors import SYSTEM
from core.http.credentials import KeyringLockedError, Secret
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.server import SandboxAddress


@dataclass
class Vault:
    """A vault that is a dictionary."""

    kept: dict[tuple[str, ...], Secret] = field(default_factory=dict)

    def get(self, *place: str) -> Secret | None:
        return self.kept.get(place)

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        self.kept[system, account, name] = secret

    def forget(self, *place: str) -> None:
        self.kept.pop(place, None)


@pytest.fixture
def finale(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxAddress]:
    with demo_finale() as address:
        monkeypatch.setenv(URL_VARIABLE, address.url)
        yield address


@pytest.fixture
def book(new_books: Path) -> Path:
    return new_books


@pytest.mark.long
def test_a_connected_account_is_synced_and_its_key_is_in_the_vault_alone(
    book: Path, finale: SandboxAddress, tmp_path: Path
) -> None:
    """A known cost is shown to compare; neither workbook nor database nor log holds the secret."""
    vault = Vault()
    file = tmp_path / demo_settlement_files()[0][0]
    file.write_bytes(demo_settlement_files()[0][1])

    connected = on_file(
        book,
        lambda desk: connecting.connect(
            desk, account=f"{finale.url}/{finale.account}/sc2", key=finale.key, secret=finale.secret, credentials=vault
        ),
    )
    on_file(book, lambda desk: importing.import_files(desk, files=[file]))
    synced = on_file(book, lambda desk: syncing.sync(desk, credentials=vault))

    assert connected.data["account"] == finale.account
    assert "unit_cost" in connected.message or "a unit" in connected.message
    assert int(str(synced.data["new"])) > 100
    assert {finale.key, finale.secret} == {secret.get_secret_value() for secret in vault.kept.values()}
    files = [path for folder in (tmp_path, machine_folder().path) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if finale.secret.encode() in path.read_bytes()]


def test_a_wrong_key_is_refused_and_not_kept(book: Path, finale: SandboxAddress) -> None:
    """The message names what to look at."""
    vault = Vault()

    with pytest.raises(InventoryError, match="key"):
        on_file(
            book,
            lambda desk: connecting.connect(
                desk,
                account=finale.account,
                key="wrong",
                secret="wrong",  # noqa: S106 - it is wrong
                credentials=vault,
            ),
        )

    assert {} == vault.kept


@pytest.mark.long
def test_another_account_does_not_mix_into_the_books(book: Path, finale: SandboxAddress) -> None:
    """Books and Finale account belong together."""
    vault = Vault()
    arguments = {"key": finale.key, "secret": finale.secret, "credentials": vault}
    on_file(book, lambda desk: connecting.connect(desk, account=finale.account, **arguments))  # type: ignore[arg-type]  # by name

    with pytest.raises(connecting.OtherAccountError, match="other"):
        on_file(book, lambda desk: connecting.connect(desk, account="other", **arguments))  # type: ignore[arg-type]  # by name


@pytest.mark.long
def test_a_forgotten_key_must_be_connected_again(book: Path, finale: SandboxAddress) -> None:
    """Without its key nothing is asked."""
    vault = Vault()
    on_file(
        book,
        lambda desk: connecting.connect(
            desk, account=finale.account, key=finale.key, secret=finale.secret, credentials=vault
        ),
    )
    on_file(book, lambda desk: connecting.forget(desk, credentials=vault))

    with pytest.raises(NotConnectedError, match="Connect"):
        on_file(book, lambda desk: syncing.sync(desk, credentials=vault))


@pytest.mark.long
def test_setup_shows_the_account_once_it_is_connected(book: Path, finale: SandboxAddress) -> None:
    """Its name, how costs are fetched, and never its key."""
    arguments = {"key": finale.key, "secret": finale.secret, "credentials": Vault()}
    on_file(book, lambda desk: connecting.connect(desk, account=finale.account, **arguments))  # type: ignore[arg-type]  # by name

    with workbook(book) as opened:
        rows = tables.read(tables.find(opened, SETUP_SPEC), SETUP_SPEC)
    shown = {row["setting"]: row["value"] for row in rows}
    assert (finale.account, "costs per order from the stock history") == (
        shown["Finale account"],
        shown["Finale costs now"],
    )
    assert finale.secret not in str(rows)


def test_a_key_that_stays_is_not_said_to_be_gone(book: Path) -> None:
    """The other one is removed all the same, and the message is of the keyring, not of success."""

    class HalfLocked(Vault):
        def forget(self, *place: str) -> None:
            if place[-1] == KEY:
                raise KeyringLockedError("/".join(place), OSError())
            super().forget(*place)

    vault = HalfLocked({(SYSTEM, "", SECRET): Secret("S")})
    with pytest.raises(KeyringLockedError, match="may still be in it"):
        on_file(book, lambda desk: connecting.forget(desk, credentials=vault))
    assert {} == vault.kept
