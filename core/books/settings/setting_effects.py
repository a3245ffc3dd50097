"""What changed settings would do to the books, each alone and all together: shown first, and what needs a yes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups.corrections import rated_lines
from core.books.true_ups.cost_comparison import differences
from core.errors import CogsheetError
from core.exchange_rates import at_home
from core.frame_columns import records
from core.model import Event
from core.money import cents, total
from core.plurals import counted
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from core.books.books import Books
    from core.exchange_rates import ExchangeRates


@dataclass(frozen=True, slots=True)
class SettingEffect:
    """What a changed setting would do to one settlement, if it held for it."""

    store: str
    settlement_id: str
    status: str
    """`exported`, `posted elsewhere` or `open`."""
    moved: int
    """Lines that would count in another month, or on the other side of the lock date."""
    moved_net: Mapping[str, Decimal]
    """Their net by currency; what the bank got is in no net sum."""
    counted_in: int
    """Lines that would be counted and are not."""
    counted_out: int
    """Lines that are counted and would not be: those before books start."""
    counted_net: Mapping[str, Decimal]
    """Net of both by currency, what goes out with -."""
    recosted: int
    """Lines whose cost would be another."""
    cogs_was: Decimal
    cogs_now: Decimal
    """COGS of the lines that are counted, in home currency, to the cent."""
    true_up: Decimal
    """What would be proposed of locked lines, in home currency."""
    closed: int
    """Lines concerned that lie in a closed period, before or after."""
    later: int
    """Lines whose entries are not out yet, and would be dated in another month: closing a month does that."""
    later_net: Mapping[str, Decimal]
    crosses_start: bool
    """Whether lines would cross books start though it was not moved: another time zone does that."""
    if_reopened: bool = False
    """Whether it stays as it was exported now, and this would happen to it once it is reopened."""
    rated: int = 0
    """Lines whose money would be worth something else at home: reports in home currency change, no entry does."""
    rated_was: Decimal | None = None
    rated_now: Decimal | None = None
    """Their net in home currency, to the cent; `None`: none of them has a rate."""

    @property
    def needs_yes(self) -> bool:
        """Whether something posted or closed would be decided anew; what is only booked later is not."""
        return (self.status != OPEN and self.decides) or self.closed > 0 or self.crosses_start

    @property
    def decides(self) -> bool:
        """Whether lines are decided anew: counted or not, in another month, at another cost or exchange rate."""
        return bool(self.moved or self.counted_in or self.counted_out or self.recosted or self.true_up or self.rated)

    def words(self, home: str) -> str:
        """Say it in a sentence."""
        does = [
            _lines(self.moved, self.moved_net, "in another month"),
            _lines(self.later, self.later_net, "to be booked in another month"),
            _lines(self.counted_out, {} if self.counted_in else self.counted_net, "not counted"),
            _lines(self.counted_in, {} if self.counted_out else self.counted_net, "newly counted"),
            _lines(self.recosted, {}, "at another cost"),
            _lines(self.rated, {}, "at another exchange rate"),
            f"{self.closed:,} of them in a closed period" if self.closed else "",
            f"their net {_worth(self.rated_was, home)}, then {_worth(self.rated_now, home)}" if self.rated else "",
            f"COGS {home} {self.cogs_was:,.2f}, then {self.cogs_now:,.2f}" if self.cogs_was != self.cogs_now else "",
            f"{'costs changed by' if self.if_reopened else 'true-ups of'} {home} {self.true_up:,.2f}"
            f"{'' if self.if_reopened else ' proposed'}"
            if self.true_up
            else "",
        ]
        stays = "stays as it was exported; reopened, it would have " if self.if_reopened else ""
        return f"{self.settlement_id} ({self.store}, {self.status}): {stays}{', '.join(filter(None, does))}"


OPEN = "open"


class ChangeNotAgreedError(CogsheetError):
    """A changed setting would decide something anew, and nobody has seen what or agreed to it."""

    left = "Nothing was changed: what you typed is still in its cell. Put it back as it was to go on."
    """What is said where whoever is asked does not agree."""

    def __init__(self, setting: str, effects: Sequence[SettingEffect], home: str) -> None:
        self.effects = tuple(effects)
        posted = any(one.status != OPEN for one in effects)
        stays = " Exported settlements stay unchanged, in the same months and reports." if posted else ""
        if any(one.rated for one in effects):
            stays = " Entries that are out stay as they are; profit and loss and packs go by the rates in force."
        what = "what is posted or closed" if any(one.needs_yes for one in effects) else "these settlements"
        if all(one.if_reopened for one in effects if one.needs_yes):
            what = "what exported settlements come to once they are reopened" if posted else what
        super().__init__(
            f"{setting} would change {what}:\n{words_of(effects, home)}\nNothing was changed: it needs a yes.{stays}"
        )


def words_of(effects: Iterable[SettingEffect], home: str) -> str:
    """Return a line for each settlement that a setting would change."""
    return "\n".join(f"  {one.words(home)}." for one in effects)


def refuse_unagreed(
    setting: str, effects: Sequence[SettingEffect], home: str, *, agreed: bool, shows_all: bool = False
) -> None:
    """Stop where a setting would decide something anew that is posted or closed.

    Args:
        setting: What was typed where.
        effects: What it would change.
        home: Home currency.
        agreed: Whether somebody has agreed.
        shows_all: Whether to stop also where it decides anew what is open: who can be asked is shown it first.

    Raises:
        ChangeNotAgreedError: If it would, and nobody has agreed.
    """
    if not agreed and any(one.needs_yes or (shows_all and one.decides) for one in effects):
        raise ChangeNotAgreedError(setting, effects, home)


def posted_settlements(books: Books) -> list[BookedSettlement]:
    """Return the settlements of which something is posted, from here or elsewhere."""
    return [one for one in books.settlements if _status(one) != OPEN]


def in_order(effect: SettingEffect) -> tuple[bool, str, str, bool]:
    """Return by what effects are sorted: what is posted first, then by store and settlement."""
    return effect.status == OPEN, effect.store, effect.settlement_id, effect.if_reopened


def setting_effects(before: Books, after: Books) -> list[SettingEffect]:
    """Return what other settings would do to each settlement; one that they leave alone is not in it.

    Args:
        before: The books.
        after: The same lines under the other settings (`with_settings`).
    """
    lines = before.lines[["key", "store", "settlement_id", "event", "currency", "net"]].assign(
        **_compared(before, after)
    )
    concerned = lines[lines[["moved", "counted_in", "counted_out", "recosted", "later"]].any(axis=1)]
    true_ups = _true_ups(before, after)
    of = {(str(store), str(number)): rows for (store, number), rows in concerned.groupby(["store", "settlement_id"])}
    effects = [
        _effect(before, after, one, of.get(name, concerned.iloc[:0]), true_ups.get(name, _NONE))
        for one in before.settlements
        for name in [(one.store, one.settlement_id)]
        if name in of or true_ups.get(name)
    ]
    return sorted(effects, key=in_order)


_NONE = Decimal(0)


def rate_effects(books: Books, rates: pd.DataFrame) -> list[SettingEffect]:
    """Return what exchange rates would change of what is posted or closed: its profit at home, to which goes a yes.

    That is every line that counts in a closed month, also where it had no rate before, and every line of a posted
    settlement that had another. EUR 20.00 in a closed August at 1.10 are 22.00 at home; at 1.50 they would be 30.00.

    Args:
        books: The books.
        rates: RATE_COLUMNS as they would be stored, beside those there are.
    """
    home, then = books.company.home_currency, books.rates.also(rates)
    lines = _foreign(books)
    values = [at_home(lines, "net", known, home, books.zones) for known in (books.rates, then)]
    days = zip(lines["currency"], local_days(lines, books.zones), strict=True)
    pairs = [tuple(_rate(known, currency, home, day) for known in (books.rates, then)) for currency, day in days]
    status = {(one.store, one.settlement_id): _status(one) for one in books.settlements}
    names = list(zip(lines["store"], lines["settlement_id"], strict=True))
    closed = _in_closed_months(books, lines)
    concerned: dict[tuple[str, str], list[int]] = {}
    for place, (name, (was, now)) in enumerate(zip(names, pairs, strict=True)):
        if was != now and (closed[place] or (was is not None and status.get(name, OPEN) != OPEN)):
            concerned.setdefault(name, []).append(place)
    effects = (
        _rated(
            books, name, status.get(name, OPEN), [one.iloc[places] for one in values], sum(closed[n] for n in places)
        )
        for name, places in concerned.items()
    )
    return sorted(effects, key=in_order)


def _foreign(books: Books) -> pd.DataFrame:
    """Return the lines, corrections among them, that reports convert: those that count, in another currency."""
    lines = rated_lines(books)
    gone = set(books.lines["key"]) - set(books.counted(books.lines)["key"])
    is_foreign = (lines["currency"] != books.company.home_currency) & (lines["event"] != Event.PAYOUT)
    return lines[_plain(is_foreign) & ~lines["key"].isin(list(gone))].reset_index(drop=True)


def _rate(known: ExchangeRates, currency: str, home: str, day: object) -> Decimal | None:
    rate = known.on(currency, home, day) if isinstance(day, str) else None
    return None if rate is None else rate.rate


def _in_closed_months(books: Books, lines: pd.DataFrame) -> list[bool]:
    """Tell which lines count in a closed month: by the day on which they are booked."""
    lock = books.policies.lock_date
    booked = {row["key"]: row["money_day"] for row in records(books.booked_days)}
    days = zip(lines["key"], local_days(lines, books.zones).fillna(""), strict=True)
    return [lock is not None and (booked.get(key) or str(day)) <= lock.isoformat() for key, day in days]


def _rated(books: Books, name: tuple[str, str], status: str, values: Sequence[pd.Series], closed: int) -> SettingEffect:
    was, now = (None if one.isna().all() else cents(total(one.dropna())) for one in values)
    cogs = cents(total(books.counted(books.lines_of(books.named(["/".join(name)])[0]))["cogs"]))
    return SettingEffect(
        store=name[0],
        settlement_id=name[1],
        status=status,
        moved=0,
        moved_net={},
        counted_in=0,
        counted_out=0,
        counted_net={},
        recosted=0,
        cogs_was=cogs,
        cogs_now=cogs,
        true_up=_NONE,
        closed=closed,
        later=0,
        later_net={},
        crosses_start=False,
        rated=len(values[0]),
        rated_was=was,
        rated_now=now,
    )


def _compared(before: Books, after: Books) -> dict[str, pd.Series]:
    """Compare every line under both settings."""
    was, now = (local_days(books.lines, books.zones).fillna("") for books in (before, after))
    counted_was, counted_now = (books.lines["key"].isin(books.counted(books.lines)["key"]) for books in (before, after))
    lock = before.policies.lock_date.isoformat() if before.policies.lock_date else ""
    crosses = (was <= lock) != (now <= lock)
    both = counted_was & counted_now
    costs = [books.lines["cogs"] for books in (before, after)]
    recosted = (costs[0].isna() != costs[1].isna()) | _plain(costs[0] != costs[1])
    moved = _plain(both & ((was.str.slice(0, 7) != now.str.slice(0, 7)) | crosses))
    return {
        "moved": moved,
        "later": _plain(both & ~moved & _booked_otherwise(before, after)),
        "counted_in": _plain(counted_now & ~counted_was),
        "counted_out": _plain(counted_was & ~counted_now),
        "recosted": _plain(both & recosted),
        "closed": _plain((was <= lock) | (now <= lock)) if lock else _plain(both & False),
    }


def _booked_otherwise(before: Books, after: Books) -> pd.Series:
    """Tell which lines would be booked in another month: closing one moves what is not exported of it to the next."""
    was, now = ({row["key"]: _booked(row) for row in records(books.booked_days)} for books in (before, after))
    keys = {key for key in was | now if was.get(key) != now.get(key)}
    return before.lines["key"].isin(list(keys))


def _booked(row: Mapping[str, Any]) -> tuple[str, str]:
    return (row["money_day"] or "")[:7], (row["cost_day"] or "")[:7]


def _plain(flags: pd.Series) -> pd.Series:
    return flags.fillna(value=False).astype(bool)


def _true_ups(before: Books, after: Books) -> dict[tuple[str, str], Decimal]:
    """Return by how much more would be proposed of each settlement's locked lines."""
    if before.costing_input.locked_lines is None or before.costing_input.locked_lines.empty:
        return {}
    place = {row["key"]: (row["store"], row["settlement_id"]) for row in records(before.lines, ["key", *_PLACE])}
    sums: dict[tuple[str, str], Decimal] = {}
    for books, sign in ((before, -1), (after, 1)):
        for row in records(differences(books)):
            name = place[row["key"]]
            sums[name] = sums.get(name, _NONE) + sign * row["difference"]
    return {name: cents(amount) for name, amount in sums.items() if amount}


_PLACE = ["store", "settlement_id"]


def _effect(
    before: Books, after: Books, settlement: BookedSettlement, lines: pd.DataFrame, true_up: Decimal
) -> SettingEffect:
    gone, new = lines[lines["counted_out"]], lines[lines["counted_in"]]
    was, now = (cents(total(books.counted(books.lines_of(settlement))["cogs"])) for books in (before, after))
    return SettingEffect(
        store=settlement.store,
        settlement_id=settlement.settlement_id,
        status=_status(settlement),
        moved=int(lines["moved"].sum()),
        moved_net=_nets([(lines[lines["moved"]], 1)]),
        counted_in=len(new),
        counted_out=len(gone),
        counted_net=_nets([(new, 1), (gone, -1)]),
        recosted=int(lines["recosted"].sum()),
        cogs_was=was,
        cogs_now=now,
        true_up=true_up,
        closed=int((lines["closed"] & ~lines["later"]).sum()),
        later=int(lines["later"].sum()),
        later_net=_nets([(lines[lines["later"]], 1)]),
        crosses_start=before.policies.books_start == after.policies.books_start
        and before.zones != after.zones
        and len(gone) + len(new) > 0,
    )


def _status(settlement: BookedSettlement) -> str:
    if settlement.is_exported:
        return str(EntryStatus.EXPORTED)
    return OPEN if settlement.is_open else str(EntryStatus.POSTED_ELSEWHERE)


def _nets(parts: Iterable[tuple[pd.DataFrame, int]]) -> dict[str, Decimal]:
    """Return the net of lines by currency, each part with its sign: amounts of two currencies are never added."""
    sums: dict[str, Decimal] = {}
    for lines, sign in parts:
        for row in records(lines.loc[lines["event"] != Event.PAYOUT.value, ["currency", "net"]]):
            sums[row["currency"]] = sums.get(row["currency"], _NONE) + sign * row["net"]
    return {currency: cents(amount) for currency, amount in sorted(sums.items())}


def _worth(amount: Decimal | None, home: str) -> str:
    return "without a rate" if amount is None else f"{home} {amount:,.2f}"


def _lines(count: int, nets: Mapping[str, Decimal], how: str) -> str:
    if not count:
        return ""
    sums = " and ".join(f"{currency} {net:,.2f}" for currency, net in nets.items())
    return f"{counted(count, 'line')}{f' of {sums}' if sums else ''} {how}"
