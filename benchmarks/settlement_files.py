"""Settlement files of half a million lines and more: the demo business's own, repeated under new order ids."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business import demo_business
from sandbox.business.shops import shop_of
from sandbox.settlement_files import amazon_unified, amazon_v2, amazon_xml, walmart_v1
from sandbox.settlement_files.ebay_report import report_file
from sandbox.settlement_files.shopify_payments import payments_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.settlement_files.amazon_v2 import SettlementFile

LINES = 500_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A format, and how a file of it is made longer."""

    small: Callable[[], bytes]
    """Makes the demo business's file."""
    header: bytes
    """How its header begins."""
    once: int
    """So many lines under the header are about the file as a whole."""
    order: bytes
    """A pattern for the beginning of an order's id, which each repetition has its own of."""
    own: bytes
    """That beginning, with place for a number of eight digits in two halves or as a whole."""
    delimiter: bytes = b"\t"
    total: int = -1
    """Which cell of the last of those lines is the total; -1: none is."""

    def file(self, lines: int = LINES) -> bytes:
        """Return a file of about so many lines that ties out."""
        return repeated(self.small(), lines, self)


def _of_shop(marketplace: str, write: Callable[..., SettlementFile]) -> Callable[[], bytes]:
    def small() -> bytes:
        shop = shop_of(demo_business(), marketplace)
        assert shop is not None, marketplace  # noqa: S101 - the demo business has one
        return write(shop).content

    return small


_AMAZON = rb"\b\d{3}-\d{4}(?=\d{3}-\d{7}\b)", b"%03d-%04d"
V2 = Kind(lambda: amazon_v2.settlement_files(demo_business())[0].content, b"settlement-id", 1, *_AMAZON, total=4)
UNIFIED = Kind(
    lambda: amazon_unified.settlement_files(demo_business())[0].content,
    b"date/time,settlement",
    0,
    *_AMAZON,
    delimiter=b",",
)
WALMART = Kind(
    lambda: walmart_v1.settlement_files(demo_business())[0].content,
    b"Period Start",
    2,
    rb"\b20\d{6}(?=\d{7}\b)",
    b"2%03d%04d",
    b",",
    total=2,
)
SHOPIFY = Kind(_of_shop("Shopify", payments_file), b"Transaction Date", 0, rb"(?<=,)#(?=\d{4},)", b"#%03d%04d", b",")
EBAY = Kind(_of_shop("eBay", report_file), b"Transaction creation", 0, rb"\b\d\d-\d{5}(?=-\d{5}\b)", b"%03d-%04d", b",")


def repeated(content: bytes, lines: int, kind: Kind) -> bytes:
    """Return a settlement file with its lines repeated under new order ids, which still ties out."""
    every = content.removesuffix(b"\n").splitlines(keepends=True)
    every[-1] += b"\n"
    under = next(number for number, line in enumerate(every) if line.removeprefix(BOM_UTF8).startswith(kind.header)) + 1
    once, own = every[under : under + kind.once], every[under + kind.once :]
    times = max(1, lines // len(own))
    if kind.total >= 0:
        cells = once[-1].split(kind.delimiter)
        cells[kind.total] = str(Decimal(cells[kind.total].decode()) * times).encode()
        once = [re.sub(rb"file \d+", b"file %d" % (len(own) * times), each) for each in once[:-1]]
        once.append(kind.delimiter.join(cells))
    bodies = _bodies(b"".join(own), kind, times)
    return b"".join([*every[:under], *once, *bodies])


def _bodies(body: bytes, kind: Kind, times: int) -> list[bytes]:
    order = re.compile(kind.order)
    return [order.sub(kind.own % (number % 900 + 100, number // 900), body) for number in range(times)]


_ELEMENTS = re.compile(rb"(?<=</SettlementData>).*(?=</SettlementReport>)", re.DOTALL)
_TOTAL = re.compile(rb"(?<=<TotalAmount currency=\"USD\">)[^<]*")


def xml_file(amounts: int = LINES) -> bytes:
    """Return an XML settlement report with about so many amounts, which ties out."""
    content = amazon_xml.settlement_files(demo_business())[0].content
    body = _ELEMENTS.search(content)
    total = _TOTAL.search(content)
    assert body is not None, "no body"  # noqa: S101 - the sandbox writes both
    assert total is not None, "no total"  # noqa: S101
    times = max(1, amounts // body[0].count(b"<Amount"))
    whole = str(Decimal(total[0].decode()) * times).encode()
    head = _TOTAL.sub(whole, content[: body.start()])
    return b"".join([head, *_bodies(body[0], V2, times), content[body.end() :]])
