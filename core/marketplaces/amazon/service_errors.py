"""What can go wrong with Amazon's API, in a bookkeeper's words.

ServiceError
├── AmazonGrantError             the seller's authorisation is gone
├── AmazonAppError               the app's client id or secret is not accepted
├── AmazonRoleError              the app may not read settlement reports, or asks in the wrong region
└── NoSettlementReportsError     Amazon has made none yet, and none can be ordered
"""

from __future__ import annotations

from core.errors import ServiceError

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
