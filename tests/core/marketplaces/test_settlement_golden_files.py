"""Golden files: each settlement file in tests/golden/marketplaces against what it must be read as.

`pytest --regenerate` writes the expected files anew; the review of the difference is the test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.errors import UnreadableFileError
from core.marketplaces import FORMATS, read_file
from core.marketplaces.inspection import inspection
from core.marketplaces.settlements.line_keys import with_line_keys
from core.marketplaces.settlements.tie_out import importable

if TYPE_CHECKING:
    from core.model import Reading

FOLDER = Path(__file__).parents[2] / "golden" / "marketplaces"
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def expected_file(case: Path) -> Path:
    """Return where it stands what a case must be read as."""
    return case.with_name(f"{case.name}.expected.json")


def plain(transactions: pd.DataFrame) -> list[dict[str, object]]:
    """Return transactions as records without what is missing, amounts of zero and columns that say nothing."""
    return [
        {
            str(name): value if isinstance(value, (int, str)) else str(value)
            for name, value in record.items()
            if not pd.isna(value) and str(value) != "0.000000"
        }
        for record in transactions.astype(object).to_dict("records")
    ]


def told(content: bytes, name: str) -> dict[str, object]:
    """Return everything a reading says, or why there is none."""
    try:
        reading = read_file(content, name)
    except UnreadableFileError as error:
        return {"refused": type(error).__name__, "message": str(error)}
    return {
        "inspection": inspection(reading),
        "importable": importable(reading),
        "transactions": [plain(with_line_keys("Store", found.transactions)) for found in reading.settlements],
        "unsettled": plain(reading.unsettled),
        **({"returns": plain(reading.returns)} if len(reading.returns) else {}),
        **({"reimbursements": plain(reading.reimbursements)} if len(reading.reimbursements) else {}),
    }


@pytest.mark.few(1)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_file_is_read_as_expected(case: Path, *, regenerate: bool) -> None:
    """Totals, problems and every transaction with its key are what they were when a person looked at them."""
    actual = told(case.read_bytes(), case.name)
    if regenerate:
        text = json.dumps(actual, indent=1, ensure_ascii=False)
        expected_file(case).write_text(f"{text}\n", encoding="utf-8", newline="\n")

    assert json.loads(expected_file(case).read_text(encoding="utf-8")) == actual


def test_every_expected_file_has_its_case() -> None:
    """No expectation outlives the file it is about."""
    assert {expected_file(case) for case in CASES} == set(FOLDER.glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_format_is_told_by_content(case: Path) -> None:
    """Without its name a file is read in the same way."""

    def figures(reading: Reading) -> dict[str, object]:
        return {key: value for key, value in inspection(reading).items() if key not in ("problems", "settlements")}

    named = json.loads(expected_file(case).read_text(encoding="utf-8"))
    if "refused" in named:
        with pytest.raises(UnreadableFileError):
            read_file(case.read_bytes())
    else:
        found = figures(read_file(case.read_bytes()))
        assert {key: named["inspection"][key] for key in found} == found


def test_every_format_has_a_golden_file() -> None:
    """A format that is declared is tested."""
    told_formats = {
        json.loads(path.read_text(encoding="utf-8")).get("inspection", {}).get("format")
        for path in FOLDER.glob("*.json")
    }

    assert {form.name for form in FORMATS} - told_formats == {"walmart_recon_v0"}
