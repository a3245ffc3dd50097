"""A server's password is in the keyring or in the environment, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import keyring.backends.fail
import pytest
from click.testing import CliRunner

from addin.cli import main
from addin.commands.setup.database_place import move, where
from addin.commands.setup.new import CompanyKnownError, new_workbook
from addin.machine.database_passwords import move_passwords, password_kept, whole_address
from core.books.database.errors import DatabaseUnreachableError, PasswordRefusedError
from core.books.database.server_addresses import ServerAddressError, with_password, without_password
from core.company_databases import MachineFolder, machine_folder
from core.http.credentials import NoKeyringError, SystemCredentials
from core.log import REDACTION
from tests.addin.conftest import COMPANY
from tests.core.http.test_credentials import FakeKeyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.http.long_secrets import Backend

BARE = "postgresql://ann@127.0.0.1:1/books"
WHOLE = "postgresql://ann:geh%40im@127.0.0.1:1/books"
GIVES = {"COGSHEET_POSTGRESQL_PASSWORD": "geh@im"}


def no_keyring(**environment: str) -> SystemCredentials:
    """Return what a machine without a keyring has."""
    none: Backend = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]  # keyring's
    return SystemCredentials(none, environment)


@pytest.mark.parametrize(
    ("address", "bare", "password"),
    [
        (WHOLE, BARE, "geh@im"),
        (BARE, BARE, ""),
        ("postgresql://127.0.0.1/books?user=ann&password=geheim", "postgresql://127.0.0.1/books?user=ann", "geheim"),
        ("postgresql://ann:geheim@/books?host=/run/pg", "postgresql://ann@/books?host=/run/pg", "geheim"),
        ("postgresql://anna@firm:geheim@server/acme", "postgresql://anna%40firm@server/acme", "geheim"),
        ("/home/ann/acme.sqlite", "/home/ann/acme.sqlite", ""),
        ("C:\\Users\\ann\\a@b.sqlite", "C:\\Users\\ann\\a@b.sqlite", ""),
    ],
)
def test_a_password_is_told_from_its_address(address: str, bare: str, password: str) -> None:
    """However it is written; from then on nothing shows it."""
    found, said = without_password(address)

    assert (bare, password) == (found.replace("%2F", "/"), said)
    assert password == "" or password not in REDACTION.redact(f"said {password}")


def test_an_address_is_whole_again_with_its_password() -> None:
    """Signs that a URL uses itself are written as they must be."""
    assert WHOLE == with_password(*without_password(WHOLE))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:p@ss@server/books",
        "postgresql://anna@firm:p@ss@server/books",
        "postgresql://anna@firm:5432/books?password=p@ss",
        "postgresql://ann:x@y/pass@server/books",
        "postgresql://ann:pass@server:port/books",
        "://",
        "a b://c",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    """A part of the password could be taken for the server's name."""
    with pytest.raises(ServerAddressError, match=r"in a password %40 for @") as caught:
        without_password(address)
    assert "pass@" not in str(caught.value)
    assert "p@ss" not in str(caught.value)


def test_a_password_is_kept_until_what_needs_it_has_failed() -> None:
    """It is as it was before then: not there, or another one."""
    vault = FakeKeyring()
    credentials = SystemCredentials(vault, {})
    with password_kept(WHOLE, credentials) as bare:
        assert (BARE, WHOLE) == (bare, whole_address(bare, credentials))
    assert WHOLE == whole_address(BARE, credentials)

    with pytest.raises(RuntimeError), password_kept(WHOLE.replace("geh", "other"), credentials):
        raise RuntimeError
    assert WHOLE == whole_address(BARE, credentials)

    with pytest.raises(RuntimeError), password_kept("postgresql://bob:geheim@127.0.0.1/books", credentials):
        raise RuntimeError
    assert 1 == len(vault.kept)


def test_a_password_that_an_older_version_wrote_is_moved(tmp_path: Path) -> None:
    """Once, in one sentence per company; what has none stays as it is."""
    machine, credentials = MachineFolder(tmp_path), SystemCredentials(FakeKeyring(), {})
    for company, address in (("Acme", WHOLE), ("Beta", BARE), ("Gamma", str(tmp_path / "gamma.sqlite"))):
        machine.remember(company, address)

    told = move_passwords(machine, credentials)

    assert told.startswith(f"The password of the books of Acme is no longer in {machine.listing}: ")
    assert 1 == told.count("The password of the books")
    assert BARE == machine.database_of("Acme") == machine.database_of("Beta")
    assert "geh" not in machine.listing.read_text(encoding="utf-8")
    assert WHOLE == whole_address(machine.database_of("Acme"), credentials)
    assert "" == move_passwords(machine, credentials)


def test_without_a_keyring_the_environment_gives_it(tmp_path: Path) -> None:
    """The variable is named; a password in the list stays until that is set, and opens the books meanwhile."""
    machine = MachineFolder(tmp_path)
    machine.remember("Acme", WHOLE)

    assert "COGSHEET_POSTGRESQL_PASSWORD" in move_passwords(machine, no_keyring())
    assert WHOLE == whole_address(machine.database_of("Acme"), no_keyring())
    assert "no longer in" in move_passwords(machine, no_keyring(**GIVES))
    assert WHOLE == whole_address(machine.database_of("Acme"), no_keyring(**GIVES))
    with pytest.raises(NoKeyringError, match="COGSHEET_POSTGRESQL_ANN_127_0_0_1_1_BOOKS_PASSWORD"):
        where("Acme", address=WHOLE, machine=machine, credentials=no_keyring())


@pytest.mark.few(1)
@pytest.mark.parametrize("deed", ["where", "move", "new"])
def test_what_fails_keeps_no_password_and_shows_none(tmp_path: Path, deed: str) -> None:
    """Nobody answers at the address."""
    machine, vault = MachineFolder(tmp_path / "home"), FakeKeyring()
    there = {"machine": machine, "credentials": SystemCredentials(vault, {})}
    old = new_workbook(tmp_path / "a.xlsm", company="Acme", currency="USD", **there)  # type: ignore[arg-type]  # by name
    deeds: dict[str, Callable[[], object]] = {
        "where": lambda: where("Acme", address=WHOLE, **there),  # type: ignore[arg-type]  # by name
        "move": lambda: move("Acme", WHOLE, **there),  # type: ignore[arg-type]  # by name
        "new": lambda: new_workbook(tmp_path / "b.xlsm", company="B", currency="USD", database=WHOLE, **there),  # type: ignore[arg-type]  # by name
    }

    with pytest.raises(DatabaseUnreachableError) as caught:
        deeds[deed]()

    assert "geh" not in str(caught.value)
    assert ({}, old.data["database"]) == (vault.kept, machine.database_of("Acme"))


def test_a_company_that_is_known_is_named_without_its_password(tmp_path: Path) -> None:
    """Whatever stands in the list."""
    machine = MachineFolder(tmp_path)
    machine.remember("Acme", WHOLE)

    with pytest.raises(CompanyKnownError, match=r"127\.0\.0\.1") as caught:
        new_workbook(
            tmp_path / "a.xlsm", company="Acme", currency="USD", database=str(tmp_path / "x.sqlite"), machine=machine
        )
    assert "geh" not in str(caught.value)


def test_a_server_that_wants_a_password_says_how_to_give_it() -> None:
    """The command and the variable are named."""
    error = PasswordRefusedError(BARE, "fe_sendauth: no password supplied")

    assert "COGSHEET_POSTGRESQL_PASSWORD" in str(error)
    assert "cogsheet database where" in str(error)


def test_the_books_are_opened_with_it_and_the_sentence_is_told_first(
    new_books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the books cannot be opened then."""
    monkeypatch.setenv("COGSHEET_POSTGRESQL_PASSWORD", "geh@im")
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    machine_folder().remember("Other", WHOLE.replace("ann", "bob"))
    machine_folder().remember(COMPANY, WHOLE)

    first, second = (CliRunner().invoke(main, ["doctor", str(new_books)]).output for _ in range(2))

    assert first.startswith(f"The password of the books of {COMPANY} is no longer in ")
    assert "geh" not in first + second
    assert (BARE, True) == (machine_folder().database_of(COMPANY), "geh" in machine_folder().database_of("Other"))
    assert "Other" not in first
    assert "cannot be reached" in first
    assert second.startswith("The database postgresql://ann:***@127.0.0.1:1/books cannot be reached")
