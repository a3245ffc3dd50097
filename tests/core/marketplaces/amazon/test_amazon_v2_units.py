"""Units of the Amazon V2 flat file: of which rows they are, and of which nobody knows them."""

from __future__ import annotations

from core.model import Event, QuantitySource, StockEffect
from tests.core.marketplaces.amazon.v2_lines import only_transaction
from tests.core.marketplaces.amazon_files import line


def test_units_come_from_principal_rows_only() -> None:
    """The quantity that component rows repeat does not count; 3 + 1 of one item code are 4."""
    transaction = only_transaction(
        line("30.00", quantity_purchased="3"),
        line("-4.50", quantity_purchased="3", amount_type="ItemFees", amount_description="Commission"),
        line("10.00", quantity_purchased="1"),
        line("-1.50", quantity_purchased="1", amount_type="ItemFees", amount_description="Commission"),
    )

    assert (4, QuantitySource.REPORTED, StockEffect.OUT) == (
        transaction["quantity"],
        transaction["quantity_source"],
        transaction["stock_effect"],
    )


def test_refund_with_quantity_takes_units_back() -> None:
    """A refund's units are negative, and what they do to the stock is not known from the report."""
    transaction = only_transaction(
        line("-20.00", transaction_type="Refund", adjustment_id="A1"),
        line("3.00", transaction_type="Refund", adjustment_id="A1", amount_type="ItemFees"),
    )

    assert (Event.REFUND, -1, QuantitySource.REPORTED, StockEffect.UNKNOWN) == (
        transaction["event"],
        transaction["quantity"],
        transaction["quantity_source"],
        transaction["stock_effect"],
    )


def test_refund_without_quantity_has_unknown_units() -> None:
    """A blank quantity on a refund is unknown, not zero."""
    transaction = only_transaction(line("-20.00", transaction_type="Refund", quantity_purchased=""))

    assert (True, QuantitySource.UNKNOWN) == (transaction.isna()["quantity"], transaction["quantity_source"])


def test_refund_with_one_quantity_missing_has_unknown_units() -> None:
    """Where one of two Principal rows does not say how many units, the sum of the others is no answer."""
    transaction = only_transaction(
        line("-20.00", transaction_type="Refund"), line("-20.00", transaction_type="Refund", quantity_purchased="")
    )

    assert (True, QuantitySource.UNKNOWN) == (transaction.isna()["quantity"], transaction["quantity_source"])


def test_refund_of_postage_alone_is_about_no_unit() -> None:
    """A refund without a Principal row has no goods in it."""
    transaction = only_transaction(line("-4.99", transaction_type="Refund", amount_description="Shipping"))

    assert (0, StockEffect.NONE) == (transaction["quantity"], transaction["stock_effect"])


def test_fees_of_an_order_posted_alone_are_about_no_unit() -> None:
    """The quantity on fee rows adds no units, even where no Principal row is with them."""
    transaction = only_transaction(line("-3.00", amount_type="ItemFees", amount_description="Commission"))

    assert (Event.SALE, 0, StockEffect.NONE) == (
        transaction["event"],
        transaction["quantity"],
        transaction["stock_effect"],
    )


def test_multi_channel_order_is_a_sale_with_derived_units() -> None:
    """An order sold elsewhere has fees only; its units are those of the fee per unit."""
    fee = {"marketplace_name": "Non-Amazon US", "order_id": "S01-1", "quantity_purchased": "2"}
    transaction = only_transaction(
        line("-10.00", amount_type="ItemFees", amount_description="FBAPerUnitFulfillmentFee", **fee),
        line("-1.00", amount_type="ItemFees", amount_description="FBAPerOrderFulfillmentFee", **fee),
    )

    assert (Event.SALE, 2, QuantitySource.DERIVED, StockEffect.OUT) == (
        transaction["event"],
        transaction["quantity"],
        transaction["quantity_source"],
        transaction["stock_effect"],
    )
