"""The books after files came: answers that go on with their units are moved, and the sheets show what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from addin.commands.refresh import load, refresh, refresh_after_import, shown_whole
from core.books.overrides.counted_answers import follow_units

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.settlements.remarks import Remark
    from core.time import SettlementName


class BroughtBooks(NamedTuple):
    """The books after files came."""

    books: Books
    """With all of their lines, or those that came and what is tied to them."""
    remarks: Mapping[SettlementName, Sequence[Remark]] | None
    """Of the settlements of the stores; nothing where the books tell them, with all lines."""
    followed: Mapping[str, str]
    """As `core.books.overrides.counted_answers.follow_units` returns it."""


def show_brought(desk: Desk, before: str, stores: Collection[str]) -> BroughtBooks:
    """Let answers follow their units, bring the sheets up to date, and return the books.

    Args:
        desk: The button's.
        before: The state of the books before files came.
        stores: For which they came.
    """
    near = refresh_after_import(desk, before, stores)
    if near is None:
        view = load(desk.database)
        followed = follow_units(desk.database, view.books, who=desk.user, now=desk.clock())
        view = load(desk.database) if followed else view
        refresh(desk, view)
        return BroughtBooks(view.books, None, followed)
    followed = follow_units(desk.database, near.books, who=desk.user, now=desk.clock())
    return (
        BroughtBooks(shown_whole(desk), None, followed)
        if followed
        else BroughtBooks(near.books, near.remarks, followed)
    )
