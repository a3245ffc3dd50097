"""`database where` and `database move`: where a company's books are, and how they get elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import keyring
import keyring.backends.fail
import pytest
from click.testing import CliRunner, Result

from addin.cli import main
from addin.commands.setup.database_place import CompanyNotNamedError, OtherCompanyError, move, where
from addin.commands.setup.new import new_workbook, write_workbook
from core.books.database import Database
from core.books.database.company import Company
from core.books.database.errors import DatabaseNotFoundError, ForeignDatabaseError
from core.books.database.server_addresses import StoredAddressError
from core.company_databases import DEMO, CompanyUnknownError, machine_folder
from core.time import system_clock
from tests.addin.conftest import COMPANY

if TYPE_CHECKING:
    from pathlib import Path


def typed(*words: str) -> Result:
    """Run the command line."""
    return CliRunner().invoke(main, list(words))


def test_the_place_is_shown(new_books: Path) -> None:
    """By the company's name, by one of its workbooks, and of all companies; one that is not known is named."""
    there = str(new_books.parent / "acme.sqlite")

    assert {COMPANY: there} == where(COMPANY).data["databases"]
    assert f"{COMPANY}: {there}" == where(str(new_books)).message
    assert there in where(None).message
    with pytest.raises(CompanyUnknownError, match=r"“Nobody”.*cogsheet database where"):
        where("Nobody")


def test_the_place_is_changed(new_books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the advice names does it: a file that was moved by hand is found again, from any folder."""
    new_books.with_name("acme.sqlite").rename(new_books.with_name("moved.sqlite"))
    refused = typed("doctor", str(new_books))
    assert "Type: `cogsheet database where BOOK --set ADDRESS`." in refused.output

    monkeypatch.chdir(new_books.parent)
    outcome = typed("database", "where", str(new_books), "--set", "moved.sqlite", "--json")

    assert {"company": COMPANY, "database": str(new_books.with_name("moved.sqlite"))} == json.loads(outcome.output)
    monkeypatch.chdir("/")
    assert 2 != typed("doctor", str(new_books)).exit_code


def test_no_other_books_are_taken_for_the_company(new_books: Path, tmp_path: Path) -> None:
    """Another company's, another database of the same one, and nothing at all: refused, and the place stays."""
    known = machine_folder().database_of(COMPANY)
    with Database.open(known) as database:
        mine = database.company
    other, again = tmp_path / "other.sqlite", tmp_path / "again.sqlite"
    Database.create(other, replace(mine, name="Beta", database_id="1")).close()
    Database.create(again, replace(mine, database_id="2")).close()

    for company, place, error in (
        (COMPANY, other, OtherCompanyError),
        (str(new_books), again, ForeignDatabaseError),
        (COMPANY, tmp_path / "nothing.sqlite", DatabaseNotFoundError),
        (None, other, CompanyNotNamedError),
    ):
        with pytest.raises(error):
            where(company, address=str(place))
    assert known == machine_folder().database_of(COMPANY)


def test_books_are_moved(new_books: Path, tmp_path: Path) -> None:
    """The workbook shows them from where they are then, and the old place says where that is."""
    old, new = machine_folder().database_of(COMPANY), tmp_path / "elsewhere" / "Books.sqlite"

    outcome = move(str(new_books), str(new))

    assert f"at {new} now" in outcome.message
    assert f"at {old} stays as it was" in outcome.message
    assert str(new) == machine_folder().database_of(COMPANY)
    assert 2 != typed("doctor", str(new_books)).exit_code
    refused = typed("database", "where", COMPANY, "--set", old)
    assert (2, True) == (refused.exit_code, f"kept at {new} since they were moved" in refused.output)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "noted", ["postgresql://ann:ge@heim@server/acme", "postgresql://ann:geheim@server:x/acme", "/OneDrive/acme.sqlite"]
)
def test_a_noted_address_that_leads_nowhere_is_corrected(
    new_books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str
) -> None:
    """Neither it nor that of another company stops what shows and what corrects it; its secret is not repeated."""
    there = machine_folder().database_of(COMPANY)
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    for company in (COMPANY, "Other"):
        machine_folder().remember(company, noted)

    refused = typed("doctor", str(new_books))
    listed = typed("database", "where")
    told = typed("database", "where", COMPANY, "--set", there)

    assert (2, 0, 0) == (refused.exit_code, listed.exit_code, told.exit_code)
    assert "heim" not in refused.output + listed.output + told.output
    assert ("OneDrive" in noted) == ("Type: `cogsheet database where" not in refused.output)
    assert (there, noted) == (machine_folder().database_of(COMPANY), machine_folder().database_of("Other"))
    assert 2 != typed("doctor", str(new_books)).exit_code


def test_a_noted_address_that_cannot_be_read_is_named_for_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where new books, or a move, would begin with it."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    machine_folder().remember("Gamma", "postgresql://ann:ge@heim@server/acme")

    with pytest.raises(StoredAddressError):
        new_workbook(tmp_path / "a.xlsm", company="Gamma")
    with pytest.raises(StoredAddressError):
        move("Gamma", str(tmp_path / "x.sqlite"))


def test_a_password_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where a database is shown nor where it cannot be reached."""
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    machine_folder().remember("Gamma", "postgresql://ann:geheim@127.0.0.1:1/books")

    for words in (("where",), ("where", "Gamma"), ("move", "Gamma", str(tmp_path / "x.sqlite"))):
        shown = typed("database", *words)
        assert "ann:***@127.0.0.1" in shown.output
        assert "geheim" not in shown.output


def test_half_a_command_says_its_other_half() -> None:
    """`cogsheet database` names what begins so."""
    assert "database move, database where" in typed("database").output
    assert {0} == {typed("database", one, "--help").exit_code for one in ("move", "where")}


@pytest.mark.long  # it makes a workbook
def test_the_demo_needs_no_list_of_companies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its books lie beside its workbook: a list that cannot be read stops companies alone."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    with Database.create(
        tmp_path / "demo.sqlite", Company(DEMO, "USD", system_clock(), id=DEMO, database_id=DEMO)
    ) as demo:
        write_workbook(tmp_path / "Books.xlsm", demo)
    machine_folder().path.mkdir(exist_ok=True)
    machine_folder().listing.write_text("{", encoding="utf-8")

    done = typed("resolve", str(tmp_path / "Books.xlsm"))

    assert 0 == done.exit_code, done.output
