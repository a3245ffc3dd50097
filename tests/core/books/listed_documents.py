"""A marketplace that offers what a test says, and small settlement files to offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.marketplaces.pulling.connector import Document
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

HEADER = (
    "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\ttotal-amount\tcurrency\ttransaction-type\t"
    "order-id\tmerchant-order-id\tadjustment-id\tshipment-id\tmarketplace-name\tamount-type\tamount-description\tamount\t"
    "fulfillment-id\tposted-date\tposted-date-time\torder-item-code\tmerchant-order-item-id\t"
    "merchant-adjustment-item-id\tsku\tquantity-purchased\tpromotion-id"
)
NAMES = HEADER.split("\t")


def v2_content(settlement_id: str, *lines: dict[str, str], total: str, days: tuple[str, str] = ("03", "17")) -> bytes:
    """Return an Amazon V2 file of August 2026; each line's cells stand in place of those of a $10 order of one mug.

    That was posted on the 4th, or on the first day of a period that does not reach it.
    """
    start, end = (f"2026-08-{day} 00:00:00 UTC" for day in days)
    summary = {
        "settlement-start-date": start,
        "settlement-end-date": end,
        "deposit-date": end,
        "total-amount": total,
        "currency": "USD",
    }
    posted = "04" if days[0] <= "04" <= days[1] else days[0]
    rows = [summary, *({**_order(number, posted), **line} for number, line in enumerate(lines))]
    texts = ["\t".join({"settlement-id": settlement_id, **row}.get(name, "") for name in NAMES) for row in rows]
    return "\n".join([HEADER, *texts, ""]).encode()


def _order(number: int, day: str) -> dict[str, str]:
    return {
        "transaction-type": "Order",
        "order-id": f"111-{number}",
        "shipment-id": f"S{number}",
        "marketplace-name": "Amazon.com",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "amount": "10.00",
        "fulfillment-id": "AFN",
        "posted-date": f"2026-08-{day}",
        "posted-date-time": f"2026-08-{day} 10:00:00 UTC",
        "order-item-code": str(number),
        "sku": "MUG",
        "quantity-purchased": "1",
    }


@dataclass
class Listed:
    """A marketplace that offers these documents, in this order; an exception is raised where it stands."""

    offers: list[tuple[Document, bytes | Exception] | Exception]
    marketplace: Marketplace = Marketplace.AMAZON
    asked: list[set[str]] = field(default_factory=list)
    """What was known at each listing."""
    fetched: list[str] = field(default_factory=list)

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        self.asked.append(set(known))
        for offer in self.offers:
            if isinstance(offer, Exception):
                raise offer
            if offer[0].id not in known:
                yield offer[0]

    def fetch(self, document: Document) -> bytes:
        self.fetched.append(document.id)
        found = next(offer[1] for offer in self.offers if not isinstance(offer, Exception) and offer[0] == document)
        if isinstance(found, Exception):
            raise found
        return found


def settlement_document(settlement_id: str, *, final: bool = True) -> tuple[Document, bytes]:
    """Return a document that holds one settlement of one order."""
    return Document(f"R{settlement_id}", f"{settlement_id}.txt", final=final), v2_content(
        settlement_id, {}, total="10.00"
    )
