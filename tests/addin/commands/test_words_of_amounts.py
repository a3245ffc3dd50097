"""Amounts in the sentences of commands."""

from decimal import Decimal

import pytest

from addin.commands.sentences import balance


@pytest.mark.parametrize(
    ("account", "currency", "words"),
    [
        ("Amazon US Reserves USD", "USD", "Amazon US Reserves USD 230.66"),
        ("Amazon CA Reserves CAD", "CAD", "Amazon CA Reserves CAD 230.66"),
        ("Amazon US Clearing", "USD", "Amazon US Clearing USD 230.66"),
        ("Amazon US Reserves USD", "CAD", "Amazon US Reserves USD CAD 230.66"),
        ("AUSD", "USD", "AUSD USD 230.66"),
    ],
)
def test_a_balance_names_its_currency_once(account: str, currency: str, words: str) -> None:
    """Usual accounts of reserves end with the currency; those that a company chose need not."""
    assert words == balance(account, Decimal("230.66"), currency)
