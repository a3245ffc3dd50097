"""What the pages for the first hour print can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from addin.cli import main
from tests.end_to_end.demo_book import run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("start-windows.md", "start-mac.md", "without-excel.md")
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed(page: str) -> list[list[str]]:
    """Return the words of each command of a page, without how Python is called."""
    lines = "".join(_BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))).splitlines()
    return [shlex.split(line.replace("\\", "/"))[2:] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_every_printed_command_and_option_is_there(page: str) -> None:
    """A command that was renamed, or an option that it does not take, is named."""
    context = click.Context(main)
    taken = {
        words[0]: {option for one in command.params for option in one.opts}
        for words in printed(page)
        if (command := main.get_command(context, words[0]))
    }

    assert printed(page)
    assert [] == [
        words
        for words in printed(page)
        if {word for word in words if word.startswith("--")} - taken.get(words[0], set()) or words[0] not in taken
    ]


@pytest.mark.long
def test_the_way_without_excel_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is done, in the page's order, on a machine that has nothing yet."""
    monkeypatch.chdir(tmp_path)
    ran = [run(*words) for words in printed("without-excel.md")]

    assert ["demo", "resolve", "save", "pnl"] == [words[0] for words in printed("without-excel.md")]
    assert [] == [one.error for one in ran if one.status not in (0, 1)]
