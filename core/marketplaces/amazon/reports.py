"""The answers of Amazon's Reports API (2021-06-30), read with care: pages of reports, addresses of documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import BadAnswerError
from core.http.answers import message_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.http.answers import Answer

SETTLEMENT_REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
"""The one kind of settlement report that is left; V1 and XML ended on 2026-11-11 (docs/facts/settlement-formats.md)."""
DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Report:
    """One report that Amazon offers."""

    id: str
    """Unique for one seller only."""
    kind: str
    status: str
    created_at: datetime
    document_id: str
    """Empty as long as it is not done."""

    @property
    def is_ready(self) -> bool:
        """Whether it is a settlement report that can be fetched."""
        return self.kind == SETTLEMENT_REPORT and self.status == DONE and bool(self.document_id)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page of reports."""

    reports: tuple[Report, ...]
    next_token: str
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class DocumentAddress:
    """Where a document lies for the next five minutes."""

    url: str = field(repr=False)
    """Signed: whoever has it can read the document."""


def read_page(answer: Answer) -> ReportPage:
    """Read an answer of getReports.

    Raises:
        BadAnswerError: If it is none.
    """
    body = _object(answer)
    reports = body.get("reports")
    if not isinstance(reports, list):
        raise _unlike(answer, "a list without reports")
    following = body.get("nextToken")
    return ReportPage(
        tuple(_report(answer, report) for report in reports), following if isinstance(following, str) else ""
    )


def read_report(answer: Answer) -> Report:
    """Read an answer of getReport.

    Raises:
        BadAnswerError: If it is none.
    """
    return _report(answer, _object(answer))


def read_address(answer: Answer) -> DocumentAddress:
    """Read an answer of getReportDocument.

    Raises:
        BadAnswerError: If it is none, or the document is packed in an unknown way.
    """
    body = _object(answer)
    url, packing = body.get("url"), body.get("compressionAlgorithm")
    if not isinstance(url, str) or not url:
        raise _unlike(answer, "no address of the document")
    if packing not in (None, "", "GZIP"):
        raise _unlike(answer, f"a document that is packed as {packing}, which is not known")
    return DocumentAddress(url)


def _object(answer: Answer) -> Mapping[str, object]:
    body = answer.json()
    if isinstance(body, dict) and "errors" not in body and "errorMessage" not in body:
        return body
    refusal = message_in(body)
    raise _unlike(answer, f"an error message instead of data: {refusal}" if refusal else "an answer of another shape")


def _report(answer: Answer, body: object) -> Report:
    if not isinstance(body, dict):
        raise _unlike(answer, "a report of another shape")
    report_id, kind, status = (str(body.get(name) or "") for name in ("reportId", "reportType", "processingStatus"))
    if not (report_id and kind and status):
        raise _unlike(answer, "a report without id, type or status")
    created_at = _moment(answer, body.get("createdTime"))
    return Report(report_id, kind, status, created_at, str(body.get("reportDocumentId") or ""))


def _moment(answer: Answer, text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _unlike(answer, f"a report with the date {text}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _unlike(answer: Answer, what: str) -> BadAnswerError:
    return BadAnswerError(answer.service, answer.where, what)
