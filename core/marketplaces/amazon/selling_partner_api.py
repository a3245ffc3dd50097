"""Amazon's Selling Partner API: login, regions, the answers of its Reports API (2021-06-30), and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import BadAnswerError, CogsheetError, RefusedError, ServiceError, UnauthorisedError, briefly
from core.http.responses import message_in
from core.marketplaces.pulling.tokens import Token, read_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.http.client import HttpClient
    from core.http.credentials import Secret
    from core.http.responses import ServiceResponse

AMAZON = "Amazon"
_AGAIN = "Then press Connect. What was fetched before is kept."


class AmazonGrantError(ServiceError):
    """The refresh token is not accepted."""

    def __init__(self, reference: str = "") -> None:
        message = (
            "Amazon no longer accepts this store's authorisation (the refresh token): it was withdrawn, or it belongs "
            "to another app. In Seller Central open Apps and Services > Develop Apps, press the arrow next to Edit "
            f"App, choose Authorize, and copy the new refresh token. {_AGAIN}"
        )
        super().__init__(AMAZON, message, reference=reference)


class AmazonAppError(ServiceError):
    """Client id or client secret are not accepted."""

    def __init__(self, reference: str = "") -> None:
        message = (
            "Amazon does not accept the client id and client secret of the app. A client secret ends after 180 days: "
            "in Seller Central open Apps and Services > Develop Apps, press View under LWA credentials, and copy "
            f"client id and secret, or rotate the secret and copy the new one. {_AGAIN}"
        )
        super().__init__(AMAZON, message, reference=reference)


class AmazonRoleError(ServiceError):
    """A good login that opens no settlement reports."""

    def __init__(self, region: str, reference: str = "") -> None:
        message = (
            f"Amazon accepts the login and does not let it read settlement reports in the region '{region}'. Check "
            "that the region is where the store sells, and that the app has the role Finance and Accounting; after the "
            f"role was added, authorise the app again and copy the new refresh token. {_AGAIN}"
        )
        super().__init__(AMAZON, message, reference=reference)


class NoSettlementReportsError(ServiceError):
    """There is no settlement report in the time that Amazon keeps them."""

    def __init__(self, days: int, region: str) -> None:
        message = (
            f"Amazon has no settlement report of the last {days} days for this account (region '{region}'). "
            "Settlement reports cannot be ordered: Amazon makes one at the end of each settlement period, usually "
            "every two weeks. Pull again after the next one. Older ones: download them in Seller Central under "
            "Payments > Reports Repository, and import the files."
        )
        super().__init__(AMAZON, message)


SETTLEMENT_REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
"""The one kind of settlement report that is left; V1 and XML ended on 2026-11-11 (docs/facts/settlement-formats.md)."""
DONE = "DONE"


@dataclass(frozen=True, slots=True)
class AmazonReport:
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

    reports: tuple[AmazonReport, ...]
    next_token: str
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class DocumentAddress:
    """Where a document lies for the next five minutes."""

    url: str = field(repr=False)
    """Signed: whoever has it can read the document."""


def read_page(answer: ServiceResponse) -> ReportPage:
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


def read_report(answer: ServiceResponse) -> AmazonReport:
    """Read an answer of getReport.

    Raises:
        BadAnswerError: If it is none.
    """
    return _report(answer, _object(answer))


def read_address(answer: ServiceResponse) -> DocumentAddress:
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


def _object(answer: ServiceResponse) -> Mapping[str, object]:
    body = answer.json()
    if isinstance(body, dict) and "errors" not in body and "errorMessage" not in body:
        return body
    refusal = message_in(body)
    raise _unlike(answer, f"an error message instead of data: {refusal}" if refusal else "an answer of another shape")


def _report(answer: ServiceResponse, body: object) -> AmazonReport:
    if not isinstance(body, dict):
        raise _unlike(answer, "a report of another shape")
    report_id, kind, status = (str(body.get(name) or "") for name in ("reportId", "reportType", "processingStatus"))
    if not (report_id and kind and status):
        raise _unlike(answer, "a report without id, type or status")
    created_at = _moment(answer, body.get("createdTime"))
    return AmazonReport(report_id, kind, status, created_at, str(body.get("reportDocumentId") or ""))


def _moment(answer: ServiceResponse, text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _unlike(answer, f"a report with the date {text}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _unlike(answer: ServiceResponse, what: str) -> BadAnswerError:
    return BadAnswerError(answer.service, answer.where, what)


HOST = "https://api.amazon.com"
_PATH = "auth/o2/token"
_GRANT = frozenset({"invalid_grant", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class AmazonKeys:
    """What a seller's own app is opened with."""

    client_id: Secret
    client_secret: Secret
    refresh_token: Secret


def access_token(http: HttpClient, keys: AmazonKeys) -> Token:
    """Fetch a new access token.

    Raises:
        AmazonGrantError: If the seller's authorisation is gone.
        AmazonAppError: If the app itself is not accepted.
        ServiceError: If Amazon cannot be asked.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": keys.refresh_token.get_secret_value(),
        "client_id": keys.client_id.get_secret_value(),
        "client_secret": keys.client_secret.get_secret_value(),
    }
    try:
        return read_token(http.send("POST", _PATH, form=form))
    except UnauthorisedError as error:
        raise (AmazonGrantError if error.code in _GRANT else AmazonAppError)(error.reference) from None
    except RefusedError as error:
        if error.code in _GRANT:
            raise AmazonGrantError(error.reference) from None
        if error.code == "invalid_client":
            raise AmazonAppError(error.reference) from None
        raise


HOSTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
"""North America with Brazil; Europe, the Middle East, Africa and India; the Far East with Australia."""

_NAMES = {"north america": "na", "europe": "eu", "far east": "fe"}
_COUNTRIES = {
    "na": ("US", "CA", "MX", "BR"),
    "eu": (
        *("UK", "GB", "DE", "FR", "IT", "ES", "NL", "BE", "SE", "PL", "IE", "TR"),
        *("AE", "SA", "EG", "ZA", "IN"),
    ),
    "fe": ("JP", "AU", "SG"),
}


class UnknownRegionError(CogsheetError):
    """What was typed names no region of Amazon."""

    def __init__(self, text: str) -> None:
        countries = "; ".join(f"{region}: {', '.join(names)}" for region, names in _COUNTRIES.items())
        super().__init__(
            f"“{briefly(text)}” is not a region of Amazon. Nothing was connected. Type the country whose site the "
            f"store sells on ({countries}), or na, eu or fe."
        )


def region_of(text: str) -> str:
    """Return the region (`na`, `eu`, `fe`) that a country's code, or the region's own code or name, stands for.

    Raises:
        UnknownRegionError: If it stands for none.
    """
    typed = " ".join(text.split())
    for region, countries in _COUNTRIES.items():
        if typed.casefold() == region or typed.upper() in countries:
            return region
    if typed.casefold() in _NAMES:
        return _NAMES[typed.casefold()]
    raise UnknownRegionError(text)
