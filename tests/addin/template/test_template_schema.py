"""The template against the Open XML SDK, for every version of Office that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workbooks.template.workbook_zip import read_parts, replace_once, write_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSIONS = ("Office2007", "Office2010", "Office2013", "Office2016", "Office2019", "Office2021", "Microsoft365")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_template_keeps_the_schema(
    built: bytes, tmp_path: Path, schema_errors: Callable[[Path, str], list[str]], version: str
) -> None:
    """No error in any part, the ribbon included."""
    workbook = tmp_path / "template.xlsm"
    workbook.write_bytes(built)

    assert [] == schema_errors(workbook, version)


def test_the_validator_sees_a_broken_ribbon(
    built: bytes, tmp_path: Path, schema_errors: Callable[[Path, str], list[str]]
) -> None:
    """An attribute that ribbons do not have is reported, so that silence means something."""
    parts = read_parts(built)
    replace_once(parts, "customUI/customUI14.xml", b'id="cogsheetTab"', b'id="cogsheetTab" colour="red"')
    workbook = tmp_path / "template.xlsm"
    workbook.write_bytes(write_parts(parts))

    assert any("colour" in error for error in schema_errors(workbook, "Microsoft365"))
