"""Kinds of entries: who posts what takes one back."""

from __future__ import annotations

import pytest

from core.journal.entry import POSTED_BY_FINALE, REVERSAL_KINDS, TRUE_UP_KINDS, EntryKind, reversal_kind


@pytest.mark.parametrize("kind", EntryKind)
def test_whoever_posted_an_entry_posts_what_takes_it_back(kind: EntryKind) -> None:
    """Files for import hold both or neither, so that the accounting system never has half of a pair."""
    assert reversal_kind(kind) in REVERSAL_KINDS
    assert (reversal_kind(kind) in POSTED_BY_FINALE) == (kind in POSTED_BY_FINALE)


@pytest.mark.parametrize("kinds", [REVERSAL_KINDS[:2], TRUE_UP_KINDS])
def test_each_comes_from_us_and_from_finale(kinds: tuple[EntryKind, ...]) -> None:
    """One of two is Finale's; what withdraws an entry is in no file, whoever posted it."""
    assert [False, True] == [kind in POSTED_BY_FINALE for kind in kinds]
