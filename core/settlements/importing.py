"""Put settlements into the books: each once, with its original file, and never over another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.database import batches, goods_back, later_readings, reimbursements, settings, settlements, stores
from core.database.batches import BatchKind
from core.database.frames import rows_of
from core.database.settlements import FileUse, Import, OriginalFile, SettlementKind, Source
from core.database.stores import Store
from core.errors import CogsheetError
from core.marketplaces import FORMATS, READER_VERSION, importable, without_personal_data
from core.marketplaces.formats import Extent, Standing
from core.marketplaces.line_keys import with_line_keys
from core.marketplaces.record import standing
from core.marketplaces.reimbursements import counts
from core.marketplaces.uniting import as_it_is_known, parts_of, rows_beyond, united
from core.model import TRANSACTION_COLUMNS, Disposition, Marketplace
from core.settings import SETTINGS_NAME, Policies, StoredOriginals
from core.settlements.identity import refuse_what_another_store_has, twin_of
from core.settlements.kept_files import kept_parts, together, with_keys_of
from core.settlements.moving import move_overrides
from core.settlements.order_units import remember_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from core.database import Connection, Database
    from core.database.settlements import BookedSettlement
    from core.marketplaces.reimbursements import Counts
    from core.marketplaces.uniting import Part
    from core.model import Problem, Reading, Settlement
    from core.settlements.kept_files import KeptPart


class StoreNotNamedError(CogsheetError):
    """A file could belong to several stores."""

    def __init__(self, marketplace: str, known: Sequence[str]) -> None:
        self.marketplace = marketplace
        self.known = tuple(known)
        """Which stores the company has there."""
        named = ", ".join(f"“{name}”" for name in known)
        super().__init__(
            f"This file is from {marketplace}, and the company has several stores there: {named}. "
            f"Nothing was imported. Say which one with --store NAME."
        )


class OtherSiteError(StoreNotNamedError):
    """A file is of a site of which the only store of its marketplace has nothing yet: it may be another store's."""

    def __init__(self, file: str, store: str, new: Sequence[str], there: Sequence[str]) -> None:
        self.marketplace = new[0]
        self.known = (store,)
        message = (
            f"{file} is of {', '.join(new)}, and store “{store}” has {', '.join(there)} only so far. None of it "
            f"was imported. One account in one region is one store, with all its sites: if this file is from that "
            f"account, import it with --store “{store}”; if it is from another, with the name of a new store."
        )
        CogsheetError.__init__(self, message)


class NotImportableError(CogsheetError):
    """A file is damaged as a whole: what it holds cannot be trusted to be all."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        reasons = " ".join(problem.message for problem in problems)
        super().__init__(f"{file} was not imported: {reasons} Download the file again.")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a settlement came to, before or after an import."""

    transactions: int
    sum: Decimal
    currency: str

    def __str__(self) -> str:
        """Say it in a sentence."""
        lines = "1 transaction" if self.transactions == 1 else f"{self.transactions:,} transactions"
        return f"{lines}, {_money(self.sum)} {self.currency}"


@dataclass(frozen=True, slots=True)
class ImportedSettlement:
    """What became of one settlement of a file."""

    file: str
    store: str
    settlement_id: str
    result: Import
    transactions: int
    ties_out: bool
    problems: tuple[Problem, ...]
    reason: str = ""
    """Of what was not stored: why, and what to do."""
    before: Figures | None = None
    """Where something in the books was changed: what they had."""
    after: Figures | None = None
    """And what they have now."""
    ended: int = 0
    """How many lines of before are no longer so."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return self.result in (Import.CONFLICT, Import.LOCKED) or not self.ties_out


@dataclass(frozen=True, slots=True)
class ImportedReturns:
    """What became of what a file says of goods that came back."""

    file: str
    store: str
    is_new: bool
    """Whether the books did not have the file already."""
    units: int
    restocked: int
    """How many of the units are back in sellable stock."""


@dataclass(frozen=True, slots=True)
class ImportedReimbursements:
    """What became of what a file says of reimbursements."""

    file: str
    store: str
    is_new: bool
    """Whether the books did not have the file already."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file."""

    name: str
    settlements: tuple[ImportedSettlement, ...]
    returns: ImportedReturns | None = None
    reimbursements: ImportedReimbursements | None = None
    reading: Reading | None = None
    """What the file holds; `None` where it could not be read."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return any(one.needs_attention for one in self.settlements)


def import_reading(
    database: Database, reading: Reading, file: OriginalFile, *, store: str | None, who: str, now: datetime
) -> list[ImportedSettlement]:
    """Store every settlement of a file; see `import_file`."""
    return list(import_file(database, reading, file, store=store, who=who, now=now).settlements)


def import_file(
    database: Database, reading: Reading, file: OriginalFile, *, store: str | None, who: str, now: datetime
) -> ImportedFile:
    """Store every settlement of a file and what it says of goods that came back, all of it or nothing.

    Args:
        database: The books.
        reading: What the file holds.
        file: Its bytes and name; the bytes are kept as they came.
        store: Which store it belongs to; `None` where the company has at most one at that marketplace.
        who: Who imports.
        now: When.

    Raises:
        NotImportableError: If the file as a whole is damaged.
        StoreNotNamedError: If the file could belong to several stores.
        StoreMarketplaceError: If the store belongs to another marketplace.
        AnotherStoreError: If another store has the file, or the same settlement with the same lines.
        KeptFileError: If a file that the settlement is made of can no longer be read.
    """
    if not importable(reading):
        raise NotImportableError(file.name, reading.problems)
    if not _holds_anything(reading):
        return ImportedFile(file.name, (), reading=reading)
    kept = replace(file, scrubbed=_scrubbed(database, file))
    form = next((one for one in FORMATS if one.name == reading.format), None)
    kind = SettlementKind.VIEW if standing(reading.format, FORMATS) is Standing.VIEW else SettlementKind.RECORD
    extent = form.extent if form else Extent.WHOLE
    with database.writing() as connection:
        name = _store(connection, reading.marketplace, store)
        if store is None:
            refuse_unasked_sites(file.name, name, sites_of(reading), _sites_there(connection, name))
        source = Source(name, kept, reading.format, kind, READER_VERSION)
        refuse_what_another_store_has(connection, reading, source)
        batch = batches.new(connection, BatchKind.IMPORT, who, now, note=file.name)
        parts = parts_of(reading, file.name, extent)
        imported = [
            _import_one(connection, parts[one.settlement_id], source, batch, who=who, now=now)
            for one in reading.settlements
        ]
        if len(reading.order_units):
            remember_units(connection, reading, kept, store=name, batch=batch, now=now)
        returns = _import_returns(connection, reading, source, batch, now) if len(reading.returns) else None
        told = _import_reimbursements(connection, reading, source, batch, now) if len(reading.reimbursements) else None
        return ImportedFile(file.name, tuple(imported), returns, told, reading)


def _holds_anything(reading: Reading) -> bool:
    """Tell whether a file has anything for the books; one that has not makes neither a batch nor a store."""
    rows = (reading.returns, reading.order_units, reading.reimbursements)
    return bool(reading.settlements) or any(len(one) for one in rows)


def _scrubbed(database: Database, file: OriginalFile) -> bytes | None:
    """Return what is to be kept in place of a file's bytes, where the company wants no personal data."""
    with database.reading() as connection:
        policies = settings.get(connection, SETTINGS_NAME, Policies, Policies())
    scrub = policies.store_originals is StoredOriginals.SCRUBBED
    return without_personal_data(file.content, file.name) if scrub else None


def _import_returns(
    connection: Connection, reading: Reading, source: Source, batch: int, now: datetime
) -> ImportedReturns:
    rows, file = reading.returns, source.file
    is_new = goods_back.add(connection, rows, store=source.store, file=file, batch=batch, now=now)
    restocked = rows["disposition"] == Disposition.RESTOCKED.value
    return ImportedReturns(
        file.name, source.store, is_new, int(rows["units"].sum()), int(rows.loc[restocked, "units"].sum())
    )


def _import_reimbursements(
    connection: Connection, reading: Reading, source: Source, batch: int, now: datetime
) -> ImportedReimbursements:
    rows, file = reading.reimbursements, source.file
    is_new = reimbursements.add(connection, rows, store=source.store, file=file, batch=batch, now=now)
    return ImportedReimbursements(file.name, source.store, is_new, counts(rows))


def _import_one(
    connection: Connection, part: Part, source: Source, batch: int, *, who: str, now: datetime
) -> ImportedSettlement:
    is_view = source.kind is SettlementKind.VIEW
    read = as_it_is_known(part) if is_view else part.settlement
    told = ImportedSettlement(
        file=source.file.name,
        store=source.store,
        settlement_id=read.settlement_id,
        result=Import.CONFLICT,
        transactions=len(read.transactions),
        ties_out=read.ties_out,
        problems=read.problems,
    )
    there = settlements.find(connection, source.store, read.settlement_id)
    twin = twin_of(connection, read, source)
    if twin is not None:
        return replace(told, reason=_under_another_id(*twin))
    if there is None:
        return _save(connection, read, source, batch, told, who=who, now=now)
    further = _is_further_view(connection, there, part, source)
    whole = united([*(one.part for one in _views_of(connection, there)), part]) if further else read
    kept = _kept_as_it_is(connection, there, part, whole, source, told)
    if kept is not None:
        return kept
    if further and there.is_open:
        read, source = whole, replace(source, unites=True)
    return _save(connection, read, source, batch, told, who=who, now=now)


def _kept_as_it_is(
    connection: Connection,
    there: BookedSettlement,
    part: Part,
    whole: Settlement,
    source: Source,
    told: ImportedSettlement,
) -> ImportedSettlement | None:
    """Say why a file adds nothing to what is there, or is not united with it; `None` where it may be stored."""
    is_new = source.file.sha256 not in settlements.files_of(connection, there)
    if (
        there.kind is SettlementKind.VIEW
        and is_new
        and (rows_beyond(part, whole) or _would_no_longer_tie(there, whole))
    ):
        return replace(told, reason=_against_its_total(connection, there, part, whole))
    if source.kind is SettlementKind.RECORD or there.kind is SettlementKind.RECORD:
        return None
    if there.format != source.format:
        return replace(told, reason=_another_kind_of_view(there))
    if not is_new:
        return replace(told, result=Import.ALREADY_IMPORTED, ties_out=there.ties_out, problems=())
    if part.extent is not Extent.WHOLE and _says_nothing_new(connection, there, whole):
        return replace(told, result=Import.ALREADY_IMPORTED, ties_out=whole.ties_out, problems=whole.problems)
    return None


def _save(
    connection: Connection,
    read: Settlement,
    source: Source,
    batch: int,
    told: ImportedSettlement,
    *,
    who: str,
    now: datetime,
) -> ImportedSettlement:
    keyed = replace(read, transactions=with_line_keys(source.store, read.transactions))
    there = settlements.find(connection, source.store, read.settlement_id)
    before = None if there is None else settlements.transactions(connection, [there])
    imported = settlements.save(connection, keyed, source, batch, now)
    told = replace(
        told,
        result=imported.outcome,
        transactions=len(read.transactions),
        ties_out=read.ties_out,
        problems=read.problems,
    )
    if imported.outcome is Import.LOCKED and there is not None and before is not None:
        _keep_later_reading(connection, there, before, source.store, batch)
    if imported.outcome in (Import.LOCKED, Import.CONFLICT) and there is not None and before is not None:
        return replace(told, reason=_why_not(there, imported.outcome, before, read))
    if imported.replaced is None:
        return told
    moved = move_overrides(connection, imported.replaced, keyed.transactions, batch, who=who, now=now)
    told = replace(told, problems=(*told.problems, *moved))
    if there is None or before is None:
        return told
    return replace(
        told,
        before=Figures(len(before), there.sum, there.currency),
        after=Figures(len(read.transactions), read.sum, read.currency),
        ended=len(before) - _still_there(before, read.transactions),
    )


def _keep_later_reading(
    connection: Connection, there: BookedSettlement, before: pd.DataFrame, store: str, batch: int
) -> None:
    """Keep what a document says that came after the export: what it changes is proposed, and nothing is booked."""
    later = kept_parts(connection, there, FileUse.AFTER_EXPORT)
    whole = together(there, kept_parts(connection, there), later)
    keyed = with_line_keys(store, whole.transactions)
    later_readings.put(connection, there, with_keys_of(before, keyed), batch)


def _is_further_view(connection: Connection, there: BookedSettlement, part: Part, source: Source) -> bool:
    """Tell whether a file is one more view, of the same kind, of a settlement that is made of such views."""
    both_views = SettlementKind.VIEW is source.kind and SettlementKind.VIEW is there.kind
    is_new = source.file.sha256 not in settlements.files_of(connection, there)
    return both_views and is_new and there.format == source.format and part.extent is not Extent.WHOLE


def _views_of(connection: Connection, there: BookedSettlement) -> list[KeptPart]:
    """Return the views that a settlement is made of, and those of the same kind that came after it went out."""
    parts = kept_parts(connection, there)
    later = [] if there.is_open else kept_parts(connection, there, FileUse.AFTER_EXPORT)
    return [*parts, *(one for one in later if one.reading.format == there.format)]


def _would_no_longer_tie(there: BookedSettlement, whole: Settlement) -> bool:
    """Tell whether a view that reaches its stated total would be followed by something that does not.

    August's and September's files of payout 7600000001 come to its 151.80; a third file with a row of August that is
    in neither would make them 196.40. The total proves the two files, and the third is the one to be doubted. A record
    gives way to nothing that does not tie out (`outcome_of`).
    """
    reached = there.ties_out and there.total is not None and not there.incomplete  # a payout's row alone proves nothing
    return reached and not whole.ties_out


def _says_nothing_new(connection: Connection, there: BookedSettlement, read: Settlement) -> bool:
    return settlements.same_lines(connection, there, read) and (there.incomplete or "") == read.incomplete


def _still_there(before: pd.DataFrame, after: pd.DataFrame) -> int:
    names = [name for name in TRANSACTION_COLUMNS if name not in ("key", "store", "ordinal")]
    old, new = Counter(rows_of(before, names)), Counter(rows_of(after, names))
    return (old & new).total()


def _under_another_id(twin: BookedSettlement, how: str) -> str:
    return (
        f"the books have it as settlement {twin.settlement_id} ({twin.store}): {how}. Nothing was stored, because "
        f"nothing may count twice. If this file is the better one, remove {twin.settlement_id} and import this file "
        f"again."
    )


def _another_kind_of_view(there: BookedSettlement) -> str:
    return (
        f"the books have it from another kind of report ({there.format}), and rows of two kinds cannot be united. "
        f"Nothing was stored. If this file is the better one, remove {there.settlement_id} and import this file again."
    )


def _against_its_total(connection: Connection, there: BookedSettlement, part: Part, whole: Settlement) -> str:
    """Say which lines of a file cannot be, for those in the books come to what the marketplace paid."""
    before, own = settlements.transactions(connection, [there]), part.settlement.transactions
    places = set(rows_of(own, _PLACE))
    changes = line_differences(before[[place in places for place in rows_of(before, _PLACE)]], own)
    with_it = "" if whole.ties_out else f" With this file they would come to {_money(whole.sum)} {whole.currency}."
    reopen = "" if there.is_open else "reopen the settlement, "
    return (
        f"the lines that the books have of it come to its total of {_money(there.sum)} {there.currency} and are "
        f"unchanged.{with_it} This file says otherwise: {'; '.join(changes)}. Download this file anew. If the books "
        f"are wrong all the same, {reopen}remove {'it' if reopen else 'the settlement'} and import its right files."
    )


def _why_not(there: BookedSettlement, outcome: Import, before: pd.DataFrame, read: Settlement) -> str:
    """Say why the lines in the books were left as they are, what differs, and what to do."""
    changes = line_differences(before, read.transactions)
    sums = f"the books have {_money(there.sum)} {there.currency}, this file {_money(read.sum)} {read.currency}"
    named = f" It differs: {'; '.join(changes)}." if changes else " Every line is the same."
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


_NAMED = 5
_PLACE = ("event", "order_id", "sku")


def line_differences(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Name the lines of which two documents of one settlement say different things, by order, SKU and event. Pure.

    Args:
        before: What the books have (TRANSACTION_COLUMNS).
        after: What another document says.
    """
    old, new = _by_line(before), _by_line(after)
    differ = [place for place in dict.fromkeys([*old, *new]) if old.get(place) != new.get(place)]
    told = [
        f"{' '.join(str(part) for part in place if part)}: {_line(new.get(place))} instead of {_line(old.get(place))}"
        for place in differ
    ]
    more = len(told) - _NAMED
    return told if more <= 0 else [*told[:_NAMED], f"and {more} more"]


def _by_line(lines: pd.DataFrame) -> dict[tuple[Any, ...], tuple[Decimal, int]]:
    sums: dict[tuple[Any, ...], tuple[Decimal, int]] = {}
    for event, order, sku, net, units in rows_of(lines, (*_PLACE, "net", "quantity")):
        was = sums.get((event, order, sku), (Decimal(0), 0))
        sums[event, order, sku] = (was[0] + net, was[1] + (units or 0))
    return sums


def _line(line: tuple[Decimal, int] | None) -> str:
    if line is None:
        return "nothing"
    net, units = line
    return _money(net) + (f" ({units} units)" if units else "")


def _money(amount: Decimal) -> str:
    """Return an amount with at least its cents and no needless zeros behind them."""
    whole, _, places = f"{amount:f}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def sites_of(reading: Reading) -> set[tuple[str, str]]:
    """Return the site and currency of each settlement of a file: `amazon.ca`, CAD. Pure.

    A site is empty where the file names none, which is every file of eBay and Walmart. A Shopify store has one site,
    and may be paid out in several currencies, so its files say nothing here.
    """
    if reading.marketplace is Marketplace.SHOPIFY:
        return set()
    return {(_site(one.marketplace, reading.marketplace), one.currency) for one in reading.settlements}


def _site(named: str, marketplace: str) -> str:
    site = named.strip().casefold()
    return "" if site == marketplace.casefold() else site


def _sites_there(connection: Connection, store: str) -> set[tuple[str, str]]:
    known = [one for one in settlements.booked(connection) if one.store == store]
    marketplace = next(one.marketplace for one in stores.all_stores(connection) if one.name == store)
    return {(_site(one.marketplace, marketplace), one.currency) for one in known}


def refuse_unasked_sites(file: str, store: str, new: set[tuple[str, str]], there: set[tuple[str, str]]) -> None:
    """Refuse a file of a site that its store has never had, unless the store was named for it. Pure.

    Where either side names no site, the currencies are compared: a site that is known says more than its currency.

    Args:
        file: Its name, for the message.
        store: The store that it would go into, being the only one of its marketplace.
        new: Site and currency of each settlement of the file.
        there: And of each settlement that the store has.

    Raises:
        OtherSiteError: If a site is not among those of the store.
    """
    others = sorted(one for one in new if not any(_may_be_one_site(one, known) for known in there))
    if there and others:
        raise OtherSiteError(file, store, [_said(one) for one in others], [_said(one) for one in sorted(there)])


def _may_be_one_site(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] if one[0] and other[0] else one[1] == other[1]


def _said(site: tuple[str, str]) -> str:
    return f"{site[0]} ({site[1]})" if site[0] else site[1]


def _store(connection: Connection, marketplace: Marketplace, named: str | None) -> str:
    """Return the store of a file; one that is new to the books is added."""
    known = [store.name for store in stores.all_stores(connection) if store.marketplace is marketplace]
    if named is None and len(known) > 1:
        raise StoreNotNamedError(marketplace, known)
    name = named or (known[0] if known else str(marketplace))
    stores.ensure(connection, Store(name, marketplace))
    return name
