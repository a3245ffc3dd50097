"""What a press does by what its question is answered: nothing at Cancel, and at OK what was asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from addin.commands.dialogues import close, reports
from addin.commands.dialogues.settlements import _with_others
from addin.commands.outcome import Outcome

REFUSED = Outcome("2 may be another payout.", needs_attention=True, data={"may_be_another": [{"file": "2.csv"}]})


class Answers:
    """Excel, whose user presses one button; it keeps what he was asked."""

    def __init__(self, pressed: str) -> None:
        self.pressed = pressed
        self.asked: list[str] = []
        self.screen_updating = True

    def alert(self, question: str, *_: object) -> str:
        """Return the button."""
        self.asked.append(question)
        return self.pressed


def desk(pressed: str) -> Any:
    """Return a desk of which a dialogue may only use Excel, until it has its answer."""
    return SimpleNamespace(book=SimpleNamespace(app=Answers(pressed)))


@pytest.mark.parametrize(
    ("pressed", "message"), [("ok", "2 may be another payout.\nImported."), ("cancel", "2 may be")]
)
def test_another_payout_is_stored_at_ok_alone(pressed: str, message: str) -> None:
    """What was said first stays in front of what was done then."""
    done: list[bool] = []

    def again(*, another_payout: bool) -> Outcome:
        done.append(another_payout)
        return Outcome("Imported.")

    outcome = _with_others(desk(pressed), REFUSED, again)

    assert ([True] if pressed == "ok" else []) == done
    assert outcome.message.startswith(message)
    assert outcome.needs_attention is (pressed == "cancel")


def test_nothing_is_asked_where_nothing_was_refused() -> None:
    """A question about no file would be a riddle."""
    at = desk("ok")
    imported = Outcome("Imported.")

    assert (imported, []) == (_with_others(at, imported, lambda: imported), at.book.app.asked)


@pytest.mark.parametrize(
    ("dialogue", "message"),
    [(close.export_excel, "Nothing was exported."), (reports.cogs_workbook, "No workbook was written.")],
)
def test_cancel_leaves_everything_as_it_is(dialogue: Any, message: str) -> None:
    """The settlements are named in the question, and the books are not even opened."""
    at = desk("cancel")

    assert Outcome(message) == dialogue(at, ["S1", "S2"])
    assert "S1" in at.book.app.asked[0]
