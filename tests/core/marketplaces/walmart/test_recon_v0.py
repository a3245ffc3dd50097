"""Walmart's old report: known by its header, and refused with the way to the new one."""

from __future__ import annotations

import pytest

from core.marketplaces.errors import UnsupportedFormatError
from core.marketplaces.reading.contents import open_contents
from core.marketplaces.walmart.recon_v0 import FORMAT, LAYOUT

HEADER = ",".join(column.name for column in LAYOUT.columns)


def test_the_old_report_is_told_by_its_header() -> None:
    """By each of its columns; another report has none of them."""
    assert 1 == FORMAT.likeness(open_contents(f"{HEADER}\n".encode()))
    assert 0 == FORMAT.likeness(open_contents(b"settlement-id\tamount\n"))


def test_it_is_refused_with_the_version_to_choose() -> None:
    """At the line of its header."""
    with pytest.raises(
        UnsupportedFormatError, match=r"old\.csv, line 2.*new report version \(V1, with the column 'Amount Ty"
    ):
        FORMAT.read(open_contents(f"\n{HEADER}\n1,2\n".encode(), "old.csv"))
