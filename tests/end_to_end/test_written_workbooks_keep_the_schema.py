"""Every workbook that the program writes against the Open XML SDK, for every version of Office that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.addin.users_own import add_own
from tests.end_to_end.demo_book import DemoBook, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSIONS = ("Office2007", "Office2010", "Office2013", "Office2016", "Office2019", "Office2021", "Microsoft365")


@pytest.fixture(scope="module")
def written(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return what the commands of a month write."""
    folder = tmp_path_factory.mktemp("written")
    filled = DemoBook.copy_of(made_demo, folder / "filled")
    used = DemoBook.copy_of(made_demo, folder / "used")
    add_own(used.path)
    settlements = [str(row["Settlement ID"]) for row in used.table("Settlements").rows]
    new = folder / "New.xlsm"
    assert run("new", str(new), "--company", "North Shore", "--database", str(folder / "north.sqlite")).status == 0
    for command in (
        ["save", "--accept-proposals"],
        ["fill", *settlements[:2]],
        ["fill", settlements[0]],
        ["cogs", settlements[0]],
        ["cogs", settlements[0], "--to", str(folder / "live.xlsx")],
        ["cogs", settlements[0], "--to", str(folder / "values.xlsx"), "--values"],
        ["pnl", "--by-month"],
        ["export", settlements[0], "--entries", "settlement", "--folder", str(folder / "entries")],
        ["trueups"],
        ["close", "2026-08", "--to", str(folder / "pack.xlsx")],
    ):
        assert used.run(*command).status < 2, command
    return {
        "the demo's workbook": filled.path,
        "a new workbook": new,
        "a workbook after every button, with a sheet of the user's": used.path,
        "the COGS workbook": folder / "live.xlsx",
        "the COGS workbook without formulas": folder / "values.xlsx",
        "the accountant's pack": folder / "pack.xlsx",
    }


@pytest.mark.long
@pytest.mark.parametrize("version", ["Microsoft365"])
def test_the_demos_workbook_keeps_the_schema(
    made_demo: Path, schema_errors: Callable[[Path, str], list[str]], version: str
) -> None:
    """The first workbook that anybody sees."""
    assert [] == schema_errors(made_demo / "Books.xlsm", version)


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "name",
    [
        "the demo's workbook",
        "a new workbook",
        "a workbook after every button, with a sheet of the user's",
        "the COGS workbook",
        "the COGS workbook without formulas",
        "the accountant's pack",
    ],
)
def test_every_written_workbook_keeps_the_schema(
    written: dict[str, Path], schema_errors: Callable[[Path, str], list[str]], name: str, version: str
) -> None:
    """No error in any part of any of them."""
    assert [] == schema_errors(written[name], version)
