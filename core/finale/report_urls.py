"""The address of a saved report: as the user pasted it, made into one that answers data for certain days."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from core.finale.errors import ReportError

if TYPE_CHECKING:
    from datetime import date

_READABLE = {"csv", "tsv", "json", "jsonObject"}
_DATE_FIELDS = {
    "stockHistory": "stockHistoryRecordDate",
    "shipmentItem": "shipmentShipDate",
    "orderItem": "orderOrderDate",
    "order": "orderOrderDate",
}
_DATE_FIELD = re.compile(r"(RecordDate|ShipDate|OrderDate|TransactionDate)$")


def report_address(which: str, pasted: str, account: str, days: tuple[date, date] | None = None) -> str:
    """Return path and query of a report that answers data, without the host: the key goes to Finale alone.

    Args:
        which: Name of the report in messages.
        pasted: As copied from the browser; the `Stream` address answers a page and is replaced
            (docs/facts/finale-api.md, Reports).
        account: The account it must belong to.
        days: The first and last day wanted; replaces the report's own date filter, or is added.

    Raises:
        ReportError: If it is no address of a report of this account.
    """
    address = urlsplit(pasted.strip())
    parts = address.path.strip("/").split("/")
    if len(parts) < 4 or parts[1:3] != ["doc", "report"]:  # noqa: PLR2004 - account, doc, report and what follows
        raise ReportError(which, "has no address that Finale would give to a report")
    if parts[0].lower() != account:
        raise ReportError(which, f"belongs to the account '{parts[0]}', not to '{account}'")
    path = address.path.strip("/").replace("/pivotTableStream/", "/pivotTable/")
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    if query.get("format") not in _READABLE:
        query["format"] = "jsonObject"
    query["disableGrouping"] = "true"
    if days is not None:
        query["filters"] = _with_days(which, query.get("filters", ""), query.get("data", ""), days)
    return f"{path}?{urlencode(query, quote_via=quote)}"


def _with_days(which: str, encoded: str, dataset: str, days: tuple[date, date]) -> str:
    filters = _decoded(which, encoded)
    wanted = _DATE_FIELDS.get(dataset)
    dated = [each for each in filters if each[0] == wanted] or [each for each in filters if _DATE_FIELD.search(each[0])]
    if dated:
        dated[0][1] = _in_the_form_of(dated[0][1], days)
    elif wanted:
        filters.append([wanted, _in_the_form_of(None, days), None])
    return base64.b64encode(json.dumps(filters).encode()).decode()


def _decoded(which: str, encoded: str) -> list[list[Any]]:
    if not encoded:
        return []
    standard = encoded.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        filters = json.loads(base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (binascii.Error, ValueError) as error:
        raise ReportError(which, "has filters that cannot be read") from error
    return [list(each) for each in filters if isinstance(each, list) and len(each) > 1]


def _in_the_form_of(before: object, days: tuple[date, date]) -> object:
    """Return the days in the form the report had them; its relative ones ("last month") become the usual text."""
    begin, end = (day.isoformat() for day in days)
    if isinstance(before, list) and any("T" in str(each) for each in before):
        return [f"{begin}T00:00:00Z", f"{end}T23:59:59Z"]
    if isinstance(before, list):
        return [begin, end]
    return json.dumps([begin, end])
