"""Two stores have a settlement of one id: whatever is printed for programs names the store beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.stories import balances, bought, finale_of, item, left, v2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

pytestmark = pytest.mark.long
NUMBER = "24000000099"
STORES = ("East", "West")
BOTH = [f"{store}/{NUMBER}" for store in STORES]


@pytest.fixture
def twins(story: Story, finale: FinaleOnLine, tmp_path: Path) -> Story:
    """Import a settlement of one id for two stores, one of which sold twice as much, and sync their costs."""
    for place, store in enumerate(STORES, start=1):
        folder = tmp_path / store
        folder.mkdir()
        rows = [item("Order", f"{store}-{n}", "20.00", units="1") for n in range(place)]
        rows += [item("Order", f"{store}-odd", "20.00", units="1", sku="B")]
        file = v2(folder, rows)
        story.deed("import", str(file), "--store", store)
    finale.sync(story, bought("A", "2026-08-01", 9, "5.00"), *(left(order, "2026-09-01") for order in ORDERS))
    return story


ORDERS = ("East-0", "West-0", "West-1")


def named(data: object) -> Iterator[dict[str, Any]]:
    """Yield everything in printed data that names a settlement."""
    if isinstance(data, dict):
        if "settlement" in data:
            yield data
        for one in data.values():
            yield from named(one)
    elif isinstance(data, list):
        for one in data:
            yield from named(one)


def stores_of(data: object) -> list[str]:
    """Return the stores that are named beside the id, and see that the id stands nowhere alone."""
    text = json.dumps(data)
    found = list(named(data))
    assert {NUMBER} == {one["settlement"] for one in found}
    alone = text.count(f'"{NUMBER}"') - text.count(f'"settlement": "{NUMBER}"')
    assert 0 == alone, text
    return sorted({one["store"] for one in found})


def test_a_sync_says_what_changed_in_each(twins: Story, finale: FinaleOnLine) -> None:
    """5.00 and 10.00 became 6.00 and 12.00: two changes, one of each store; one entry kept the last of them."""
    shipped = [left(order, "2026-09-01") for order in ORDERS]
    with finale.serving(finale_of(bought("A", "2026-08-01", 9, "6.00"), *shipped)):
        ran = twins.book.run("sync", "--json")

    changes = {(one["store"], one["settlement"]): one["cogs_changed"] for one in ran.data["changes"]}
    assert {("East", NUMBER): "1.00", ("West", NUMBER): "2.00"} == changes
    assert list(STORES) == stores_of(ran.data)


@pytest.mark.parametrize(
    "command",
    [
        ["resolve"],
        ["fill", *BOTH],
        ["save"],
        ["cogs", *BOTH],
        ["posted-elsewhere", *BOTH, "--reason", "by hand"],
        ["remove", *BOTH],
        ["export", *BOTH, "--entries", "settlement", "--format", "quickbooks"],
    ],
    ids=lambda command: command[0],
)
def test_each_command_names_the_store_beside_the_id(twins: Story, command: list[str]) -> None:
    """Never the id alone, as a value or as a key."""
    ran = twins.book.run(*command, "--json")

    assert ran.status in (0, 1), ran.error
    assert list(STORES) == stores_of(ran.data)


def test_answers_are_named_with_their_store(twins: Story) -> None:
    """What is saved, looks wrong, and is taken back again."""
    answer = ({"SKU": "B"}, {"Cost": 900})
    odd = twins.answer(answer, accept=False)
    suspects = twins.book.run("save", "--json")
    saved = twins.book.run("save", "--accept-suspect", "--json")
    undone = twins.deed("undo", "--json")

    assert "looks wrong" in odd.output + odd.error or odd.status
    for ran in (suspects, saved, undone):
        assert list(STORES) == stores_of({name: value for name, value in ran.data.items() if name != "error"})


def period(folder: Path, store: str, price: str) -> Path:
    """Write Walmart's statement of a half month, of one mug; its settlement is named by the period."""
    head = (
        "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
        "Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,Purchase Order line #,Amount,"
        "Amount Type,Ship Qty,Partner Item Id\n"
    )
    rows = (
        f"06/01/2026,06/14/2026,{price},USD,,PaymentSummary,,,,,,,,,\n"
        f",,,,06/05/2026,Sale,Purchase,{store},1,108,1,{price},Product Price,1,MUG\n"
    )
    file = folder / f"{store}.csv"
    file.write_text(head + rows, encoding="utf-8")
    return file


@pytest.mark.parametrize("prices", [("10.00", "30.00"), ("10.00", "10.00"), ("0.01", "99.00")])
def test_walmarts_periods_of_two_stores_have_a_file_each(story: Story, tmp_path: Path, prices: tuple[str, str]) -> None:
    """Both are 20260601-20260614: the first store's sales are in its own file, not under the second's."""
    for store, price in zip(STORES, prices, strict=True):
        story.deed("import", str(period(tmp_path, store, price)), "--store", store)
    ids = [f"{store}/20260601-20260614" for store in STORES]
    ran = story.deed("export", *ids, "--entries", "settlement", "--format", "quickbooks", "--json")
    files = sorted(ran.data["files"])

    assert 2 == len(set(files))
    assert [store in file for store, file in zip(STORES, files, strict=True)] == [True, True]
    assert [-Decimal(price) for price in prices] == [balances([file])["Marketplace Sales"] for file in files]
    story.ties()
