"""An error of a command tells first which files of earlier exports were written: that is done, whatever failed."""

from __future__ import annotations

import pytest

from addin.commands.late_files import late_files_before_errors
from core.books.entries.outbox import Delivery
from core.errors import CogsheetError

LATE = Delivery(paths=("exports/Journal 1.csv", "exports/Journal 2.csv"))


@pytest.mark.parametrize("delivery", [Delivery(), LATE])
def test_an_error_tells_first_what_was_written(delivery: Delivery) -> None:
    """Where nothing was waiting the error is as it was."""
    with pytest.raises(CogsheetError) as raised, late_files_before_errors(delivery):
        raise CogsheetError("Nothing is chosen.")

    told = str(raised.value).split("\n")
    assert "Nothing is chosen." == told[-1]
    assert all(path in told[0] for path in delivery.paths)
    assert 1 + bool(delivery.paths) == len(told)
