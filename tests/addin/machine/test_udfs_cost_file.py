"""The file over which buttons and cells share costs."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin import udfs
from addin.machine.cost_file import (
    CostFiles,
    DatabaseIdError,
    asked_skus,
    forget_asked_skus,
    publish_snapshot,
    read_costs,
    write_costs,
    write_orders,
)
from core.company_databases import MachineFolder
from core.reports.cost_snapshot import CostAnswer, CostSnapshot

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COSTS = st.none() | st.decimals(-(10**12), 10**12, places=6, allow_nan=False)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
SNAPSHOT = CostSnapshot((CostAnswer("costed", Decimal("4.17")),), {"A": 0}, {"111-1": {"A": 0}})
ANSWERS = st.builds(CostAnswer, TEXT, COSTS, st.none() | TEXT, MOMENTS)


def by_name(snapshot: CostSnapshot) -> tuple[dict[str, CostAnswer], dict[tuple[str, str], CostAnswer]]:
    """Return the answer about each SKU, and about each order's SKU."""
    skus = {sku: snapshot.answers[place] for sku, place in snapshot.skus.items()}
    lines = ((order, sku, place) for order, own in snapshot.orders.items() for sku, place in own.items())
    return skus, {(order, sku): snapshot.answers[place] for order, sku, place in lines}


@st.composite
def snapshots(draw: st.DrawFn) -> CostSnapshot:
    """Draw the costs of some SKUs and orders."""
    answers = draw(st.lists(ANSWERS, min_size=1, max_size=5))
    places = st.integers(0, len(answers) - 1)
    skus = st.dictionaries(TEXT, places, max_size=5)
    return CostSnapshot(
        tuple(answers), draw(skus), draw(st.dictionaries(TEXT, st.dictionaries(TEXT, places), max_size=4))
    )


@pytest.mark.long
@given(st.lists(snapshots(), min_size=1, max_size=3))
def test_a_file_holds_what_was_published_last(published: list[CostSnapshot]) -> None:
    """Costs to the last digit, moments, and every text; whatever the file held before, nothing of it is left."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "costs.sqlite"
        for snapshot in published:
            write_costs(path, snapshot)

            found = read_costs(path)
            assert by_name(snapshot) == by_name(found)
            assert len(set(snapshot.answers)) == len(found.answers)


@pytest.mark.long
@given(snapshots(), snapshots(), snapshots(), st.data())
def test_the_costs_of_some_orders_are_put_among_the_others(
    before: CostSnapshot, news: CostSnapshot, last: CostSnapshot, data: st.DataObject
) -> None:
    """Those that have none now are gone; the next whole publishing leaves nothing of it but what it says itself."""
    gone = data.draw(st.sets(st.sampled_from(sorted(before.orders)))) if before.orders else set()
    orders = {*news.orders, *gone}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "costs.sqlite"
        write_costs(path, before)
        write_orders(path, orders, replace(news, skus={}))
        skus, lines = by_name(before)
        kept = {place: answer for place, answer in lines.items() if place[0] not in orders}
        assert (skus, kept | by_name(news)[1]) == by_name(read_costs(path))
        write_costs(path, last)
        found = read_costs(path)
        assert by_name(last) == by_name(found)
        assert len(set(last.answers)) == len(found.answers)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    """Publishing the same again changes no row; another cost of one SKU changes three."""
    path, answers = tmp_path / "costs.sqlite", tuple(CostAnswer("costed", Decimal(number)) for number in range(50))
    write_costs(path, CostSnapshot(answers, {f"S{number}": number for number in range(50)}))
    rows = [
        changed_rows(path, snapshot)
        for snapshot in (
            CostSnapshot(answers, {f"S{number}": number for number in range(50)}),
            CostSnapshot(
                (*answers[:-1], CostAnswer("costed", Decimal(99))), {f"S{number}": number for number in range(50)}
            ),
        )
    ]

    assert [0, 3] == rows


def changed_rows(path: Path, snapshot: CostSnapshot) -> int:
    """Publish, and return how many rows of the file are others, come or gone."""
    before = rows_in(path)
    write_costs(path, snapshot)
    return len(before ^ rows_in(path)) - len({row[:2] for row in before} & {row[:2] for row in rows_in(path) - before})


def rows_in(path: Path) -> set[tuple[object, ...]]:
    """Return every row of a file with its table."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            (table, *row)
            for table in ("answer", "sku", "line")
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
        }


def test_a_file_of_another_layout_counts_as_none(tmp_path: Path) -> None:
    """After an update the old file is not misread; the next button makes it anew."""
    path = publish_snapshot(SNAPSHOT, MachineFolder(tmp_path), "id")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    assert CostSnapshot() == read_costs(path)
    publish_snapshot(SNAPSHOT, MachineFolder(tmp_path), "id")
    assert by_name(SNAPSHOT) == by_name(read_costs(path))


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0 and then nothing more"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """What a crash or a copy left of the file does not stand in the way of the next button."""
    path = publish_snapshot(SNAPSHOT, MachineFolder(tmp_path), "id")
    path.write_bytes(content)

    publish_snapshot(SNAPSHOT, MachineFolder(tmp_path), "id")

    assert by_name(SNAPSHOT) == by_name(read_costs(path))


def test_the_file_of_the_layout_before_is_removed(tmp_path: Path) -> None:
    """Earlier versions wrote JSON beside it, which nobody reads any more."""
    old = tmp_path / "costs" / "id.json"
    old.parent.mkdir()
    old.write_text("{}", encoding="utf-8")

    publish_snapshot(SNAPSHOT, MachineFolder(tmp_path), "id")

    assert not old.exists()


def test_a_changed_file_is_seen_within_a_quarter_of_a_second(tmp_path: Path) -> None:
    """Between two looks the costs in memory answer, however many cells ask."""
    moments = iter((0.0, 0.2, 0.3))
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine, lambda: next(moments))
    publish_snapshot(SNAPSHOT, machine, "id")
    first = files.snapshot("id")
    publish_snapshot(CostSnapshot(), machine, "id")

    assert files.snapshot("id") is first
    assert CostSnapshot() == files.snapshot("id")


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    """Books whose costs were never published answer nothing."""
    assert CostSnapshot() == CostFiles(MachineFolder(tmp_path)).snapshot("some-id")


@pytest.mark.parametrize("database_id", ["../outside", "a/b", "", "C:x", "a" * 65, "a\n"])
def test_an_id_that_no_file_may_have_is_refused(tmp_path: Path, database_id: str) -> None:
    """The id comes out of a workbook, which anybody may have made: it never leads out of the folder."""
    files = CostFiles(MachineFolder(tmp_path / "inside"))

    with pytest.raises(DatabaseIdError):
        files.snapshot(database_id)
    with pytest.raises(DatabaseIdError):
        files.note(database_id, ["A-1"])
    assert [] == list(tmp_path.iterdir())


def test_a_sku_is_noted_once(tmp_path: Path) -> None:
    """Thousands of cells with the same unknown SKU make one line; a text too long for a SKU makes none."""
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine)

    for skus in (["B", "A", "B"], ["A"], ["x" * 101], ["line\nbreak"]):
        files.note("id", skus)

    assert ("B", "A", "line\nbreak") == asked_skus(machine, "id")
    assert 3 == len((tmp_path / "costs" / "id.asked").read_text(encoding="utf-8").splitlines())


def test_what_was_asked_meanwhile_stays_on_the_list(tmp_path: Path) -> None:
    """A sync takes off what it asked for, not what cells asked for since."""
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine)
    files.note("id", ["A"])
    taken = asked_skus(machine, "id")
    files.note("id", ["B"])

    forget_asked_skus(machine, "id", taken)

    assert ("B",) == asked_skus(machine, "id")


def test_after_new_costs_an_unknown_sku_is_noted_again(tmp_path: Path) -> None:
    """A SKU that the last sync did not bring is asked for once more."""
    machine = MachineFolder(tmp_path)
    moments = iter((0.0, 1.0))
    files = CostFiles(machine, lambda: next(moments))
    files.snapshot("id")
    files.note("id", ["A"])
    forget_asked_skus(machine, "id", ["A"])
    publish_snapshot(CostSnapshot(), machine, "id")
    files.snapshot("id")

    files.note("id", ["A"])

    assert ("A",) == asked_skus(machine, "id")


def test_moments_are_kept_in_utc(tmp_path: Path) -> None:
    """Whatever zone a moment came in, the same moment is read back."""
    answer = CostAnswer("costed", Decimal(1), None, datetime.fromisoformat("2026-05-06T14:00:00+02:00"))

    write_costs(tmp_path / "costs.sqlite", CostSnapshot((answer,)))
    read = read_costs(tmp_path / "costs.sqlite").answers[0]

    assert datetime(2026, 5, 6, 12, tzinfo=UTC) == read.as_of


CELLS = st.sampled_from(
    ["A", "B", "a", "", "#N/A", "00123", "123", 123.0, 123, 1.5, True, None, -2146826246, Decimal(123)]
)
PLACES = {"A": 0, "B": 1, "123": 2, "": 0, "#N/A": 0}
KNOWN = CostSnapshot(
    (CostAnswer("costed", Decimal("4.17"), "Entered"), CostAnswer("Cost blank"), CostAnswer("costed", Decimal(0))),
    PLACES,
    {"A": PLACES, "123": {"B": 2, "A": 1}, "": PLACES, "1.5": {}},
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.booleans())
def test_a_column_answers_as_its_cells_do(cells: list[tuple[object, object]], with_orders: bool) -> None:  # noqa: FBT001 - drawn
    """A column is answered by look-ups, every cell of it as if it had been asked alone and plainly."""
    ready = udfs.Ready.of(KNOWN, lambda answer: answer.unit_cost)
    skus, orders = [[sku] for sku, _ in cells], [[order] for _, order in cells] if with_orders else None

    grid, unknown = udfs.answers(skus, orders, ready)

    plain = [[ready.one(sku, udfs._text(order) if with_orders else "")] for sku, order in cells]
    texts = [udfs._text(sku) for sku, _ in cells]
    assert plain == grid
    assert [sku for sku in texts if sku and sku not in PLACES] == unknown
