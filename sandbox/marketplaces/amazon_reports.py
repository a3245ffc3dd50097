"""What Amazon offers of a business's settlements: reports that point to documents, as they lie on its shelf."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sandbox.settlement_files.amazon_v2 import SettlementFile

SETTLEMENT_REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
ADDRESS_LASTS = 300
_SIGNING_KEY = b"the sandbox alone knows this"
_FORTNIGHT = timedelta(days=14)
_MARKETPLACE_ID = "ATVPDKIKX0DER"


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A settlement report and its document."""

    report_id: str
    created_at: datetime
    file: SettlementFile = field(repr=False)
    packed: bool
    status: str = "DONE"

    @property
    def document_id(self) -> str:
        """Return the id of its document, which has nothing to do with that of the report."""
        digest = hashlib.sha256(self.report_id.encode()).hexdigest()
        return f"amzn1.spdoc.1.4.na.{digest[:8]}-{digest[8:12]}-{digest[12:16]}.T{digest[16:22].upper()}.2650"

    @property
    def body(self) -> bytes:
        """Return the bytes that lie behind the address."""
        return gzip.compress(self.file.content, mtime=0) if self.packed else self.file.content

    def as_json(self) -> dict[str, object]:
        """Return the report as getReports and getReport answer it."""
        found: dict[str, object] = {
            "reportId": self.report_id,
            "reportType": SETTLEMENT_REPORT,
            "dataStartTime": _moment(self.created_at - _FORTNIGHT),
            "dataEndTime": _moment(self.created_at),
            "marketplaceIds": [_MARKETPLACE_ID],
            "createdTime": _moment(self.created_at),
            "processingStatus": self.status,
        }
        if self.status == "DONE":
            found |= {"processingStartTime": found["createdTime"], "processingEndTime": found["createdTime"]}
            found["reportDocumentId"] = self.document_id
        return found


def shelf(files: Sequence[SettlementFile], now: float, switches: Collection[str]) -> list[StoredReport]:
    """Return the reports, the newest first, as Amazon gives them.

    They are dated as if the newest had been made yesterday: the business's dates are fixed, and Amazon keeps a report
    for 90 days only.
    """
    yesterday = datetime.fromtimestamp(now, UTC).replace(microsecond=0) - timedelta(days=1)
    reports = [
        StoredReport(
            f"{50230018701 + number}", yesterday - _FORTNIGHT * (len(files) - 1 - number), file, number % 2 == 0
        )
        for number, file in enumerate(files)
    ]
    if "offered-twice" in switches:
        reports += [
            StoredReport(
                f"{int(report.report_id) + 4000}", report.created_at + timedelta(hours=3), report.file, packed=True
            )
            for report in reports
        ]
    reports.sort(key=lambda report: report.created_at, reverse=True)
    if "report-in-progress" in switches and reports:
        first = reports[0]
        reports[0] = StoredReport(first.report_id, first.created_at, first.file, first.packed, "IN_PROGRESS")
    return reports


def asked_for(reports: Sequence[StoredReport], query: Mapping[str, str]) -> list[StoredReport]:
    """Return the reports that a question means."""
    statuses = [each for each in query.get("processingStatuses", "").split(",") if each]
    since = datetime.fromisoformat(query["createdSince"]) if query.get("createdSince") else None
    return [
        report
        for report in reports
        if SETTLEMENT_REPORT in query.get("reportTypes", "").split(",")
        and (not statuses or report.status in statuses)
        and (since is None or report.created_at >= since)
    ]


def next_token(query: Mapping[str, str], offset: int) -> str:
    """Return the token of the following page: the question itself and how far it came."""
    return base64.urlsafe_b64encode(json.dumps({**query, "offset": offset}).encode()).decode()


def question_of(token: str) -> dict[str, str] | None:
    """Return the question that a token holds; `None` if it is none of ours."""
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        return None
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else None


def signature(document_id: str, ends: int) -> str:
    """Return what makes an address valid until a moment."""
    return hmac.new(_SIGNING_KEY, f"{document_id} {ends}".encode(), hashlib.sha256).hexdigest()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
