"""Group Settlements: pull everything new from the connected stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.costs.returning_answers import with_answers, with_asking, with_followed
from addin.commands.outcome import Outcome
from addin.commands.sentences import counted
from addin.commands.settlements.import_messages import (
    entries,
    file_entry,
    returns_entry,
    sentences,
    with_another_payout,
    with_remarks,
)
from addin.commands.settlements.importing import show_imported
from addin.connections.marketplaces import connected_stores
from addin.sheets.settlements.today import note_connections
from core.books.database.state import state
from core.books.importing.pulling import PulledStore, pull_stores
from core.marketplaces.pulling.connectors import CONNECTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.importing.pulling import DocumentImport
    from core.http.credentials import Credentials
    from core.marketplaces.pulling.connector import ConnectorKind


def pull(
    desk: Desk,
    *,
    stores: Sequence[str] = (),
    another_payout: bool = False,
    kinds: Sequence[ConnectorKind] = CONNECTORS,
    credentials: Credentials | None = None,
) -> Outcome:
    """Pull everything new of the named stores; without names, of all that are connected.

    A store that cannot be asked does not keep the others back, and what came before it failed is kept and shown.

    Raises:
        CogsheetError: If no store is connected, or one that is named is not.
    """
    with desk.database.reading() as connection:
        before = state(connection)
    with connected_stores(desk, stores, kinds=kinds, credentials=credentials) as opened:
        ready = [one for one in opened if not isinstance(one, PulledStore)]
        pulled = {
            one.store: one
            for one in pull_stores(
                desk.database,
                ready,
                who=desk.user,
                clock=desk.clock,
                progress=desk.progress,
                another_payout=another_payout,
            )
        }
        done = [one if isinstance(one, PulledStore) else pulled[one.name] for one in opened]
    asked = {one.store for one in done}
    failures = {one.store: "" if one.failure is None else str(one.failure) for one in done}
    note_connections(desk.book, failures, all_of_them=not stores)
    after = show_imported(desk, before, asked)
    books = after.books
    imported = [document.file for one in done for document in one.documents]
    settlements = [one for file in imported for one in file.settlements]
    answered = [key for one in settlements for key in one.answered_lines]
    told = with_another_payout(_outcome(done), settlements, "pull")
    told = with_answers(with_asking(told, books, settlements), books, answered)
    told = with_followed(told, books, after.followed, settlements)
    return with_remarks(told, books, asked, {one.store for one in done if one.documents}, after.remarks)


def _outcome(done: Sequence[PulledStore]) -> Outcome:
    data: dict[str, object] = {"stores": [_store_entry(one) for one in done]}
    failures = [str(one.failure) for one in done if one.failure is not None]
    return Outcome(
        "\n".join(line for one in done for line in _sentences(one)),
        needs_attention=any(document.needs_attention for one in done for document in one.documents),
        data={"error": "\n".join(failures), **data} if failures else data,
        stopped=bool(failures),
    )


def _sentences(one: PulledStore) -> list[str]:
    lines = [_document_sentence(document) for document in one.documents]
    new = (
        f"{one.store}: {counted(len(one.documents), 'new document')}."
        if one.documents
        else f"{one.store}: nothing new."
    )
    if one.failure is None:
        return [new, *lines]
    kept = f" {counted(len(one.documents), 'document')} came before that." if one.documents else ""
    return [f"{one.store}: {one.failure}{kept}", *lines]


def _document_sentence(document: DocumentImport) -> str:
    if document.failure:
        return f"{document.name} was not imported: {document.failure}"
    return "\n".join(sentences(document.file)) or f"{document.name} holds no settlement."


def _store_entry(one: PulledStore) -> dict[str, object]:
    return {
        "store": one.store,
        "error": None if one.failure is None else str(one.failure),
        "documents": [
            {
                "document": document.name,
                "error": document.failure or None,
                "settlements": entries(document.file),
                **{name: value for name, value in file_entry(document.file).items() if name != "file"},
                "returns": returns_entry(document.file.returns) if document.file.returns else None,
            }
            for document in one.documents
        ],
    }
