"""Entries as a plain workbook: every line once, checked live, what Finale posts on a sheet of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.takeaway.cogs_workbook import cogs_workbook
from addin.takeaway.exported_files import FINALE_SHEET, SHEET, journal_workbook
from core.books.settings.policies import change_policies
from core.journal.entry import EntryKind
from tests.addin.takeaway.books_to_report import AUGUST, NOW, SEPTEMBER, labelled, opened, rows_below

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.addin.takeaway.books_to_report import Reported

BOTH = (EntryKind.SETTLEMENT, EntryKind.COGS)


def test_every_line_stands_in_it_once(
    reported: Reported, schema_errors: Callable[[Path, str], list[str]], tmp_path: Path
) -> None:
    """With its account, side and currency; the sums are checked, and the Open XML SDK finds nothing to say."""
    entries = reported.export(SEPTEMBER, *BOTH)
    content = journal_workbook(entries, company="Acme & Sons")
    (tmp_path / "journal.xlsx").write_bytes(content)

    book = opened(content)
    rows = rows_below(book[SHEET], "tblEntries")

    assert [
        ("Marketplace Sales", None, 40),
        ("Marketplace Referral Fees", 6, None),
        ("Amazon US Clearing USD", 34, None),
        ("Cost of Goods Sold", 16.8, None),
        ("Inventory Asset", None, 16.8),
    ] == [(row["Account"], row["Debit"], row["Credit"]) for row in rows]
    assert {f"{entry.key}" for entry in entries} == {row["Entry"] for row in rows}
    assert labelled(book[SHEET], "Debits and credits", 5) == "ok"
    assert [SHEET] == book.sheetnames
    assert [] == schema_errors(tmp_path / "journal.xlsx", "Microsoft365")


def test_equal_entries_make_equal_files_at_any_time(reported: Reported) -> None:
    """Nothing in it is of the moment when it was made, so that none is written twice under another name."""
    entries = reported.export(SEPTEMBER, *BOTH)
    book = opened(journal_workbook(entries, company="Acme & Sons"))
    days = sorted(str(entry.day) for entry in entries)

    assert book.properties.created is not None
    assert days[-1] == f"{book.properties.created:%Y-%m-%d}"
    assert str(book[SHEET]["A2"].value).startswith(f"Acme & Sons · {days[0]}")


@pytest.mark.long
def test_what_finale_posts_stands_apart(reported: Reported) -> None:
    """On a sheet that says not to enter it, and the COGS workbook says who posts; its tie-outs still hold."""
    change_policies(reported.database, {"cogs_posted_by": "Finale"}, who="M. Lee", now=NOW)
    reported.answer("111-3", "5.00")
    entries = reported.export(AUGUST, *BOTH)
    book = opened(journal_workbook(entries, company="Acme & Sons"))
    view = reported.view
    (settlement,) = view.books.named([AUGUST])
    cogs = opened(cogs_workbook(view, settlement, values_only=False, now=NOW))[f"COGS {AUGUST}"]

    ours, finale = rows_below(book[SHEET], "tblEntries"), rows_below(book[FINALE_SHEET], "tblFinale")
    assert {"Cost of Goods Sold", "Inventory Asset"} == {row["Account"] for row in finale}
    assert not {"Cost of Goods Sold", "Inventory Asset"} & {row["Account"] for row in ours}
    assert "do not enter" in book[FINALE_SHEET]["A1"].value
    assert labelled(cogs, "COGS posted by") == "Finale; losses by Cogsheet"
    assert labelled(cogs, "COGS here = COGS entry", 8) == "ok"
