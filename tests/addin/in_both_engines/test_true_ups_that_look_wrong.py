"""A true-up whose new cost looks wrong goes out only where somebody said so: at the terminal, and by the button."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.sheets.close.true_ups import TRUE_UPS_SPEC
from core.books import batches
from core.books.batches import BatchKind
from core.books.syncing import stored_observations
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.model import ObservationKind
from tests.addin.in_both_engines.desktop import Desktop
from tests.core.books.shops import NOW, Shop, sale
from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.stories import Story
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import on_windows

if TYPE_CHECKING:
    from pathlib import Path

ODD = "order 111-1, SKU CUP: cost 60, average 6"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Return books in which a cup was exported at 6.00, its average; its bill says 60.00 since."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "6.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "60.00"})
    average = {"kind": ObservationKind.AVERAGE, "product_id": "CUP", "unit_cost": Decimal(6), "currency": "USD"}
    with shop.database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [average | {"fetched_at": NOW}]), batch, NOW)
    shop.database.close()
    made = Story(DemoBook(tmp_path / "Books.xlsm"))
    made.deed("new", "--join", "--company", "Acme", "--database", str(tmp_path / "books.sqlite"))
    made.set(Accounting_system="quickbooks")
    return made


@pytest.mark.long
def test_at_the_terminal_an_option_says_so(story: Story) -> None:
    """It is listed with its mark and reason; accepting it alone decides nothing."""
    (row,) = story.pending()
    listed = story.deed("trueups", "--json", status=1)
    refused = story.deed("trueups", "--accept", row["Key"], status=2)
    still = story.pending()
    story.deed("trueups", "--accept", row["Key"], "--accept-suspect")

    assert "? unit cost. Looks wrong: More than five times the current average, 6" == row["What changed"]
    assert [int(row["Key"])] == listed.data["suspects"]
    assert f"{ODD}. Nothing was decided." in refused.error
    assert "`trueups --accept-suspect` accepts them." in refused.error
    assert ([row], []) == (still, story.pending())
    assert {"Cost of Goods Sold": Decimal(54), "Inventory Asset": Decimal(-54)} == story.posted("true-up")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(("answer", "left"), [("cancel", 1), pytest.param("ok", 0, marks=pytest.mark.long)])
def test_the_button_asks(story: Story, answer: str, left: int) -> None:
    """It names the cost; Cancel decides nothing."""
    story.pending()
    story.type("Cost true-ups", {"SKU": "CUP"}, {"Decision": "accept"})
    excel = FakeApplication()
    with on_windows(excel, story.book.path.name):
        excel.Workbooks.Open(str(story.book.path))
        desktop = Desktop(excel, story.book.path)
        _, message = desktop.press("trueups", answer)
        rows = [row for row in desktop.rows(TRUE_UPS_SPEC) if row["id"]]
    excel.end()

    assert f"Costs of true-ups look wrong: {ODD}. Accept them as they are?" in excel.user.shown[0]
    assert left == len(rows)
    assert ("No true-up was decided." in message) == (left == 1)
