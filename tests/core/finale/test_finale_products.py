"""What a SKU stands for: lookups with packings, bills of materials, and the products it may have meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.finale.product_of_sku import nearest_products
from core.finale.products import by_lookup, read_components
from core.finale.rest import Lookup, rest_records

LOOKUPS = (
    Lookup("SIX", "CUP", "6"),
    Lookup("TRI", "CUP", "3/1"),
    Lookup("ALIAS", "CUP", None),
    Lookup("BOWL-*", "BOWL", None),
    Lookup("BOWL-RED", "RED-BOWL", None),
    Lookup("TWICE", "CUP", None),
    Lookup("TWICE", "BOWL", None),
    Lookup("CASE", "CUP", "a case"),
)


@pytest.mark.parametrize(
    ("sku", "product", "units", "rule"),
    [
        ("SIX", "CUP", 6, "lookup, packing 6"),
        ("TRI", "CUP", 3, "lookup, packing 3/1"),
        ("ALIAS", "CUP", 1, "lookup"),
        ("BOWL-BLUE", "BOWL", 1, "lookup"),
        ("BOWL-RED", "RED-BOWL", 1, "lookup"),
        ("CASE", None, None, "lookup of CUP: packing 'a case' cannot be read"),
    ],
)
def test_a_lookup_gives_product_and_units(sku: str, product: str | None, units: int | None, rule: str) -> None:
    """An exact lookup comes before one with an asterisk, and an unreadable packing is not taken for one unit."""
    mapped = by_lookup(sku, LOOKUPS)

    assert mapped is not None
    assert (product, units, rule) == (mapped.product_id, mapped.units, mapped.rule)


@pytest.mark.parametrize("sku", ["six", "SIX ", "TWICE", "BOWL", "gone"])
def test_what_no_single_lookup_says_is_not_mapped(sku: str) -> None:
    """Case counts, and two lookups that disagree are none."""
    assert by_lookup(sku, LOOKUPS) is None


@pytest.mark.parametrize(
    "told",
    [
        '[{"productId": "CUP", "quantity": 2}, {"productId": "BOWL", "quantity": "1.000"}]',
        [{"productId": "CUP", "quantity": 2}, {"product": {"productId": "BOWL"}, "quantity": 1}],
        {"productAssocItemList": [{"productId": "CUP", "quantity": 2}, {"productId": "BOWL", "quantity": 1}]},
    ],
)
def test_a_bill_of_materials_is_read_in_any_of_its_forms(told: object) -> None:
    """As a JSON text in GraphQL or a nested record in REST, it names products and quantities."""
    assert {"CUP": Decimal(2), "BOWL": Decimal(1)} == dict(read_components(told))


@pytest.mark.parametrize("told", ["", "--", None, "not json", [], "[]"])
def test_no_bill_of_materials_is_no_kit(told: object) -> None:
    """A plain product has no parts."""
    assert [] == list(read_components(told))


@pytest.mark.parametrize(
    ("sku", "expected"),
    [
        (" abc_1 ", ("ABC-1", "ABC-12")),
        ("ABC1-", ("ABC-1", "ABC-12")),
        ("TEAPOT BLUE", ("Tea-Pot/Blue",)),
        ("ÄPFEL", ("Äpfel",)),
        ("nothing like it", ()),
        ("--", ()),
    ],
)
def test_the_nearest_products_are_proposed(sku: str, expected: tuple[str, ...]) -> None:
    """Blanks, case and separators do not count; what is nearly the same comes after what is the same."""
    assert expected == nearest_products(sku, ["ABC-12", "ABC-1", "XYZ", "Tea-Pot/Blue", "Äpfel"])


def test_a_collection_of_parallel_lists_becomes_records() -> None:
    """The longest list counts; short and foreign ones leave gaps."""
    columns = {"orderId": ["1", "2"], "actionUrl": ["/a"], "total": 2}

    assert [{"orderId": "1", "actionUrl": "/a"}, {"orderId": "2"}] == list(rest_records(columns))
