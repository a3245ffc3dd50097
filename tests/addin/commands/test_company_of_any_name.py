"""A company may be named anything: what is the demo is said by the id of its books, not by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from addin.commands.setup.new import new_workbook
from addin.connections.finale import NotConnectedError, inventory
from core.company_databases import MachineFolder, World, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from addin.sheets.desk import Desk


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["sandbox", "demo", "Sandbox", "live"])
def test_books_of_any_name_are_found_again_and_ask_no_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its database is where this machine keeps them, and its costs come from its own Finale alone."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
    path = tmp_path / "Books.xlsm"
    new_workbook(path, company=name, currency="USD", machine=MachineFolder(tmp_path / "home"))

    def ask(desk: Desk) -> Outcome:
        assert (name, World.LIVE) == (desk.database.company.name, desk.database.company.world)
        with pytest.raises(NotConnectedError), inventory(desk):
            pass
        return Outcome("asked")

    assert "asked" == on_file(path, ask).message


def test_the_demo_is_known_by_the_id_of_its_books() -> None:
    """Books of the demo made by an older version have that id too."""
    assert World.DEMO is world_of("sandbox")
