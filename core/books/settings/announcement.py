"""What settings typed on the sheets do together, also to exported settlements, which keep what they went out with."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.books import with_settings
from core.books.settings.calendars import store_days, with_zones
from core.books.settings.setting_effects import OPEN, SettingEffect, in_order, setting_effects, words_of
from core.time import StoreDays, local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from core.books.books import Books
    from core.settings import Policies
    from core.time import SettlementName


def typed_effects(
    books: Books, policies: Policies, zones: Mapping[str, ZoneInfo], beside: Books | None = None
) -> list[SettingEffect]:
    """Return what other policies and time zones would do together to each settlement. Pure.

    An exported settlement keeps the books start and the zone that it went out with (`core.books.settings.calendars`):
    nothing happens to it, and what would once it is reopened is said as such.

    Args:
        books: The books.
        policies: The policies as they would be.
        zones: The zone of each store as they would be.
        beside: The books with what else was typed in the same press (opening costs, mapped SKUs, types), which counts
            together with them; nothing where nothing else was.
    """
    typed = books if beside is None else beside
    kept = _with_calendars_kept(typed)
    effects = setting_effects(books, with_settings(kept, policies, with_zones(typed.settlements, kept.zones, zones)))
    if policies.books_start == books.policies.books_start and zones == books.zones.zones:
        return effects
    return sorted([*effects, *_if_reopened(books, typed, policies, zones, effects)], key=in_order)


def _with_calendars_kept(books: Books) -> Books:
    """Return the books as `calendars.keep_calendars` leaves them before zone or books start change."""
    names = [(one.store, one.settlement_id) for one in books.settlements if one.is_exported]
    starts = {name: books.starts.get(name, books.policies.books_start) for name in names}
    zones = {name: books.zones.zone(*name) for name in names}
    return replace(books, starts=starts, zones=replace(books.zones, exceptions={**books.zones.exceptions, **zones}))


def _if_reopened(
    books: Books, typed: Books, policies: Policies, zones: Mapping[str, ZoneInfo], now: Iterable[SettingEffect]
) -> Iterator[SettingEffect]:
    """Yield what would become of each exported settlement once nothing is kept for it."""
    exported = {(one.store, one.settlement_id) for one in books.settlements if one.is_exported}
    if not exported:
        return
    was, then = (
        _by_settings_alone(books, books.policies, books.zones.zones),
        _by_settings_alone(typed, policies, zones),
    )
    true_ups = {(one.store, one.settlement_id): one.true_up for one in now}
    for one in setting_effects(was, then):
        name = (one.store, one.settlement_id)
        effect = replace(one, true_up=one.true_up - true_ups.get(name, Decimal(0)), if_reopened=True)
        if name in exported and effect.decides:
            yield effect


def _by_settings_alone(books: Books, policies: Policies, zones: Mapping[str, ZoneInfo]) -> Books:
    """Return the books as they would be if no settlement had kept what it went out with."""
    return with_settings(replace(books, starts={}), policies, store_days(books.settlements, zones))


def effects_of_reopening(books: Books, names: Collection[SettlementName]) -> list[SettingEffect]:
    """Return what counts otherwise once settlements are reopened: they go by the settings of today from then on. Pure.

    Args:
        books: The books, before they are reopened.
        names: Store and id of each that is.
    """
    kept = {name for name in names if name in books.starts}
    if not kept:
        return []
    then = _by_settings_alone(books, books.policies, books.zones.zones)
    effects = (one for one in setting_effects(books, then) if (one.store, one.settlement_id) in kept)
    return [replace(one, status=OPEN) for one in effects if one.moved or one.counted_in or one.counted_out]


def words_of_reopening(books: Books, effects: Sequence[SettingEffect]) -> str:
    """Say what counts otherwise in reopened settlements, and which books start lets out what is not counted. Pure.

    Args:
        books: The books, before they were reopened.
        effects: What `effects_of_reopening` gave.
    """
    if not effects:
        return ""
    words = words_of(effects, books.company.home_currency)
    out = {(one.store, one.settlement_id) for one in effects if one.counted_out}
    lines = books.lines_of_all([one for one in books.settlements if (one.store, one.settlement_id) in out])
    days = local_days(lines, StoreDays(books.zones.zones)).dropna()
    way = f" To let out what is not counted, put {days.min()} or an earlier day as Books start on sheet Setup."
    return f"\nBooks start or a time zone was changed after the export. From now on:\n{words}{way if out else ''}"
