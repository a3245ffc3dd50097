"""What can go wrong with Finale Inventory."""

from __future__ import annotations

from core.errors import InventoryError

SYSTEM = "Finale Inventory"


class FinaleAccountError(InventoryError):
    """The account's name cannot be made out."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"'{text}' does not name a Finale account. Paste the address that the browser shows when you are in "
            "Finale (https://app.finaleinventory.com/youraccount/...), or the account's name from it."
        )


class FinaleKeyError(InventoryError):
    """Finale does not accept key, secret or account."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"{SYSTEM} did not accept the key and secret for account '{account}'. Nothing was changed. Check the "
            "account's name, make a new key under Finale > Application settings > Users > API keys if need be, then "
            "press Connect."
        )


class FinalePlanError(InventoryError):
    """Finale says that the account has no right to its API."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"{SYSTEM} says that the plan of account '{account}' does not include its API (402). "
            "Ask Finale's support to switch it on, then press Connect again."
        )


class FinaleUnavailableError(InventoryError):
    """Finale could not answer now; what came before is kept."""


class FinaleShapeError(InventoryError):
    """An answer holds values of other types than Finale documents, as where a list stands for an object."""

    def __init__(self) -> None:
        super().__init__(
            f"{SYSTEM} sent an answer of another shape than it documents. None of that answer was used; what was "
            "fetched before is kept. Sync again; if it stays so, press Check in the ribbon."
        )


class FinaleRefusalError(InventoryError):
    """Finale says in words that it did not do what was asked."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"{SYSTEM} did not answer the question and says: {message.rstrip('.')}. Press Check in the ribbon."
        )


class QueryRefusedError(FinaleRefusalError):
    """A GraphQL query was refused, because the account's schema is another than was thought."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        self.messages = messages
        super().__init__("; ".join(messages[:3]))


class NoSuchConnectionError(FinaleRefusalError):
    """The account's schema lacks a whole list that is needed."""

    def __init__(self, type_name: str) -> None:
        super().__init__(f"its schema has no {type_name}ViewConnection")


class ReportError(InventoryError):
    """A saved report cannot be used; costs fetched before are kept."""

    def __init__(self, which: str, why: str) -> None:
        super().__init__(
            f"The {which} report of {SYSTEM} {why}. The costs fetched before are kept. Open the report in Finale, "
            "copy its address again (Actions > Other exports), and paste it on Setup."
        )
