"""What is decided of what went out is shown with what is tied to it; the workbook is as if everything had been filled.

True-ups are accepted and dismissed, settlements are reopened, and others are said to have been posted elsewhere.
"""

from __future__ import annotations

import shutil
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from addin.commands.close.posted_elsewhere import posted_elsewhere
from addin.commands.close.reopening import reopen
from addin.commands.close.true_ups import TrueUpOptions, list_true_ups
from addin.commands.outcome import Outcome
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.database import Database
from core.books.true_ups import true_up_history
from core.errors import CogsheetError
from tests.addin.commands.test_importing_shows_what_changed import show
from tests.addin.commands.test_saving_shows_what_changed import everything, press, press_and_tell
from tests.addin.commands.test_shown_exports import company, exported, told
from tests.addin.test_syncing_after_exports import rows_of
from tests.core.books.lives_of_orders import let_finale_say
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from addin.sheets.desk import Desk

NAMES = ("US0", "US1", "US2", "CA0", "CA1", "CA2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a company of two stores of which most has gone out, refunds in later settlements than their sales."""
    folder = tmp_path_factory.mktemp("decisions") / "company"
    folder.mkdir()
    company(folder)
    with Database.open(folder / "books.sqlite") as database:
        let_finale_say(database, "111-2", Decimal(7))
    press(folder, show)
    for name in NAMES[:4]:
        press(folder, partial(exported, ids=[name]))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


def both_ways(folder: Path, action: Callable[[Desk], Outcome]) -> bool:
    """Press a button, and in a copy where nothing is kept: words, cells, functions and rows of the books are alike.

    The copy takes the place of the other meanwhile, for files are named by their folder.

    Returns:
        Whether only what changed was refreshed.
    """

    def pressed(deed: Callable[[Desk], Outcome]) -> tuple[object, ...]:
        return press(folder, deed), everything(folder), rows_of(folder)

    with tempfile.TemporaryDirectory() as name:
        beside = Path(shutil.copytree(folder, Path(name) / "copy"))
        near: list[bool] = []
        found = pressed(partial(press_and_tell, action=action, is_near=near))
        shutil.move(folder, Path(name) / "near")
        shutil.move(beside, folder)
        with Database.open(folder / "books.sqlite") as database:
            forget_kept_lines(database)
        assert pressed(action) == found
        shutil.rmtree(folder)
        shutil.move(Path(name) / "near", folder)
        return near[0]


def said(deed: Callable[..., Outcome], desk: Desk, **options: Any) -> Outcome:
    """Do something, or say why not."""
    try:
        return deed(desk, **options)
    except CogsheetError as error:
        return Outcome(str(error))


def decided(desk: Desk, **options: Any) -> Outcome:
    return said(list_true_ups, desk, options=TrueUpOptions(**options))


def waiting(folder: Path) -> list[int]:
    """Return the numbers of the true-ups that wait."""
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        return list(map(int, true_up_history.pending(connection)["id"]))


def alter(folder: Path) -> None:
    """Let another program alter what is kept of an order's line."""
    with Database.open(folder / "books.sqlite") as database, database.keeping() as connection:
        connection.exec_driver_sql("UPDATE costed_line SET description = 'altered' WHERE order_name = '111-2'")


def is_altered(folder: Path) -> bool:
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT description FROM costed_line WHERE order_name='111-2'")
        return list(found.scalars()) == ["altered"]


@pytest.mark.long
def test_what_is_decided_is_shown_and_no_other_line_is_read(folder: Path) -> None:
    """A sale of 3.00 costs 3.50, its refund too: accepted, and dismissed at 3.75; no other order is read."""
    told(folder, "111-0", Decimal("3.50"))
    assert both_ways(folder, decided), "only the true-ups are shown"
    (first, *_) = numbers = waiting(folder)
    assert len(numbers) == 3
    assert both_ways(folder, partial(decided, accept=[first]))
    assert [] == waiting(folder)
    told(folder, "111-0", Decimal("3.75"))
    press(folder, decided)
    alter(folder)
    press(folder, partial(decided, dismiss=waiting(folder), reason="small"))
    assert is_altered(folder)


@pytest.mark.long
def test_what_is_reopened_is_shown_and_no_other_line_is_read(folder: Path) -> None:
    """The sale's settlement is open again while its refund stays out, a true-up of which was dismissed with it."""
    told(folder, "111-0", Decimal("3.50"))
    press(folder, decided)
    press(folder, partial(decided, dismiss=waiting(folder), reason="small"))
    press(folder, decided)
    assert both_ways(folder, partial(reopen, ids=["US0"], reason="typed wrongly", imported=True))
    assert both_ways(folder, decided), "it is known what is due since"
    assert waiting(folder)
    alter(folder)
    press(folder, partial(reopen, ids=["US1"], reason="typed wrongly", imported=True))
    assert is_altered(folder)


@pytest.mark.long
def test_what_was_posted_elsewhere_is_shown_and_no_other_line_is_read(folder: Path) -> None:
    """A settlement with a line that lacks its cost; reopened once it turns out not to have been posted."""
    assert both_ways(folder, partial(posted_elsewhere, ids=["CA1", "CA2"], reason="before Cogsheet"))
    assert both_ways(folder, partial(reopen, ids=["CA1"], reason="it was not"))
    alter(folder)
    press(folder, partial(posted_elsewhere, ids=["CA1"], reason="before Cogsheet"))
    assert is_altered(folder)


@pytest.mark.long
@hypothesis_settings(
    max_examples=examples(3), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(data=st.data())
def test_whatever_is_decided_the_workbook_is_as_if_everything_was_filled(made: Path, data: st.DataObject) -> None:
    """Costs come, odd ones too; then true-ups are decided, or settlements reopened or said to be elsewhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(made, Path(name) / "company"))
        for _ in range(2):
            order = data.draw(st.sampled_from(["111-0", "111-1", "111-2"]))
            told(folder, order, data.draw(st.sampled_from([Decimal("3.50"), Decimal("3.004"), Decimal(90)])))
            kind = data.draw(st.sampled_from(["decide", "decide", "reopen", "reopen", "elsewhere"]))
            event(f"{kind}, {'near' if both_ways(folder, deed(folder, kind, data)) else 'whole'}")
        both_ways(folder, decided)


def deed(folder: Path, kind: str, data: st.DataObject) -> Callable[[Desk], Outcome]:
    """Draw what is done."""
    if kind == "decide":
        press(folder, decided)
        numbers = waiting(folder)
        accept = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
        left = [number for number in numbers if number not in accept]
        dismiss = data.draw(st.lists(st.sampled_from(left), unique=True)) if left else []
        return partial(
            decided,
            accept=accept,
            dismiss=dismiss,
            accept_suspect=data.draw(st.booleans()),
            dismiss_immaterial=data.draw(st.booleans()),
            reason=data.draw(st.sampled_from(["", "small"])),
        )
    chosen = data.draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=2))
    if kind == "elsewhere":
        return partial(said, posted_elsewhere, ids=chosen, reason="elsewhere")
    return partial(said, reopen, ids=chosen, reason="wrong", imported=data.draw(st.booleans()))
