"""Deeds on settlements that nobody chose: refused before the books are looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from addin.commands.close.posted_elsewhere import posted_elsewhere
from addin.commands.close.reopening import reopen
from addin.commands.settlements.importing import NothingChosenError
from addin.commands.settlements.removing import remove

if TYPE_CHECKING:
    from collections.abc import Callable

DEEDS: dict[str, Callable[..., Any]] = {
    "call posted elsewhere": partial(posted_elsewhere, reason="by hand"),
    "reopen": partial(reopen, reason="wrong bill"),
    "remove": remove,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_without_a_settlement_is_refused_by_its_name(deed: str) -> None:
    """Nothing chosen must not mean all of them."""
    with pytest.raises(NothingChosenError, match=f"No settlement was chosen, so there is nothing to {deed}."):
        DEEDS[deed](cast("Any", None), ids=())
