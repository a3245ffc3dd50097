"""Login with Amazon: from the refresh token of a seller to the access token of the hour.

See docs/facts/settlement-formats.md, Amazon Selling Partner API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import RefusedError, UnauthorisedError
from core.marketplaces.amazon.service_errors import AmazonAppError, AmazonGrantError
from core.marketplaces.tokens import Token, read_token

if TYPE_CHECKING:
    from core.http.client import HttpClient
    from core.http.credentials import Secret

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
