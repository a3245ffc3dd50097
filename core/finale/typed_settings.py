"""The account's settings as the user types them on Setup: read, checked, and shown again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from core.errors import CogsheetError, briefly
from core.finale.account_settings import Mode, account_name
from core.finale.errors import ReportError
from core.finale.graphql_schema import ROLES
from core.finale.reports import AVERAGE_COLUMNS, AVERAGES, COST_COLUMNS, COSTS, report_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.settings import FinaleAccount

TITLES: Mapping[str, tuple[str, str]] = {
    "mode": (
        "Finale mode",
        "automatic: by report if one is given, else by order. Or: orders, report, averages (proposals).",
    ),
    "order_prefixes": (
        "Finale order prefixes",
        "What Finale's order IDs have before the marketplace's, with commas between: AMZ-, WM-.",
    ),
    "cost_report": (
        "Finale cost report",
        "Address of your saved report of costs per order: all sales orders of the last months.",
    ),
    "average_report": (
        "Finale average report",
        "Address of your saved report of average costs or of the inventory valuation.",
    ),
    "field_names": (
        "Finale field names",
        "Only where Finale's fields have names of their own: movement cost = costBasis; stock after = onHand.",
    ),
    "column_names": (
        "Report column names",
        "Only where a report's columns have titles of their own: cost = Our cost; units = Pieces.",
    ),
}
"""Title and meaning of each setting, by its name in `core.settings.FinaleAccount`."""

_SECRET = re.compile(r"api_?-?key|^key$|secret|token|passw|pwd|auth|session", re.IGNORECASE)
_REPORTS = {"cost_report": COSTS, "average_report": AVERAGES}
_ROLES = {"field_names": frozenset(ROLES), "column_names": frozenset((*COST_COLUMNS, *AVERAGE_COLUMNS))}


class FinaleSettingError(CogsheetError):
    """A setting of the Finale account cannot be taken."""

    def __init__(self, name: str, problem: str) -> None:
        title, meaning = TITLES[name]
        super().__init__(
            f"Sheet Setup, {title}: {problem} {meaning} Nothing was changed; correct the value and try again."
        )


class SecretInAddressError(CogsheetError):
    """A pasted address holds a key or password."""

    def __init__(self, name: str, part: str) -> None:
        super().__init__(
            f"Sheet Setup, {TITLES[name][0]}: the address has a key, password or session inside ({part}). It was not "
            "stored. Empty the cell, save the workbook, and copy the report's address again from Finale: Cogsheet "
            "signs in with the key that Connect has put into this computer's vault."
        )


def with_edits(before: FinaleAccount, edits: Mapping[str, str]) -> FinaleAccount:
    """Return the account's settings with what was typed; an empty text is no value.

    Args:
        before: As they were.
        edits: Texts by the names of `TITLES`.

    Raises:
        FinaleSettingError: If a text is none of that setting's.
        SecretInAddressError: If an address would bring a secret into books and workbook.
        ReportError: If an address is none of a report of this account.
    """
    return before.model_copy(update={name: _read(before, name, text.strip()) for name, text in edits.items()})


def setting_text(account: FinaleAccount, name: str) -> str:
    """Return a setting as the user would type it."""
    value = getattr(account, name)
    if isinstance(value, dict):
        return "; ".join(f"{role} = {name}" for role, name in value.items())
    return value if isinstance(value, str) else ", ".join(value)


def _read(account: FinaleAccount, name: str, text: str) -> object:
    if name in _REPORTS:
        return _report(account, name, text)
    if name == "mode":
        if text.casefold() not in set(Mode) | {""}:
            raise FinaleSettingError(name, f"there is no mode “{briefly(text)}”.")
        return text.casefold() or str(Mode.AUTOMATIC)
    if name == "order_prefixes":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return dict(_pair(name, part) for part in text.split(";") if part.strip())


def _report(account: FinaleAccount, name: str, text: str) -> str:
    if not text:
        return ""
    _refuse_secret(name, text)
    try:
        # Before Connect the account is that of the address; Check looks again.
        report_address(_REPORTS[name], text, account.account or account_name(text))
    except ReportError as error:
        raise FinaleSettingError(name, str(error)) from error
    return text


def _refuse_secret(name: str, address: str) -> None:
    """Look at every part of an address that can hold one; the message names the part and never repeats it."""
    parts = urlsplit(address)
    if parts.username or parts.password or "@" in parts.netloc:
        raise SecretInAddressError(name, "before the @")
    for field in _fields((parts.query, parts.fragment, parts.path.partition(";")[2])):
        if _SECRET.search(field):
            raise SecretInAddressError(name, f"behind “{briefly(field)}=”")


def _fields(texts: Iterable[str]) -> list[str]:
    return [field for text in texts for field, _ in parse_qsl(text, keep_blank_values=True)]


def _pair(name: str, text: str) -> tuple[str, str]:
    role, between, value = (part.strip() for part in text.partition("="))
    if not between or not value:
        raise FinaleSettingError(name, f"“{briefly(text.strip())}” is not written as: {min(_ROLES[name])} = name.")
    if role.casefold() not in _ROLES[name]:
        raise FinaleSettingError(name, f"there is nothing called “{briefly(role)}” to look for.")
    if name == "field_names" and not re.fullmatch(r"[_A-Za-z]\w*", value, re.ASCII):
        raise FinaleSettingError(name, f"“{briefly(value)}” cannot be a field's name.")
    return role.casefold(), value
