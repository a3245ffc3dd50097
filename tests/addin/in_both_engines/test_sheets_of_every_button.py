"""What every button does at its end in Excel too: sheet Today is filled, and what it said stands on sheet Messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.ribbon.running_excel import Ending
from addin.commands.ribbon.told_presses import keep_told
from addin.sheets import exchange
from addin.sheets.settlements.today import TODAY_SPEC
from addin.sheets.setup.messages import ATTENTION, MESSAGES_SPEC, STOPPED
from core.books.settlements.to_do import Need, missing_costs
from tests.fake_excel.application import FakeChart

if TYPE_CHECKING:
    from tests.addin.in_both_engines.desktop import Desktop


def test_a_refused_press_and_one_that_lists_costs_are_both_told(desktop: Desktop) -> None:
    """The newest stands first; Today has the figure of the books, and the link to Resolve."""
    desktop.excel.select(FakeChart())
    refused = desktop.press("fill")
    desktop.select("Settlements", "A5")
    done = desktop.press("resolve")
    told = [(row["ended"], row["message"]) for row in desktop.rows(MESSAGES_SPEC)]
    costs = next(row for row in desktop.rows(TODAY_SPEC) if row["need"] == Need.MISSING_COSTS)

    assert (exchange.ERROR, exchange.ATTENTION) == (refused[0], done[0])
    assert [(ATTENTION, done[1]), (STOPPED, refused[1])] == told[:2]
    assert float(missing_costs(desktop.books())["USD"].net) == costs["money"]


def test_a_box_shows_the_head_of_a_long_message_and_the_sheet_all_of_it(desktop: Desktop) -> None:
    """The user's event code does not run meanwhile, and is let run again."""
    desktop.book.app.enable_events = True
    text = "\n".join(f"Settlement {number} does not tie out." for number in range(40))
    shown = keep_told(desktop.book, "verify", Ending(exchange.ATTENTION, text))
    (newest, *_) = desktop.rows(MESSAGES_SPEC)

    assert [*text.split("\n")[:12], "…", "Sheet Messages has all of it."] == shown.split("\n")
    assert ("Verify", ATTENTION, text) == (newest["button"], newest["ended"], newest["message"])
    assert desktop.book.app.enable_events is True
