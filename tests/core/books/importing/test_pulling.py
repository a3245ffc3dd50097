"""Pulling: every document once, one after the other, and no store in the way of another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.books.importing import pulling
from core.books.importing.pulling import ConnectedStore, PulledStore, pull_stores
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import Import
from core.errors import BadAnswerError, ConnectionFailedError, NotFoundError, StoppedByUserError
from core.marketplaces.pulling.connector import Document
from core.model import Marketplace
from core.progress import silent
from tests.core.books.listed_documents import Listed, settlement_document, v2_content
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
DOWN = ConnectionFailedError("Amazon", "GET /reports", "no answer")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def pull(database: Database, **stores: Listed) -> list[PulledStore]:
    connected = [ConnectedStore(name, connector) for name, connector in stores.items()]
    return list(pull_stores(database, connected, who="M. Lee", clock=lambda: NOW, progress=silent))


def in_books(database: Database) -> list[str]:
    with database.reading() as connection:
        return [one.settlement_id for one in stored_settlements.booked_settlements(connection)]


def test_everything_new_is_imported_once(database: Database) -> None:
    """The second pull asks for what is new only, and fetches nothing twice."""
    amazon = Listed([settlement_document("1"), settlement_document("2")])
    (first,), (second,) = pull(database, Amazon=amazon), pull(database, Amazon=amazon)

    assert [Import.NEW] * 2 == [one.result for document in first.documents for one in document.file.settlements]
    assert ((), None) == (second.documents, second.failure)
    assert [set(), {"R1", "R2"}] == amazon.asked
    assert ["R1", "R2"] == amazon.fetched
    assert ["1", "2"] == in_books(database)


@pytest.mark.long
def test_an_interrupted_pull_goes_on_where_it_stopped(database: Database) -> None:
    """What came before the interruption is in the books; the next pull fetches the rest and repeats nothing."""
    offers = [settlement_document(str(number)) for number in range(4)]
    cut_off = Listed([offers[0], (offers[1][0], DOWN), *offers[2:]])
    (stopped,) = pull(database, Amazon=cut_off)
    again = Listed(list(offers))
    pull(database, Amazon=again)

    assert DOWN is stopped.failure
    assert ["0.txt"] == [document.name for document in stopped.documents]
    assert ["R1", "R2", "R3"] == again.fetched
    assert ["0", "1", "2", "3"] == in_books(database)


def test_ctrl_c_leaves_document_and_note_together(database: Database) -> None:
    """A settlement in the books without its note would be fetched again, a note without its settlement lost."""
    offers = [settlement_document("1"), settlement_document("2")]
    with pytest.raises(KeyboardInterrupt):
        list(
            pull_stores(
                database,
                [ConnectedStore("Amazon", Listed(list(offers)))],
                who="M. Lee",
                clock=lambda: NOW,
                progress=_interrupt,
            )
        )
    with database.reading() as connection:
        known = pulling.known_documents(connection, "Amazon")

    assert ({"R1"}, ["1"]) == (known, in_books(database))


def _interrupt(what: str, done: int, total: int | None = None) -> None:
    raise KeyboardInterrupt(what, done, total)


def test_whoever_stops_the_pull_stops_it_for_all_stores(database: Database) -> None:
    """Esc is no failure of a store: the other stores are not asked, and what came before is kept."""
    first, second = [settlement_document("1"), settlement_document("2")], Listed([settlement_document("3")])
    stores = [ConnectedStore("Amazon", Listed([*first])), ConnectedStore("Second", second)]
    with pytest.raises(StoppedByUserError):
        list(pull_stores(database, stores, who="M. Lee", clock=lambda: NOW, progress=_stop))

    assert (["1"], []) == (in_books(database), second.fetched)


def _stop(what: str, done: int, total: int | None = None) -> None:  # noqa: ARG001 - as it is called
    raise StoppedByUserError


def test_one_store_does_not_keep_the_others_back(database: Database) -> None:
    """The one that cannot be reached is said; the one behind it is pulled."""
    results = pull(database, Amazon=Listed([DOWN]), Second=Listed([settlement_document("1")]))

    assert [("Amazon", DOWN, 0), ("Second", None, 1)] == [(r.store, r.failure, len(r.documents)) for r in results]
    assert ["1"] == in_books(database)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "broken",
    [
        b"no settlement file at all",
        v2_content("9", {}, total="10.00").replace(b"10.00\tAFN", b"ten\tAFN"),
        NotFoundError("Amazon", "GET /documents", 404, "gone"),
        BadAnswerError("Amazon", "GET /documents", "a web page"),
    ],
)
def test_one_document_does_not_keep_the_others_back(database: Database, broken: bytes | Exception) -> None:
    """What cannot be fetched or read is said, and tried again by the next pull."""
    document = Document("R9", "9.txt")
    (first,) = pull(database, Amazon=Listed([(document, broken), settlement_document("1")]))
    repaired = Listed([(document, v2_content("9", {}, total="10.00")), settlement_document("1")])
    (second,) = pull(database, Amazon=repaired)

    assert [True, False] == [bool(one.failure) for one in first.documents]
    assert [True, False] == [one.needs_attention for one in first.documents]
    assert ["R9"] == repaired.fetched
    assert [False] == [bool(one.failure) for one in second.documents]
    assert ["1", "9"] == in_books(database)


@pytest.mark.long
def test_a_document_that_may_change_is_fetched_every_time(database: Database) -> None:
    """The unpaid orders of a month are not over when they are first asked for."""
    amazon = Listed([settlement_document("1", final=False)])
    pull(database, Amazon=amazon)
    (again,) = pull(database, Amazon=amazon)

    assert ["R1", "R1"] == amazon.fetched
    assert [Import.ALREADY_IMPORTED] == [one.result for one in again.documents[0].file.settlements]


def test_the_same_settlement_under_two_report_ids_counts_once(database: Database) -> None:
    """Amazon offers a settlement again under another report id."""
    first, second = settlement_document("1"), settlement_document("1")
    offers = Listed([first, (Document("R1 again", "1.txt"), second[1])])
    (pulled,) = pull(database, Amazon=offers)

    assert [Import.NEW, Import.ALREADY_IMPORTED] == [
        one.result for doc in pulled.documents for one in doc.file.settlements
    ]
    assert ["1"] == in_books(database)


@pytest.mark.long
def test_a_conflict_is_said_until_it_is_solved(database: Database) -> None:
    """Other contents under the same id are never merged, and not forgotten either."""
    pull(database, Amazon=Listed([settlement_document("1")]))
    other = Listed([(Document("R7", "1.txt"), v2_content("1", {"amount": "11.00"}, total="11.00"))])
    results = [pull(database, Amazon=other)[0] for _ in range(2)]

    assert [Import.CONFLICT] * 2 == [result.documents[0].file.settlements[0].result for result in results]


def test_a_list_that_moves_on_while_it_is_read_offers_nothing_twice(database: Database) -> None:
    """The same document on two pages of one listing is fetched once."""
    amazon = Listed([settlement_document("1"), settlement_document("1")])
    (pulled,) = pull(database, Amazon=amazon)

    assert 1 == len(pulled.documents) == len(amazon.fetched)


def test_a_store_of_another_marketplace_is_left_alone(database: Database) -> None:
    """A name that belongs to another marketplace takes nothing, and the next store is pulled."""
    pull(database, Shop=Listed([], marketplace=Marketplace.WALMART))
    results = pull(database, Shop=Listed([settlement_document("1")]), Second=Listed([settlement_document("2")]))

    assert [True, False] == [result.failure is not None for result in results]
    assert ["2"] == in_books(database)


def test_an_answer_of_another_shape_is_refused_and_stops_no_other_document(database: Database) -> None:
    """A list where an object is documented ended in a traceback, and kept the other documents and stores back."""
    odd: Any = AttributeError("'list' object has no attribute 'get'")
    (pulled,) = pull(database, Amazon=Listed([(settlement_document("1")[0], odd), settlement_document("2")]))

    assert "another shape than it documents" in pulled.documents[0].failure
    assert ["2"] == in_books(database)
