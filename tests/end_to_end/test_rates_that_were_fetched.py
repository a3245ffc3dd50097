"""The bank's rates by command: stored at once, but for those that change what is posted, which need a yes."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.business import demo_business
from sandbox.ecb import ECB_PATH, rate
from sandbox.server import serve
from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"
BEFORE, DAY = "2026-09-01", datetime(2026, 9, 3, tzinfo=UTC).date()


@contextmanager
def bank(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the bank listen on this machine, over HTTP, where the command looks for another address than its own."""
    with serve(demo_business(), now=lambda: datetime(2026, 11, 23, tzinfo=UTC).timestamp()) as address:
        environment.setenv("COGSHEET_ECB_URL", f"{address.url}{ECB_PATH}")
        yield


def net_sales(story: Story) -> Decimal:
    return Decimal(story.book.run("pnl", "--json").data["net_sales"])


def exported_at(story: Story, folder: Path, typed: float) -> None:
    """Export a sale of EUR 20.00 of 3 September, of which the rate of two days before is known."""
    story.bring(v2(folder, [item("Order", "1", "20.00", units="1", day=f"{DAY:%d}")], currency="EUR", site="Amazon.de"))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.add_row("Exchange rates", {"Currency": "EUR", "Date": BEFORE, "Rate": typed})
    story.deed("export", NUMBER, "--format", "quickbooks")


@pytest.mark.long
def test_rates_that_change_what_is_exported_are_stored_with_a_yes_alone(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20.00 at 2 went out as 40.00; the bank says another rate of the day itself, which is named and left."""
    exported_at(story, tmp_path, 2)
    before = net_sales(story)
    with bank(monkeypatch):
        refused = story.book.run("rates")
        left = net_sales(story)
        stored = story.deed("rates", "--yes", "--json").data
        again = story.deed("rates", "--json").data
    banks = Decimal(20) * rate("USD", DAY)

    assert (Decimal("40.00"), Decimal("40.00")) == (before, left)
    assert 2 == refused.status
    assert NUMBER in refused.error
    assert "--yes` stores them" in refused.error
    assert banks.quantize(Decimal("0.01")) == net_sales(story)
    assert (True, 0) == (stored["new_rates"] > 0, again["new_rates"])
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_first_rates_are_stored_without_a_question(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Nobody has seen another profit of what had none."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1")], currency="EUR", site="Amazon.de"))
    with bank(monkeypatch):
        stored = story.deed("rates", *options, "--json").data

    assert [] == stored["missing"]
    assert (Decimal(20) * rate("USD", DAY.replace(day=2))).quantize(Decimal("0.01")) == net_sales(story)


@pytest.mark.long
def test_a_bank_that_does_not_answer_stores_nothing(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at that address: the command says so, and the rates stay."""
    exported_at(story, tmp_path, 2)
    monkeypatch.setenv("COGSHEET_ECB_URL", "http://127.0.0.1:9/stats")
    refused = story.book.run("rates", "--yes")

    assert (2, Decimal("40.00")) == (refused.status, net_sales(story))
    assert "European Central Bank" in refused.error
