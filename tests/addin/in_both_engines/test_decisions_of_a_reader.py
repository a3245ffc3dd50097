"""What a new reading of old books changes is decided by one question of button Cost true-ups."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from addin.sheets.close.true_ups import TRUE_UPS_SPEC
from addin.sheets.setup.messages import MESSAGES_SPEC
from tests.addin.in_both_engines.desktop import Desktop
from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.stories import Story
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import on_windows

OLD = Path(__file__).parents[2] / "core" / "books" / "stored_books" / "reader_1.sqlite"


@pytest.mark.long
@pytest.mark.parametrize(
    ("answer", "sizes", "accepted"),
    [
        ("cancel", ["rule changed"] * 4, 0),
        pytest.param("no", ["dismissed"] * 4, 0, marks=pytest.mark.long),
        pytest.param("yes", [], 4, marks=pytest.mark.long),
    ],
)
def test_one_question_decides_what_a_reader_reads_otherwise(
    tmp_path: Path, answer: str, sizes: list[str], accepted: int
) -> None:
    """Yes posts three true-ups and a reclassification, No dismisses them with the reason, Cancel leaves them."""
    shutil.copy(OLD, tmp_path / "books.sqlite")
    path = tmp_path / "Books.xlsm"
    story = Story(DemoBook(path))
    story.deed("new", "--join", "--company", "Acme", "--database", str(tmp_path / "books.sqlite"))
    story.set(Accounting_system="quickbooks")
    excel = FakeApplication()
    with on_windows(excel, path.name):
        excel.Workbooks.Open(str(path))
        desktop = Desktop(excel, path)
        _, box = desktop.press("trueups", answer, "cancel")
        message = str(desktop.rows(MESSAGES_SPEC)[0]["message"])
        rows = desktop.rows(TRUE_UPS_SPEC)
    excel.end()

    assert "Decide everything that changed with reader 3 together?" in excel.user.shown[0]
    assert sizes == [str(row["size"] or "rule changed") for row in rows if row["id"]]
    assert all(str(row["cause"]).startswith("rule changed in reader 3: ") for row in rows if row["id"])
    assert "Sheet Messages has all of it." in box
    assert f"{accepted} true-ups posted" in message
    assert (["rule changed in reader 3"] if answer == "no" else []) == sorted(
        {str(row["reason"]) for row in rows if row["reason"] and row["id"] and not str(row["id"]).startswith("R")}
    )
