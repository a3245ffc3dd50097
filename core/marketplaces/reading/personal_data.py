"""Originals without personal data, for those who do not want to keep any."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from core.marketplaces.pulling.bundles import without_fields
from core.marketplaces.reading.file_tables import Kind, cells_without

if TYPE_CHECKING:
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.contents import Contents


def scrubbed(content: bytes, contents: Contents, form: Format) -> bytes:
    """Return a file with the cells of its personal columns blank, as UTF-8; one without such columns as it is.

    A pulled document loses its personal fields.


    Args:
        content: The original bytes.
        contents: Their text.
        form: The format it is in.
    """
    if form.personal:
        return without_fields(contents, form.personal)
    if form.layout is None or not any(column.kind is Kind.PERSONAL for column in form.layout.columns):
        return content
    rows, delimiter, quoted = cells_without(form.layout, contents, Kind.PERSONAL)
    if not quoted:
        return "".join(delimiter.join(cells) + "\n" for cells in rows).encode()
    text = io.StringIO()
    written = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if delimiter == "\t":  # between tabs, quotes count only if every cell has them
        written = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    written.writerows(rows)
    return text.getvalue().encode()
