"""What the README prints works as it is printed, in its order, on a machine that has nothing yet."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.commands.registry.guide import TYPED_AS
from tests.end_to_end.demo_book import Ran, run

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parents[2] / "README.md"
TYPED = "python run.py"
LEFT_OUT = ("install",)
"""It installs into the user's own folder; `tests/addin/machine` proves it."""


def blocks() -> list[str]:
    return re.findall(r"^```\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def printed() -> Iterator[list[str]]:
    """Yield the words of each printed command, as a shell gives them on."""
    for line in "".join(blocks()).splitlines():
        words = shlex.split(line, comments=True)
        assert TYPED.split() == words[:2], line
        yield words[2:]


def test_the_first_picture_is_on_the_first_screen() -> None:
    """A browser shows some forty lines of text."""
    before = README.read_text(encoding="utf-8").split("![")[0]

    assert before.count("\n") <= 25
    assert "python run.py demo" in before


def test_another_words_than_commands_are_printed_in_no_block() -> None:
    """Every line can be typed, and the last command of the walk is there."""
    names = [words[0] for words in printed()]

    assert ["demo", "inspect", "import", "sync", "resolve", "save", "cogs", "pnl", "export", "verify"] == names[:10]
    assert set(LEFT_OUT) <= set(names)


@pytest.mark.long
def test_the_readme_reaches_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is done, a file for QuickBooks lies there, and the workbook of a new company."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TYPED_AS, TYPED)
    ran = {words[0]: run(*words) for words in printed() if words[0] not in LEFT_OUT}

    assert {} == {name: one.error for name, one in ran.items() if one.status not in (0, 1)}
    assert {"sync", "resolve", "save", "cogs", "pnl"} == {name for name, one in ran.items() if one.status == 1}
    assert list((tmp_path / "demo" / "exports").glob("quickbooks *.csv"))
    assert (tmp_path / "Books.xlsm").exists()
    silent = [name for name, one in ran.items() if name != "demo" and not says_next(one)]
    assert ["import"] == silent, "it brings nothing that is not there"


def says_next(ran: Ran) -> bool:
    """Tell whether a command ends with what is typed next."""
    return ran.output.rstrip().splitlines()[-1].startswith("Next: ")


@pytest.mark.long
def test_a_save_says_which_proposals_it_kept_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefilled costs that nobody edited are counted, with how to take them; once taken, nothing is said of them."""
    monkeypatch.chdir(tmp_path)
    run("demo")
    alone = run("save", "demo/Books.xlsm")
    taken = run("save", "demo/Books.xlsm", "--accept-proposals")

    assert "14 proposals were kept back" in alone.output
    assert "`save --accept-proposals` takes them too." in alone.output
    assert "14 accepted proposals" in taken.output
    assert "kept back" not in taken.output
