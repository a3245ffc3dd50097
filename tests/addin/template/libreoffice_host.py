"""Runs in LibreOffice's own Python: opens workbooks with their macros and obeys one JSON request per line.

Not a test and not imported by one: `conftest.py` starts it, and speaks to it over its standard streams.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import uno  # type: ignore[import-not-found] # comes with LibreOffice
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found] # comes with LibreOffice

MACROS_ALWAYS = 4


def start(folder: Path) -> tuple[subprocess.Popen[bytes], Any]:
    """Start LibreOffice with a profile of its own and return its process and its desktop."""
    pipe = f"cogsheet{time.time_ns()}"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ["--headless", "--norestore", "--nologo", "--nodefault", f"--accept=pipe,name={pipe};urp;"]
    office = subprocess.Popen(["soffice", profile, *options])  # noqa: S603, S607 - found by PATH, fixed words
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(1200):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return office, remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except Exception:  # noqa: BLE001 - whatever UNO raises until the office listens
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer within two minutes")


class Workbook:
    """An open workbook."""

    def __init__(self, desktop: Any, path: Path) -> None:
        options = (PropertyValue("MacroExecutionMode", 0, MACROS_ALWAYS, 0), PropertyValue("Hidden", 0, False, 0))  # noqa: FBT003 - UNO takes no names
        self.document = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, options)

    def call(self, name: str, *arguments: object) -> object:
        """Call a procedure of the VBA project."""
        url = f"vnd.sun.star.script:VBAProject.{name}?language=Basic&location=document"
        return self.document.getScriptProvider().getScript(url).invoke(arguments, (), ())[0]

    def put(self, sheet: str, cell: str, value: str | float) -> None:
        """Put a text as it is, or a number, into a cell."""
        target = self._cell(sheet, cell)
        if isinstance(value, str):
            target.setString(value)
        else:
            target.setValue(value)

    def put_block(self, sheet: str, block: str, rows: list[list[str | float]]) -> None:
        """Put rows of texts and numbers into a block of cells."""
        self._cell(sheet, block).setDataArray(tuple(tuple(row) for row in rows))

    def formula(self, sheet: str, cell: str, formula: str) -> None:
        """Put a formula into a cell."""
        self._cell(sheet, cell).setFormula(formula)

    def array_formula(self, sheet: str, block: str, formula: str) -> None:
        """Put an array formula into a block of cells."""
        self._cell(sheet, block).setArrayFormula(formula)

    def fill_formula(self, sheet: str, block: str, formula: str) -> None:
        """Put a formula into the first cell of a block and fill it down."""
        cells = self._cell(sheet, block)
        cells.getCellByPosition(0, 0).setFormula(formula)
        cells.fillAuto(uno.Enum("com.sun.star.sheet.FillDirection", "TO_BOTTOM"), 1)

    def shown(self, sheet: str, cell: str) -> str:
        """Return a cell's text as it is shown."""
        return str(self._cell(sheet, cell).getString())

    def shown_block(self, sheet: str, block: str) -> list[list[object]]:
        """Return the values of a block of cells."""
        return [list(row) for row in self._cell(sheet, block).getDataArray()]

    def recalculate(self) -> None:
        """Recalculate everything."""
        self.document.calculateAll()

    def rename(self, sheet: str, name: str) -> None:
        """Rename a sheet."""
        self.document.Sheets.getByName(sheet).setName(name)

    def delete(self, sheet: str) -> None:
        """Delete a sheet."""
        self.document.Sheets.removeByName(sheet)

    def bring_to_front(self) -> None:
        """Make this the active workbook."""
        self.document.getCurrentController().getFrame().activate()

    def close(self) -> None:
        """Close the workbook without saving it."""
        self.document.close(True)  # noqa: FBT003 - UNO takes no names

    def modules(self) -> list[str]:
        """Return the names of the modules that LibreOffice found in the VBA project."""
        return list(self.document.BasicLibraries.getByName("VBAProject").ElementNames)

    def _cell(self, sheet: str, cell: str) -> Any:
        return self.document.Sheets.getByName(sheet).getCellRangeByName(cell)


def stop(*_: object) -> NoReturn:
    """Leave by way of `finally`, which ends the office."""
    raise SystemExit(1)


def main(folder: Path) -> None:
    """Obey until the requests end: `[file, method, arguments...]`, where `open` and `close` are about the file."""
    signal.signal(signal.SIGTERM, stop)
    office, desktop = start(folder)
    workbooks: dict[str, Workbook] = {}
    try:
        for line in sys.stdin:
            path, name, *arguments = json.loads(line)
            try:
                if name == "open":
                    workbooks[path] = Workbook(desktop, Path(path))
                    answer: dict[str, object] = {"answer": None}
                else:
                    answer = {"answer": getattr(workbooks[path], name)(*arguments)}
            except Exception:  # noqa: BLE001 - the test that asked decides what it means
                answer = {"error": traceback.format_exc()}
            print(json.dumps(answer, default=str), flush=True)  # noqa: T201 - this is the answer
    finally:
        office.terminate()
        office.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
