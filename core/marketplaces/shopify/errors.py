"""What can go wrong with Shopify's API, besides the network."""

from __future__ import annotations

from core.errors import CogsheetError, ServiceError

SERVICE = "Shopify"
SCOPES = "read_orders, read_all_orders and read_shopify_payments_payouts"


class ShopNameError(CogsheetError):
    """The shop's name cannot be made out."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"'{text}' does not name a Shopify shop. Write it as yourshop.myshopify.com; it stands in the address of "
            "the shop's admin."
        )


class AccessDeniedError(ServiceError):
    """The app may not read what is needed."""

    def __init__(self, said: str) -> None:
        super().__init__(
            SERVICE,
            f"{SERVICE} does not let the app read what is needed ({said.rstrip('.')}). Give the app the access scopes "
            f"{SCOPES}, install it again, and pull again.",
        )


class QuestionTooDearError(ServiceError):
    """One question costs more than Shopify allows for one; it is asked in smaller pieces."""

    def __init__(self, said: str) -> None:
        super().__init__(SERVICE, f"{SERVICE} finds a question too large ({said.rstrip('.')}).")


class ShopifyRefusalError(ServiceError):
    """Shopify says in words that it did not answer."""

    def __init__(self, said: str) -> None:
        super().__init__(
            SERVICE,
            f"{SERVICE} did not answer and says: {said.rstrip('.')}. What was pulled before is kept; pull again later.",
        )
