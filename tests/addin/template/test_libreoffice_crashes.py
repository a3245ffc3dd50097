"""One crash of LibreOffice costs one start, and not every test that comes after it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.addin.template.conftest import Opener, OpenWorkbook


def crash(opened: OpenWorkbook) -> None:
    """Kill the program that has a workbook open, as a fault of its own would."""
    profile = str(opened.path.parent / "profile")
    for process in Path("/proc").glob("[0-9]*"):
        words = (process / "cmdline").read_bytes().decode(errors="replace")
        if "soffice.bin" in words and profile in words:
            os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.long
def test_a_workbook_is_opened_in_another_one_and_said(libreoffice: Opener) -> None:
    """Opening finds the crash, starts it anew and opens the workbook there."""
    crash(libreoffice.open())

    with pytest.warns(UserWarning, match="LibreOffice crashed and was started anew"):
        again = libreoffice.open_beside("Again.xlsm")

    assert "RibbonTable" in str(again.ask("modules"))


@pytest.mark.long
def test_a_crash_that_closing_finds_needs_no_second_try(libreoffice: Opener) -> None:
    """The next workbook opens as ever."""
    crash(libreoffice.open())

    assert "RibbonTable" in str(libreoffice.open("Next.xlsm").ask("modules"))
