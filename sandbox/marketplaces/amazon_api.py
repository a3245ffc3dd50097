"""Amazon's Selling Partner API over a business: login, settlement reports and their documents.

See docs/facts/settlement-formats.md, Amazon Selling Partner API.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from sandbox.business.sales import STORE
from sandbox.marketplaces.access import Now, Quotas, StoreAccess, Tokens
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.misbehaviour import Misbehaviour
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


CLIENT_ID = "amzn1.application-oa2-client.sandbox"
CLIENT_SECRET = "amzn1.oa2-cs.v1.sandbox-secret"  # noqa: S105  # opens nothing but the sandbox
REFRESH_TOKEN = "Atzr|sandbox-refresh-token"  # noqa: S105  # likewise

_TOKEN_SECONDS = 3600
_RETAINED = timedelta(days=90)
_LARGEST_PAGE = 100
_USUAL_PAGE = "10"
_RATES = {"getReports": (0.0222, 10), "getReport": (2.0, 15), "getReportDocument": (0.0167, 15)}
_XML_ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
_DENIED = {
    "missing": "Access token is missing in the request header.",
    "unknown": "The access token you provided is revoked, malformed or invalid.",
    "expired": "The access token you provided has expired.",
}


def amazon_access(url: str) -> StoreAccess:
    """Return what opens the store, at the address of a sandbox."""
    secrets = {"client id": CLIENT_ID, "client secret": CLIENT_SECRET, "refresh token": REFRESH_TOKEN}
    return StoreAccess(STORE, "Amazon", f"{url}/amazon", {"region": "US"}, secrets)


def amazon_pages(business: Business, switches: Misbehaviour, now: Now) -> Blueprint:
    """Return the pages under `/amazon`."""
    pages = Blueprint("amazon", __name__, url_prefix="/amazon")
    tokens = Tokens("Atza|sandbox-access-", _TOKEN_SECONDS, switches, now)
    quotas = Quotas(_RATES, switches, now)
    _add_login(pages, tokens, switches)

    @pages.before_request
    def guard() -> ResponseReturnValue | None:
        if "/reports/2021-06-30/" not in request.path:
            return None
        refused = tokens.refusal(request.headers.get("x-amz-access-token"))
        if refused:
            return _refusal(403, "Unauthorized", "Access to requested resource is denied.", _DENIED[refused])
        if not quotas.take(_operation()):
            return _refusal(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
        return None

    @pages.after_request
    def rate(response: Response) -> Response:
        if "/reports/2021-06-30/" in request.path:
            response.headers["x-amzn-RateLimit-Limit"] = str(_RATES[_operation()][0])
            response.headers["x-amzn-RequestId"] = "5f2b8c1e-sandbox"
        return response

    @cache
    def files() -> list[SettlementFile]:
        return settlement_files(business)

    def reports() -> list[StoredReport]:
        return shelf(files(), now(), set(switches))

    _add_reports(pages, reports, switches, now)
    _add_documents(pages, reports, switches, now)
    return pages


def _operation() -> str:
    if "/documents/" in request.path:
        return "getReportDocument"
    return "getReports" if request.path.endswith("/reports") else "getReport"


def _add_login(pages: Blueprint, tokens: Tokens, switches: Misbehaviour) -> None:
    @pages.post("/auth/o2/token")
    def token() -> ResponseReturnValue:
        form = request.form
        if form.get("grant_type") != "refresh_token":
            return jsonify(error="unsupported_grant_type", error_description="The grant type is not supported."), 400
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client", error_description="Client authentication failed"), 401
        if form.get("refresh_token") != REFRESH_TOKEN or "authorisation-withdrawn" in switches:
            said = (
                "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant it."
            )
            return jsonify(error="invalid_grant", error_description=said), 400
        given = {"access_token": tokens.new(), "token_type": "bearer", "expires_in": tokens.lifetime}
        return jsonify({**given, "refresh_token": REFRESH_TOKEN})


def _add_reports(pages: Blueprint, reports: Callable[[], list[StoredReport]], switches: Misbehaviour, now: Now) -> None:
    @pages.get("/reports/2021-06-30/reports")
    def get_reports() -> ResponseReturnValue:
        given = request.args.to_dict()
        if "nextToken" in given and len(given) > 1:
            said = "NextToken cannot be specified with other input parameters"
            return _refusal(400, "InvalidInput", said, ";".join(sorted(set(given) - {"nextToken"})))
        query = question_of(given["nextToken"]) if "nextToken" in given else given
        if query is None or "reportTypes" not in query:
            return _refusal(400, "InvalidInput", "Invalid nextToken or no reportTypes.")
        if _too_long_ago(query.get("createdSince"), now()):
            return _refusal(400, "InvalidInput", "createdSince lies more than 90 days back.")
        size = 1 if "small-pages" in switches else min(_LARGEST_PAGE, int(query.get("pageSize", _USUAL_PAGE)))
        found, offset = asked_for(reports(), query), int(query.get("offset", 0))
        page: dict[str, object] = {"reports": [report.as_json() for report in found[offset : offset + size]]}
        if offset + size < len(found):
            page["nextToken"] = next_token(query, offset + size)
        return jsonify(page)

    @pages.get("/reports/2021-06-30/reports/<report_id>")
    def get_report(report_id: str) -> ResponseReturnValue:
        found = next((report for report in reports() if report.report_id == report_id), None)
        return _refusal(404, "NotFound", "Report not found.") if found is None else jsonify(found.as_json())


def _too_long_ago(since: str | None, now: float) -> bool:
    return since is not None and datetime.fromisoformat(since) < datetime.fromtimestamp(now, UTC) - _RETAINED


def _add_documents(
    pages: Blueprint, reports: Callable[[], list[StoredReport]], switches: Misbehaviour, now: Now
) -> None:
    def document(document_id: str) -> StoredReport | None:
        done = (report for report in reports() if report.status == "DONE")
        return next((report for report in done if report.document_id == document_id), None)

    @pages.get("/reports/2021-06-30/documents/<document_id>")
    def get_report_document(document_id: str) -> ResponseReturnValue:
        found = document(document_id)
        if found is None:
            return _refusal(404, "NotFound", "Document not found.")
        ends = int(now()) + (-1 if switches.strikes("address-expired") else ADDRESS_LASTS)
        signed = f"X-Amz-Expires={ends}&X-Amz-Signature={signature(document_id, ends)}"
        body = {"reportDocumentId": document_id, "url": f"{request.host_url}amazon/documents/{document_id}?{signed}"}
        return jsonify(body | ({"compressionAlgorithm": "GZIP"} if found.packed else {}))

    @pages.get("/documents/<document_id>")
    def download(document_id: str) -> ResponseReturnValue:
        if "x-amz-access-token" in request.headers or "Authorization" in request.headers:
            return _xml_refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
        ends, found = int(request.args.get("X-Amz-Expires", 0)), document(document_id)
        if found is None or request.args.get("X-Amz-Signature") != signature(document_id, ends):
            return _xml_refusal(403, "SignatureDoesNotMatch", "The request signature does not match.")
        if now() >= ends:
            return _xml_refusal(403, "AccessDenied", "Request has expired")
        return Response(found.body, content_type="text/plain; charset=UTF-8")


def _refusal(status: int, code: str, message: str, details: str = "") -> Response:
    response = jsonify(errors=[{"code": code, "message": message, "details": details}])
    response.status_code = status
    return response


def _xml_refusal(status: int, code: str, message: str) -> Response:
    return Response(_XML_ERROR.format(code=code, message=message), status, content_type="application/xml")
