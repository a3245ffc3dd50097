"""New books, made once; each test works on a copy of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.new import new_workbook
from core.company_databases import machine_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMPANY = "Acme & Co"


@pytest.fixture(scope="session")
def made_books_of_acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the workbook of new books once, with its database beside it."""
    folder = tmp_path_factory.mktemp("acme")
    new_workbook(folder / "Acme.xlsm", company=COMPANY, currency="USD", database=str(folder / "acme.sqlite"))
    return folder


@pytest.fixture(scope="session")
def copy_of_acme() -> Callable[[Path, Path], Path]:
    """Return what copies such a folder; the company's books are in the copy from then on."""

    def copy(made: Path, target: Path) -> Path:
        shutil.copytree(made, target, dirs_exist_ok=True)
        machine_folder().remember(COMPANY, str(target / "acme.sqlite"))
        return target / "Acme.xlsm"

    return copy


@pytest.fixture
def new_books(made_books_of_acme: Path, copy_of_acme: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    """Return the workbook of new books that the test may change."""
    return copy_of_acme(made_books_of_acme, tmp_path)
