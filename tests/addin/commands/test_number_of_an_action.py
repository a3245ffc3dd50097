"""A refusal at a terminal ends with the number by which a supporter finds it in the log."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from addin.cli import main
from core.company_databases import machine_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "words",
    [
        ("doctor", "{}/none.xlsm"),
        ("database", "where", "Nobody"),
        ("new", "{}/none.xlsx", "--company", "A", "--currency", "USD"),
    ],
)
def test_a_refusal_has_its_number_on_a_line_of_its_own(words: tuple[str, ...], tmp_path: Path) -> None:
    """The sentence stays as it is, and JSON has the sentence alone."""
    typed = [word.format(tmp_path) for word in words]
    refused, as_json = (CliRunner().invoke(main, [*typed, *more]) for more in ([], ["--json"]))

    sentence, number = refused.stderr.rstrip().rsplit("\n", 1)
    found = re.fullmatch(r"\(Number ([0-9a-f]{6}) in the log\.\)", number)
    assert found is not None
    assert {"error": sentence} == json.loads(as_json.stdout)
    logged = (machine_folder().path / "cogsheet.log").read_text(encoding="utf-8")
    assert re.search(f"{found[1]} INFO addin.cli: {words[0]}.* was refused", logged)
