"""The rows of sheet Setup that belong to the Finale account: its settings, and what was found of it in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from addin.sheets import setup
from addin.sheets.edited_rows import edited_rows
from core.finale.remarks import account_words
from core.finale.typed_settings import TITLES, shown
from core.settings import FinaleAccount

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import xlwings as xw

    from core.finale.schema import Schema


@dataclass(frozen=True, slots=True)
class FinaleSide:
    """What the books hold about the Finale account."""

    account: FinaleAccount = field(default_factory=FinaleAccount)
    schema: Schema | None = None
    """What was found of it; `None` before the first sync."""
    found_at: datetime | None = None


def rows(finale: FinaleSide) -> Iterable[setup.Row]:
    """Return setting, value and meaning of each row."""
    name = finale.account.account
    yield "Finale account", name or "not connected yet", "Set by Connect. Its key is in this computer's vault alone."
    for setting, (title, meaning) in TITLES.items():
        yield title, shown(finale.account, setting), meaning
    if finale.schema is None or finale.found_at is None:
        yield "Finale costs now", "not known yet", "Sync or Check finds out what the account offers."
        return
    mode, remarks = account_words(finale.schema, finale.account)
    yield "Finale costs now", mode, f"What the account was found to offer on {finale.found_at:%Y-%m-%d %H:%M} UTC."
    for number, remark in enumerate(remarks, start=1):
        yield f"Finale remark {number}", "", remark  # without a value the sentence may run on to the right


def edited_settings(book: xw.Book) -> dict[str, str]:
    """Return the account's settings that were changed on the sheet since it was filled: name and new text."""
    names = {title: name for name, (title, _) in TITLES.items()}
    return {names[row["setting"]]: row["value"] for row in edited_rows(book, setup.SPEC) if row["setting"] in names}
