"""What the Start menu's entries do, without windows: what is asked, made, opened and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin import start_menu
from addin.demo.book import make_demo
from addin.sheets.workbook import open_workbook, read_books_name
from core.books.database.errors import DatabaseInSyncedFolderError
from core.company_databases import BooksId
from core.errors import CogsheetError
from core.progress import silent
from tests.addin.machine.computers import computer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_workbook_is_made_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named after its company, in capitals as the currency is; a second one of that name is refused."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "user"))
    form = start_menu.new_form(tmp_path / "Bücher")
    texts = {field.name: field.value for field in form.fields} | {start_menu.COMPANY: "Łódź: Kubki & Co"}
    made = start_menu.make_new(texts | {start_menu.CURRENCY: "eur"})
    with open_workbook(made) as book:
        books = read_books_name(book)

    assert (tmp_path / "Bücher", ".xlsm", "Make") == (made.parent, made.suffix, form.deed)
    assert isinstance(books, BooksId)
    assert "Łódź: Kubki & Co" == books.company
    with pytest.raises(CogsheetError, match="exists"):
        start_menu.make_new(texts)


@pytest.mark.parametrize("documents", ["OneDrive/Documents", "OneDrive - Contoso/Documents", "Dropbox", "Documents"])
def test_the_demo_is_made_where_its_books_may_lie(tmp_path: Path, documents: str) -> None:
    """With the documents, or in the user's own folder where a sync program keeps those."""
    own, there = tmp_path / "Local" / "Cogsheet", tmp_path / documents / "Cogsheet"

    assert (there if documents == "Documents" else own) / "Demo" == start_menu.demo_folder(there, own)


def test_a_demo_that_cannot_be_there_leaves_nothing_there(tmp_path: Path) -> None:
    """The place is looked at before the first file is written."""
    with pytest.raises(DatabaseInSyncedFolderError):
        make_demo(tmp_path / "OneDrive" / "Demo", silent)

    assert [] == list(tmp_path.iterdir())


def test_the_computer_is_told_a_line_for_each_thing(tmp_path: Path) -> None:
    """As the doctor says it, where no workbook is needed for it."""
    told = start_menu.what_is_found(computer("win32", tmp_path))

    assert [
        "CHECK  Installation",
        "ok  Python",
        "ok  Name of the folder",
        "CHECK  Starting Python",
        "ok  Time zones",
    ] == [line.partition(":")[0] for line in told.split("\n\n")]
