"""The URLs of saved reports, as a user copies them out of Finale's browser window."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sandbox.finale.column_lists import ReportColumn, write_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

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
