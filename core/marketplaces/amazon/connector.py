"""Settlement reports over Amazon's Selling Partner API (docs/facts/settlement-formats.md, Amazon Selling Partner API).

Amazon makes the reports itself and keeps them for 90 days: they can be listed and fetched, not ordered. A report points
to a document, a document to an address that is good for five minutes and opens for anyone who has it.
"""

from __future__ import annotations

from datetime import timedelta
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from core.errors import BadAnswerError, NotFoundError, RefusedError, UnauthorisedError
from core.http.client import HttpClient
from core.http.limits import TokenBucket, rate
from core.http.pages import PagesRead
from core.marketplaces.amazon import selling_partner_api, v2_flat
from core.marketplaces.amazon.selling_partner_api import (
    AMAZON,
    HOSTS,
    SETTLEMENT_REPORT,
    AmazonKeys,
    AmazonReport,
    AmazonRoleError,
    NoSettlementReportsError,
    read_address,
    read_page,
    read_report,
    region_of,
)
from core.marketplaces.pulling.connector import ConnectorKind, Document, Link
from core.marketplaces.pulling.pulled_files import Download, downloaded, whole_file
from core.marketplaces.pulling.tokens import AccessTokens
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from core.http.credentials import Secret
    from core.http.responses import ServiceResponse

_API = "reports/2021-06-30"
_KEPT_DAYS = 90
_SAFE_SIDE = timedelta(minutes=10)
"""A clock that goes a little wrong must not ask for more than 90 days."""
_RATES = {"getReports": (10, 0.0222), "getReport": (15, 2.0), "getReportDocument": (15, 0.0167)}
"""At once, and a second after that; the answers say what an account really has."""
_SHARE_TAKEN = 0.95
"""Of the rate that is granted: Amazon's clock and ours are not the same."""
_MOST_ADDRESSES = 3


class AmazonConnector:
    """One seller's account in one region."""

    marketplace = Marketplace.AMAZON

    def __init__(self, keys: AmazonKeys, region: str, link: Link = Link()) -> None:  # noqa: B008  # frozen
        self._region = region
        self._link = link
        self._login = self._client(link.base_url or selling_partner_api.HOST)
        self._tokens = AccessTokens(lambda: selling_partner_api.access_token(self._login, keys), link.clock)
        self._api = self._client(link.base_url or HOSTS[region], headers=self._key)
        self._buckets = {
            operation: TokenBucket(burst, rate * _SHARE_TAKEN, clock=link.clock, sleep=link.sleep)
            for operation, (burst, rate) in _RATES.items()
        }
        self._document_ids: dict[str, str] = {}

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        """Yield the settlement reports of the last 90 days that are not known, the oldest first.

        Raises:
            NoSettlementReportsError: If Amazon has none at all.
            ServiceError: If Amazon cannot be asked, or does not accept the keys.
        """
        reports = self._all_reports()
        if not reports:
            raise NoSettlementReportsError(_KEPT_DAYS, self._region)
        for report in sorted(reports, key=lambda each: (each.created_at, each.id)):
            if report.is_ready and report.id not in known:
                self._document_ids[report.id] = report.document_id
                name = f"Amazon settlement report {report.id} of {report.created_at:%Y-%m-%d}.txt"
                yield Document(report.id, name, report.created_at)

    def fetch(self, document: Document) -> bytes:
        """Return the flat file of a report, unpacked.

        Raises:
            ServiceError: If it cannot be fetched, or what came is not the whole of a settlement report.
        """
        document_id = self._document_ids.get(document.id) or self._document_id(document.id)
        return whole_file(AMAZON, document.name, v2_flat.BY_ROWS, lambda: self._download(document_id))

    def _client(self, base_url: str, headers: Callable[[], Mapping[str, str]] = dict) -> HttpClient:
        link = self._link
        return HttpClient(
            AMAZON, base_url, headers=headers, transport=link.transport, clock=link.clock, sleep=link.sleep
        )

    def _key(self) -> Mapping[str, str]:
        return {"x-amz-access-token": self._tokens.current().get_secret_value()}

    def _ask(self, operation: str, path: str, params: Mapping[str, str] | None = None) -> ServiceResponse:
        bucket = self._buckets[operation]
        try:
            answer = self._tokens.asking(
                lambda: self._api.send("GET", f"{_API}/{path}", params=params, limits=(bucket,))
            )
        except UnauthorisedError as error:
            raise AmazonRoleError(self._region, error.reference) from None
        bucket.refill(_granted(answer) * _SHARE_TAKEN)
        return answer

    def _all_reports(self) -> list[AmazonReport]:
        since = self._link.clock() - timedelta(days=_KEPT_DAYS) + _SAFE_SIDE
        question = {
            "reportTypes": SETTLEMENT_REPORT,
            "createdSince": f"{since:%Y-%m-%dT%H:%M:%SZ}",
            "pageSize": "100",
        }
        reports: list[AmazonReport] = []
        read = PagesRead[AmazonReport](_standstill, lambda report: report.id)
        while True:
            page = read_page(self._ask("getReports", "reports", question))
            reports += read.new(page.reports, page.next_token or None)
            if not page.next_token:
                return reports
            question = {"nextToken": page.next_token}  # it must come alone: it stands for the whole question

    def _document_id(self, report_id: str) -> str:
        answer = self._ask("getReport", f"reports/{quote(report_id, safe='')}")
        report = read_report(answer)
        if not report.is_ready:
            raise BadAnswerError(AMAZON, answer.where, "a report that is not ready yet")
        return report.document_id

    def _download(self, document_id: str) -> Download:
        """Fetch a document's bytes, asking for another address where one has run out."""
        for attempt in range(1, _MOST_ADDRESSES + 1):
            answer = self._ask("getReportDocument", f"documents/{quote(document_id, safe='')}")
            address = read_address(answer)
            try:
                return self._downloaded(address.url)
            except (UnauthorisedError, RefusedError) as error:
                if isinstance(error, NotFoundError) or attempt == _MOST_ADDRESSES:
                    what = "an address of the report that does not open"
                    raise BadAnswerError(AMAZON, answer.where, what, reference=error.reference) from None
        raise AssertionError  # the last attempt has returned or raised

    def _downloaded(self, url: str) -> Download:
        # A client of its own, which has no key: the address opens by itself, and its host is not ours.
        parts = urlsplit(url)
        stranger = self._client(f"{parts.scheme}://{parts.netloc}")
        answer = stranger.send("GET", url, headers={"Accept": "*/*"}, document=True)
        return downloaded(answer, _charset(answer.headers.get("content-type", "")))


def _standstill() -> BadAnswerError:
    return BadAnswerError(AMAZON, f"GET /{_API}/reports", "pages that do not move on")


def _granted(answer: ServiceResponse) -> float:
    return rate(answer.headers.get("x-amzn-ratelimit-limit"))


def _charset(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset() or ""


def connect(settings: Mapping[str, str], secret: Callable[[str], Secret], link: Link) -> AmazonConnector:
    """Connect to a store; nothing is asked yet.

    Raises:
        UnknownRegionError: If the region is none.
    """
    keys = AmazonKeys(secret("client id"), secret("client secret"), secret("refresh token"))
    return AmazonConnector(keys, region_of(settings.get("region", "")), link)


AMAZON_CONNECTOR = ConnectorKind(
    marketplace=Marketplace.AMAZON,
    connect=connect,
    settings={"region": "The country whose Amazon site the store sells on (US, CA, UK, DE, AU ...), or na, eu or fe"},
    secrets={
        "client id": "Seller Central > Apps and Services > Develop Apps > LWA credentials > View: Client identifier",
        "client secret": "The same place: Client secret (ends after 180 days)",
        "refresh token": "Develop Apps > arrow next to Edit App > Authorize > Authorize app: Refresh token",
    },
)
