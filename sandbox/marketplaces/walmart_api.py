"""Walmart's Marketplace API over a business: token, reconciliation reports and their dates.

See docs/facts/settlement-formats.md, Walmart.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from sandbox.business.demo_walmart import STORE
from sandbox.marketplaces.access import Now, Quotas, StoreAccess, Tokens
from sandbox.settlement_files.walmart_v1 import report_date, settlement_files

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.misbehaviour import Misbehaviour
    from sandbox.settlement_files.amazon_v2 import SettlementFile

CLIENT_ID = "sandbox-walmart-client"
CLIENT_SECRET = "sandbox-walmart-secret"  # noqa: S105  # opens nothing but the sandbox

_TOKEN_SECONDS = 900
_RATES = {"token": (1.0, 20), "report": (0.2, 5)}
_VERSION = "v1"
_FIXED_DATE = (2026, 11, 1, 0, 0, 0)
"""In the zip, so that the same report is the same bytes each time."""


def walmart_access(url: str) -> StoreAccess:
    """Return what opens the store, at the address of a sandbox."""
    return StoreAccess(STORE, "Walmart", f"{url}/walmart", {}, {"client id": CLIENT_ID, "client secret": CLIENT_SECRET})


def walmart_pages(business: Business, switches: Misbehaviour, now: Now) -> Blueprint:
    """Return the pages under `/walmart`."""
    pages = Blueprint("walmart", __name__, url_prefix="/walmart")
    tokens = Tokens("eyJraWQiOiJzYW5kYm94-walmart-", _TOKEN_SECONDS, switches, now)
    quotas = Quotas(_RATES, switches, now)

    @pages.before_request
    def guard() -> ResponseReturnValue | None:
        if not (request.headers.get("WM_SVC.NAME") and request.headers.get("WM_QOS.CORRELATION_ID")):
            return _refusal(400, "MISSING_REQUEST_HEADER", "WM_SVC.NAME and WM_QOS.CORRELATION_ID are required")
        of_login = request.path.endswith("/token")
        if not of_login and tokens.refusal(request.headers.get("WM_SEC.ACCESS_TOKEN")):
            return _refusal(401, "UNAUTHORIZED.GMP_GATEWAY_API", "Unauthorized")
        if not quotas.take("token" if of_login else "report"):
            response = _refusal(429, "REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "Too many requests")
            response.headers["X-Next-Replenishment-Time"] = str(int((now() + 5) * 1000))
            return response
        return None

    _add_login(pages, tokens, switches)
    _add_reports(pages, business, switches)
    return pages


def _add_login(pages: Blueprint, tokens: Tokens, switches: Misbehaviour) -> None:
    @pages.post("/v3/token")
    def token() -> ResponseReturnValue:
        given = request.authorization
        pair = (given.username, given.password) if given is not None and given.type == "basic" else None
        if pair != (CLIENT_ID, CLIENT_SECRET) or "authorisation-withdrawn" in switches:
            return _refusal(401, "UNAUTHORIZED.GMP_GATEWAY_API", "Unauthorized")
        if request.form.get("grant_type") != "client_credentials":
            return _refusal(400, "INVALID_REQUEST_PARAM", "grant_type must be client_credentials")
        return jsonify({"access_token": tokens.new(), "token_type": "Bearer", "expires_in": tokens.lifetime})


def _add_reports(pages: Blueprint, business: Business, switches: Misbehaviour) -> None:
    @cache
    def files() -> dict[str, tuple[int, SettlementFile]]:
        channel = business.channel("walmart")
        periods = channel.periods if channel else ()
        found = zip(periods, settlement_files(business), strict=True)
        return {report_date(period): (number, file) for number, (period, file) in enumerate(found)}

    def offered() -> dict[str, tuple[int, SettlementFile]]:
        newest = list(files())[-1:] if "report-in-progress" in switches else []
        return {date: each for date, each in files().items() if date not in newest}

    @pages.get("/v3/report/reconreport/availableReconFiles")
    def available() -> ResponseReturnValue:
        if request.args.get("reportVersion") != _VERSION:
            return _refusal(404, "INVALID_REPORT_VERSION", "There is no such report version")
        dates = sorted(offered())  # by month and day: the years are mixed, as Walmart gives them in no order
        return jsonify(availableApReportDates=dates * 2 if "offered-twice" in switches else dates)

    @pages.get("/v3/report/reconreport/reconFile")
    def report() -> ResponseReturnValue:
        if "octet-stream" not in request.headers.get("Accept", "") and "*/*" not in request.headers.get("Accept", ""):
            return jsonify(status="ERROR", error={"message": "Could not find acceptable representation"})
        date, found = request.args.get("reportDate", ""), offered()
        if request.args.get("reportVersion") != _VERSION or date not in found:
            return _refusal(404, "CONTENT_NOT_FOUND", "No report is available for the given date")
        number, file = found[date]
        packed = number % 2 == 0
        response = Response(_zipped(file) if packed else file.content, content_type="application/octet-stream")
        name = f"10001234567_{date}.{'zip' if packed else 'csv'}"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def _zipped(file: SettlementFile) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(file.name, _FIXED_DATE), file.content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _refusal(status: int, code: str, description: str) -> Response:
    response = jsonify(
        error=[{"code": code, "description": description, "info": description, "severity": "ERROR", "category": "DATA"}]
    )
    response.status_code = status
    return response
