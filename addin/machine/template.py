"""Where the template workbook is: beside the program when installed, in the source tree when run from there."""

from __future__ import annotations

from pathlib import Path

from core.errors import WorkbookError

_INSTALLED = Path(__file__).parents[1] / "template.xlsm"
_SOURCE = Path(__file__).parents[2] / "workbooks" / "template.xlsm"


class TemplateMissingError(WorkbookError):
    """The installation is incomplete."""

    def __init__(self) -> None:
        super().__init__(
            "Cogsheet's own template.xlsm is missing: the installation is damaged. Install Cogsheet again."
        )


def template_bytes() -> bytes:
    """Return the template. Written as bytes, so that a new workbook carries no Mark of the Web."""
    place = next((path for path in (_SOURCE, _INSTALLED) if path.is_file()), None)
    if place is None:
        raise TemplateMissingError
    return place.read_bytes()
