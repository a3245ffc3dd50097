"""The demo, made once; each test works on a copy of its own."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend

from core.company_databases import machine_folder
from tests.end_to_end.demo_book import DemoBook, run
from tests.end_to_end.stories import FinaleOnLine, Story, bought, item, left, v2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPANY, BOOKS = "Stories & Co", "stories.sqlite"


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo once."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    ran = run("demo", "--folder", str(folder))
    assert ran.status == 0, ran.error
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> DemoBook:
    """Return a demo that the test may change."""
    return DemoBook.copy_of(made_demo, tmp_path / "demo")


@pytest.fixture(scope="session")
def made_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the workbook of a new company once, with its books beside it."""
    folder = tmp_path_factory.mktemp("new") / "new"
    folder.mkdir()
    books = str(folder / BOOKS)
    ran = run("new", str(folder / "Books.xlsm"), "--company", COMPANY, "--database", books)
    assert ran.status == 0, ran.error
    return folder


def _copy_of(books: Path, target: Path) -> Story:
    """Copy the folder of books; the company's are in the copy from then on."""
    shutil.copytree(books, target, dirs_exist_ok=True)
    machine_folder().remember(COMPANY, str(target / BOOKS))
    return Story(DemoBook(target / "Books.xlsm"))


@pytest.fixture
def story(made_books: Path, tmp_path: Path) -> Story:
    """Return the books of a new company."""
    return _copy_of(made_books, tmp_path)


class _Vault(KeyringBackend):
    """The computer's vault, in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@contextmanager
def _finale_on_line() -> Iterator[FinaleOnLine]:
    before = keyring.get_keyring()
    keyring.set_keyring(_Vault())
    with pytest.MonkeyPatch.context() as environment:
        yield FinaleOnLine(environment)
    keyring.set_keyring(before)


@pytest.fixture
def finale() -> Iterator[FinaleOnLine]:
    """Return a Finale account in the sandbox, and a vault for its key."""
    with _finale_on_line() as on_line:
        yield on_line


@pytest.fixture(scope="session")
def made_sold(made_books: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with a settlement of 2 sold for 40.00 that cost 5.00 each, once."""
    story = _copy_of(made_books, tmp_path_factory.mktemp("sold") / "sold")
    story.bring(v2(story.book.path.parent, [item("Order", "U-1", "40.00", units="2", day="2026-09-02")], "1"))
    with _finale_on_line() as on_line:
        on_line.sync(story, bought("A", "2026-08-01", 50, "5"), left("U-1", "2026-09-01", 2))
    return story.book.path.parent


@pytest.fixture
def sold(made_sold: Path, tmp_path: Path) -> Story:
    """Return a copy of these books."""
    return _copy_of(made_sold, tmp_path / "sold")
