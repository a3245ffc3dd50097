"""Numbers in sentences, and names in what is printed for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.model import Severity
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RATES_AT_TERMINAL",
    "amount",
    "amounts",
    "balance",
    "counted",
    "figures_in_words",
    "identity",
    "left_out_in_words",
    "problem_in_words",
]

RATES_AT_TERMINAL = "`cogsheet rates` fetches the European Central Bank's exchange rates."
"""What a terminal says where the button Exchange rates is named."""


def identity(store: object, settlement_id: object) -> dict[str, object]:
    """Return what names a settlement for programs: two stores can have one settlement id, so never the id alone."""
    return {"store": store, "settlement": settlement_id}


def problem_in_words(severity: str, message: str, where: str) -> str:
    """Return something about a file's data as a line of output; an error or a warning of one line of it names that.

    Args:
        severity: How much it matters.
        message: What it is.
        where: `orders.csv, line 3, column total`, a file alone, or nothing.
    """
    is_of_a_line = ", line " in where and severity != str(Severity.NOTE)
    return f"  {severity}: {where}: {message}" if is_of_a_line else f"  {severity}: {message}"


def amount(value: Decimal, currency: str) -> str:
    """Return an amount in a sentence: `USD 18,204.10`."""
    return f"{currency} {value:,.2f}"


def balance(account: str, value: Decimal, currency: str) -> str:
    """Return an account and what it holds; the currency stands once, also where the account's name has it.

    Examples: `Amazon US Clearing USD 12.00`, `Amazon US Reserves USD 230.66` of account *Amazon US Reserves USD*.
    """
    has_it = account.endswith(f" {currency}")
    return f"{account} {value:,.2f}" if has_it else f"{account} {amount(value, currency)}"


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Return sums of several currencies in a sentence, each by itself: `USD 18,204.10, and without a rate EUR 33.00`.

    Args:
        sums: By currency, home first, as `core.exchange_rates.sum_by_currency` gives them.
    """
    home, *others = (amount(value, currency) for currency, value in sums.items())
    return f"{home}, and without a rate {', '.join(others)}" if others else home


def figures_in_words(figures: dict[str, Any], *, of_several: bool = False, is_part: bool = False) -> str:
    """Return a settlement's period, rows and total, and whether the one makes the other.

    Args:
        figures: `core.marketplaces.inspection.settlement_figures`.
        of_several: Whether they are those of several files of it together.
        is_part: Whether they are those of one file of several.
    """
    days = [str(figures[name] or "?")[:10] for name in ("period_start", "period_end")]
    what = f"{' – '.join(days)}, {counted(figures['lines'], 'row')}"
    together = amount(Decimal(figures["sum"]), figures["currency"])
    if figures["total"] is None:
        nobody = "no file states a total" if of_several else "the file states no total"
        return f"{what}, together {together}; {nobody} to tie it to."
    total = amount(Decimal(figures["total"]), figures["currency"])
    if Decimal(figures["total"]) == Decimal(figures["sum"]):
        return f"{what}; its total {total} is the sum of its rows."
    if is_part:
        return f"{what}, together {together} of its total {total}."
    return f"{what}; its total {total} but its rows sum to {Decimal(figures['sum']):,.2f}."


def left_out_in_words(figures: dict[str, Any]) -> list[str]:
    """Return what no settlement has yet (`core.marketplaces.inspection.unsettled_totals`); nothing if all is in one."""
    if "left_out" not in figures:
        return []
    sums = ", ".join(amount(Decimal(one), currency) for currency, one in figures["left_out_sums"].items())
    return [f"Left out: {counted(figures['left_out'], 'transaction')}, together {sums or '0.00'}."]


def below_0_in_words(rows: int) -> str:
    """Say in how many rows of a Reimbursements report the returned units are not stated, behind those that are back."""
    return f" ({counted(rows, 'row')} below 0 in inventory: the returned units are not stated)" if rows else ""
