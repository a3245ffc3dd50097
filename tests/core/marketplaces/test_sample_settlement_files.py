"""Real settlement files that are no part of the project, against their control totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.marketplaces import read_file
from core.marketplaces.inspection import inspection
from core.marketplaces.settlements.tie_out import importable

if TYPE_CHECKING:
    from pathlib import Path

AMAZON_V2 = {
    "amazon/au_v2_flat_excerpt.txt": {
        "settlement_id": "12395580393",
        "currency": "AUD",
        "lines": 317,
        "total": "212118.95",
        "sum": "1277.53",
        "ties_out": False,
        "orders": 53,
        "skus": 12,
        "units_sold": 82,
        "units_refunded": 0,
        "events": {"sale": 317},
    },
    "amazon/au_v2_flat_excerpt_total-recomputed.txt": {
        "settlement_id": "12395580393",
        "lines": 317,
        "total": "1277.53",
        "sum": "1277.53",
        "ties_out": True,
        "orders": 53,
        "skus": 12,
        "units_sold": 82,
    },
    "amazon/thirdparty_xieyi_v2_sample.txt": {
        "settlement_id": "28471003921",
        "currency": "USD",
        "lines": 23,
        "total": "582.89",
        "sum": "582.89",
        "ties_out": True,
        "orders": 4,
        "skus": 3,
        "units_sold": 5,
        "units_refunded": 1,
        "events": {"sale": 13, "refund": 4, "fee": 4, "balance": 2},
        "unknown_types": [],
    },
}
OTHERS = {
    "amazon/ca_v1_flat_50018020314.txt": {
        "format": "amazon_v1_flat",
        "settlement_id": "23874397121",
        "currency": "CAD",
        "lines": 15,
        "total": "-62.31",
        "sum": "-62.31",
        "ties_out": True,
        "orders": 2,
        "skus": 2,
        "units_sold": 1,
        "units_refunded": None,
        "events": {"sale": 7, "refund": 4, "fee": 1, "advertising": 1, "balance": 2},
    },
    "amazon/ca_v1_flat_50034020328.txt": {
        "format": "amazon_v1_flat",
        "settlement_id": "24288684721",
        "lines": 189,
        "total": "1016.08",
        "sum": "1016.08",
        "ties_out": True,
        "orders": 35,
        "skus": 17,
        "units_sold": 39,
        "events": {"sale": 178, "refund": 4, "reimbursement": 1, "advertising": 3, "balance": 3},
    },
    "amazon/us_unified_transaction_2026-06.csv": {
        "format": "amazon_unified_csv",
        "settlement_id": "26501622601",
        "currency": "USD",
        "lines": 24,
        "total": None,
        "sum": "288.61",
        "ties_out": None,
        "orders": 16,
        "skus": 6,
        "events": {"sale": 21, "fee": 1, "advertising": 2},
    },
    "walmart/thirdparty_recon_v1_rows.tsv": {
        "format": "walmart_recon_v1",
        "lines": 9,
        "total": None,
        "sum": "37.96",
        "ties_out": False,
        "orders": 3,
        "skus": 3,
        "units_sold": 6,
    },
    "ebay/thirdparty_transaction_report_rows.csv": {
        "format": "ebay_transaction_report",
        "settlement_id": "7593167856",
        "transactions": 8,
        "lines": 8,
        "total": None,
        "sum": "-209.06",
        "orders": 5,
        "events": {"sale": 4, "refund": 1, "fee": 1, "balance": 1, "payout": 1},
    },
    "shopify/thirdparty_payments_transactions_rows.csv": {
        "format": "shopify_payments_csv",
        "lines": 4,
        "total": None,
        "sum": "86.71",
        "ties_out": None,
        "orders": 3,
        "events": {"sale": 3, "refund": 1},
    },
}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "totals"), [*((name, {"format": "amazon_v2_flat", **t}) for name, t in AMAZON_V2.items()), *OTHERS.items()]
)
def test_control_totals(samples: Path, name: str, totals: dict[str, object]) -> None:
    """Each file reads with exactly the totals that were counted in its raw text."""
    path = samples / name
    found = inspection(read_file(path.read_bytes(), path.name))

    assert totals == {key: found[key] for key in totals}


def test_unified_file_has_one_settlement_of_its_released_rows(samples: Path) -> None:
    """Seventeen deferred rows are in no settlement, though the file gives them its id."""
    reading = read_file((samples / "amazon/us_unified_transaction_2026-06.csv").read_bytes())

    assert [(7, "42.00")] == [(settlement.lines, f"{settlement.sum:.2f}") for settlement in reading.settlements]
    assert 17 == len(reading.unsettled)


def test_unfinished_walmart_file_is_not_importable(samples: Path) -> None:
    """It says that it has 81 lines and has 9; its damaged purchase order alone would not matter."""
    reading = read_file((samples / "walmart/thirdparty_recon_v1_rows.tsv").read_bytes(), "recon.tsv")

    assert not importable(reading)
    assert ["recon.tsv, line 2", "recon.tsv, line 9, column Purchase Order #"] == [p.where for p in reading.problems]


def test_shopify_amounts_and_fees(samples: Path) -> None:
    """Amounts, fees and net are what the rows say."""
    reading = read_file((samples / "shopify/thirdparty_payments_transactions_rows.csv").read_bytes())
    frames = [reading.unsettled, *(settlement.transactions for settlement in reading.settlements)]

    assert ["89.90", "-3.19", "86.71"] == [
        f"{sum(amount for frame in frames for amount in frame[column]):.2f}"
        for column in ("principal", "other_fee", "net")
    ]
