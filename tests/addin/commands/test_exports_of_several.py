"""The buttons *Export* and *Export to Excel* over several settlements: all are looked at before the first is stored."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from addin.commands.dialogues import close
from addin.commands.setup.new import write_workbook
from core.books.database import Database
from core.books.entries.meanwhile import ChangedMeanwhileError
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.journal.files import Ledger
from core.settings import POLICIES_NAME, Policies
from tests.addin.commands.test_saving_shows_what_changed import press
from tests.core.books.lives_of_orders import NOW
from tests.core.books.shops import Shop, sale

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk

pytestmark = pytest.mark.long
QUICKBOOKS = Policies(accounting_system=Ledger.QUICKBOOKS)
TWO = ("US/1", "US/2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of two settlements, of which the second has an order without cost."""
    folder = tmp_path_factory.mktemp("two")
    shop = Shop.open(folder)
    shop.bring_in("1", sale("111-1", "MUG"))
    shop.bring_in("2", sale("111-2", "CUP", day="2026-08-20"))
    shop.finale_says({("111-1", "MUG"): "3.00"})
    with shop.database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, QUICKBOOKS, who="M. Lee", now=NOW)
    write_workbook(folder / "Books.xlsm", shop.database)
    shop.database.close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


class Person:
    """Who is asked: gives answers in their order, and keeps what was in the books at each question."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def pressed(self, desk: Desk, *, dialogue: Callable[..., Outcome]) -> Outcome:
        """Press a button of group Close on both settlements."""

        def alert(prompt: str, *_: Any, **__: Any) -> str:
            self.asked.append((prompt, self._exported(desk.database)))
            if len(self.answers) == 1:
                self.meanwhile()
            return self.answers.pop(0)

        desk.book.app.impl.alert = alert
        return dialogue(desk, TWO)

    def _exported(self, database: Database) -> int:
        return sum(one.is_exported for one in load_books(database).settlements)


def exported(folder: Path) -> list[str]:
    with Database.open(folder / "books.sqlite") as database:
        return [one.settlement_id for one in load_books(database).settlements if one.is_exported]


EXPORT = (close.export, ("yes",))
TO_EXCEL = (close.export_excel, ("ok",))


@pytest.mark.parametrize(("dialogue", "begun"), [EXPORT, TO_EXCEL])
def test_nothing_is_stored_while_something_is_asked(folder: Path, dialogue: Any, begun: tuple[str, ...]) -> None:
    """Of the second only the deposit is agreed to; both go out together then, and the files hold both."""
    person = Person(*begun, "ok")

    outcome = press(folder, partial(person.pressed, dialogue=dialogue))

    assert [0, 0] == [there for _, there in person.asked]
    assert "US/2 cannot be exported: Not synced" in person.asked[1][0]
    assert ["1", "2"] == exported(folder)
    assert "Settlement US/1: 2 entries, its costs are locked." in outcome.message
    assert "Settlement US/2: 1 entry." in outcome.message


@pytest.mark.parametrize(
    ("answer", "out", "said"), [("cancel", [], "Nothing was exported."), ("ok", ["1"], "Settlement US/1: 2 entries")]
)
def test_what_cannot_go_out_is_said_before_the_others_do(folder: Path, answer: str, out: list[str], said: str) -> None:
    """The deposit of the second is not wanted: whether the first goes out without it is asked, and it stays or goes."""
    person = Person("yes", "cancel", answer)

    outcome = press(folder, partial(person.pressed, dialogue=close.export))

    assert "US/2 was not exported.\n\nExport 1 settlement (US/1) all the same?" in person.asked[2][0]
    assert (out, True) == (exported(folder), outcome.needs_attention)
    assert said in outcome.message


def test_what_changed_while_it_was_asked_is_not_exported(folder: Path) -> None:
    """Somebody else exports the first while its user reads the question about the second: neither goes out."""
    person = Person("yes", "ok")
    with Database.open(folder / "books.sqlite") as database:
        person.meanwhile = lambda: Shop(database).export("1")
        with pytest.raises(ChangedMeanwhileError, match="Settlement US/1 was changed"):
            press(folder, partial(person.pressed, dialogue=close.export))
    assert ["1"] == exported(folder)
