"""The one hard check of a settlement: the sum of its lines is its total, to the cent.

See docs/facts/settlement-formats.md, What holds for every format.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

from core.frame_columns import RETURN_COLUMNS, frame
from core.marketplaces.settlements.file_lines import refuse_too_much
from core.marketplaces.settlements.periods import oddities
from core.marketplaces.settlements.transactions import counted_units, raw_lines, transactions
from core.model import Event, Problem, Reading, Settlement, Severity, is_multi_channel
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from core.marketplaces.settlements.file_lines import FileLine, Header
    from core.marketplaces.settlements.transactions import Units
    from core.model import Marketplace


class NoTotalProblem(Problem):
    """The row that states a settlement's total is missing: an error, though nothing contradicts the lines."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a format found in a file, before it is grouped and checked."""

    format: str
    marketplace: Marketplace
    file: str
    """Its name, for messages."""
    headers: tuple[Header, ...]
    """One per settlement, in the order of the file."""
    lines: tuple[FileLine, ...]
    """All of them; those without settlement id belong to none of the headers."""
    problems: tuple[Problem, ...] = ()
    """Of the file as a whole; an error here means that nothing of it may be imported."""
    problems_by_settlement: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    """An error here means that the settlement does not tie out."""
    units: Callable[[Sequence[FileLine]], Units] = counted_units
    """How the format tells the units of a transaction."""
    returns: pd.DataFrame = field(default_factory=lambda: frame(RETURN_COLUMNS))
    """RETURN_COLUMNS: what the file says of goods that came back."""


def reading(findings: Findings) -> Reading:
    """Put the settlements of a file together and check each against its total.

    Raises:
        TooMuchMoneyError: If the amounts are together beyond what the books can hold.
    """
    refuse_too_much(findings.lines, findings.file)
    by_settlement: dict[str, list[FileLine]] = defaultdict(list)
    for line in findings.lines:
        by_settlement[line.settlement_id].append(line)
    return Reading(
        format=findings.format,
        marketplace=findings.marketplace,
        settlements=tuple(
            _settlement(findings, header, by_settlement[header.settlement_id]) for header in findings.headers
        ),
        make_raw_lines=cache(partial(raw_lines, findings.lines)),
        unknown_types=tuple(sorted({word for line in findings.lines for word in line.unknown_types})),
        problems=(*findings.problems, *_several_sites(findings)),
        unsettled=transactions(by_settlement[""], findings.units),
        returns=findings.returns,
    )


def _several_sites(findings: Findings) -> list[Problem]:
    """Return a note where the lines of a file are of several sites: they go into one store together."""
    return several_sites((line.marketplace for line in findings.lines), findings.file)


def several_sites(marketplaces: Iterable[str], file: str) -> list[Problem]:
    """Return a note where what lines say of their site names several; a multi-channel order names none."""
    named = (marketplace for marketplace in marketplaces if marketplace and not is_multi_channel(marketplace))
    sites = sorted({marketplace.strip().casefold() for marketplace in named})
    if len(sites) < 2:  # noqa: PLR2004 - more than one
        return []
    message = f"This file holds lines of several sites ({', '.join(sites)}), which go into one store together."
    return [Problem(Severity.NOTE, message, file)]


def importable(reading: Reading) -> bool:
    """Tell whether a file may enter the books: an error of the file as a whole forbids it.

    An error of one settlement does not: that settlement is stored as `Does not tie out` and never exported.
    """
    return not has_error(reading.problems)


def sum_of(lines: Iterable[FileLine], currency: str) -> Decimal:
    """Return the exact sum of all lines of a currency but bank payouts: amounts of two currencies make no sum."""
    own = (line for line in lines if line.event is not Event.PAYOUT and line.currency == currency)
    return sum((line.amount for line in own), Decimal(0))


def _settlement(findings: Findings, header: Header, lines: Sequence[FileLine]) -> Settlement:
    own = findings.problems_by_settlement.get(header.settlement_id, ())
    return settlement_of(
        header,
        LineTotals(sum_of(lines, header.currency), len(lines), transactions(lines, findings.units)),
        marketplace=_site(lines) or findings.marketplace.value,
        problems=(*own, *_other_currency(findings, header, lines)),
        of_the_file=findings.problems,
        file=findings.file,
    )


@dataclass(frozen=True, slots=True)
class LineTotals:
    """What the lines of a settlement come to."""

    sum: Decimal
    """Of those in its currency."""
    lines: int
    transactions: pd.DataFrame
    """TRANSACTION_COLUMNS."""


def settlement_of(
    header: Header,
    of: LineTotals,
    *,
    marketplace: str,
    problems: tuple[Problem, ...],
    of_the_file: Iterable[Problem],
    file: str,
) -> Settlement:
    """Put a settlement together and check it against its total; by rows and by columns alike.

    Args:
        header: What its file says of it.
        of: What its lines come to.
        marketplace: Where the header names none.
        problems: Of the settlement itself.
        of_the_file: Of the whole file: an error there keeps every settlement of it from tying out.
        file: Its name, for messages.
    """
    told = (
        *problems,
        *total_problem(header.settlement_id, header.total, of.sum, header.currency, file),
        *_of_the_period(header, of.transactions, file),
    )
    return Settlement(
        settlement_id=header.settlement_id,
        marketplace=header.marketplace or marketplace,
        currency=header.currency,
        period_start=header.period_start,
        period_end=header.period_end,
        deposit_at=header.deposit_at,
        total=header.total,
        sum=of.sum,
        ties_out=not has_error((*told, *of_the_file)),
        lines=of.lines,
        transactions=of.transactions,
        problems=told,
        derived_id=header.derived_id,
    )


def _of_the_period(header: Header, transactions: pd.DataFrame, file: str) -> list[Problem]:
    """Return a warning for what is odd about a stated period; the sum may be right all the same."""
    found = oddities(header.settlement_id, header.period_start, header.period_end, transactions)
    return [Problem(Severity.WARNING, one.message, file) for one in found]


def has_error(problems: Iterable[Problem]) -> bool:
    """Tell whether an error is among some problems."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def total_problem(
    settlement_id: str, stated: Decimal | None, lines: Decimal, currency: str, file: str
) -> list[Problem]:
    """Return an error where the lines of a settlement do not sum to the total that is stated for it.

    What helps depends on the format, and on what the books have: `formats.what_helps`.

    Args:
        settlement_id: Of the settlement.
        stated: Its total; `None` where nothing states one.
        lines: What its lines sum to.
        currency: Of both.
        file: That holds it, or the last one of several.
    """
    if stated is None or stated == lines:
        return []
    message = (
        f"Settlement {settlement_id} does not tie out: its lines sum to {cents(lines)} {currency}, its total is "
        f"{cents(stated)}, the difference is {cents(stated - lines)}. Lines are missing or were changed."
    )
    return [Problem(Severity.ERROR, message, file)]


def _other_currency(findings: Findings, header: Header, lines: Sequence[FileLine]) -> list[Problem]:
    """Return an error for each other currency, at its first line."""
    first = {line.currency: line for line in reversed(lines) if line.currency != header.currency}
    return [
        other_currency(header, other, sum_of(lines, other), f"{findings.file}, line {first[other].number}")
        for other in sorted(first)
    ]


def other_currency(header: Header, currency: str, amount: Decimal, where: str) -> Problem:
    """Return the error about lines in another currency than their settlement, at the first of them.

    Args:
        header: Of the settlement.
        currency: Of the lines.
        amount: What they come to, in that currency.
        where: The file and the first line.
    """
    message = (
        f"Settlement {header.settlement_id} is in {header.currency}, but this line is in {currency}; amounts in "
        f"different currencies cannot be added up. Its lines in {currency} come to {cents(amount)} {currency} and "
        f"are in none of its sums. Ask the marketplace which currency it paid."
    )
    return Problem(Severity.ERROR, message, where)


def _site(lines: Iterable[FileLine]) -> str:
    """Return the site that most lines name; a multi-channel order's `Non-Amazon ...` is none."""
    return most_named(Counter(line.marketplace for line in lines))


def most_named(lines: Mapping[str, int]) -> str:
    """Return the site that most lines name, of how many name which; nothing where none names one."""
    sites = sorted(name for name in lines if name and not is_multi_channel(name))
    return max(sites, key=lines.__getitem__, default="")
