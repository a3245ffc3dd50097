"""Sheet Setup: what this workbook belongs to, the policies, and how to begin. Never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, get_args

from addin.sheets import exchange
from addin.sheets.tables import tables
from addin.sheets.tables.cells import plain_text
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, TableSpec
from core.books.settings.time_zones import proposed_zones, zone_of_seller
from core.errors import WorkbookError, briefly
from core.finale.account_remarks import account_words
from core.finale.account_settings import Mode
from core.finale.typed_settings import TITLES, setting_text
from core.settings import DATED, POLICY_FIELDS, DecimalMark, FinaleAccount, Policies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    import xlwings as xw
    from pydantic.fields import FieldInfo

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books
    from core.finale.graphql_schema import Schema

Row = tuple[str, str, str]
"""Setting, value, and what it means."""
SETUP_SPEC = TableSpec(
    sheet="Setup",
    table="tblSetup",
    title="Cogsheet: the true cost on every settlement line",
    key=("setting",),
    header_row=11,
    columns=(
        Column("Setting", "setting", width=26),
        Column("Value", "value", width=44, editable=True, takes_dates=True),
        Column("What it means", "meaning", width=150),
        FILLED,
    ),
)


def fill_setup(book: xw.Book, books: Books, more: Iterable[Row] = ()) -> None:
    """Show what the workbook belongs to and the policies in force, and below them the rows of others."""
    fill_rows(book, setup_records(books, more))


def fill_rows(book: xw.Book, rows: Sequence[Record]) -> None:
    """Show the rows of the sheet, and what the Excel of the last press proposes."""
    sheet = exchange.exchange_sheet(book)
    said = None if sheet is None else exchange.read_cell_of(sheet, exchange.DECIMAL_MARK_CELL)
    tables.update(book, SETUP_SPEC, with_proposed_mark(rows, DecimalMark.of(str(said))))


def with_proposed_mark(rows: Sequence[Record], mark: DecimalMark | None) -> list[Record]:
    """Return the rows with the decimal mark of an Excel as a proposal, where nobody has chosen one. Pure.

    It is not taken: two people of one company may have Excels that differ, and 1,234 is then one of two amounts.
    """
    if mark is None:
        return list(rows)
    title, (word, typed) = POLICY_FIELDS["decimal_mark"].title, _MARKS[mark]
    said = f" This Excel's is a {word}: choose {mark} to have texts such as {typed} read so."
    is_meant = [row["setting"] == title and not row["value"] for row in rows]
    return [
        {**row, "meaning": f"{row['meaning']}{said}"} if meant else row
        for row, meant in zip(rows, is_meant, strict=True)
    ]


_MARKS = {DecimalMark.POINT: ("point", "1,234"), DecimalMark.COMMA: ("comma", "4,50")}
"""What they are called, and a number that only this one reads."""


def edited_policies(book: xw.Book, books: InBooks | None = None) -> dict[str, str]:
    """Return the policies whose value was changed on the sheet since it was filled: name and new text.

    Amounts are read by the decimal mark, by one that was typed beside them too.
    """
    typed = _policies(_edited(book, books))
    if not typed.keys() & _AMOUNTS:
        return typed
    if books and "decimal_mark" in typed:
        books = replace(books, decimal_mark=lambda: DecimalMark.of(typed["decimal_mark"]))
    return _policies(_edited(book, books, [POLICY_FIELDS[name].title or "" for name in _AMOUNTS]))


def _policies(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    names = {field.title: name for name, field in POLICY_FIELDS.items()}
    return {names[row["setting"]]: row["value"] for row in rows if row["setting"] in names}


_AMOUNTS = frozenset(name for name, field in POLICY_FIELDS.items() if field.annotation is Decimal)
"""Policies that are an amount."""
_HOME_CURRENCY = "Home currency"


def edited_home_currency(book: xw.Book, books: InBooks | None = None) -> dict[str, str]:
    """Return the home currency if it was typed over since the sheet was filled, by the setting's name."""
    return {row["setting"]: row["value"] for row in _edited(book, books) if row["setting"] == _HOME_CURRENCY}


class NotTypedHereError(WorkbookError):
    """Cells of the sheet were typed over that show what comes about elsewhere."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__(f"Sheet Setup: {' '.join(said)} Nothing was changed; put it right and try again.")


_WHERE_FACTS_COME_FROM = {
    "Company": "The name is chosen when a workbook is made (New)",
    "Stores": "A store comes into the books with its first file",
    "Time zones to set": "Time zones are typed on sheet Stores",
    "Last sync": "Sync says when it was",
    "Finale account": "Connect sets it",
    "Finale costs now": "Sync or Check finds it out",
}
_REMARK = "Finale remark"


def _edited(book: xw.Book, books: InBooks | None, amounts: Collection[str] = ()) -> list[dict[str, str]]:
    """Return the edited rows; what the books hold matters of settings alone, for facts are nobody's to type.

    Of the names in `amounts` a text is read as an amount.

    Raises:
        NotTypedHereError: If a fact was typed over, or a row names no setting.
    """
    settings = {field.title for field in POLICY_FIELDS.values()} | {title for title, _ in TITLES.values()}
    settings.add(_HOME_CURRENCY)
    known = books and replace(books, rows=lambda: [row for row in books.rows() if row["setting"] in settings])
    rows = edited_rows(book, SETUP_SPEC, _ADVICE, _WITHOUT_DATES, known, amounts)
    others = [row for row in rows if row["setting"] not in settings]
    held = {str(row["setting"]): plain_text(row["value"]) for row in books.rows()} if others and books else {}
    said = [_not_typed_here(row, held) for row in others if row["value"] != held.get(row["setting"], "")]
    if said:
        raise NotTypedHereError(said)
    return rows


def _not_typed_here(row: Mapping[str, str], held: Mapping[str, str]) -> str:
    """Say of a row that is no setting what was typed into it, where its value comes from, and what to do. Pure."""
    name, typed = row["setting"], briefly(row["value"] or "nothing")
    if name not in held and name not in _WHERE_FACTS_COME_FROM and not name.startswith(_REMARK):
        named = briefly(name)
        return f"“{named}” is no setting, and “{typed}” stands beside it. Give the row its name back, or delete it."
    back = f"write {briefly(held[name])} there" if held.get(name) else "empty the cell"
    where = _WHERE_FACTS_COME_FROM.get(name, "Sync or Check finds it out")
    return f"{name} is not changed in its cell, which holds “{typed}”. {where}: {back}."


def _words(field: FieldInfo) -> tuple[str, ...]:
    """Return the words that a policy takes; none where it takes anything else."""
    kinds = get_args(field.annotation) or (field.annotation,)
    return tuple(str(word) for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum) for word in kind)


SETTING_CHOICES = {
    **{field.title: words for field in POLICY_FIELDS.values() if field.title and (words := _words(field))},
    TITLES["mode"][0]: tuple(map(str, Mode)),
}
"""The words that may be chosen beside a setting, by its title."""


def _advice(field: FieldInfo) -> str:
    """Say how the value of a policy is written: as a number, as a date, as a text, or as one of its words."""
    kinds, words = get_args(field.annotation) or (field.annotation,), _words(field)
    if Decimal in kinds:
        return "write a plain number, such as 4.17"
    if int in kinds:
        return "write a whole number, 0 or more, such as 2"
    if date in kinds:
        return "write it as plain text, a date as 2026-08-31"
    return f"write {' or '.join(words)}" if words else "write it as plain text"


_ADVICE = {field.title: _advice(field) for field in POLICY_FIELDS.values() if field.title}
_WITHOUT_DATES = frozenset(
    field.title for field in POLICY_FIELDS.values() if field.title and date not in get_args(field.annotation)
)
"""Settings that want no date: a real one in their cell is refused by its cell."""


def setup_records(books: Books, more: Iterable[Row] = ()) -> list[Record]:
    """Return the rows of the sheet: facts, the policies in force, and the rows of others. Pure."""
    facts = [
        ("Company", books.company.name, "Whose books this workbook shows. Copies of it show the same books."),
        (
            _HOME_CURRENCY,
            books.company.home_currency,
            "The currency of Finale's costs, of COGS and of inventory. To be corrected before the first cost is there.",
        ),
        (
            "Stores",
            ", ".join(sorted({s.store for s in books.settlements})),
            "The stores with settlements in the books.",
        ),
        (
            "Time zones to set",
            _proposed(books),
            "Stores without a time zone (UTC is used), with a suggestion. Enter it on sheet Stores.",
        ),
        ("Last sync", _moment(books), "When costs were last fetched from Finale Inventory, in UTC."),
    ]
    policies = [
        (field.title or name, _text(getattr(books.policies, name)), _meaning(books.policies, name))
        for name, field in POLICY_FIELDS.items()
    ]
    rows = [*facts, *policies, *more]
    return with_filled(
        SETUP_SPEC, ({"setting": name, "value": value, "meaning": meaning} for name, value, meaning in rows)
    )


def _proposed(books: Books) -> str:
    """Return the stores without a time zone, each with the one that is proposed."""
    proposed = proposed_zones(books).items()
    return "; ".join(f"{store}: {zone or zone_of_seller(books, store)}" for store, zone in proposed)


def _meaning(policies: Policies, name: str) -> str:
    """Return what a policy means, since when it holds, and how to let it hold from another day."""
    meaning, value = POLICY_FIELDS[name].description or "", getattr(policies, name)
    if name not in DATED:
        return meaning
    earlier = policies.before(name)
    was = "; ".join(f"before {one.before}: {one.value}" for one in reversed(earlier))
    since = f" Holds from {earlier[-1].before} on; {was}." if earlier else ""
    return f"{meaning}{since} To change it from a day on, type: {value} from 2026-09-01."


def _moment(books: Books) -> str:
    return f"{books.last_sync:%Y-%m-%d %H:%M}" if books.last_sync else "not yet"


def _text(value: object) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class FinaleSide:
    """What the books hold about the Finale account."""

    account: FinaleAccount = field(default_factory=FinaleAccount)
    schema: Schema | None = None
    """What was found of it; `None` before the first sync."""
    found_at: datetime | None = None


def finale_rows(finale: FinaleSide) -> Iterable[Row]:
    """Return setting, value and meaning of each row."""
    name = finale.account.account
    yield "Finale account", name or "not connected yet", "Set by Connect. Its key is in this computer's vault alone."
    for setting, (title, meaning) in TITLES.items():
        yield title, setting_text(finale.account, setting), meaning
    if finale.schema is None or finale.found_at is None:
        yield "Finale costs now", "not known yet", "Sync or Check finds out what the account offers."
        return
    mode, remarks = account_words(finale.schema, finale.account)
    yield "Finale costs now", mode, f"What the account was found to offer on {finale.found_at:%Y-%m-%d %H:%M} UTC."
    for number, remark in enumerate(remarks, start=1):
        yield f"{_REMARK} {number}", "", remark  # without a value the sentence may run on to the right


def edited_settings(book: xw.Book, books: InBooks | None = None) -> dict[str, str]:
    """Return the account's settings that were changed on the sheet since it was filled: name and new text."""
    names = {title: name for name, (title, _) in TITLES.items()}
    rows = _edited(book, books)
    return {names[row["setting"]]: row["value"] for row in rows if row["setting"] in names}
