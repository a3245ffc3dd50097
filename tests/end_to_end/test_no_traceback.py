"""Whatever happens, a command ends in a sentence that says what to do, and its number is found in the log."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from core.log import FILE_NAME, REDACTION
from core.unexpected import what_the_system_said
from tests.end_to_end.demo_book import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.demo_book import DemoBook
    from tests.end_to_end.stories import Story

MARKED = 'MARK"ED & 5/7'


def refused(*arguments: str) -> str:
    """Return what a command says that could not be done."""
    ran = run(*arguments)
    assert (2, "") == (ran.status, ran.output)
    assert "Traceback" not in ran.error
    return ran.error


@pytest.mark.parametrize(
    "place", ["a file/Books.xlsm", "x" * 300 + ".xlsm", "a file/deep/er/Books.xlsm"], ids=["file", "long", "deep"]
)
def test_a_place_where_nothing_can_be_written(tmp_path: Path, users_folder: Path, place: str) -> None:
    """It says what the system refused, and its number stands in the log beside the details; nothing is left behind."""
    (tmp_path / "a file").touch()
    said = refused("new", str(tmp_path / place), "--company", tmp_path.name, "--database", str(tmp_path / "b.sqlite"))
    number = re.search(r"number ([0-9a-f]{6})\.", said)
    assert number is not None
    assert said.startswith("The system refused: ")
    log = (users_folder / FILE_NAME).read_text(encoding="utf-8")
    assert f"{number[1]} ERROR addin.cli: new failed" in log
    assert f"{number[1]} INFO addin.cli: new ended with status 2" in log
    assert ["a file"] == [path.name for path in tmp_path.iterdir()]


def test_a_users_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and that there is no log."""
    (tmp_path / "a file").touch()
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "a file"))
    assert "no log could be written" in refused("new", str(tmp_path / "Books.xlsm"), "--company", tmp_path.name)


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "0000-01", "٢٠٢٦-٠٨"])
def test_months_that_no_sheet_shows(demo: DemoBook, month: str) -> None:
    """The month after the last one is none, and the first ones are none of a sheet."""
    assert "is not a month" in refused("close", str(demo.path), month)


def test_as_json_too(tmp_path: Path) -> None:
    """What is read by a program is JSON, whatever happens."""
    (tmp_path / "a file").touch()
    arguments = ["--company", tmp_path.name, "--database", str(tmp_path / "b.sqlite"), "--json"]
    ran = run("new", str(tmp_path / "a file" / "Books.xlsm"), *arguments)
    assert (2, True) == (ran.status, "The system refused" in json.loads(ran.output)["error"])


def test_a_name_that_no_terminal_can_show(tmp_path: Path) -> None:
    """A file name that is no UTF-8 is shown with a sign of its own."""
    assert "\\udcff.txt" in refused("inspect", str(tmp_path / "\udcff.txt"))


@pytest.mark.parametrize(
    "echo", ["{}", '{{"key": "{}"}}', "Basic {}"], ids=["as it is", "behind a name", "in a header"]
)
def test_a_secret_that_comes_back_is_shown_nowhere(tmp_path: Path, echo: str) -> None:
    """Neither in a sentence nor in JSON: here it is in the name of a file, as a server would echo it."""
    REDACTION.hide(MARKED)
    for more in ([], ["--json"]):
        ran = run("inspect", str(tmp_path / echo.format(MARKED)), *more)
        assert "********" in ran.output + ran.error
        assert "MARK" not in ran.output + ran.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "/books"), "No space left on device (/books)"),
        (PermissionError(13, "Permission denied"), "Permission denied."),
        (OSError("odd"), "odd"),
        (MemoryError(), "memory"),
    ],
)
def test_what_the_system_says_is_said(error: BaseException, words: str) -> None:
    """With the file that it is about, where it names one."""
    assert words in what_the_system_said(error)


def test_what_is_no_error_of_the_system_has_no_words_of_it() -> None:
    """Then the sentence says that it was unexpected."""
    assert "" == what_the_system_said(KeyError("x"))


@pytest.mark.long
def test_a_key_that_nobody_types(story: Story) -> None:
    """Where a command runs without anybody at its terminal it says what it asked, and how a script answers."""
    said = refused("connect", str(story.book.path), "--account", "acme")

    assert "Nobody answered at the terminal: API key? Nothing was changed." in said
    assert "environment variables" in said
    assert "number" not in said.partition("Nobody answered")[0]
