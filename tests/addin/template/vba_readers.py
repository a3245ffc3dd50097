"""Readers of VBA projects that share no code with our writer: olefile, oletools, pyOpenVBA."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import pyopenvba
from olefile import OleFileIO

with warnings.catch_warnings():
    # oletools calls parts of pyparsing by names that are to go.
    warnings.simplefilter("ignore")
    from oletools.olevba import decompress_stream

if TYPE_CHECKING:
    from pathlib import Path


def decompressed(stream: bytes) -> bytes:
    """Return what a compressed VBA stream holds, by oletools."""
    return bytes(decompress_stream(bytearray(stream)))


def stream_of(project: bytes, *path: str) -> bytes:
    """Return a stream of a vbaProject.bin, by olefile."""
    with OleFileIO(io.BytesIO(project)) as container:
        return bytes(container.openstream(list(path)).read())


def modules_by_oletools(project: bytes) -> dict[str, str]:
    """Return the text of every module in a vbaProject.bin."""
    with OleFileIO(io.BytesIO(project)) as container:
        names = [path[1] for path in container.listdir() if path[0] == "VBA" and path[1] not in ("dir", "_VBA_PROJECT")]
        streams = {name: container.openstream(["VBA", name]).read() for name in names}
    return {name: decompressed(stream).decode("cp1252") for name, stream in streams.items()}


def modules_by_pyopenvba(workbook: Path) -> dict[str, str]:
    """Return the text of every module of a workbook."""
    with pyopenvba.ExcelFile(workbook) as file:
        return {name: file.get_module(name) for name in file.module_names()}
