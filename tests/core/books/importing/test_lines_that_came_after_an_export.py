"""Lines that come after a provisional export, are trued up, and that a final document keeps, drops, doubles or changes.

Whatever was accepted before, once all that is asked and proposed is decided the journal and the profit and loss have
what the final document's lines cost, as books have it that were never exported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.books.true_ups import true_up_history, true_ups
from core.books.true_ups.corrections import posted_corrections
from core.books.true_ups.resolve_after_export import asked_lines
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.money import total
from tests.core.books.bookkeeper import INVENTORY, NOW, WHO
from tests.core.marketplaces.settlement_writers import Sold, Written, amazon_unified, amazon_v2
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.books.database import Database

COSTS = {"A": Decimal(4), "B": Decimal(7), "C": Decimal(9)}
BY_FINALE = "C"
"""The SKU whose cost Finale knows; the others are typed."""


def sold(order: str, sku: str, units: int = 1, price: int = 40) -> Sold:
    return Sold(order, sku, units, Decimal(price), Decimal(-1))


class Seller:
    """Imports, answers, exports and accepts, and holds the books against what was sold."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
        known = frame(MAPPING_COLUMNS, [{"sku": BY_FINALE, "product_id": BY_FINALE, "units": 1}])
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            sku_mapping.add(connection, known, batch, NOW)
        self.files = 0

    def imports(self, written: Written, lines: Sequence[Sold]) -> None:
        self.files += 1
        name = f"{self.files}.{'csv' if written.before.startswith('All') else 'txt'}"
        file = OriginalFile(name, written.content())
        import_file(self.database, read_file(file.content, name), file, store=None, **WHO)
        self.syncs(lines)
        self.answers()

    def syncs(self, lines: Sequence[Sold]) -> None:
        """Let Finale know what was sold of the SKU whose cost it has."""
        units: Counter[str] = Counter()
        for one in lines:
            units[one.order_id] += one.units if one.sku == BY_FINALE else 0
        same = {"kind": "order", "currency": "USD", "fetched_at": NOW, "product_id": BY_FINALE}
        rows = [
            {**same, "order_id": order, "unit_cost": COSTS[BY_FINALE], "units": count}
            for order, count in units.items()
            if count
        ]
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)

    def answers(self) -> None:
        """Take what is proposed, and type what the SKU costs where nothing is."""
        books = load_books(self.database)
        version = {row["key"]: row["version"] for row in records(books.overrides)}
        rows = records(asked_lines(books))
        typed = [
            Answer(
                row["key"], version.get(row["key"], 0), row["proposed_cost"] or COSTS[row["sku"]], row["proposed_cost"]
            )
            for row in rows
        ]
        same: dict[str, Any] = {"settlement_ids": None, "accept_proposals": True, "accept_suspect": True}
        save_answers(self.database, books, typed, **same, **WHO)
        assert [] == records(asked_lines(load_books(self.database)))

    def exports(self) -> None:
        books = load_books(self.database)
        options = ExportOptions(accept_suspect=True, accept_provisional=True)
        export_settlement(self.database, books, books.settlements[0], options, **WHO)

    def proposes(self) -> list[int]:
        true_ups.propose_true_ups(self.database, load_books(self.database), **WHO)
        with self.database.reading() as connection:
            return [int(number) for number in true_up_history.pending(connection)["id"]]

    def accepts(self) -> None:
        numbers, books = self.proposes(), load_books(self.database)
        true_ups.accept_true_ups(self.database, books, numbers, accounts=books.accounts, lock_date=None, **WHO)
        assert [] == self.proposes()

    @property
    def figures(self) -> tuple[Decimal, Decimal]:
        """What went out of stock in the journal, and the cost of goods sold of the profit and loss."""
        books = load_books(self.database)
        with self.database.reading() as connection:
            journal = records(stored_entries.journal(connection))
        expensed = total(row["cogs"] for row in (*records(books.lines), *records(posted_corrections(books))))
        return -total(row["amount"] for row in journal if row["account"] in INVENTORY), expensed

    def verifies(self) -> list[str]:
        books, held = load_books(self.database), read_evidence(self.database)
        found = list(tie_outs(self.database, books, books.settlements[0], ExportOptions(zones=books.zones), held))
        return [one.sentence for one in (*found, *company_tie_outs(self.database, books, held)) if not one.ok]

    def comes_to(self, lines: Sequence[Sold]) -> None:
        """Accept everything, and hold journal and profit and loss against what the lines cost."""
        self.accepts()
        cost = total(one.units * COSTS[one.sku] for one in lines)
        assert ((cost, cost), []) == (self.figures, self.verifies())


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Seller]:
    made = Seller(tmp_path)
    yield made
    made.database.close()


A, B, C = sold("111-1", "A"), sold("111-2", "B"), sold("111-2", "C")


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "more", "final"),
    [
        ([A], [B], [A]),
        ([A], [B], [A, replace(B, units=2)]),
        ([A], [B], [A, replace(B, sku="A")]),
        ([A, A], [A], [A, A, A]),
        ([sold("1", "C"), sold("1", "C")], [sold("1", "C")], [sold("1", "C")] * 3),
        ([A], [C], [A]),
    ],
    ids=["gone", "other units", "another SKU", "equal, typed", "equal, by Finale", "gone, by Finale"],
)
def test_what_was_trued_up_is_what_the_final_document_has(
    seller: Seller, first: list[Sold], more: list[Sold], final: list[Sold]
) -> None:
    """An A was exported, a B that came after it was trued up: 7.00 go back where the final document has no B."""
    seller.imports(amazon_unified(first), first)
    seller.exports()
    seller.imports(amazon_unified([*first, *more]), [*first, *more])
    seller.comes_to([*first, *more])
    seller.imports(amazon_v2(final), final)
    seller.comes_to(final)


@pytest.mark.long
def test_units_that_a_still_later_document_takes_back_are_asked(seller: Seller) -> None:
    """One A went out, a report says two and is trued up, its correction says one again: 4.00 go back."""
    seller.imports(amazon_unified([A]), [A])
    seller.exports()
    for units in (2, 1):
        seller.imports(amazon_v2([replace(A, units=units)]), [])
        seller.comes_to([replace(A, units=units)])


@pytest.mark.long
def test_equal_lines_of_which_one_was_trued_up_are_not_proposed_again(seller: Seller) -> None:
    """Three of 9.00, the third by a true-up: under the keys of the final document they are the same three."""
    one = sold("1", "C")
    seller.imports(amazon_unified([one, one]), [one, one])
    seller.exports()
    seller.imports(amazon_unified([one] * 3), [one] * 3)
    seller.accepts()
    seller.imports(amazon_v2([one] * 3), [one] * 3)

    assert [] == seller.proposes()


SOLD = st.builds(
    sold,
    st.sampled_from(["111-1", "111-2"]),
    st.sampled_from(sorted(COSTS)),
    st.integers(1, 2),
    st.sampled_from([30, 40]),
)
FATES = st.sampled_from(["stays", "stays", "goes", "is doubled", "has other units", "is another SKU"])


def as_it_ends(one: Sold, fate: str) -> list[Sold]:
    """Return what the final document has of a line."""
    if fate == "has other units":
        return [replace(one, units=3 - one.units)]
    if fate == "is another SKU":
        return [replace(one, sku="A" if one.sku == "B" else "B")]
    return [one] * {"stays": 1, "goes": 0, "is doubled": 2}[fate]


@pytest.mark.long
@given(
    first=st.lists(SOLD, min_size=1, max_size=3),
    more=st.lists(SOLD, max_size=3),
    finals=st.lists(
        st.tuples(st.lists(FATES, min_size=6, max_size=6), st.lists(SOLD, max_size=1)), min_size=1, max_size=2
    ),
    accepts=st.booleans(),
)
@settings(max_examples=examples(20), deadline=None)
def test_whatever_the_documents_bring_the_books_come_to_the_last(
    first: list[Sold], more: list[Sold], finals: list[tuple[list[str], list[Sold]]], *, accepts: bool
) -> None:
    """Exported with some lines, trued up for others or not, and then one or two reports of the settlement itself."""
    with TemporaryDirectory() as folder:
        seller = Seller(Path(folder))
        seller.imports(amazon_unified(first), first)
        seller.exports()
        both = [*first, *more]
        seller.imports(amazon_unified(both), both)
        if accepts:
            seller.comes_to(both)
        for fates, new in finals:
            final = [*(x for one, fate in zip(both, fates, strict=False) for x in as_it_ends(one, fate)), *new] or first
            seller.imports(amazon_v2(final), final)
            seller.comes_to(final)
        seller.database.close()
