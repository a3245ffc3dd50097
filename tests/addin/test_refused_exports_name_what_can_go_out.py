"""A refused export names the option that lets the settlement entry go out, only where that works."""

import pytest

from addin.commands.closing import with_way_out
from core.books.exporting import AlreadyExportedError, NotReadyError


@pytest.mark.parametrize(("only_costs", "named"), [(True, True), (False, False)])
def test_the_option_is_named_where_only_costs_are_missing(*, only_costs: bool, named: bool) -> None:
    """Where the settlement does not tie out, or its entry is out already, the option would be refused as well."""
    error = NotReadyError("US/1", ["Item missing cost (1)"], only_costs=only_costs)

    assert named == ("--entries settlement" in with_way_out(error))


def test_other_refusals_stay_as_they_are() -> None:
    """A settlement that went out is reopened, not exported in part."""
    error = AlreadyExportedError("US/1")

    assert str(error) == with_way_out(error)
