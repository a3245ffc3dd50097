"""Why a file changed nothing in the books, what it says otherwise, and what to do, in words."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.database.frames import rows_of
from core.books.importing.duplicates import orders_in_words, orders_paid
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import BookedSettlement, Import
from core.books.settlements.settlement_lines import PLACE, line_differences, money_in_words
from core.frame_columns import rows_where
from core.marketplaces import FORMATS, formats
from core.marketplaces.formats import Extent
from core.model import Event, net_of
from core.money import cents
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.books.database import Connection
    from core.books.importing.duplicates import Twin
    from core.marketplaces.settlements.uniting import SettlementPart
    from core.model import Settlement

_NAMED = 3


_STORED = frozenset({Import.NEW, Import.SUPERSEDED, Import.UNITED})


def what_helps(outcome: Import, read: Settlement, name: str) -> str:
    """Say what to do about a settlement that is in the books and whose lines are not its total; empty where they are.

    Args:
        outcome: What became of the file; where it changed nothing for another reason, that says what to do.
        read: What the file says, or all files of it together.
        name: Of the format.
    """
    if read.total is None or read.total == read.sum or outcome not in _STORED | {Import.ALREADY_IMPORTED}:
        return ""
    form = next((form for form in FORMATS if form.name == name), None)
    is_cut = form is not None and form.extent is not Extent.WHOLE
    if outcome in _STORED or is_cut or (form is not None and form.is_pulled):
        return formats.what_helps(form)
    return (
        "The books have this very file, and its lines are not its total. If it comes out the same however often you "
        "download it, ask the marketplace: a report of the settlement that ties out takes its place."
    )


def _without_order(lines: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return type, net and moment of the lines that name no order, the payout's own rows apart."""
    alone = lines[lines["order_id"].isna() & (lines["event"] != Event.PAYOUT.value)]
    return list(rows_of(alone, ("raw_type", "net", "posted_at")))


def rows_missing(there: BookedSettlement, before: Settlement, whole: Settlement) -> str:
    """Say which lines would go because a file lacks them though it reaches over their days, and what to do."""
    changes = "; ".join(line_differences(before.transactions, whole.transactions))
    reopen = "" if there.is_open else "reopen the settlement, "
    return (
        f"this file reaches over days of which the books have lines that are not in it, and it cannot be shown to be "
        f"complete: {changes}. The books have {money_in_words(before.sum)} {before.currency} and are unchanged; with "
        f"this file they would have {money_in_words(whole.sum)} {whole.currency}. If it was filtered, export it again "
        f"without a filter. If the marketplace has really taken these lines out, {reopen}remove "
        f"{'it' if reopen else 'the settlement'} and import its files of today."
    )


def in_other_words(pairs: Sequence[tuple[str, str]]) -> str:
    """Say that rows of a file may be rows that the books have, called by other words, and what to do."""
    named = ", ".join(f"“{theirs}” for “{ours}”" for ours, theirs in pairs[:_NAMED])
    more = f" and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
    return (
        f"this file has rows of the same day, order and amount as rows in the books, under other words: {named}{more}. "
        f"They may be the same rows, so nothing was stored, because nothing may count twice. Download the report in "
        f"the language of the files that the books have, or with the payout's own row, whose total shows what is right."
    )


def reason_for_differing_rows(
    there: BookedSettlement, differ: tuple[pd.DataFrame, pd.DataFrame], before: Settlement, whole: Settlement
) -> str:
    """Say which rows of a file may be rows of the books, corrected or written otherwise, and what to do.

    Args:
        there: What is in the books.
        differ: The rows in question: those of the books, and those of the file.
        before: What the books have.
        whole: What they would have with the file's rows beside their own.
    """
    old, new = differ
    changes = "; ".join(line_differences(old, new))
    instead = before.sum - net_of(old, before.currency) + net_of(new, before.currency)
    reopen = "" if there.is_open else "reopen the settlement, "
    return (
        f"this file has rows that are most likely rows of the books, corrected or formatted differently (a moment "
        f"without its zone or time, a number that one of the two leaves blank): {changes}. Nothing was stored, because "
        f"nothing may count twice. The books have {money_in_words(before.sum)} {before.currency} and are unchanged; "
        f"with this file's rows in place of theirs they would have {money_in_words(instead)}, with both "
        f"{money_in_words(whole.sum)}. If the file went through a spreadsheet program, import it as it was downloaded. "
        f"If this file is right, {reopen}remove {'it' if reopen else 'the settlement'} and import its files of today, "
        f"or download the whole payout with its own row, whose total shows what is right."
    )


def why_not_changed(
    there: BookedSettlement, outcome: Import, before: pd.DataFrame, read: Settlement, *, of_part: bool = False
) -> str:
    """Say why the lines in the books were left as they are, what differs, and what to do.

    Args:
        there: What is in the books.
        outcome: What became of the file.
        before: The lines of the books (TRANSACTION_COLUMNS).
        read: What the file says; of a file that holds a part, what it says together with those before it.
        of_part: Whether it holds a part: what it leaves out is not taken away.
    """
    changes = [*line_differences(before, read.transactions), *_other_head(there, read)]
    has, says = money_in_words(there.sum), money_in_words(read.sum)
    with_it = "with this file, which holds a part of it, they would have" if of_part else "this file"
    sums = f"the books have {has} {there.currency}, {with_it} {says} {read.currency}"
    if (there.sum, there.currency) == (read.sum, read.currency):
        sums = (
            f"both come to {has} {there.currency}"
            if not of_part
            else f"with this file too they come to {has} {there.currency}"
        )
    differs = "It would differ" if of_part else "It differs"
    named = f" {differs}: {'; '.join(changes)}." if changes else " Every line is the same."
    if not there.is_open:
        told = f"it is exported or posted elsewhere, and its lines stay as they were exported ({sums}).{named}"
        if outcome is Import.LOCKED:
            return (
                f"{told} The file was kept with the settlement: what it changes of exported entries is proposed on "
                f"sheet Cost true-ups, and reopening the settlement takes it over."
            )
        gives_way = read.ties_out and not there.ties_out
        steps = "reopen the settlement" if gives_way else "reopen the settlement, remove it"
        return f"{told} To book what this file says, {steps} and import the file again."
    return (
        f"the books have it with other contents ({sums}) and are unchanged.{named} Find out from the marketplace which "
        f"of the two is right. If it is this file, remove the settlement and import this file."
    )


def _other_head(there: BookedSettlement, read: Settlement) -> list[str]:
    """Name what a file says of the settlement as a whole that the books have otherwise."""
    pairs = (
        ("its stated total", there.total, read.total),
        ("its currency", there.currency, read.currency),
        ("the number of its rows", there.lines, read.lines),
    )
    return [f"{what} is {_shown(new)} instead of {_shown(old)}" for what, old, new in pairs if old != new]


def _shown(value: Decimal | int | str | None) -> str:
    return "none" if value is None else money_in_words(value) if isinstance(value, Decimal) else str(value)


def under_another_id(connection: Connection, twin: Twin, read: Settlement) -> str:
    """Say that the books have a payout under another id, or may have it, and what to do.

    Args:
        connection: Of `Database.writing`.
        twin: What the books have.
        read: What the file says.
    """
    there = twin.there
    has = "may have it" if twin.may_be_two else "have it"
    same = "it is the same payout and this file" if twin.may_be_two else "this file"
    told = (
        f"the books {has} as settlement {there.settlement_id} ({there.store}): {twin.how}. Nothing was stored, because "
        f"nothing may count twice. If {same} is the better one, remove {there.settlement_id} and import this file "
        f"again."
    )
    told += only_there(connection, there, read)
    says = "If they are two payouts, say so when it is imported or pulled again." if twin.may_be_two else ""
    return " ".join(filter(None, (told, twin.apart, says)))


def another_kind_of_view(connection: Connection, there: BookedSettlement, read: Settlement) -> str:
    """Say that the books have a payout from another kind of report, and what to do; see `under_another_id`."""
    return (
        f"the books have it from another kind of report ({there.format}), and rows of two kinds cannot be united. "
        f"Nothing was stored. If this file is the better one, remove {there.settlement_id} and import this file again."
        f"{only_there(connection, there, read)}"
    )


def only_there(connection: Connection, there: BookedSettlement, read: Settlement) -> str:
    """Say what removing a settlement takes out of the books that a file does not bring back; empty where nothing."""
    known, own = settlement_lines.stored_transactions(connection, [there]), read.transactions
    kept = set(rows_of(own, ("order_id", "event")))
    orders = orders_paid(rows_where(known, (line not in kept for line in rows_of(known, ("order_id", "event")))))
    alone = Counter(_without_order(known)) - Counter(_without_order(own))
    paid = sum((net for _, net, _ in alone.elements()), Decimal(0))
    charges = [f"{counted(alone.total(), 'line')} without order ({cents(paid)})"] if alone else []
    beside = [*([orders_in_words(orders)] if orders else []), *charges]
    if not beside:
        return ""
    return (
        f" But {there.settlement_id} also holds {' and '.join(beside)}, which this file lacks: removing takes that out "
        f"of the books, and the old files of {there.settlement_id} are refused afterwards, because they hold lines of "
        f"this one. Import a new export of {there.settlement_id} then."
    )


def against_its_total(connection: Connection, there: BookedSettlement, part: SettlementPart, whole: Settlement) -> str:
    """Say which lines of a file cannot be, for those in the books come to what the marketplace paid."""
    before, own = settlement_lines.stored_transactions(connection, [there]), part.settlement.transactions
    places = set(rows_of(own, PLACE))
    changes = line_differences(rows_where(before, (place in places for place in rows_of(before, PLACE))), own)
    with_it = (
        "" if whole.ties_out else f" With this file they would come to {money_in_words(whole.sum)} {whole.currency}."
    )
    reopen = "" if there.is_open else "reopen the settlement, "
    return (
        f"the lines that the books have of it come to its total of {money_in_words(there.sum)} {there.currency} and "
        f"are unchanged.{with_it} This file says otherwise: {'; '.join(changes)}. If it was changed after it was "
        f"downloaded, download it again. If the books are wrong, {reopen}remove "
        f"{'it' if reopen else 'the settlement'} and import its right files."
    )
