"""What the buttons of group Setup ask; of Connect: Finale or a store, and then its keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.ribbon.running_excel import place_of, redrawing
from addin.commands.setup import connecting
from addin.commands.setup.connecting import StoreDetails, connect_store
from addin.connections import connect_form
from addin.connections.finale_account import account_of
from addin.connections.marketplaces import connections, kind_of
from addin.sheets.desk import BookPlaceError
from core.books.settings import stores
from core.company_databases import World
from core.marketplaces.pulling.connectors import CONNECTORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import xlwings as xw

    from addin.connections.connect_form import Form
    from addin.sheets.desk import Desk
    from core.marketplaces.pulling.connector import ConnectorKind


@dataclass(frozen=True, slots=True)
class ServiceForm:
    """A service that can be connected, and the form that asks for its keys."""

    label: str
    form: Form
    take: Callable[[Desk, dict[str, str]], Outcome]
    """Connects what was entered in the form."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The service that the user chose, with what was typed into its form."""

    service: ServiceForm
    texts: dict[str, str]

    def connect(self, desk: Desk) -> Outcome:
        """Try it and keep it.

        Raises:
            CogsheetError: If it cannot be connected; nothing is kept then.
        """
        return self.service.take(desk, self.texts)


def ask(desk: Desk, kinds: Sequence[ConnectorKind] = CONNECTORS) -> FilledForm | None:
    """Ask what is to be connected, and its keys; `None` where a window was closed.

    Raises:
        NoWindowError: If no window can be shown.
    """
    offered = service_forms(desk, kinds)
    number = 0 if len(offered) == 1 else connect_form.choose("What do you want to connect?", [c.label for c in offered])
    if number is None:
        return None
    texts = connect_form.ask(offered[number].form)
    return None if texts is None else FilledForm(offered[number], texts)


def service_forms(desk: Desk, kinds: Sequence[ConnectorKind] = CONNECTORS) -> list[ServiceForm]:
    """Return what can be connected: Finale, the stores that are connected, a new store of each marketplace."""
    finale = ServiceForm("Finale Inventory", connect_form.finale_form(account_of(desk).account), _finale)
    return [finale, *_connected(desk, kinds), *_new(desk, kinds)]


def _finale(desk: Desk, texts: dict[str, str]) -> Outcome:
    account, key, secret = (texts[name] for name in (connect_form.ACCOUNT, connect_form.KEY, connect_form.SECRET))
    return connecting.connect(desk, account=account, key=key, secret=secret)


def _connected(desk: Desk, kinds: Sequence[ConnectorKind]) -> Iterator[ServiceForm]:
    there = {kind.marketplace for kind in kinds}
    for store, how in sorted(connections(desk).items()):
        if how.marketplace in there:
            kind = kind_of(how.marketplace, kinds)
            form = connect_form.store_form(kind, store, how)
            yield ServiceForm(f"Store “{store}” at {kind.marketplace}, again", form, partial(_store, kind, kinds))


def _new(desk: Desk, kinds: Sequence[ConnectorKind]) -> Iterator[ServiceForm]:
    known = connections(desk)
    with desk.database.reading() as connection:
        booked = stores.all_stores(connection)
    for kind in kinds:
        waiting = [one.name for one in booked if one.marketplace is kind.marketplace and one.name not in known]
        name = next(iter(waiting), "" if str(kind.marketplace) in known else str(kind.marketplace))
        form = connect_form.store_form(kind, name, None)
        yield ServiceForm(f"A store at {kind.marketplace}", form, partial(_store, kind, kinds))


def _store(kind: ConnectorKind, kinds: Sequence[ConnectorKind], desk: Desk, texts: dict[str, str]) -> Outcome:
    settings = {name: texts[name] for name in kind.settings}
    secrets = {name: texts[name] for name in kind.secrets}
    entered = StoreDetails(texts[connect_form.STORE], str(kind.marketplace), settings, secrets)
    return connect_store(desk, entered, kinds=kinds)


def connect(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Ask what is to be connected and for its keys."""
    if desk.database.company.world is World.DEMO:
        return Outcome("The demo has a Finale of its own on this computer: there is nothing to connect.")
    with redrawing(desk.book.app):
        entered = ask(desk)
    return Outcome("Nothing was connected.") if entered is None else entered.connect(desk)


def upgrade(book: xw.Book) -> Outcome:
    """Save the workbook and write an upgraded copy beside it; no books are opened, for its version may be another.

    Raises:
        BookPlaceError: If no folder of this computer holds it.
        CogsheetError: If it cannot be upgraded.
    """
    from addin.commands.setup.upgrading import upgraded_copy  # noqa: PLC0415 - the other buttons of the group upgrade nothing

    path = place_of(book)
    if path is None:
        raise BookPlaceError(book.name, "an upgraded copy beside it")
    book.save()
    return upgraded_copy(path)
