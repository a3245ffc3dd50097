"""The demo, made once; each test works on a copy of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend

from core.company_databases import machine_folder
from tests.end_to_end.demo_book import DemoBook, run
from tests.end_to_end.stories import FinaleOnLine, Story

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


@pytest.fixture
def story(made_books: Path, tmp_path: Path) -> Story:
    """Return the books of a new company."""
    shutil.copytree(made_books, tmp_path, dirs_exist_ok=True)
    machine_folder().remember(COMPANY, str(tmp_path / BOOKS))
    return Story(DemoBook(tmp_path / "Books.xlsm"))


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


@pytest.fixture
def finale(monkeypatch: pytest.MonkeyPatch) -> Iterator[FinaleOnLine]:
    """Return a Finale account in the sandbox, and a vault for its key."""
    before = keyring.get_keyring()
    keyring.set_keyring(_Vault())
    yield FinaleOnLine(monkeypatch)
    keyring.set_keyring(before)
