"""Making the demo again replaces what the demo made, and never what is somebody's own."""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from addin.demo.earlier_demo import MARKS, NotOfTheDemoError, remove_earlier_demo, write_marks

if TYPE_CHECKING:
    from pathlib import Path

FILES = [("1.txt", b"made by the demo"), ("2.txt", b"made too")]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder: Path) -> str:
    """Return what making the demo there says, and see that it touched nothing."""
    before = contents(folder)
    with pytest.raises(NotOfTheDemoError) as caught:
        remove_earlier_demo(folder, FILES)
    assert before == contents(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", ["Books.xlsm", "demo.sqlite", "settlements/1.txt", "settlements"])
def test_a_file_of_somebodys_own_is_named_and_stays(tmp_path: Path, name: str) -> None:
    """Workbook, database, settlement file, or a file where the folder would be."""
    own = tmp_path / name
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(b"a client's own")
    assert f"own: {own}. " in refused(tmp_path)


def test_the_workbook_of_a_client_is_none_of_the_demo(new_books: Path) -> None:
    """A workbook of Cogsheet that shows other books stays too."""
    book = new_books.rename(new_books.with_name("Books.xlsm"))
    assert f"own: {book}. " in refused(book.parent)


def test_books_of_a_client_are_none_of_the_demo(new_books: Path) -> None:
    """Books called like the demo's, with another id."""
    books = (new_books.parent / "acme.sqlite").rename(new_books.parent / "demo.sqlite")
    assert f"own: {books}. " in refused(books.parent)


def test_what_an_earlier_demo_made_is_replaced(tmp_path: Path) -> None:
    """Its database by its id, its settlement files by their mark, also where this demo has others; the rest stays."""
    settlements = tmp_path / "settlements"
    settlements.mkdir()
    earlier = [("1.txt", b"an older business"), ("0.txt", b"of the older business alone")]
    for name, content in [*earlier, ("own.txt", b"mine")]:
        (settlements / name).write_bytes(content)
    write_marks(tmp_path, earlier)
    with sqlite3.connect(tmp_path / "demo.sqlite") as connection:
        connection.execute("CREATE TABLE company AS SELECT 'sandbox' AS database_id")
    connection.close()
    remove_earlier_demo(tmp_path, FILES)
    assert {"settlements/own.txt": b"mine"} == {k: v for k, v in contents(tmp_path).items() if MARKS not in k}


def test_a_settlement_file_that_was_edited_since_is_somebodys_own(tmp_path: Path) -> None:
    """The mark is of the contents, not of the name."""
    (tmp_path / "settlements").mkdir()
    write_marks(tmp_path, FILES)
    (tmp_path / "settlements" / "2.txt").write_bytes(b"made too, and edited")
    assert "2.txt" in refused(tmp_path)


def test_a_list_of_marks_removes_nothing_outside_its_folder(tmp_path: Path) -> None:
    """Its names are plain names; a path in it is passed over."""
    own = tmp_path / "own.txt"
    own.write_bytes(b"mine")
    folder = tmp_path / "demo" / "settlements"
    folder.mkdir(parents=True)
    (tmp_path / "demo" / MARKS).write_text(json.dumps({"../../own.txt": sha256(b"mine").hexdigest()}), encoding="utf-8")
    remove_earlier_demo(tmp_path / "demo", FILES)
    assert own.exists()
