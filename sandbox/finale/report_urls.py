"""The URLs of saved reports, as a user copies them out of Finale's browser window, and the column lists inside."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

SLOTS = 10
_GROUPS = 3
"""The slot that makes a row dimension a heading over its rows; which one it really is, is not known."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column: its number or name in Finale, a title of the user's own, whether rows are grouped by it."""

    name: int | str
    title: str | None = None
    groups: bool = False


def write_columns(columns: list[ReportColumn]) -> str:
    """Return the list as it stands in a URL."""
    slots = [[column.name, column.title, None, column.groups or None, *[None] * (SLOTS - 4)] for column in columns]
    return "~" + base64.urlsafe_b64encode(_pack(slots)).decode().rstrip("=")


def read_columns(text: str) -> list[ReportColumn]:
    """Read a list from a URL.

    Raises:
        ValueError: If it is none.
    """
    if not text.startswith("~"):
        raise ValueError(text)
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    slots, _rest = _unpack(packed)
    return [ReportColumn(one[0], one[1], bool(one[_GROUPS])) for one in slots]


def _pack(value: Any) -> bytes:  # noqa: ANN401  # what the module docstring lists
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return bytes([value]) if value < 0x80 else b"\xcd" + value.to_bytes(2)  # noqa: PLR2004  # msgpack's limit
    if isinstance(value, str):
        text = value.encode()
        return (bytes([0xA0 | len(text)]) if len(text) < 0x20 else b"\xd9" + bytes([len(text)])) + text  # noqa: PLR2004  # msgpack's limit
    head = bytes([0x90 | len(value)]) if len(value) < 0x10 else b"\xdc" + len(value).to_bytes(2)  # noqa: PLR2004  # msgpack's limit
    return head + b"".join(_pack(one) for one in value)


def _unpack(data: bytes) -> tuple[Any, bytes]:
    head, rest = data[0], data[1:]
    constants = {0xC0: None, 0xC2: False, 0xC3: True}
    if head in constants:
        return constants[head], rest
    if head < 0x80:  # noqa: PLR2004  # msgpack's limit
        return head, rest
    long_forms = {0xCD: (_whole, 2), 0xD9: (_text, 1), 0xDC: (_items, 2)}
    if head in long_forms:
        read, size = long_forms[head]
        return read(rest[size:], int.from_bytes(rest[:size]))
    if head < 0xC0:  # noqa: PLR2004  # msgpack's limit
        return _text(rest, head & 0x1F) if head >= 0xA0 else _items(rest, head & 0x0F)  # noqa: PLR2004  # msgpack's limit
    raise ValueError(f"unknown msgpack mark {head:#x}")


def _whole(data: bytes, value: int) -> tuple[int, bytes]:
    return value, data


def _text(data: bytes, length: int) -> tuple[str, bytes]:
    return data[:length].decode(), data[length:]


def _items(data: bytes, count: int) -> tuple[list[Any], bytes]:
    items = []
    for _ in range(count):
        item, data = _unpack(data)
        items.append(item)
    return items, data


STOCK_HISTORY_COLUMNS = (
    ReportColumn("stockHistoryRecordDate"),
    ReportColumn("stockHistoryTransactionType"),
    ReportColumn("stockHistoryTransactionUpdateType"),
    ReportColumn("stockHistoryTransactionDescription"),
    ReportColumn("stockHistoryShipmentOrderOrderId"),
    ReportColumn("stockHistoryShipmentShipmentId"),
    ReportColumn(510),
    ReportColumn("stockHistoryUnits"),
    ReportColumn("stockHistoryTransactionCostPerUnit"),
    ReportColumn("stockHistoryAverageCostPerUnit"),
)
"""What a report for costs per order needs."""

PRODUCT_COLUMNS = (ReportColumn(510), ReportColumn(468), ReportColumn(373), ReportColumn(1208))
"""What a report of current averages needs."""

LAST_MONTH = {"duration": "month", "offset": -1, "length": 1, "timezone": "America/New_York"}


def report_url(
    url: str,
    account: str,
    dataset: str,
    columns: Sequence[ReportColumn],
    *,
    filters: Sequence[Sequence[object]] = (),
    report_format: str = "jsonObject",
    stream: bool = True,
) -> str:
    """Return the URL of a saved report.

    Args:
        url: Of the service, without a slash at the end.
        account: Account path.
        dataset: `stockHistory`, `product`, `stock` or `orderItem`.
        columns: In their order, with titles of the user's own where there are some.
        filters: `[field, value, null]` each.
        report_format: `csv`, `json` or `jsonObject`.
        stream: As copied from the browser (`pivotTableStream`), which answers HTML; else `pivotTable`.
    """
    kind = "pivotTableStream" if stream else "pivotTable"
    arguments = {
        "format": report_format,
        "data": dataset,
        "attrName": "##user088",
        "rowDimensions": write_columns(list(columns)),
        "metrics": "",
        "filters": base64.b64encode(json.dumps(list(filters)).encode()).decode(),
        "reportTitle": "Costs for Cogsheet",
    }
    extension = "csv" if report_format == "csv" else "json"
    return f"{url}/{account}/doc/report/{kind}/1763000000000/Report.{extension}?{urlencode(arguments, quote_via=quote)}"
