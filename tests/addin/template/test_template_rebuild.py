"""The stored template is what its sources make, and they make the same every time."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from workbooks.template import build
from workbooks.template.workbook_zip import PackageError, replace_once

if TYPE_CHECKING:
    from workbooks.template.workbook_zip import Parts


def test_two_builds_are_byte_identical(built: bytes) -> None:
    """Building twice gives the same bytes."""
    assert built == build()


def test_the_stored_template_has_the_parts_that_the_sources_make(built_parts: Parts, stored_parts: Parts) -> None:
    """The same parts in the same order; if not, run `python run.py template`."""
    assert list(built_parts) == list(stored_parts)


def test_every_stored_part_equals_the_built_one(built_parts: Parts, stored_parts: Parts) -> None:
    """Each part is compared for itself, because machines compress differently; if not, rebuild the template."""
    assert [] == [name for name in built_parts if built_parts[name] != stored_parts.get(name)]


def test_every_part_has_the_same_time_stamp(built: bytes) -> None:
    """No clock reaches the file."""
    with zipfile.ZipFile(BytesIO(built)) as package:
        times = {entry.date_time for entry in package.infolist()}

    assert {(2026, 1, 1, 0, 0, 0)} == times


def test_the_template_has_the_macro_enabled_content_type(built_parts: Parts) -> None:
    """Excel opens .xlsm only under this type."""
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"

    assert 1 == built_parts["[Content_Types].xml"].count(kind)


def test_a_change_in_what_the_writer_writes_is_noticed() -> None:
    """A replacement that finds nothing says where, instead of leaving something out."""
    with pytest.raises(PackageError, match=r"part\.xml does not hold 'b'"):
        replace_once({"part.xml": b"a"}, "part.xml", b"b", b"c")
