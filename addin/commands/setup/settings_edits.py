"""Take over what was edited on the sheets of settings, before a button does its work: one line per sheet.

Policies, time zones and exchange rates may decide anew what is posted or closed: that is asked before anything of any
sheet is stored. What is taken is taken together, and its sheets are filled in the same press: what a cell was filled
with and what the books hold never part, whichever button it was.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from addin.commands.costs.returning_answers import with_proposals
from addin.commands.setup.shown_settings import SettingsShown, fill_typed, in_books, refuse_unfillable
from addin.connections.finale_account import change_account
from addin.sheets.close import accounts
from addin.sheets.costs import opening_costs, sku_mapping
from addin.sheets.desk import TypedSettings
from addin.sheets.reports import rates
from addin.sheets.reports.pnl_age import keep_days, say_if_changed
from addin.sheets.settlements import types
from addin.sheets.setup import setup, stores
from core.books.database.repeating import repeated
from core.books.loading import load_books
from core.books.settings.account_choices import change_accounts
from core.books.settings.home_currency import change_home_currency
from core.books.settings.opening_costs import change_opening_costs
from core.books.settings.policies import change_policies, policy_effects
from core.books.settings.rates import rate_rows, save_typed_rates
from core.books.settings.setting_effects import rate_effects, refuse_unagreed
from core.books.settings.sku_mapping import change_mappings
from core.books.settings.stores import all_stores
from core.books.settings.time_zones import change_time_zones
from core.books.settings.type_choices import change_types
from core.errors import WorkbookError, briefly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    import xlwings as xw

    from addin.commands.outcome import Outcome
    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.sheet_specs import TableSpec
    from core.books.books import Books
    from core.books.database import Database
    from core.books.settings.rates import TypedRate
    from core.books.settings.setting_effects import SettingEffect


class Edits(StrEnum):
    """What is done with what was edited."""

    ASK = "ask"
    """Taken over; refused where it would change what is posted or closed."""
    SHOW = "show"
    """Refused as well where it decides anew what is open: there is somebody who can be shown it and asked."""
    AGREED = "agreed"
    """Taken over, whatever it decides anew."""
    LEAVE = "leave"
    """Left on the sheets: it is only looked at."""


class NoSuchStoreError(WorkbookError):
    """A row of sheet Stores names a store that the books do not have."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        listed = ", ".join(f"“{one}”" for one in known) or "none yet"
        super().__init__(
            f"Sheet Stores names store “{briefly(name)}”, which is not in these books; their stores are: {listed}. "
            f"A store comes into the books with its first file. Nothing was changed; delete the row and try again."
        )


def _refuse_unknown_stores(typed: Mapping[str, str], database: Database) -> None:
    """Stop where a time zone was typed for a store that is not in the books.

    Raises:
        NoSuchStoreError: If there is one.
    """
    if typed:
        with database.reading() as connection:
            known = [one.name for one in all_stores(connection)]
        for name in (one for one in typed if one not in known):
            raise NoSuchStoreError(name, known)


def take_over_edits(
    book: xw.Book, database: Database, who: str, now: datetime, edits: Edits = Edits.ASK
) -> TypedSettings | None:
    """Store every edited setting, and fill the sheets on which there was one: all of them, or nothing.

    Returns:
        What was typed, with the books as they were before where it can change costs: what a button says that it changed
        is compared with them, for what was typed counts from its press on. `None` where nothing was typed.

    Raises:
        ChangeNotAgreedError: If something would be decided anew to which somebody must agree (`Edits`) and nobody has;
            nothing of any sheet was stored.
        CogsheetError: If a value cannot be taken, or a sheet not be filled; nothing of any sheet was stored.
    """
    if edits is Edits.LEAVE:
        return None
    found = SettingsShown(database)
    typed = _read_typed(book, found)
    _refuse_unknown_stores(typed[_change_time_zones], database)
    sheets, effects = _effects(typed, database, who, now)
    home, agreed = database.company.home_currency, edits is Edits.AGREED
    refuse_unagreed(sheets, effects, home, agreed=agreed, shows_all=edits is Edits.SHOW)
    counts = _counts(typed)
    if not counts:
        return None
    specs = [spec for spec in _SPECS if spec.sheet in counts]
    refuse_unfillable(book, specs)
    told = bool(effects) or any(rows for change, rows in typed.items() if change not in _COSTS_STAY)
    before = found.books if told else None
    _store(database, typed, who, now)
    shown = SettingsShown(database)
    fill_typed(book, specs, shown)
    if before is not None:
        keep_days(book, before, shown.books)
    say_if_changed(book, shown.books)
    return TypedSettings(counts, before, shown.books if told else None, tuple(effects))


def _read_typed(book: xw.Book, shown: SettingsShown) -> dict[Callable[..., object], Any]:
    """Return what was edited, sheet by sheet, under what stores it.

    Raises:
        WorkbookError: If a cell holds what its column does not want, or was typed over what somebody else saved since.
    """
    policies = setup.edited_policies(book, in_books(shown, setup.SETUP_SPEC))
    return {
        change: policies if change is _change_policies else edited(book, in_books(shown, _SPEC_OF[change], policies))
        for edited, change in _SHEETS
    }


def _counts(typed: Mapping[Callable[..., object], Any]) -> dict[str, int]:
    """Return how many rows were edited on each sheet."""
    counts: dict[str, int] = {}
    for change, rows in typed.items():
        if rows:
            sheet = _SPEC_OF[change].sheet
            counts[sheet] = counts.get(sheet, 0) + len(rows)
    return counts


@repeated
def _store(database: Database, typed: Mapping[Callable[..., object], Any], who: str, now: datetime) -> None:
    """Store what was edited on every sheet, or, where a value cannot be taken, nothing of any."""
    with database.writing():
        for change, rows in typed.items():
            if rows:
                change(database, rows, who=who, now=now)


def with_taken(outcome: Outcome, settings: TypedSettings | None) -> Outcome:
    """Return an outcome that tells first what was taken over from the sheets of settings. Pure."""
    if settings is None:
        return outcome
    home = "" if settings.after is None else settings.after.company.home_currency
    changes = [
        {"store": one.store, "settlement": one.settlement_id, "cogs_before": str(one.was), "cogs_after": str(one.now)}
        for one in settings.changes
    ]
    effects = [effect_entry(one) for one in settings.effects]
    data = {
        "taken_over": {"rows": dict(settings.rows), "changes": changes, "effects": effects, "currency": home or None}
    }
    odd = [{"sku": one.sku, "cost": str(one.unit_cost), "reason": one.reason} for one in settings.suspects]
    told = replace(
        outcome,
        message=f"{settings.message}\n{outcome.message}",
        needs_attention=outcome.needs_attention or bool(odd),
        data={**outcome.data, **data, **({"looks_wrong": odd} if odd else {})},
    )
    return told if settings.after is None else with_proposals(told, settings.after, settings.proposals)


def effect_entry(effect: SettingEffect) -> dict[str, object]:
    """Return what a setting would change of a settlement, for programs."""
    return {
        "store": effect.store,
        "settlement": effect.settlement_id,
        "status": effect.status,
        "needs_yes": effect.needs_yes,
        "only_if_reopened": effect.if_reopened,
        "lines_in_another_month": effect.moved,
        "lines_booked_in_another_month": effect.later,
        "lines_not_counted": effect.counted_out,
        "lines_counted_anew": effect.counted_in,
        "lines_at_another_cost": effect.recosted,
        "cogs_before": str(effect.cogs_was),
        "cogs_after": str(effect.cogs_now),
        "true_ups": str(effect.true_up),
        "lines_at_another_rate": effect.rated,
        "net_at_home_before": None if effect.rated_was is None else str(effect.rated_was),
        "net_at_home_after": None if effect.rated_now is None else str(effect.rated_now),
    }


def edited_effects(book: xw.Book, database: Database, who: str, now: datetime) -> tuple[str, list[SettingEffect]]:
    """Return the sheets on which policies, time zones and rates were edited, in words, and what these would change.

    What else was typed that can change costs counts in the same press, so that it is in the same figures. Of rates it
    is what they would change of what is posted or closed.

    Raises:
        CogsheetError: If a value cannot be taken.
    """
    return _effects(_read_typed(book, SettingsShown(database)), database, who, now)


def _effects(
    typed: Mapping[Callable[..., object], Any], database: Database, who: str, now: datetime
) -> tuple[str, list[SettingEffect]]:
    of_rates = _effects_of_rates(database, typed[save_typed_rates])
    sheet_of_rates = rates.RATES_SPEC.sheet if of_rates else ""
    policies, zones = typed[_change_policies], typed[_change_time_zones]
    if not policies and not zones:
        return f"Sheet {sheet_of_rates}" if of_rates else "", of_rates
    others = [(change, rows) for change, rows in typed.items() if change in _COSTS_MOVE and rows]
    decide = [change for change in (_change_policies, _change_time_zones) if typed[change]]
    names = [_SPEC_OF[change].sheet for change in (*(change for change, _ in others), *decide)]
    names += [sheet_of_rates] if of_rates else []
    *first, last = names
    sheets = f"Sheets {', '.join(first)} and {last}" if first else f"Sheet {last}"
    beside = _tried(database, others, who, now) if others else None
    return sheets, [*policy_effects(database, policies, zones, beside), *of_rates]


def _effects_of_rates(database: Database, typed: Sequence[TypedRate]) -> list[SettingEffect]:
    if not typed:
        return []
    return rate_effects(load_books(database), rate_rows(typed, database.company.home_currency))


class _OnlyTriedError(Exception):
    """Takes back what was stored to see what it does."""


@repeated
def _tried(
    database: Database, changes: Iterable[tuple[Callable[..., object], Any]], who: str, now: datetime
) -> Books | None:
    """Return the books as they would be with what was typed, storing nothing of it.

    Raises:
        CogsheetError: If a value cannot be taken.
    """
    books = None
    with suppress(_OnlyTriedError), database.writing():
        for change, rows in changes:
            change(database, rows, who=who, now=now)
        books = load_books(database, anew=True)
        raise _OnlyTriedError
    return books


_change_policies = partial(change_policies, agreed=True)
_change_time_zones = partial(change_time_zones, agreed=True)
_SHEETS: tuple[tuple[Callable[[xw.Book, InBooks], Any], Callable[..., object]], ...] = (
    (setup.edited_home_currency, change_home_currency),
    (sku_mapping.edited_mappings, change_mappings),
    (setup.edited_settings, change_account),
    (accounts.edited_accounts, change_accounts),
    (types.edited_types, change_types),
    (opening_costs.edited_opening_costs, change_opening_costs),
    (rates.edited_rates, save_typed_rates),
    (setup.edited_policies, _change_policies),
    (stores.edited_time_zones, _change_time_zones),
)
"""What was edited on each sheet of settings, and what stores it: first the currency of all others, last what may decide
anew what is posted."""
_SPEC_OF: dict[Callable[..., object], TableSpec] = {
    change_home_currency: setup.SETUP_SPEC,
    change_mappings: sku_mapping.SKU_MAPPING_SPEC,
    change_account: setup.SETUP_SPEC,
    change_accounts: accounts.ACCOUNTS_SPEC,
    change_types: types.TYPES_SPEC,
    change_opening_costs: opening_costs.OPENING_COSTS_SPEC,
    save_typed_rates: rates.RATES_SPEC,
    _change_policies: setup.SETUP_SPEC,
    _change_time_zones: stores.STORES_SPEC,
}
_SPECS = tuple(dict.fromkeys(_SPEC_OF.values()))
_COSTS_STAY = (change_account, change_accounts, save_typed_rates)
"""What stores settings that no line's cost depends on."""
_COSTS_MOVE = (change_mappings, change_types, change_opening_costs)
"""What stores settings beside policies and time zones on which costs depend, and which need no yes."""
