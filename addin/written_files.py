"""Files that people take away, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.errors import CogsheetError


class FileNotWrittenError(CogsheetError):
    """A file cannot be written where it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} could not be written: {reason}. Is it open in another program? Close it, or choose another place."
        )


def write_file(path: Path, content: bytes) -> None:
    """Write a file in place of one of the same name.

    Raises:
        FileNotWrittenError: If that is not possible; an older file of that name is still there then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)
    except OSError as error:
        raise FileNotWrittenError(path, error.strerror or "the system refuses") from error
