"""The demo's own rows: accounts by number, and the switches of its sandbox in words."""

from __future__ import annotations

from addin.connections.sandbox import MISBEHAVIOURS
from addin.demo.book import demo_accounts
from addin.demo.sandbox_command import listing
from core.line_types import PER_STORE


def test_every_store_has_numbers_of_its_own() -> None:
    """From 640 on, in the order of the stores; a store that is named twice has one set."""
    rows = [row for row in demo_accounts([("US", "USD"), ("DE", "EUR"), ("US", "USD")]) if row.store]

    assert [("DE", "EUR")] * len(PER_STORE) + [("US", "USD")] * len(PER_STORE) == [
        (row.store, row.currency) for row in rows
    ]
    assert [str(number) for number in range(640, 640 + 2 * len(PER_STORE))] == [row.number for row in rows]


def test_no_number_of_a_store_is_one_that_all_stores_share() -> None:
    """An entry of one store would be posted among those of all."""
    rows = demo_accounts([("US", "USD"), ("DE", "EUR"), ("UK", "GBP")])
    own, shared = ({row.number for row in rows if bool(row.store) is of_one} for of_one in (True, False))

    assert (9, set()) == (len(own), own & shared)


def test_a_switch_stands_on_a_line_of_its_own() -> None:
    """The command line keeps the lines of a paragraph that begins with a backspace."""
    mark, *lines = listing().splitlines()

    assert ("\b", list(MISBEHAVIOURS)) == (mark, [line.split()[0] for line in lines])
    assert list(MISBEHAVIOURS.values()) == [line[24:] for line in lines]
