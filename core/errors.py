"""What can go wrong, one class per cause, all under one base.

CogsheetError
├── UnreadableFileError          a settlement file that cannot be read at all
├── InventoryError               Finale (or another inventory system) could not answer
├── ServiceError                 a service on the network did not give what was asked
│   ├── UnauthorisedError        401, 403: key, secret or account are wrong
│   ├── RefusedError             any other 4xx: the request itself is not accepted
│   │   └── NotFoundError        404
│   ├── RateLimitedError         429, and the wait would be too long
│   ├── ServerFailedError        5xx, again and again
│   ├── BadAnswerError           an answer that cannot be used: web page, empty, cut off
│   ├── ConnectionFailedError    no answer at all
│   ├── AnswerTooSlowError       an answer that does not come to its end
│   ├── CertificateRefusedError  somebody answers who cannot show to be the service
│   └── InsecureAddressError     an address that would send the key in the clear
├── DatabaseError                the books themselves are missing, foreign or busy
├── WorkbookError                the workbook is not as Cogsheet needs it
└── StoppedByUserError           somebody has enough of waiting; never what one store or document failed by

A message says what happened, where (file and line, sheet and cell, order and SKU) and what to do next, in a
bookkeeper's words.
Problems in the data are not exceptions: they are `Problem` values in a list (`core.model`).
"""

from __future__ import annotations

_LONGEST_NAMED = 100


def briefly(value: object) -> str:
    """Return a value as a message names it: of a long one its beginning, by which whoever typed it knows it again.

    Examples:
        >>> briefly("MUG"), len(briefly("9" * 300))
        ('MUG', 102)
    """
    words = str(value)
    return words if len(words) <= _LONGEST_NAMED else f"{words[:_LONGEST_NAMED]} …"


class CogsheetError(Exception):
    """Anything that stops a button or command; its text is meant for the user as it is."""


class UnreadableFileError(CogsheetError):
    """A settlement file cannot be read; nothing of it was stored."""


class InventoryError(CogsheetError):
    """The inventory system could not answer; what was received before is kept."""


class DatabaseError(CogsheetError):
    """The books cannot be opened or written; nothing was changed."""


class WorkbookError(CogsheetError):
    """The workbook is not as it must be; nothing was written to it."""


class StoppedByUserError(CogsheetError):
    """Somebody pressed Esc while a button fetched something; whoever goes on after an error does not after this one."""

    def __init__(self) -> None:
        super().__init__("Stopped by Esc. What is stored is kept; press the button again, and it goes on from there.")


class ServiceError(CogsheetError):
    """A service on the network did not give what was asked; the text never holds a secret or a query string."""

    def __init__(self, service: str, message: str, *, reference: str = "") -> None:
        self.service = service
        self.reference = reference
        """The service's own number of the request, for its support desk."""
        super().__init__(f"{message} (Reference {reference}.)" if reference else message)


class UnauthorisedError(ServiceError):
    """Key, secret or account are wrong; asking again would not help."""

    def __init__(self, service: str, where: str, status: int, *, code: str = "", reference: str = "") -> None:
        self.status = status
        self.code = code
        """The service's own word for the reason (`invalid_client`); empty if it gave none."""
        message = (
            f"{service} refused the access key ({status}, {where}). "
            "Check the account name, key and secret, then connect again."
        )
        super().__init__(service, message, reference=reference)


class RefusedError(ServiceError):
    """The request itself is not accepted; asking again would not help."""

    def __init__(
        self, service: str, where: str, status: int, detail: str, *, code: str = "", reference: str = ""
    ) -> None:
        self.status = status
        self.code = code
        """The service's own word for the reason (`invalid_grant`); empty if it gave none."""
        details = f" and says: {detail}" if detail else ""
        super().__init__(service, f"{service} refused {where} ({status}){details}.", reference=reference)


class NotFoundError(RefusedError):
    """What was asked for is not there."""


class RateLimitedError(ServiceError):
    """The service allows no further requests for now, longer than one would wait for."""

    def __init__(self, service: str, seconds: float, *, reference: str = "") -> None:
        self.seconds = seconds
        """How long from now, as far as the service said."""
        minutes = max(1, round(seconds / 60))
        message = (
            f"{service} allows no further requests for about {minutes} min. "
            "What was fetched before is kept; try again after that."
        )
        super().__init__(service, message, reference=reference)


class ServerFailedError(ServiceError):
    """The service itself failed, and failed again when asked again."""

    def __init__(self, service: str, where: str, status: int, *, reference: str = "") -> None:
        message = (
            f"{service} failed ({status}, {where}) and failed again when retried. "
            "What was fetched before is kept; try again later."
        )
        super().__init__(service, message, reference=reference)


class BadAnswerError(ServiceError):
    """An answer came that cannot be used; it is never taken for an empty result."""

    def __init__(self, service: str, where: str, what: str, *, reference: str = "") -> None:
        message = f"{service} sent {what} ({where}). None of it was used; what was fetched before is kept."
        super().__init__(service, message, reference=reference)


class ConnectionFailedError(ServiceError):
    """No answer came."""

    def __init__(self, service: str, where: str, why: str) -> None:
        message = (
            f"{service} cannot be reached ({why}, {where}). "
            "Check the internet connection; what was fetched before is kept, try again."
        )
        super().__init__(service, message)


class AnswerTooSlowError(ServiceError):
    """An answer drips and drips; the next one would too."""

    def __init__(self, service: str, where: str, seconds: float) -> None:
        super().__init__(
            service,
            f"The answer of {service} ({where}) did not come to its end in time ({seconds / 60:.0f} min). What was "
            f"fetched before is kept. Try again later.",
        )


class CertificateRefusedError(ServiceError):
    """Whoever answers cannot show that it is the service; asking again would not help."""

    def __init__(self, service: str, host: str, why: str, issuer: str = "") -> None:
        self.issuer = issuer
        shown = f" The certificate shown there was issued by {issuer}." if issuer else ""
        super().__init__(
            service,
            f"{service} was not asked, because whoever answers at {host} cannot show that it is {host}: {why}.{shown} "
            f"Nothing was sent. A firm's proxy or a virus scanner that looks into connections does this: ask your IT "
            f"to install its certificate in this computer's own store. If there is none, somebody else may be "
            f"listening.",
        )


class InsecureAddressError(ServiceError):
    """The address would send the access key in the clear."""

    def __init__(self, service: str) -> None:
        super().__init__(service, f"The address of {service} must begin with https://. Nothing was sent.")
