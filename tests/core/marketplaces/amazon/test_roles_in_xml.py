"""What an element of Amazon's XML report is, by the names around it."""

from __future__ import annotations

import pytest

from core.marketplaces.amazon.xml_elements import _is_above_zero, _is_transaction, _role

REPORT = ("AmazonEnvelope", "Message", "SettlementReport")
ORDER = (*REPORT, "Order")
ITEM = (*ORDER, "Fulfillment", "Item")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (("AmazonEnvelope", "Header"), "(outside)"),
        ((*REPORT, "SettlementData", "AmazonSettlementID*"), "(outside)"),
        (ORDER, "(transaction)"),
        ((*REPORT, "OtherTransaction"), "(other)"),
        ((*ORDER, "AmazonOrderID*"), "AmazonOrderID"),
        ((*ORDER, "Fulfillment"), "Fulfillment"),
        ((*ITEM, "SKU*"), "SKU"),
        ((*ORDER, "SKU*"), "(odd)"),
        ((*ORDER, "Fulfillment", "AmazonOrderID*"), "(odd)"),
        ((*ORDER, "Novelty*"), "(plain)"),
        ((*ORDER, "Novelty"), "(odd)"),
        ((*ITEM, "ItemPrice"), "(list)"),
        ((*ITEM, "ItemPrice", "Component"), "(part)"),
        ((*ITEM, "ItemPrice", "Component", "Amount*"), "(amount)"),
        ((*ITEM, "ItemPrice", "Component", "Type*"), "(word)"),
        ((*ITEM, "ItemPrice", "Component", "Other*"), "(text)"),
        ((*ORDER, "ShipmentFees", "Fee"), "(loose)"),
        ((*ORDER, "ShipmentFees", "Levy"), "(odd)"),
    ],
)
def test_an_element_is_told_by_where_it_stands(path: tuple[str, ...], role: str) -> None:
    """What stands where nobody expects it makes its order one that is read one by one."""
    assert role == _role(path)


def test_a_transaction_stands_directly_in_a_report() -> None:
    """What a report says of the settlement is none."""
    paths = [ORDER, ITEM, (*REPORT, "SettlementData"), (*REPORT, "OtherTransaction")]

    assert [True, False, False, True] == [_is_transaction(path) for path in paths]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.00", True), ("0.10", True), ("0.00", False), ("-1.00", False), ("(1.00)", False), ("", False)],
)
def test_an_amount_is_above_zero_without_a_sign_and_with_a_digit(text: str, *, expected: bool) -> None:
    """Either way in which less than zero is written."""
    assert expected == _is_above_zero(text)
