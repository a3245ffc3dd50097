"""Originals are kept as they came, or without personal data; the same file is known again either way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.books.importing.importing import import_file
from core.books.settings import stored_settings
from core.books.settlements import original_files
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.marketplaces import read_file
from core.settings import POLICIES_NAME, Policies, StoredOriginals
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.database import Database
    from core.books.importing.importing import ImportedFile

NOW = datetime(2026, 9, 1, tzinfo=UTC)
GOLDEN = Path(__file__).parents[3] / "golden" / "marketplaces"
WALMART = OriginalFile("walmart.csv", (GOLDEN / "walmart-v1.csv").read_bytes())
RETURNS = OriginalFile("returns.txt", (GOLDEN / "amazon-customer-returns.txt").read_bytes())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def want(database: Database, how: StoredOriginals) -> None:
    with database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, Policies(store_originals=how), who="M. Lee", now=NOW)


def bring_in(database: Database, file: OriginalFile) -> ImportedFile:
    return import_file(database, read_file(file.content), file, store=None, who="M. Lee", now=NOW)


def kept(database: Database, file: OriginalFile) -> bytes:
    with database.reading() as connection:
        original = original_files.original(connection, file.sha256)
    assert original is not None
    return original.content


@pytest.mark.parametrize(("file", "personal"), [(WALMART, b"Anytown"), (RETURNS, b"Jane Buyer")])
def test_a_scrubbed_original_holds_no_personal_data(database: Database, file: OriginalFile, personal: bytes) -> None:
    """It stands under the hash of the file as it came, and reads like it."""
    want(database, StoredOriginals.SCRUBBED)
    bring_in(database, file)
    stored = kept(database, file)

    assert personal in file.content
    assert personal not in stored
    assert read_file(file.content).raw_lines.equals(read_file(stored).raw_lines)
    assert read_file(file.content).returns.equals(read_file(stored).returns)


def test_the_same_file_is_known_again_though_it_is_kept_scrubbed(database: Database) -> None:
    """Downloaded again, it is no conflict."""
    want(database, StoredOriginals.SCRUBBED)
    results = [bring_in(database, WALMART) for _ in range(2)]

    assert [[Import.NEW], [Import.ALREADY_IMPORTED]] == [[one.result for one in file.settlements] for file in results]


def test_what_was_kept_stays_as_it_was_kept(database: Database) -> None:
    """The policy is about files to come; by itself nothing is left out."""
    bring_in(database, WALMART)
    want(database, StoredOriginals.SCRUBBED)
    bring_in(database, WALMART)

    assert WALMART.content == kept(database, WALMART)
