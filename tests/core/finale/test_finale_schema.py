"""The account's schema: which names are chosen, what is dropped when a query is refused, and how it is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.finale.account_remarks import has_ledger, order_link, remarks_on_account
from core.finale.graphql_schema import LEDGER, ORDER, PRODUCT, SHIPMENT, Schema, assumed, read_probe, without_refused
from core.finale.queries import call, ledger_node

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def told(**types: list[str]) -> Schema:
    """Return the schema of an account that tells these fields, objects named with a `>`; connections take nothing."""
    answer = {
        name: {
            "fields": [
                {"name": field.strip(">"), "type": {"kind": "OBJECT" if field.endswith(">") else "SCALAR"}}
                for field in fields
            ]
        }
        for name, fields in types.items()
    }
    queries = [{"name": f"{name}ViewConnection", "args": []} for name in types]
    return read_probe({**answer, "q": {"queryType": {"fields": queries}}}, NOW, {})


def refused(schema: Schema, *messages: str) -> Schema:
    """Return the schema after a query was refused with these messages."""
    return without_refused(schema, messages)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["unitCost", "transactionCostPerUnit"], "transactionCostPerUnit"),
        (["averageCostPerUnit", "costPerUnit"], "costPerUnit"),
        (["transactionLandedCostPerUnit", "averageCost"], "transactionLandedCostPerUnit"),
        (["movementUnitCost"], "movementUnitCost"),
        (["averageCostPerUnit", "totalCostPerUnit", "lastCostPerUnit"], None),
        (["movementPrice"], None),
    ],
)
def test_the_cost_field_is_found_by_list_and_then_by_pattern(fields: list[str], expected: str | None) -> None:
    """Known names come first, then names that say what they are; an average is never taken for a movement's cost."""
    assert expected == told(stockHistory=fields).name_of("movement cost")


def test_the_user_s_own_name_comes_before_all_others() -> None:
    """A name typed in Setup is used even if nobody could guess it."""
    answer = {
        "stockHistory": {"fields": [{"name": "transactionCostPerUnit"}, {"name": "movementPrice"}]},
        "q": {"queryType": {"fields": [{"name": "stockHistoryViewConnection", "args": []}]}},
    }

    schema = read_probe(answer, NOW, {"movement cost": "movementPrice"})

    assert "movementPrice" == schema.name_of("movement cost")


@pytest.mark.parametrize(
    ("ledger", "shipment", "expected"),
    [
        (["shipment>", "transactionDescription"], ["order>"], "shipment"),
        (["order>", "shipment>"], ["title"], "order"),
        (["shipment", "order", "transactionDescription"], ["order>"], "description"),
        (["quantity"], ["order>"], None),
    ],
)
def test_the_way_to_the_order_is_the_best_there_is(
    ledger: list[str], shipment: list[str], expected: str | None
) -> None:
    """Objects lead to the order, a scalar of the same name does not, and the shipment's label is the last resort."""
    assert expected == order_link(told(stockHistory=ledger, shipment=shipment))


@pytest.mark.parametrize(
    ("message", "type_name", "field"),
    [
        ('Cannot query field "transactionCostPerUnit" on type "stockHistory".', LEDGER, "transactionCostPerUnit"),
        ("Cannot query field 'shipmentList' on type 'order'.", ORDER, "shipmentList"),
        ('Field "shipment" must not have a selection since type "String" has no subfields.', LEDGER, "shipment"),
        ('Field "order" of type "order" must have a selection of subfields.', SHIPMENT, "order"),
    ],
)
def test_a_refused_field_is_dropped(message: str, type_name: str, field: str) -> None:
    """The field that a message names is not asked for again."""
    before = assumed(NOW, {})
    after = refused(before, message)

    assert (True, False) == (before.has(type_name, field), after.has(type_name, field))


@pytest.mark.parametrize(
    "message",
    [
        'Unknown argument "recordDate" on field "stockHistoryViewConnection" of type "QueryRoot".',
        'Unknown argument "recordDate" on field "QueryRoot.stockHistoryViewConnection".',
    ],
)
def test_a_refused_argument_is_dropped(message: str) -> None:
    """Both wordings of graphql-js are understood."""
    after = refused(assumed(NOW, {}), message)

    assert not after.takes(LEDGER, "recordDate")
    assert after.takes(LEDGER, "transactionType")
    assert "recordDate" not in call(after, LEDGER, {"first": "5", "recordDate": "{}"}, "quantity")


def test_without_formatter_no_field_asks_for_raw_values() -> None:
    """One refusal of the argument takes it off everywhere."""
    before = assumed(NOW, {})
    after = refused(before, 'Unknown argument "formatter" on field "stockHistory.quantity".')

    assert ("formatter" in ledger_node(before), "formatter" in ledger_node(after)) == (True, False)


def test_a_proposed_name_is_taken_up() -> None:
    """Where the account hides its schema, the names in its refusals help."""
    message = (
        'Cannot query field "transactionCostPerUnit" on type "stockHistory". '
        'Did you mean "transactionLandedCostPerUnit", "transactionType", or "rowColour"?'
    )
    nothing_else = assumed(NOW, {})
    for name in ("costPerUnit", "unitCost"):
        nothing_else = refused(nothing_else, f'Cannot query field "{name}" on type "stockHistory".')

    after = refused(nothing_else, message)

    assert "transactionLandedCostPerUnit" == after.name_of("movement cost")
    assert not after.has(LEDGER, "rowColour")


def test_a_message_that_says_nothing_changes_nothing() -> None:
    """So that the client knows when to stop asking."""
    before = assumed(NOW, {})

    assert before == refused(before, "Internal error", 'Cannot query field "colour" on type "sky".')


def test_a_missing_connection_ends_the_mode_of_orders() -> None:
    """Without the stock history there are no costs per order, and the user is told what to do."""
    after = refused(assumed(NOW, {}), 'Cannot query field "stockHistoryViewConnection" on type "QueryRoot".')

    assert not has_ledger(after)
    assert any("Paste the address of a saved cost report" in remark for remark in remarks_on_account(after))


def test_a_probe_without_answer_is_assumed() -> None:
    """An account that tells nothing is asked by the usual names."""
    assert assumed(NOW, {}) == read_probe({"q": None}, NOW, {})


def test_the_fields_of_one_account_alone_are_not_kept() -> None:
    """Thousands of columns of its own would fill the cache for nothing."""
    schema = told(product=["productId", "userUser10000", "stockColumnQuantityOnHandUnitsdemo", "averageCost"])

    assert ("productId", "averageCost") == schema.fields[PRODUCT]


def test_the_schema_survives_its_json() -> None:
    """What is kept for a day is the same value again; what another version wrote is not used."""
    schema = refused(
        assumed(NOW, {"movement cost": "x"}), 'Unknown argument "formatter" on field "product.averageCost".'
    )

    assert schema == Schema.from_json(schema.to_json())
    assert Schema.from_json({**schema.to_json(), "version": 0}) is None


def test_a_usual_account_has_nothing_to_remark() -> None:
    """Remarks are for what differs; a field found by its pattern is one."""
    usual = assumed(NOW, {})
    odd = told(stockHistory=["transactionLandedCostPerUnit", "product>", "order>"], product=["averageCost"])

    assert 1 == len(remarks_on_account(usual))
    assert any("'transactionLandedCostPerUnit', an unusual name" in remark for remark in remarks_on_account(odd))
