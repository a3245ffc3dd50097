"""Group Setup: connect the Finale account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.button import Outcome
from addin.commands.refresh import show_setup
from addin.connections.finale import KEY, SECRET, base_url, opened, remember
from addin.connections.finale_account import account_of, finale_side
from core.books import batches, settings
from core.books.batches import BatchKind
from core.books.loading import load_books
from core.errors import InventoryError
from core.finale.errors import SYSTEM
from core.finale.settings import account_name
from core.http.credentials import Secret, SystemCredentials
from core.settings import FINALE_NAME, FinaleAccount

if TYPE_CHECKING:
    from addin.sheets.desk import Desk
    from core.finale.self_test import Example
    from core.finale.system import AccountCheck
    from core.http.credentials import Credentials


class OtherAccountError(InventoryError):
    """The books belong to another Finale account."""

    def __init__(self, known: str, wanted: str) -> None:
        super().__init__(
            f"These books belong to Finale account {known}, not to {wanted}: the costs of two accounts must not mix. "
            f"Nothing was changed. Make a workbook with books of its own for {wanted}."
        )


def connect(desk: Desk, *, account: str, key: str, secret: str, credentials: Credentials | None = None) -> Outcome:
    """Try an account's key, keep it in the computer's vault, and show one cost to compare with Finale's screen.

    Args:
        desk: The desk.
        account: The account's name, or any address of it.
        key: API key.
        secret: API secret.
        credentials: Where keys are kept; the computer's vault if left out.

    Raises:
        OtherAccountError: If the books belong to another account.
        InventoryError: If account or key are not right, or nothing answers; then nothing is kept.
    """
    name = account_name(account)
    known = account_of(desk)
    if known.account and known.account != name:
        raise OtherAccountError(known.account, name)
    with opened(desk, name, key, secret, base_url(), known) as system:
        check, example = system.check(), system.example()
        remember(desk, system)
    kept = credentials or SystemCredentials()
    for label, text in ((KEY, key), (SECRET, secret)):
        kept.put(SYSTEM, name, label, Secret(text))
    _store(desk, known.model_copy(update={"account": name}))
    show_setup(desk.book, load_books(desk.database), finale_side(desk.database))
    return _connected(check, example)


def forget(desk: Desk, *, credentials: Credentials | None = None) -> Outcome:
    """Remove the account's key from this computer; the books keep what came from it."""
    account = account_of(desk).account
    kept = credentials or SystemCredentials()
    for label in (KEY, SECRET):
        kept.forget(SYSTEM, account, label)
    return Outcome(
        f"The key of Finale account {account or '(none)'} is no longer on this computer.", data={"account": account}
    )


def _store(desk: Desk, account: FinaleAccount) -> None:
    now = desk.clock()
    with desk.database.writing() as connection:
        batches.new(connection, BatchKind.SETUP, desk.user, now, note=f"Finale account {account.account}")
        settings.put(connection, FINALE_NAME, account, who=desk.user, now=now)


def _connected(check: AccountCheck, example: Example | None) -> Outcome:
    sentences = [f"Connected to Finale account {check.account}: {check.mode}.", *check.remarks]
    shown: dict[str, object] = {}
    if example is not None:
        shown = {"order": example.order_id, "product": example.product_id, "unit_cost": str(example.unit_cost)}
        sentences.append(
            f"To compare with Finale's own screen: order {example.order_id}, product {example.product_id} "
            f"left stock at {example.unit_cost.normalize():f} a unit."
        )
    data: dict[str, object] = {"account": check.account, "mode": check.mode, "remarks": list(check.remarks)}
    return Outcome("\n".join(sentences), data={**data, "example": shown})
