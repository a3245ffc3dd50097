"""A year of settlements in which settings change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books.entries.exporting import ExportOptions, export_settlement, make_entries
from core.books.loading import load_books
from core.books.settings.policies import change_policies
from core.books.settings.time_zones import change_time_zones
from core.books.verification.verification import tie_outs
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.model import Event
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from tests.core.books.lives_of_orders import WHO, Life

if TYPE_CHECKING:
    from decimal import Decimal

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


LIFE = Life("111-0", "US", sold=((0, 4),), refunds=((1, 1), (2, 1)), lost=None)
OTHER = Life("111-1", "US", sold=((1, 1), (2, 1)), refunds=(), lost=None)


@dataclass(frozen=True)
class Year:
    """Books with a sale of four in US0 (from 3 August), a refund in US1 (17 August) and in US2 (31 August)."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def policy(self, *, agreed: bool = False, **policies: str) -> None:
        change_policies(self.database, policies, agreed=agreed, **WHO)

    def zone(self, name: str, *, agreed: bool = False) -> None:
        change_time_zones(self.database, {"US": name}, agreed=agreed, **WHO)

    def settlement(self, number: str) -> BookedSettlement:
        return self.books.named([number])[0]

    def export(self, *numbers: str) -> None:
        for number in numbers:
            options = ExportOptions(accept_suspect=True)
            export_settlement(self.database, self.books, self.settlement(number), options, **WHO)

    def refunds(self) -> dict[str, object]:
        """Return what became of the goods of each settlement's refund."""
        lines = records(self.books.lines)
        return {row["settlement_id"]: row["disposition"] for row in lines if row["event"] == Event.REFUND}

    def pnl_months(self) -> dict[str, Decimal]:
        books = self.books
        question = PnlQuestion("USD", by_month=True, by_item=False)
        table = profit_and_loss(books.counted(books.lines), question, zones=books.zones)
        return {row["month"]: row["net_sales"] for row in records(table)}

    def entry_months(self, number: str) -> set[str]:
        books = self.books
        return {one.key.month for one in make_entries(books, self.settlement(number), EntryKind.COGS, ExportOptions())}

    def all_ties(self) -> bool:
        books = self.books
        return all(tie.ok for one in books.settlements for tie in tie_outs(self.database, books, one, ExportOptions()))
