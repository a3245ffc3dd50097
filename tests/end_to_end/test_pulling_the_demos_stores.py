"""The demo's stores are pulled from the marketplaces' APIs of the sandbox, as a user's own would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook, Ran


def results(ran: Ran) -> dict[str, list[tuple[str, str, bool | None]]]:
    """Return id, result and tie-out of what came, by store; `None` is nothing to tie to."""
    return {
        store["store"]: [
            (one["settlement"], one["result"], one["ties_out"])
            for document in store["documents"]
            for one in document["settlements"]
        ]
        for store in ran.data["stores"]
    }


@pytest.mark.long
def test_everything_new_of_every_store_comes_once(demo: DemoBook) -> None:
    """What was imported from files is known again, the rest is new and ties out, and a second pull brings nothing."""
    first = results(demo.run("pull", "--json"))
    second = results(demo.run("pull", "--json"))

    files = ["23874397121", "24012558403", "24150720916"]
    assert [(one, "already imported", True) for one in files] == first.pop("Amazon US")
    assert {"Shopify Linden": 5, "Walmart US": 2, "eBay Linden": 2} == {name: len(came) for name, came in first.items()}
    assert {("imported", True)} == {came[1:] for name in ("Walmart US", "eBay Linden") for came in first[name]}
    for name, result, ties_out in first["Shopify Linden"]:  # orders outside payouts have no total
        assert ("imported", True if name.isdigit() else None) == (result, ties_out)
    assert [] == [came for store in second.values() for came in store]


@pytest.mark.long
def test_what_was_pulled_gets_its_costs_and_ties_out(demo: DemoBook) -> None:
    """Units of Shopify and eBay, which their files lack, are costed; every tie-out of a new settlement holds."""
    demo.run("pull", "--json")
    demo.run("sync")
    checked = demo.run("verify", "7593167856", "7593190412", "140769411338", "--json")

    assert 0 == checked.status
    assert checked.data["tie_outs"]
    assert [] == [one["name"] for one in checked.data["tie_outs"] if not one["ok"]]
