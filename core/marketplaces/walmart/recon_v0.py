"""Walmart reconciliation report, V0: recognised, so that it can be refused by its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NoReturn

from core.marketplaces.errors import Place, UnsupportedFormatError
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.file_tables import Column, Layout, header_line, likeness
from core.model import Marketplace

if TYPE_CHECKING:
    from core.marketplaces.reading.contents import Contents

LAYOUT = Layout(
    title="Walmart reconciliation report (V0)",
    columns=tuple(
        Column(name)
        for name in (
            "Walmart.com Order #",
            "Walmart.com Order Line #",
            "Walmart.com PO #",
            "Walmart.com P.O. Line #",
            "Partner Order #",
            "Transaction Type",
            "Transaction Date Time",
            "Shipped Qty",
            "Partner Item ID",
            "Partner GTIN",
        )
    ),
    delimiters=(",", "\t"),
    quoted=True,
)


def read(contents: Contents) -> NoReturn:
    """Refuse the file.

    Raises:
        UnsupportedFormatError: Always.
    """
    raise UnsupportedFormatError(
        Place(contents.name, header_line(LAYOUT, contents)),
        LAYOUT.title,
        "Choose the new report version (V1, with the column 'Amount Type') when you download it from Seller Center.",
    )


FORMAT = Format(
    name="walmart_recon_v0",
    title=LAYOUT.title,
    marketplace=Marketplace.WALMART,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
)
