"""What can go wrong with Walmart's API, in a bookkeeper's words."""

from __future__ import annotations

from core.errors import ServiceError

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
