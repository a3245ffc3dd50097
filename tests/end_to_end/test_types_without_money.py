"""A type that nobody knows, of an item without any amount: it is said on Transaction types, and the item follows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

ITEM = "<Item><AmazonOrderItemCode>1</AmazonOrderItemCode><SKU>VASE</SKU><Quantity>2</Quantity></Item>"
FEES = "<ShipmentFees><Fee><Type>FBA</Type><Amount currency='USD'>-3.00</Amount></Fee></ShipmentFees>"


def report(folder: Path, fees: str) -> Path:
    """Write an XML report of one `Reshipment` of 2 vases, its money beside the item or nowhere."""
    file = folder / "report.xml"
    file.write_text(
        "<AmazonEnvelope><SettlementReport><SettlementData><AmazonSettlementID>26</AmazonSettlementID>"
        f"<TotalAmount currency='USD'>{'-3.00' if fees else '0.00'}</TotalAmount>"
        "<StartDate>2026-08-01T00:00:00+00:00</StartDate><EndDate>2026-08-14T00:00:00+00:00</EndDate></SettlementData>"
        f"<Reshipment><AmazonOrderID>111-1</AmazonOrderID>{fees}<Fulfillment>"
        f"<PostedDate>2026-08-10T10:00:00+00:00</PostedDate>{ITEM}</Fulfillment></Reshipment></SettlementReport>"
        "</AmazonEnvelope>",
        encoding="utf-8",
    )
    return file


@pytest.mark.long
@pytest.mark.parametrize(
    ("fees", "said", "kind", "cause", "cogs"),
    [
        (FEES, "Sales", "sale", "Not synced", 10),
        ("", "Sales", "sale", "Not synced", 10),
        ("", "Liquidations", "liquidation", "Not synced", 10),
        (FEES, "Other fees", "fee", "Unclear whether goods moved", 10),
    ],
)
def test_an_item_without_amounts_is_what_its_type_is_said_to_be(
    story: Story, tmp_path: Path, fees: str, said: str, kind: str, cause: str, cogs: int
) -> None:
    """Of a sale its cost is asked, and no longer whether goods moved; of a fee that is asked as of any other."""
    story.bring(report(tmp_path, fees))
    before = [(row["Type"], row["Cause"]) for row in story.asked()]
    (listed,) = (row["Type"] for row in story.book.table("Transaction types").rows)
    story.type("Transaction types", {"Type": listed}, {"Line type": said})
    story.book.run("resolve")
    after = [(row["Type"], row["Cause"]) for row in story.asked()]
    story.answer(({"SKU": "VASE"}, {"Cost": 5}), accept=False)

    assert [("other", "Unclear whether goods moved")] == before
    assert "Reshipment" == listed
    assert [(kind, cause)] == after
    assert [] == story.asked()
    assert Decimal(cogs) == story.cogs(SKU="VASE")
