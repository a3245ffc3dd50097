"""Whatever random books hear, what is brought along is what costing everything gives."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import plan_answers
from core.books.overrides.undo import undo_last
from core.books.part_of_books import load_to_answer
from core.books.settings import sku_mapping
from core.books.syncing import stored_observations
from core.books.verification.kept_lines import kept_tie_outs
from core.frame_columns import COSTED_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.model import Disposition
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import (
    Stored,
    a_company,
    answers,
    mapping_of,
    say,
    store,
    stored_books,
)
from tests.core.books.lives_of_orders import WHO
from tests.core.costing.random_books import SKUS, START, Row, costs, random_books
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from core.books.database import Database


@pytest.mark.long
@hypothesis_settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_is_brought_along_is_what_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Saves, and undos of them, up to three times, one or several before the lines are brought along."""
    answered_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def answered_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Answer some lines, take some of it back, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for _ in range(times):
            say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                undo_last(database, **WHO)
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        anew = load_books(database, anew=True)
        assert assert_kept_as_costed(database, anew), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, anew)]


@hypothesis_settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_says_is_brought_along_as_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Costs of orders, averages that moved or were said again, SKUs that nobody had asked for; beside them answers."""
    said_and_brought_along(books, data, 1)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_often_says_is_brought_along_alike(books: Stored, data: st.DataObject) -> None:
    said_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def said_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Let Finale say something, answer some lines, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        mapped = set(data.draw(st.lists(st.sampled_from(SKUS), unique=True)))
        store(database, books, mapped)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for number in range(1, times + 1):
            again = (
                data.draw(st.lists(st.sampled_from(books.rows.observations), unique_by=id))
                if books.rows.observations
                else []
            )
            new = data.draw(random_books(with_locks=False)).observations
            let_finale_tell(database, (*again, *new), set(data.draw(st.lists(st.sampled_from(SKUS)))), number)
            if data.draw(st.booleans()):
                say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        anew = load_books(database, anew=True)
        assert assert_kept_as_costed(database, anew), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, anew)]


def let_finale_tell(database: Database, rows: Iterable[Row], skus: Collection[str], days: int) -> None:
    """Keep what Finale says some days later, page by page as a sync does."""
    moment = START + timedelta(days=days)
    facts: dict[tuple[object, ...], Row] = {}
    for row in rows:
        fact = tuple(row.get(name) for name in ("kind", "order_id", "product_id", "record_date"))
        facts[fact] = row | {"fetched_at": moment}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, **WHO)
    for page in (list(facts.values())[::2], list(facts.values())[1::2]):
        with database.writing() as connection:
            sku_mapping.add(connection, mapping_of(skus), batch, moment)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, page), batch, moment)


@st.composite
def typed(draw: st.DrawFn, keys: list[str], versions: dict[str, int]) -> list[Answer]:
    """Draw rows of Resolve; one may be of a line that the books do not have."""
    return [
        Answer(
            key,
            versions.get(key, 0),
            draw(st.one_of(st.none(), costs, st.just(Decimal(900)))),
            draw(st.one_of(st.none(), costs)),
            units_back=draw(st.sampled_from([None, 0, 1, 2])),
            disposition=draw(st.sampled_from([None, *map(str, Disposition)])),
            stock_edited=draw(st.booleans()),
        )
        for key in draw(st.lists(st.sampled_from([*keys, "gone"]), unique=True, min_size=1, max_size=4))
    ]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_answers_are_judged_by_what_is_near_them_as_by_everything(books: Stored, data: st.DataObject) -> None:
    judged_alike(books, data)


def judged_alike(books: Stored, data: st.DataObject) -> None:
    """Plan answers with a part of the books and with all of them: rulings, sums and odd costs are the same."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        whole = load_books(database)
        keep(database, whole)
        versions = {row["key"]: row["version"] for row in records(whole.overrides)}
        answered = data.draw(typed([row["key"] for row in books.rows.lines], versions))
        part = load_to_answer(database, answered, ())
        assert part is not None
        one, other = (
            plan_answers(each, answered, settlement_ids=None, accept_proposals=True, **WHO) for each in (part, whole)
        )
        assert (one.decisions, one.suspects, one.versions) == (other.decisions, other.suspects, other.versions)
        assert one.cogs == other.cogs
        assert [one.after.state(each) for each in whole.settlements] == [
            other.after.state(each) for each in whole.settlements
        ]
        names = [*COSTED_COLUMNS, "sku"]
        now = {row["key"]: row for row in records(other.after.lines[names])}
        near = records(one.after.lines[names])
        proposed = ("proposed_cost", "proposal", "proposal_as_of")
        assert [without(row, *proposed) for row in near] == [without(now[row["key"]], *proposed) for row in near]


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
