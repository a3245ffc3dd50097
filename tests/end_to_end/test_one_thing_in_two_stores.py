"""Files, orders and names that two stores share, through the commands: each counts once, and can be put right."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import CASES, item, needs_cases, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

pytestmark = pytest.mark.long
NUMBER = "24000000099"


def stores(story: Story) -> list[str]:
    """Return the stores of sheet Stores."""
    return [row["Store"] for row in story.book.table("Stores").rows if row["Store"]]


def sale(folder: Path) -> str:
    """Write a settlement of one sale of 40.00."""
    return str(v2(folder, [item("Order", "1", "40.00", units="2")]))


def test_a_store_named_by_mistake_is_removed_once_it_is_empty(story: Story, tmp_path: Path) -> None:
    """With a settlement it stays; undo brings the settlement back, and its store with it."""
    story.deed("import", sale(tmp_path), "--store", "Typo")
    used = story.deed("remove-store", "Typo", status=2)
    unknown = story.deed("remove-store", "Nobody", status=2)
    reported = story.deed("pnl", "--store", "Nobody", status=2)
    before = stores(story)
    story.deed("remove", NUMBER)
    said = story.deed("remove-store", "Typo").output
    after = stores(story)
    story.deed("undo")

    assert f"the books have settlements of it ({NUMBER}). Remove those first." in used.error
    words = "There is no store “Nobody” in these books; their stores are: “Typo”. Nothing was changed."
    assert [True, True] == [words in one.error for one in (unknown, reported)]
    assert "Store “Typo” is no longer in the books." in said
    assert (["Typo"], [], ["Typo"]) == (before, after, stores(story))
    story.ties()


def test_what_was_imported_for_the_wrong_store_goes_to_the_right_one(story: Story, tmp_path: Path) -> None:
    """Removed there, imported here: sales of 40.00 once, and the store's name can be taken out."""
    story.deed("import", sale(tmp_path), "--store", "Typo")
    story.deed("remove", NUMBER)
    story.deed("remove-store", "Typo")
    story.deed("import", sale(tmp_path), "--store", "Amazon US")
    story.book.run("resolve")
    story.answer(({"Order ID": "1"}, {"Cost": 5}))
    profit = story.deed("pnl", "--json").data

    assert ["Amazon US"] == stores(story)
    assert (Decimal(40), Decimal(10)) == (Decimal(profit["net_sales"]), Decimal(profit["cogs"]))
    story.ties()


@needs_cases
@pytest.mark.parametrize(
    ("file", "total"),
    [("v2_stripped_tabs.txt", "-204.40"), ("walmart_with_period.csv", "5.00"), ("xml_control_char.xml", "34.37")],
)
def test_a_file_counts_once_whatever_store_it_is_imported_for(
    story: Story, tmp_path: Path, file: str, total: str
) -> None:
    """Refused by its contents under another file's name; no second store comes into the books."""
    copy = tmp_path / f"again{file[-4:]}"
    copy.write_bytes((CASES / file).read_bytes())
    story.deed("import", str(CASES / file), "--store", "East")
    ran = story.deed("import", str(copy), "--store", "West", status=2)
    net = sum((Decimal(str(line["Net"])) for line in story.lines() if line["Type"] != "payout"), Decimal(0))

    assert "was not imported into store “West”: store “East” has it already" in ran.error
    assert "nothing may count twice" in ran.error
    assert (["East"], Decimal(total)) == (stores(story), net)


@pytest.mark.parametrize(
    ("units", "product", "cogs"),
    [(1, "mug", "5.00"), (2, "mug", "5.00"), (1, "cup", "12.00")],
    ids=["one product", "a pack of two", "another product"],
)
def test_goods_that_two_stores_name_differently_are_costed_once(
    story: Story, tmp_path: Path, units: int, product: str, cogs: str
) -> None:
    """Amazon ships an order of the shop: one mug at 5.00 is expensed with the shop's sale; a cup at 7.00 beside it."""
    shipped = item("Order", "S01-1", "-4.00", units="1", sku="MUG-FBA") | {
        "amount-type": "ItemFees",
        "amount-description": "FBAPerUnitFulfillmentFee",
        "merchant-order-id": "#1044",
    }
    amazon = v2(tmp_path, [shipped], "24000000001", site="Non-Amazon")
    shop = v2(tmp_path, [item("Order", "1044", "30.00", units="1", sku="mug-blue")], "24000000002")
    story.deed("import", str(amazon), "--store", "Amazon US")
    story.deed("import", str(shop), "--store", "Shop")
    story.add_row("SKU mapping", {"SKU": "mug-blue", "Your product": "mug", "Your units": 1})
    story.add_row("SKU mapping", {"SKU": "MUG-FBA", "Your product": product, "Your units": units})
    story.book.run("resolve")
    asked = {row["SKU"] for row in story.asked()}
    costs = {"mug-blue": 5, "MUG-FBA": 7}
    story.answer(*(({"SKU": sku}, {"Cost": costs[sku]}) for sku in sorted(asked)))

    assert ({"mug-blue"} if product == "mug" else set(costs)) == asked
    assert Decimal(cogs) == sum((Decimal(str(line["COGS"] or 0)) for line in story.lines()), Decimal(0))
    story.ties()
