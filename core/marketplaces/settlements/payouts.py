"""Settlements of marketplaces that pay out by payout: the payout id is the settlement id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.settlements.periods import by_settlement, header_of
from core.model import Event, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from core.marketplaces.settlements.file_lines import FileLine, Header


def headers_of_payouts(lines: Sequence[FileLine], dates: Iterable[tuple[str, datetime | None]]) -> tuple[Header, ...]:
    """Return one header per payout.

    The total is what the bank received, where the file has the payout's own row, else there is none.

    Args:
        lines: Of the whole file.
        dates: Payout and its day, as each row states them; the last that states one is believed.
    """
    days = {payout_id: day for payout_id, day in dates if day is not None}
    return tuple(
        header_of(payout_id, own, own[0].currency, days.get(payout_id), _paid(own))
        for payout_id, own in by_settlement(lines).items()
    )


def pending_note(lines: Sequence[FileLine], file: str) -> list[Problem]:
    """Return a note about the lines that no payout has paid yet, and a warning about payouts without an id.

    A payout whose own row comes alone is a settlement all the same: it says what the bank received, and the rows that
    it paid for are in another file, which is united with it whichever comes first.
    """
    counted = [line for line in lines if line.event is not Event.PAYOUT]
    pending = sum(not line.settlement_id for line in counted)
    unnamed = [line for line in lines if line.event is Event.PAYOUT and not line.settlement_id]
    return [*not_paid(pending, len(counted), file), *(nameless(line, file) for line in unnamed)]


def nameless(line: FileLine, file: str) -> Problem:
    """Return the warning about a payout's own row without its id."""
    message = (
        f"This payout of {-line.amount} {line.currency} names no payout id, so it is left out, and nothing checks what "
        f"it paid for. Export the payout's transactions from the payout itself."
    )
    return Problem(Severity.WARNING, message, f"{file}, line {line.number}")


def not_paid(pending: int, of: int, file: str) -> list[Problem]:
    """Return the note about so many rows that no payout has paid yet; none where all are paid."""
    if not pending:
        return []
    rows = f"{pending} of {of} rows {'is' if pending == 1 else 'are'}"
    return [Problem(Severity.NOTE, f"{rows} in no payout yet and left out until the marketplace pays them.", file)]


def _paid(lines: Sequence[FileLine]) -> Decimal | None:
    own = lines[0].currency  # a row of another currency is an error of the settlement, and in no sum of it
    payouts = [line.amount for line in lines if line.event is Event.PAYOUT and line.currency == own]
    return -sum(payouts[1:], payouts[0]) if payouts else None
