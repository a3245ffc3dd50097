"""Writes exports of views: Shopify's, eBay's and Amazon's date-range report, of chosen days of one payout."""

from __future__ import annotations

from typing import NamedTuple

from core.books.settlements.booked_settlement import OriginalFile


class Row(NamedTuple):
    """One row of an export: what was sold when, and for how much."""

    day: str
    """`2026-06-29`."""
    order: str
    amount: str
    payout: str = "900001"
    status: str = "paid"
    kind: str = "charge"
    units: int = 1


_SHOPIFY = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Checkout,Currency\n"


def shopify_export(name: str, *rows: Row) -> OriginalFile:
    """Write a Shopify Payments export; a row of kind `payout` is the payout itself."""
    lines = [
        f"{row.day} 10:15:00 +0000,{row.kind},{row.order},{row.status},2026-07-01,{row.payout},"
        f"{row.amount},0.00,{row.amount},c,USD\n"
        for row in rows
    ]
    return OriginalFile(name, (_SHOPIFY + "".join(lines)).encode())


_EBAY = (
    "Transaction creation date,Type,Order number,Buyer name,Net amount,Payout currency,Payout date,Payout ID,"
    "Payout status,Item ID,Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,"
    "Final Value Fee - variable,Gross transaction amount,Description\n"
)


def ebay_export(name: str, *rows: Row, buyer: str = "Jane Buyer") -> OriginalFile:
    """Write an eBay report: orders of one item each, other fees (without any number of their own), the payout."""
    return OriginalFile(name, (_EBAY + "".join(_ebay_row(row, buyer) for row in rows)).encode())


def _ebay_row(row: Row, buyer: str) -> str:
    paid = f"{row.amount},USD,2026-07-01,{row.payout},{row.status}"
    if row.kind == "charge":
        item = f"1,T{row.order},SKU-{row.order},{row.units},{row.amount},0,0,{row.amount},--"
        return f"{row.day},Order,{row.order},{buyer},{paid},{item}\n"
    kind = "Payout" if row.kind == "payout" else "Other fee"
    return f"{row.day},{kind},--,--,{paid},--,--,--,--,--,--,--,{row.amount},{kind}\n"


_UNIFIED = (
    "date/time,settlement id,type,order id,sku,description,quantity,marketplace,fulfillment,product sales,"
    "product sales tax,selling fees,fba fees,other transaction fees,other,total,Transaction Status,"
    "Transaction Release Date\n"
)


def unified_export(name: str, *rows: Row) -> OriginalFile:
    """Write a date-range report: one order per row, released on its day."""
    lines = [
        f'"{_written(row.day)} 3:00:00 AM PDT","{row.payout}","Order","{row.order}","MUG","Mug","{row.units}",'
        f'"amazon.com","Amazon","{row.amount}","0","0","0","0","0","{row.amount}","Released",'
        f'"{_written(row.day)} 3:00:00 AM PDT"\n'
        for row in rows
    ]
    return OriginalFile(name, (_UNIFIED + "".join(lines)).encode())


def _written(day: str) -> str:
    year, month, number = day.split("-")
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[int(month) - 1]} {int(number)}, {year}"


def released_export(name: str, *released: str, order: str = "#1") -> OriginalFile:
    """Write a date-range report of an order of 10 June per release date; where one is blank, without that column."""
    (plain,) = unified_export(name, Row("2026-06-10", order, "17.00")).content.decode().splitlines()[1:]
    own = plain.partition(',"Released"')[0]
    known = all(released)
    rows = [f'{own},"Released","{release}"' if known else own for release in released]
    head = _UNIFIED if known else _UNIFIED.replace(",Transaction Status,Transaction Release Date", "")
    return OriginalFile(name, (head + "\n".join(rows) + "\n").encode())
