"""`doctor --report`: one file for whoever helps, with all that is asked first and no secret."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from addin.cli import main
from addin.commands.setup.support_report import packed
from core.books.database import Database
from core.books.database.table_sizes import table_sizes
from core.books.settings import stored_settings
from core.company_databases import machine_folder
from core.log import REDACTION
from core.time import system_clock
from tests.addin.conftest import COMPANY

SECRETS = ("geheim-4711", "S3CRET-MARKED")


def report_of(book: Path) -> dict[str, str]:
    """Return the texts of the report that a command says it has written."""
    said = CliRunner().invoke(main, ["doctor", str(book), "--report", "--json"]).stdout
    path = Path(json.loads(said)["report"])
    assert path.parent == book.parent
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_report_holds_what_is_asked_first_and_no_secret(new_books: Path) -> None:
    """Versions, settings, sizes, what Check found, and the log, whatever somebody wrote into them."""
    with Database.open(machine_folder().database_of(COMPANY)) as database, database.writing() as connection:
        values = {"note": f"the key is {SECRETS[0]}", "api_key": SECRETS[1], "pull from": "2026-08-01"}
        stored_settings.put(connection, "stores of a test", values, who="Ann", now=system_clock())
    REDACTION.hide(SECRETS[0])
    CliRunner().invoke(main, ["database", "where", f"Nobody {SECRETS[0]}"])

    with Database.open(machine_folder().database_of(COMPANY)) as database, database.reading() as connection:
        there = table_sizes(connection)

    report = report_of(new_books)

    assert ["check.txt", "versions.json", "settings.json", "sizes.json", "cogsheet.log"] == list(report)
    assert "Workbook: " in report["check.txt"]
    versions, sizes = json.loads(report["versions.json"]), json.loads(report["sizes.json"])
    assert {"cogsheet", "python", "system", "packages"} == set(versions)
    assert (1, 0) == (sizes["rows"]["company"], sizes["rows"]["transaction"])
    assert there == sizes["rows"]
    assert new_books.with_name("acme.sqlite").stat().st_size == sizes["bytes"]["database"]
    assert "2026-08-01" in report["settings.json"]
    assert "database where was refused" in report["cogsheet.log"]
    assert [] == [one for one in SECRETS for text in report.values() if one in text]


@pytest.mark.long
def test_its_place_is_said_and_an_earlier_one_stays(new_books: Path) -> None:
    """On a day of two reports there are two."""
    first, second = (CliRunner().invoke(main, ["doctor", str(new_books), "--report"]).stdout for _ in range(2))

    found = sorted(path.name for path in new_books.parent.glob("Cogsheet report *.zip"))
    assert 2 == len(found)
    assert all(f"The report is {new_books.with_name(name)}." in first + second for name in found)


def test_a_text_of_any_letters_is_packed() -> None:
    """Under its name, as it is."""
    texts = {"check.txt": "ok     Café 北京 \ufffd", "cogsheet.log": ""}
    with zipfile.ZipFile(io.BytesIO(packed(texts))) as archive:
        assert texts == {name: archive.read(name).decode() for name in archive.namelist()}
