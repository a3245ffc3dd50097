"""The table of ties: one row per settlement, one figure per report, so that anyone can see that they agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.frame_columns import TEXT, WHOLE, frame
from core.model import Event
from core.money import SUM, cents, total
from core.reports.costed_lines import has_or_needs_cost
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    import pandas as pd

    from core.frame_columns import Columns

TIES_COLUMNS: Columns = {
    "store": TEXT,
    "settlement_id": TEXT,
    "currency": TEXT,  # of the four figures that follow
    "deposit": SUM,  # the marketplace's own total; missing where its format has none
    "lines": SUM,  # sum of the lines, payouts left out
    "profit_and_loss": SUM,  # profit before COGS, tax and balance moves
    "clearing": SUM,  # what the settlement entry posts to the clearing account; missing where there is none
    "home_currency": TEXT,  # of the three figures that follow
    "cogs_lines": WHOLE,  # lines that have or need a cost
    "cogs_tab": SUM,  # sum of the COGS tab, rounded once
    "pnl_cost": SUM,  # COGS of the profit and loss
    "cogs_entry": SUM,  # what the COGS entry posts as cost; missing while costs are missing
    "entries": TEXT,  # whether the entries went out
}
"""One row per settlement; figures to the cent, + as on the settlement, COGS + is expense."""


TIES = (("lines", "deposit"), ("profit_and_loss", "lines"), ("clearing", "lines"))
"""Figures in the settlement's currency that must be equal."""
COGS_TIES = (("pnl_cost", "cogs_tab"), ("cogs_entry", "cogs_tab"))
"""Figures in home currency that must be equal."""


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What the lines of a settlement come to, in its own currency so that no rate is needed; + as on the settlement."""

    net: Decimal
    """Their sum, exact."""
    profit_and_loss: Decimal
    """Profit before COGS, with tax and balance moves, to the cent."""
    cost: Decimal
    """COGS of the profit and loss: home currency whatever is asked for, to the cent, + is expense."""


def in_sums(lines: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Return the lines that a settlement's sums are of: no payout, and none of another currency, which do not sum."""
    return lines[(lines["event"] != Event.PAYOUT) & (lines["currency"] == currency)]


def line_figures(lines: pd.DataFrame, currency: str) -> LineFigures:
    """Sum up the costed lines of a settlement of this currency, as its deposit and as a profit and loss does."""
    own = in_sums(lines, currency)
    figures = totals(profit_and_loss(own, PnlQuestion(currency), zones={}))
    before_cogs = figures["profit"] + figures["cogs"] + figures["tax"] + figures["balance"]
    return LineFigures(total(own["net"]), before_cogs, figures["cogs"])


@dataclass(frozen=True, slots=True)
class PostedFigures:
    """What a settlement's entries post; `None`: there is no such entry."""

    clearing: Decimal | None
    cogs: Decimal | None
    state: str
    """Whether they went out or are as they would go out, in the reader's words."""


@dataclass(frozen=True, slots=True)
class TiedSettlement:
    """A settlement whose figures are compared with each other."""

    store: str
    settlement_id: str
    currency: str
    deposit: Decimal | None
    lines: pd.DataFrame
    """Its costed lines: TRANSACTION_COLUMNS and COSTED_COLUMNS."""
    postings: PostedFigures


def table_of_ties(settlements: Iterable[TiedSettlement], home_currency: str) -> pd.DataFrame:
    """Return the figures of every report about these settlements (TIES_COLUMNS), one row each, in their order."""
    return frame(TIES_COLUMNS, [_row(one, home_currency) for one in settlements])


def _row(one: TiedSettlement, home_currency: str) -> dict[str, object]:
    figures = line_figures(one.lines, one.currency)
    return {
        "store": one.store,
        "settlement_id": one.settlement_id,
        "currency": one.currency,
        "deposit": one.deposit,
        "lines": cents(figures.net),
        "profit_and_loss": figures.profit_and_loss,
        "clearing": one.postings.clearing,
        "home_currency": home_currency,
        "cogs_lines": int(has_or_needs_cost(one.lines).sum()),
        "cogs_tab": cents(total(one.lines["cogs"])),
        "pnl_cost": figures.cost,
        "cogs_entry": one.postings.cogs,
        "entries": one.postings.state,
    }
