"""The part of Shopify's Admin GraphQL schema that books need, and what a question costs in points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import FieldNode, FragmentSpreadNode, IntValueNode, OperationDefinitionNode, VariableNode, build_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, SelectionSetNode

LARGEST_PAGE = 250

SCHEMA = build_schema(
    """
scalar DateTime
scalar Decimal
scalar UnsignedInt64
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
enum PayoutSortKeys { ISSUED_AT ID }
enum BalanceTransactionSortKeys { PROCESSED_AT ID }
enum OrderSortKeys { CREATED_AT PROCESSED_AT ID }

type Query {
  shopifyPaymentsAccount: ShopifyPaymentsAccount
  orders(first: Int, after: String, query: String, sortKey: OrderSortKeys): OrderConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
}
type ShopifyPaymentsAccount {
  payouts(first: Int, after: String, query: String, sortKey: PayoutSortKeys): ShopifyPaymentsPayoutConnection!
  balanceTransactions(
    first: Int, after: String, query: String, sortKey: BalanceTransactionSortKeys
  ): ShopifyPaymentsBalanceTransactionConnection!
}
type ShopifyPaymentsPayoutConnection { nodes: [ShopifyPaymentsPayout!]! pageInfo: PageInfo! }
type ShopifyPaymentsPayout implements Node {
  id: ID! legacyResourceId: UnsignedInt64! status: String! issuedAt: DateTime! transactionType: String! net: MoneyV2!
}
type ShopifyPaymentsBalanceTransactionConnection { nodes: [ShopifyPaymentsBalanceTransaction!]! pageInfo: PageInfo! }
type AssociatedOrder { id: ID! name: String! }
type AssociatedPayout { id: ID status: String }
type ShopifyPaymentsBalanceTransaction implements Node {
  id: ID! type: String! test: Boolean! transactionDate: DateTime! sourceId: UnsignedInt64 sourceType: String
  sourceOrderTransactionId: UnsignedInt64 adjustmentReason: String
  amount: MoneyV2! fee: MoneyV2! net: MoneyV2!
  associatedOrder: AssociatedOrder associatedPayout: AssociatedPayout!
}
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
type Order implements Node {
  id: ID! name: String! createdAt: DateTime! processedAt: DateTime! updatedAt: DateTime! cancelledAt: DateTime
  taxesIncluded: Boolean! paymentGatewayNames: [String!]! totalPriceSet: MoneyBag! totalShippingPriceSet: MoneyBag!
  lineItems(first: Int, after: String): LineItemConnection!
  transactions(first: Int): [OrderTransaction!]!
  refunds(first: Int): [Refund!]!
  fulfillments(first: Int): [Fulfillment!]!
}
enum FulfillmentStatus { CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }
type Fulfillment implements Node {
  id: ID! status: FulfillmentStatus! createdAt: DateTime!
  fulfillmentLineItems(first: Int, after: String): FulfillmentLineItemConnection!
}
type FulfillmentLineItemConnection { nodes: [FulfillmentLineItem!]! pageInfo: PageInfo! }
type FulfillmentLineItem { id: ID! lineItem: LineItem! quantity: Int }
type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
type LineItem implements Node {
  id: ID! sku: String name: String! quantity: Int! unfulfilledQuantity: Int! isGiftCard: Boolean!
  originalTotalSet: MoneyBag!
  discountAllocations: [DiscountAllocation!]! taxLines: [TaxLine!]!
}
type DiscountAllocation { allocatedAmountSet: MoneyBag! }
type TaxLine { title: String! priceSet: MoneyBag! }
type OrderTransactionConnection { nodes: [OrderTransaction!]! pageInfo: PageInfo! }
type OrderTransaction implements Node {
  id: ID! kind: String! status: String! gateway: String test: Boolean! processedAt: DateTime amountSet: MoneyBag!
}
type Refund implements Node {
  id: ID! createdAt: DateTime
  refundLineItems(first: Int, after: String): RefundLineItemConnection!
  transactions(first: Int, after: String): OrderTransactionConnection!
}
type RefundLineItemConnection { nodes: [RefundLineItem!]! pageInfo: PageInfo! }
type RefundLineItem {
  lineItem: LineItem! quantity: Int! restockType: String! subtotalSet: MoneyBag! totalTaxSet: MoneyBag!
}
"""
)


def cost_of(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """Return what a question costs before it is answered: an object 1 point, a list as many as are asked for."""
    questions = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return sum(_cost(question.selection_set, variables) for question in questions)


def _cost(selections: SelectionSetNode, variables: Mapping[str, Any]) -> int:
    return sum(_cost_of_one(selection, variables) for selection in selections.selections)


def _cost_of_one(selection: Any, variables: Mapping[str, Any]) -> int:  # noqa: ANN401  # one of graphql-core's nodes
    if isinstance(selection, FragmentSpreadNode) or selection.selection_set is None:
        return 0
    inner = _cost(selection.selection_set, variables)
    if not isinstance(selection, FieldNode):
        return inner
    return 1 + inner * _how_many(selection, variables)


def _how_many(field: FieldNode, variables: Mapping[str, Any]) -> int:
    for argument in field.arguments or ():
        value: Any = argument.value
        if isinstance(value, VariableNode):
            value = variables.get(value.name.value)
        if argument.name.value == "first":
            return int(value.value) if isinstance(value, IntValueNode) else int(value or 1)
        if argument.name.value == "ids":
            return len(value)
    return 1
