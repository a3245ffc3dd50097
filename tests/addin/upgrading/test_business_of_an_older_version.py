"""A workbook file and its books as an older version left them: every button works before and after `upgrade`.

`stored_books/business` was made by the version before words were declared (reader 1, database 0004), by its own
commands: the small business of the demo with one settlement exported, one with 43 lines without cost, and three costs
typed on Resolve that were not saved.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.commands.close import verification
from addin.commands.desk_opening import on_file
from addin.commands.registry import BUTTONS
from addin.commands.setup.doctor import doctor
from addin.commands.setup.upgrading import upgrade
from addin.sheets import exchange
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.tables.sheet_specs import ADDED
from tests.addin.in_both_engines.desktop import Desktop
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import on_windows
from workbook_engine.vba import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

STORED = Path(__file__).parent / "stored_books" / "business"
EXPORTED = "Amazon/24150720916"
ANSWERS = ("ok", "yes", "ok", "ok", "ok")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a copy that the test may change."""
    shutil.copytree(STORED, tmp_path / "business")
    return tmp_path / "business" / "Books.xlsm"


@contextmanager
def opened(path: Path) -> Iterator[Desktop]:
    """Open the workbook in Excel, with both settlements selected; at the end it is saved."""
    application = FakeApplication()
    with on_windows(application, path.name):
        application.Workbooks.Open(str(path))
        desktop = Desktop(application, path)
        desktop.select("Settlements", "A5:A6")
        yield desktop
        application.Workbooks.Item(path.name).Save()
    application.end()


def its_commands() -> list[str]:
    """Return the commands that the buttons of the old workbook's own VBA call."""
    with zipfile.ZipFile(STORED / "Books.xlsm") as archive:
        project = read_project(archive.read("xl/vbaProject.bin"))
    table = next(module.source for module in project.modules if module.name == "RibbonTable")
    return re.findall(r'CommandOf = "([\w-]+)"', table)


def words_of(desktop: Desktop, command: str) -> str:
    """Press a button, and return how it ended where that is no sentence for a bookkeeper."""
    outcome, message = desktop.press(command, *ANSWERS)
    unexpected = "Something unexpected" in message or "has no column" in message or not message
    return f"{command}: {outcome}: {message}" if unexpected else ""


def test_the_old_ribbon_calls_commands_that_are_there() -> None:
    """Nothing that an old workbook's VBA calls has lost its name."""
    assert set(its_commands()) <= {one.name for one in BUTTONS}
    assert len(its_commands()) > 10


@pytest.mark.long
def test_before_the_upgrade_what_is_there_is_filled_and_read(path: Path) -> None:
    """The typed costs are saved, the lists are refreshed, and doctor names the columns that an upgrade adds."""
    with opened(path) as desktop:
        _, message = desktop.press("save", "no")
        assert "Saved 3 entered, 0 accepted proposals" in message
        assert {None} == {row["currency"] for row in desktop.rows(RESOLVE_SPEC)}
        assert {None} == {row["typed_sku"] for row in desktop.rows(HISTORY_SPEC)}
        assert len(desktop.rows(RESOLVE_SPEC)) > 3
    report = on_file(path, doctor).message
    assert all(f"{one.header} (sheet " in report for one in ADDED), report
    assert "lacks sheet Today, sheet Messages" in report
    upgrade(path)
    with opened(path) as desktop:
        _, message = desktop.press("resolve")
        assert {"USD"} == {row["currency"] for row in desktop.rows(RESOLVE_SPEC)}, message
    assert "every table and column" in on_file(path, doctor).message


@pytest.mark.long
def test_what_the_old_version_exported_ties_out(path: Path) -> None:
    """Its entries, its lock and its lines are held to be what they were: no account moves by an update."""
    outcome = on_file(path, verification.verify)
    assert "all equal to the cent" in outcome.message, outcome.message
    assert f"{EXPORTED}: lines and kept files: read by an older version" in outcome.message


@pytest.mark.long
def test_every_button_works_before_and_after_the_upgrade(path: Path) -> None:
    """None ends in a surprise, none asks for the upgrade, and the books still tie out."""
    with opened(path) as desktop:
        assert [] == [words for name in its_commands() if (words := words_of(desktop, name))]
    upgrade(path)
    with opened(path) as desktop:
        names = [one.name for one in BUTTONS if one.action and one.name != "upgrade"]
        assert [] == [words for name in names if (words := words_of(desktop, name))]
        assert desktop.press("verify", *ANSWERS)[0] == exchange.DONE
