"""Unknown types are classified once and for all, for settlements that are open."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database
from core.books.entries import locks
from core.books.entries.exporting import ExportOptions, NotReadyError, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settings.type_choices import SETTING, TypeChoiceError, change_types
from core.books.settings.unknown_types import listed_types
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.remarks import remarks
from core.books.verification.verification import tie_outs
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.marketplaces.words.classification import CHOICES
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.listed_documents import v2_content
from tests.core.books.reopening_one import reopen
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books

NOW = datetime(2026, 9, 1, tzinfo=UTC)
LISTED = WORD = ("Amazon", "Lightning Levy / Base")
UNKNOWN = {
    **dict.fromkeys(("order-id", "sku", "quantity-purchased", "order-item-code", "shipment-id"), ""),
    "transaction-type": "Lightning Levy",
    "amount-type": "Levy",
    "amount-description": "Base",
    "amount": "-2.50",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import two settlements, once."""
    path = tmp_path_factory.mktemp("types") / "books.sqlite"
    with new_books(path, "Acme", "USD", NOW) as opened:
        for name, days in (("1", ("01", "08")), ("2", ("08", "15"))):
            bring_in(opened, name, days)
    return path


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Iterator[Database]:
    with Database.open(shutil.copy(made, tmp_path / "books.sqlite")) as opened:
        yield opened
        books = load_books(opened, anew=True)
        keep(opened, books)
        assert assert_kept_as_costed(opened, books), "what the books show otherwise than it is stored is kept as well"


def bring_in(database: Database, name: str, days: tuple[str, str]) -> None:
    content = v2_content(name, UNKNOWN, total="-2.50", days=days)
    import_file(database, read_file(content), OriginalFile(name, content), store=None, who="M. Lee", now=NOW)


def say(database: Database, event: str) -> None:
    change_types(database, {WORD: event}, who="M. Lee", now=NOW)


def events(database: Database) -> dict[str, str]:
    """Return the event of each settlement's line."""
    lines = load_books(database).lines
    return dict(zip(lines["settlement_id"], lines["event"], strict=True))


def export(database: Database, name: str, *kinds: EntryKind) -> Books:
    books = load_books(database)
    (settlement,) = books.named([name])
    export_settlement(database, books, settlement, ExportOptions(kinds=kinds), who="M. Lee", now=NOW)
    return load_books(database)


@pytest.mark.long
def test_what_a_choice_makes_of_stored_lines_is_kept(database: Database) -> None:
    """Lines that were stored with an unknown word are shown from the books as they were loaded, and stay stored so."""
    say(database, "fee")
    books = load_books(database)
    assert books.stored is not None
    assert ({"fee"}, {"other"}) == (set(books.lines["event"]), set(books.stored["event"]))
    keep(database, books)

    assert assert_kept_as_costed(database, books)


@pytest.mark.long
def test_a_choice_holds_for_every_open_settlement_and_those_to_come(database: Database) -> None:
    """The amount moves to the column of fees and stays the same to the cent."""
    say(database, "fee")
    bring_in(database, "3", ("15", "22"))
    lines = load_books(database).lines

    assert {"1": "fee", "2": "fee", "3": "fee"} == events(database)
    assert [Decimal("-2.5")] * 3 == lines["other_fee"].to_list() == lines["net"].to_list()
    assert {Decimal(0)} == set(lines["other"])


@pytest.mark.long
def test_an_emptied_choice_is_taken_back(database: Database) -> None:
    """The type is unknown again; saying the same twice is no second batch."""
    for event in ("fee", "fee", ""):
        say(database, event)
    with database.reading() as connection:
        notes = batches.history(connection)["note"].to_list()[:2]

    assert {"other"} == set(events(database).values())
    assert ["Lightning Levy / Base: not classified", "Lightning Levy / Base: Other fees"] == notes


@pytest.mark.long
@pytest.mark.parametrize("text", ["payout", "something"])
def test_what_is_no_event_is_refused(database: Database, text: str) -> None:
    """A payout would take the amount out of the sum; the message lists what can be said."""
    with pytest.raises(TypeChoiceError, match="Advertising"):
        say(database, text)

    assert {"other"} == set(events(database).values())
    assert "payout" not in CHOICES


@pytest.mark.long
@pytest.mark.parametrize("kinds", [(EntryKind.SETTLEMENT,), (EntryKind.SETTLEMENT, EntryKind.COGS)])
def test_an_exported_settlement_stays_as_it_went_out(database: Database, kinds: tuple[EntryKind, ...]) -> None:
    """Neither a new choice nor one that is taken back changes it; its lock is a promise kept."""
    say(database, "advertising")
    export(database, "1", *kinds)
    say(database, "fee")
    books = load_books(database)
    (exported,) = books.named(["1"])
    with database.reading() as connection:
        broken = locks.verify(connection, exported, books.lines_of(exported)) if EntryKind.COGS in kinds else []

    assert {"1": "advertising", "2": "fee"} == events(database)
    assert [] == broken


@pytest.mark.long
def test_money_that_nobody_has_classified_keeps_back_the_settlement_entry_alone(database: Database) -> None:
    """The COGS entry may go out, for no goods are in doubt; the message says what to do."""
    with pytest.raises(NotReadyError, match=r"Unknown types \(1\)") as refused:
        export(database, "1", EntryKind.SETTLEMENT)
    assert not refused.value.only_costs
    export(database, "1", EntryKind.COGS)
    say(database, "Storage")
    export(database, "2", EntryKind.SETTLEMENT)

    assert {"1": "fee", "2": "fee"} == events(database)


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "event"), [("Storage", "fee"), ("advertising", "advertising"), ("Tips", "adjustment")]
)
def test_a_word_said_after_the_cogs_entry_went_out_goes_into_the_settlement_entry(
    database: Database, said: str, event: str
) -> None:
    """Until it is said that one waits; afterwards it goes out without reopening, and the lock holds as it was."""
    export(database, "1", EntryKind.COGS)
    with pytest.raises(NotReadyError, match=r"Unknown types \(1\)"):
        export(database, "1", EntryKind.SETTLEMENT)
    say(database, said)
    both = export(database, "1", EntryKind.SETTLEMENT)
    say(database, "Other fees")

    assert "Exported" in both.state(both.named(["1"])[0]).status
    assert event == events(database)["1"]
    books = load_books(database)
    verified = tie_outs(database, books, books.named(["1"])[0], ExportOptions())
    assert [] == [one.name for one in verified if not one.ok]


@pytest.mark.long
def test_a_reopened_settlement_takes_what_holds_now(database: Database) -> None:
    """It is open again, and exported again it keeps what it went out with the second time."""
    books = export(database, "1", EntryKind.COGS)
    say(database, "fee")
    (settlement,) = books.named(["1"])
    reopen(database, settlement, "levy is a fee", lock_date=None, who="M. Lee", now=NOW)
    reopened = events(database)
    export(database, "1", EntryKind.SETTLEMENT, EntryKind.COGS)
    say(database, "advertising")

    assert {"1": "fee", "2": "fee"} == reopened
    assert {"1": "fee", "2": "advertising"} == events(database)


@pytest.mark.long
def test_unknown_types_are_listed_until_somebody_says_what_they_are(database: Database) -> None:
    """With their lines and amounts; afterwards they stay listed with what was said."""
    (before,) = listed_types(load_books(database))
    said_before = remarks(load_books(database))
    say(database, "tax only")
    (after,) = listed_types(load_books(database))

    assert (LISTED, 2, {"USD": Decimal(-5)}, ("1", "2"), None) == (
        (before.marketplace, before.word),
        before.lines,
        before.amount,
        before.settlements,
        before.choice,
    )
    assert (2, "Tax collected") == (after.lines, after.choice)
    assert "Unknown types: Lightning Levy / Base (1 line)." in said_before["Amazon", "1"][0].message
    assert {} == remarks(load_books(database))


@pytest.mark.long
def test_what_earlier_versions_stored_still_holds(database: Database) -> None:
    """A choice of an event, for the type alone, as books of an earlier version have it."""
    with database.writing() as connection:
        stored_settings.put(
            connection, SETTING, {"events": {"Amazon": {"Lightning Levy": "other"}}}, who="M. Lee", now=NOW
        )

    assert {} == remarks(load_books(database))
    assert {"1": "adjustment", "2": "adjustment"} == events(database)


@pytest.mark.few(1)
@pytest.mark.parametrize("word", ["Lightning Levy", "Levy / Base", "Lightning Levy / Bas"])
def test_what_was_said_of_one_description_says_nothing_of_another(database: Database, word: str) -> None:
    """Nor does what was said of a type without a description: a new word is asked however much of it is known."""
    change_types(database, {("Amazon", word): "Other fees"}, who="M. Lee", now=NOW)

    assert {"1": "other", "2": "other"} == events(database)


def test_every_version_of_a_setting_can_be_asked_for(database: Database) -> None:
    """The newest first."""
    with database.writing() as connection:
        for number in (1, 2):
            stored_settings.put(connection, "number", number, who="M. Lee", now=NOW)
        assert [2, 1] == stored_settings.versions(connection, "number", int)


@pytest.mark.long
@pytest.mark.parametrize(
    ("kinds", "named", "unnamed"),
    [
        (
            (EntryKind.SETTLEMENT,),
            ("Unknown types (1)", "sheet Transaction types"),
            ("Not synced", "Sync", "Resolve", "alone"),
        ),
        ((EntryKind.COGS,), ("Not synced", "Sync"), ("Unknown types", "Transaction types", "alone")),
        (
            (EntryKind.SETTLEMENT, EntryKind.COGS),
            ("Not synced; Unknown types (1)", "Sync", "sheet Transaction types"),
            ("alone",),
        ),
    ],
)
def test_a_refusal_names_what_holds_up_the_entry_that_was_asked_for(
    database: Database, kinds: tuple[EntryKind, ...], named: tuple[str, ...], unnamed: tuple[str, ...]
) -> None:
    """A cost that is missing holds up no settlement entry, a word without line type no COGS entry."""
    content = v2_content("3", {}, UNKNOWN, total="7.50", days=("15", "22"))
    import_file(database, read_file(content), OriginalFile("3", content), store=None, who="M. Lee", now=NOW)
    with pytest.raises(NotReadyError) as refused:
        export(database, "3", *kinds)

    said = str(refused.value)
    assert [word for word in named if word not in said] == []
    assert [word for word in unnamed if word in said] == []
