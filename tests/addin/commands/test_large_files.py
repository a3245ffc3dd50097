"""A file that no computer should read whole is refused by its size."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from addin.commands.settlements.importing import FileMissingError, content_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_larger_than_any_settlement_is_not_read(tmp_path: Path) -> None:
    """It is named, with its size."""
    path = tmp_path / "June.txt"
    path.touch()
    os.truncate(path, 2_000_000_001)

    with pytest.raises(FileMissingError, match=r"June\.txt cannot be opened: it has more than 2,000 million bytes"):
        content_of(path)
