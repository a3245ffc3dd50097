"""Take over what the bookkeeper edited on sheet Setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.database import batches, settings
from core.database.batches import BatchKind
from core.errors import CogsheetError
from core.settings import SETTINGS_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.database import Database


class PolicyError(CogsheetError):
    """A value on sheet Setup cannot be taken."""

    def __init__(self, setting: str, value: str, meaning: str) -> None:
        super().__init__(
            f"Sheet Setup: “{value}” cannot be taken for {setting}. {meaning} Dates are written 2026-08-31. "
            f"Nothing was changed; put the value right and try again."
        )


def change_policies(database: Database, edits: Mapping[str, str], *, who: str, now: datetime) -> Policies:
    """Store edited policies, each by its name, as one batch; an empty text is no value.

    Returns:
        The policies in force.

    Raises:
        PolicyError: If a value is none of that policy's; nothing is stored then.
    """
    with database.reading() as connection:
        before = settings.get(connection, SETTINGS_NAME, Policies, Policies())
    if not edits:
        return before
    after = _changed(before, edits)
    with database.writing() as connection:
        batch_note = ", ".join(f"{Policies.model_fields[name].title}: {text or 'none'}" for name, text in edits.items())
        batches.new(connection, BatchKind.SETUP, who, now, note=batch_note)
        settings.put(connection, SETTINGS_NAME, after, who=who, now=now)
    return after


def _changed(before: Policies, edits: Mapping[str, str]) -> Policies:
    values = before.model_dump() | {name: text or None for name, text in edits.items()}
    try:
        return Policies.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        field = Policies.model_fields[name]
        raise PolicyError(field.title or name, edits.get(name, ""), field.description or "") from error
