"""Making a workbook: names that differ never meet, and books that are there are joined only where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from addin.commands.setup.new import (
    BooksThereError,
    CompanyKnownError,
    OtherCompanyError,
    OtherCurrencyError,
    WorkbookEndingError,
    new_workbook,
)
from core.books.database import Database
from core.company_databases import CompanyNameError, ListingDamagedError, MachineFolder, checked_company_name
from core.currencies import NotACurrencyError, checked_currency

if TYPE_CHECKING:
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from core.errors import CogsheetError


def made(folder: Path, company: str, name: str = "Books.xlsm", **more: Any) -> Outcome:
    """Make a workbook; the user's folder lies beside it."""
    return new_workbook(folder / name, company=company, machine=MachineFolder(folder / "home"), **more)


def refused(folder: Path, company: str, kind: type[CogsheetError], **more: Any) -> str:
    """Return why a workbook is not made, and see that nothing was."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(kind) as caught:
        made(folder, company, **{"name": "Other.xlsm", **more})
    assert before == sorted(folder.rglob("*"))
    return str(caught.value)


@pytest.mark.long
def test_books_that_are_there_are_joined_where_that_is_asked_for(tmp_path: Path) -> None:
    """Without it they are named with company, currency and settlements; with it the workbook shows them."""
    made(tmp_path, "Foo & Bar", currency="eur")
    assert "books of Foo & Bar in EUR with 0 settlements" in refused(tmp_path, "Foo & Bar", BooksThereError)
    joined = made(tmp_path, "Foo & Bar", "Second.xlsm", join=True)
    assert "It joins books that are there: books of Foo & Bar in EUR with 0 settlements." in joined.message


@pytest.mark.few(1)
@pytest.mark.parametrize("stated", ["USD", "usd", "GBP"])
def test_books_in_another_currency_are_not_joined(tmp_path: Path, stated: str) -> None:
    """What was said against them was ignored; their own currency, and none, is fine."""
    made(tmp_path, "Foo & Bar", currency="eur")
    said = refused(tmp_path, "Foo & Bar", OtherCurrencyError, join=True, currency=stated)
    assert f"holds books of Foo & Bar in EUR with 0 settlements, and {stated.upper()} was asked for" in said
    assert "It joins books" in made(tmp_path, "Foo & Bar", "Second.xlsm", join=True, currency="eur").message


def test_new_books_are_in_dollars_where_nobody_says_otherwise(tmp_path: Path) -> None:
    """As before."""
    with Database.open(str(made(tmp_path, "Acme").data["database"])) as database:
        assert "USD" == database.company.home_currency


@pytest.mark.few(1)
@pytest.mark.parametrize("other", ["FOO & bar", "foo & bar", "fOO & bAR"])
def test_a_name_that_differs_in_capitals_alone_is_refused(tmp_path: Path, other: str) -> None:
    """Two such companies could not be told apart by whoever reads their names."""
    made(tmp_path, "Foo & Bar")
    assert "knows a company “Foo & Bar” already" in refused(tmp_path, other, CompanyKnownError)


def test_the_books_of_a_known_company_are_not_lost_to_its_workbooks(tmp_path: Path) -> None:
    """New books of the same name elsewhere would be found in their place; so would others that are joined."""
    made(tmp_path, "Acme")
    assert "home" in refused(tmp_path, "Acme", CompanyKnownError, database=str(tmp_path / "other.sqlite"))
    elsewhere = tmp_path / "elsewhere"
    there = str(made(elsewhere, "Acme").data["database"])
    refused(tmp_path, "Acme", CompanyKnownError, database=there, join=True)


@pytest.mark.few(1)
@pytest.mark.parametrize("company", ["Foo + Bar", "Foo", "foo & bar"])
def test_the_books_of_another_company_are_not_joined(tmp_path: Path, company: str) -> None:
    """The name must be that of the books."""
    there = str(made(tmp_path, "Foo & Bar").data["database"])
    assert "“" + company in refused(tmp_path, company, OtherCompanyError, database=there, join=True)


@pytest.mark.parametrize("name", ["", "  ", "///", "x" * 101, "a\nb", "a\0b", "a\ud800"])
def test_a_name_that_nobody_can_read_is_refused(name: str) -> None:
    """Empty, only signs, longer than 100, or of what no cell holds."""
    with pytest.raises(CompanyNameError):
        checked_company_name(name)


@pytest.mark.parametrize("name", ["A/B", "北京", "x" * 100, "=Sum", "5"])
def test_other_names_are_taken(name: str) -> None:
    """A name may hold any sign beside a letter or digit."""
    assert name == checked_company_name(f" {name} ")


@pytest.mark.parametrize("typed", ["doll", "US", "", "XXX", "USDT"])
def test_a_currency_is_one_of_iso_4217(typed: str) -> None:
    """Anything else is refused."""
    with pytest.raises(NotACurrencyError):
        checked_currency(typed)


@pytest.mark.parametrize("name", ["Books.xlsx", "Books", "Books.xlsm.zip"])
def test_a_workbook_ends_as_excel_wants_it(tmp_path: Path, name: str) -> None:
    """Any other ending is refused before anything is made."""
    assert name in refused(tmp_path, "Acme", WorkbookEndingError, name=name)


def test_an_address_is_remembered_wherever_the_next_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is that of this moment's folder."""
    monkeypatch.chdir(tmp_path)
    made(tmp_path, "Acme", database="acme.sqlite")
    assert str(tmp_path / "acme.sqlite") == MachineFolder(tmp_path / "home").database_of("Acme")
    Database.open(tmp_path / "acme.sqlite").close()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"Acme": 5}', b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_damaged_list_of_companies_is_named(tmp_path: Path, content: bytes) -> None:
    """It says which file it is, and is not written over."""
    machine = MachineFolder(tmp_path)
    machine.listing.write_bytes(content)
    for ask in (lambda: machine.database_of("Acme"), lambda: machine.remember("Acme", "x")):
        with pytest.raises(ListingDamagedError):
            ask()
    assert content == machine.listing.read_bytes()


def test_where_the_workbook_cannot_be_written_neither_books_nor_a_note_of_them_are_left(tmp_path: Path) -> None:
    """Its folder is a file: the company is as unknown as before, and is made elsewhere without a word of it."""
    (tmp_path / "full").write_text("no folder", encoding="utf-8")
    with pytest.raises(OSError, match="full"):
        made(tmp_path, "Foo & Bar", name="full/Books.xlsm")

    home = MachineFolder(tmp_path / "home")
    assert ({}, []) == (home.companies(), list(home.path.glob("*.sqlite")))
