"""A time zone that changes moves nothing that is posted or closed, unless somebody agrees to it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.settings.announcement import effects_of_reopening, words_of_reopening
from core.books.settings.policies import policy_effects
from core.books.settings.setting_effects import ChangeNotAgreedError
from core.books.settings.time_zones import time_zone_effects
from tests.core.books.lives_of_orders import WHO, bring_in, files_of, let_finale_say, open_books
from tests.core.books.reopening_one import reopen
from tests.core.books.settings.settings_year import LIFE, OTHER, Year

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(database, "US", file)
        for order in ("111-0", "111-1"):
            let_finale_say(database, order, Decimal("4.00"))
        yield Year(database)


@pytest.mark.long
def test_a_time_zone_that_moves_exported_months_needs_a_yes_and_moves_only_what_is_open(year: Year) -> None:
    """What US2 posted on 31 August from ten o'clock UTC on is of September in Kiritimati, fourteen hours ahead."""
    year.export("US0", "US1", "US2")
    before = year.pnl_months()

    with pytest.raises(
        ChangeNotAgreedError, match=r"US2 \(US, exported\): stays .* . lines? of USD -?\d+.00 in another month"
    ):
        year.zone("Pacific/Kiritimati")
    assert year.pnl_months() == before


@pytest.mark.long
def test_a_zone_is_kept_by_what_is_exported_and_taken_by_what_is_open(year: Year) -> None:
    """Kiritimati is fourteen hours ahead: what US2 posted on 31 August from ten o'clock on is of September there."""
    year.export("US0", "US1")
    open_before = year.entry_months("US2")
    year.zone("Pacific/Kiritimati")
    assert ({"2026-08"}, {"2026-08", "2026-09"}) == (open_before, year.entry_months("US2"))

    year.export("US2")
    months = year.pnl_months()
    effects = time_zone_effects(year.database, {"US": ""})
    year.zone("", agreed=True)

    assert ["US2"] == [one.settlement_id for one in effects if one.moved]
    assert months == year.pnl_months(), "what is exported stays in the months that it went out in"
    assert {"2026-08", "2026-09"} == year.entry_months("US2")
    assert year.all_ties()
    reopen(year.database, year.settlement("US2"), "wrong zone", lock_date=None, **WHO)
    assert {"2026-08"} == year.entry_months("US2")


@pytest.mark.long
def test_the_same_move_is_announced_again_once_it_was_taken_back(year: Year) -> None:
    """The second time it was said to change no settlement, and reopening made History of one that was out."""
    year.export("US0", "US1")
    first = policy_effects(year.database, {"books_start": "2026-09-20"})
    year.policy(books_start="2026-09-20", agreed=True)
    year.policy(books_start="", agreed=True)
    again = policy_effects(year.database, {"books_start": "2026-09-20"})
    year.policy(books_start="2026-09-20", agreed=True)
    otherwise = effects_of_reopening(year.books, {("US", "US0")})

    assert first == again
    assert [("US0", 1, "open")] == [(one.settlement_id, one.counted_out, one.status) for one in otherwise]
    words = words_of_reopening(year.books, otherwise)
    assert "put 2026-08-0" in words
    reopen(year.database, year.settlement("US0"), "wrong bill", lock_date=None, **WHO)
    year.policy(books_start=words.partition(" put ")[2].partition(" ")[0], agreed=True)
    year.export("US0")


@pytest.mark.long
def test_a_zone_that_moves_lines_over_books_start_needs_a_yes(year: Year) -> None:
    """Nothing is exported: still, what is counted would be another set of lines."""
    year.policy(books_start="2026-08-17")

    with pytest.raises(ChangeNotAgreedError, match="not counted"):
        year.zone("America/Los_Angeles")
    year.zone("America/Los_Angeles", agreed=True)
    assert "America/Los_Angeles" == str(year.books.zones["US"])
