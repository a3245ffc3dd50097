"""`doctor --recost` costs every line from nothing, names what was kept otherwise, and shows it anew."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.database import Database, costing_tables
from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long


def said_of_costs(demo: DemoBook, *options: str) -> list[dict[str, Any]]:
    """Press Check and return what it says of costs."""
    told = demo.run("doctor", "--json", *options).data["findings"]
    return [one for one in told if one["what"] == "Costs"]


def test_a_line_that_is_kept_otherwise_is_named_and_shown_anew(demo: DemoBook) -> None:
    """As where another program wrote to the database; Settlements shows what it showed before."""
    assert [] == said_of_costs(demo)
    (agrees,) = said_of_costs(demo, "--recost")
    before = demo.table("Settlements").rows
    with Database.open(demo.path.parent / "demo.sqlite") as database:
        line = costing_tables.costed_line
        with database.keeping() as connection:
            key = connection.scalars(select(line.c.key).where(line.c.cogs > Decimal(0))).first()
            connection.execute(update(line).where(line.c.key == key).values(cogs=Decimal("0.01")))

    (named,) = said_of_costs(demo, "--recost")
    (again,) = said_of_costs(demo, "--recost")

    assert (True, False, True) == (agrees["ok"], named["ok"], again["ok"])
    assert f"line {key} of" in named["words"]
    assert "each is kept as it costs" in again["words"]
    assert before == demo.table("Settlements").rows


def test_books_of_which_nothing_is_kept_are_kept(demo: DemoBook) -> None:
    """As after an update of the program, whose rules may be others."""
    with Database.open(demo.path.parent / "demo.sqlite") as database:
        forget_kept_lines(database)

    first, second = said_of_costs(demo, "--recost") + said_of_costs(demo, "--recost")

    assert first["ok"]
    assert "none were kept" in first["words"]
    assert "each is kept as it costs" in second["words"]


def test_a_wrong_figure_on_a_sheet_leaves_it_though_nothing_is_kept_to_compare_with(demo: DemoBook) -> None:
    """As where a press had shown a wrong total and `verify`, which named it, let go of what was kept."""
    before = demo.table("Settlements").rows
    book = demo.open()
    table(book, "Settlements").cell(0, "COGS").value = 99
    book.save(demo.path)
    with Database.open(demo.path.parent / "demo.sqlite") as database:
        forget_kept_lines(database)

    (told,) = said_of_costs(demo, "--recost")

    assert "kept and shown anew" in told["words"]
    assert before == demo.table("Settlements").rows
