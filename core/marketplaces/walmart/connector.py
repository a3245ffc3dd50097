"""Reconciliation reports over Walmart's Marketplace API (docs/facts/settlement-formats.md, Walmart).

One report per payment, named by its date. The list comes whole and in no order; a report comes as a zip of one CSV, or
as the CSV. Walmart takes few requests in a row: they are spaced out.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import BadAnswerError, NotFoundError, ServiceError, UnauthorisedError
from core.http.client import HttpClient, basic
from core.http.limits import TokenBucket
from core.http.responses import ServiceResponse, message_in
from core.marketplaces.pulling.connector import ConnectorKind, Document, Link
from core.marketplaces.pulling.pulled_files import Download, downloaded, whole_file
from core.marketplaces.pulling.tokens import AccessTokens, Token, read_token
from core.marketplaces.walmart import recon_v1
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from core.http.credentials import Secret

WALMART = "Walmart"


class WalmartKeyError(ServiceError):
    """Client id or client secret are not accepted."""

    def __init__(self, reference: str = "") -> None:
        message = (
            "Walmart does not accept the client id and client secret of this store. On developer.walmart.com choose My "
            "Account, sign in with your Seller Center login, open API Keys, and copy both for production (not the "
            "sandbox); a reset there ends the old secret. Then press Connect. What was fetched before is kept."
        )
        super().__init__(WALMART, message, reference=reference)


class WalmartAccessError(ServiceError):
    """A good login that opens no payment reports."""

    def __init__(self, reference: str = "") -> None:
        message = (
            "Walmart accepts the login and does not let it read payment reports. Use the seller's own key, or give the "
            "key access to Reports on developer.walmart.com > My Account > API Keys, and press Connect. What was "
            "fetched before is kept."
        )
        super().__init__(WALMART, message, reference=reference)


HOST = "https://marketplace.walmartapis.com"
_API = "v3/report/reconreport"
_VERSION = "v1"
_BURST, _PER_SECOND = 5, 0.2
_SERVICE_NAME = "Walmart Marketplace"
_NOTHING_THERE = "CONTENT_NOT_FOUND"
_DATE_LENGTH = 8


class WalmartConnector:
    """One seller's account."""

    marketplace = Marketplace.WALMART

    def __init__(self, client_id: Secret, client_secret: Secret, link: Link = Link()) -> None:  # noqa: B008  # frozen
        base_url = link.base_url or HOST
        how = {"transport": link.transport, "clock": link.clock, "sleep": link.sleep}
        self._login = HttpClient(WALMART, base_url, headers=basic(client_id, client_secret), **how)  # type: ignore[arg-type]  # by name
        self._tokens = AccessTokens(self._new_token, link.clock)
        self._api = HttpClient(WALMART, base_url, headers=self._key, **how)  # type: ignore[arg-type]  # by name
        self._bucket = TokenBucket(_BURST, _PER_SECOND, clock=link.clock, sleep=link.sleep)

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        """Yield the reports that are not known, the oldest first; none where no payment was made yet.

        Raises:
            ServiceError: If Walmart cannot be asked, or does not accept the keys.
        """
        for paid_on, date in sorted((_day(date), date) for date in set(self._dates())):
            if date not in known:
                yield Document(date, f"Walmart reconciliation report of {paid_on:%Y-%m-%d}.csv", paid_on)

    def fetch(self, document: Document) -> bytes:
        """Return the CSV of a report, unpacked.

        Raises:
            ServiceError: If it cannot be fetched, or what came is not the whole of a reconciliation report.
        """
        return whole_file(WALMART, document.name, recon_v1.FORMAT, lambda: self._download(document))

    def _new_token(self) -> Token:
        try:
            return read_token(
                self._login.send("POST", "v3/token", form={"grant_type": "client_credentials"}, headers=_identity())
            )
        except UnauthorisedError as error:
            raise WalmartKeyError(error.reference) from None

    def _key(self) -> Mapping[str, str]:
        return {"WM_SEC.ACCESS_TOKEN": self._tokens.current().get_secret_value(), **_identity()}

    def _ask(self, path: str, accept: str, *, document: bool = False, **params: str) -> ServiceResponse:
        query = {**params, "reportVersion": _VERSION}
        try:
            return self._tokens.asking(
                lambda: self._api.send(
                    "GET",
                    f"{_API}/{path}",
                    params=query,
                    headers={"Accept": accept},
                    limits=(self._bucket,),
                    document=document,
                )
            )
        except UnauthorisedError as error:
            raise WalmartAccessError(error.reference) from None

    def _dates(self) -> list[str]:
        try:
            answer = self._ask("availableReconFiles", "application/json")
        except NotFoundError as error:
            if error.code.startswith(_NOTHING_THERE):
                return []
            raise
        return read_dates(answer)

    def _download(self, document: Document) -> Download:
        answer = self._ask("reconFile", "application/octet-stream", document=True, reportDate=document.id)
        download = downloaded(answer)
        if download.beginning().startswith(b"{"):
            refusal = message_in(answer.in_memory().json())
            raise BadAnswerError(
                WALMART, answer.where, f"an error message instead of the report: {refusal or 'no reason'}"
            )
        return download


def read_dates(answer: ServiceResponse) -> list[str]:
    """Return the dates of the reports that are offered, as Walmart writes them (`MMDDYYYY`).

    Raises:
        BadAnswerError: If the answer is no such list.
    """
    body = answer.json()
    if not isinstance(body, dict) or "availableApReportDates" not in body:
        refusal = message_in(body)
        what = f"an error message instead of data: {refusal}" if refusal else "a list without report dates"
        raise BadAnswerError(WALMART, answer.where, what)
    dates = body["availableApReportDates"] or []  # null where there are none
    if not isinstance(dates, list):
        raise BadAnswerError(WALMART, answer.where, "report dates that are no list")
    wrong = [date for date in dates if _parsed(str(date)) is None]
    if wrong:
        raise BadAnswerError(WALMART, answer.where, f"a report date that is none ({wrong[0]})")
    return [str(date) for date in dates]


def _identity() -> dict[str, str]:
    """Return the headers that every request must have; the number lets Walmart's support find it."""
    return {"WM_SVC.NAME": _SERVICE_NAME, "WM_QOS.CORRELATION_ID": str(uuid.uuid4())}


def _day(date: str) -> datetime:
    return _parsed(date) or datetime.min.replace(tzinfo=UTC)


def _parsed(date: str) -> datetime | None:
    # The documentation shows both orders; a year is no month, so only one of them fits.
    for pattern in ("%m%d%Y", "%Y%m%d") if len(date) == _DATE_LENGTH else ():
        try:
            return datetime.strptime(date, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def connect(settings: Mapping[str, str], secret: Callable[[str], Secret], link: Link) -> WalmartConnector:  # noqa: ARG001  # nothing is asked in the open
    """Connect to a store; nothing is asked yet."""
    return WalmartConnector(secret("client id"), secret("client secret"), link)


WALMART_CONNECTOR = ConnectorKind(
    marketplace=Marketplace.WALMART,
    connect=connect,
    secrets={
        "client id": "developer.walmart.com > My Account > Marketplace seller > API Keys, production: Client ID",
        "client secret": "The same place: Client Secret",
    },
)
