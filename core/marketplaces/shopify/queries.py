"""The questions asked of Shopify's Admin GraphQL API: no names, no addresses, only what the books need."""

from __future__ import annotations

from typing import Final

VERSION: Final = "2026-10"
"""Of the API; Shopify answers with a version for a year."""

_MONEY = "{ shopMoney { amount currencyCode } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_PAYOUT = "id legacyResourceId status issuedAt transactionType net { amount currencyCode }"
_PAYMENT = f"id kind status gateway test processedAt amountSet {_MONEY}"
_ITEM = (
    f"id sku name quantity unfulfilledQuantity isGiftCard originalTotalSet {_MONEY} "
    f"discountAllocations {{ allocatedAmountSet {_MONEY} }} taxLines {{ priceSet {_MONEY} }}"
)
_REFUNDED = f"lineItem {{ id sku }} quantity restockType subtotalSet {_MONEY} totalTaxSet {_MONEY}"
_REFUND = (
    f"id createdAt refundLineItems(first: $back) {{ nodes {{ {_REFUNDED} }} {_PAGE} }} "
    f"transactions(first: 5) {{ nodes {{ {_PAYMENT} }} }}"
)
_PACKED = "lineItem { id } quantity"
_PARCEL = f"id status fulfillmentLineItems(first: $packed) {{ nodes {{ {_PACKED} }} {_PAGE} }}"
_ORDER = (
    f"id name createdAt processedAt updatedAt cancelledAt taxesIncluded totalPriceSet {_MONEY} "
    f"totalShippingPriceSet {_MONEY} "
    f"lineItems(first: $items) {{ nodes {{ {_ITEM} }} {_PAGE} }} "
    f"transactions(first: $payments) {{ {_PAYMENT} }} refunds(first: $refunds) {{ {_REFUND} }} "
    f"fulfillments(first: $parcels) {{ {_PARCEL} }}"
)

PAYOUTS = f"""query Payouts($first: Int!, $after: String, $query: String) {{
  shopifyPaymentsAccount {{
    payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT) {{ nodes {{ {_PAYOUT} }} {_PAGE} }}
  }}
}}"""

PAYOUT = f"query Payout($id: ID!) {{ node(id: $id) {{ ... on ShopifyPaymentsPayout {{ {_PAYOUT} }} }} }}"

TRANSACTIONS = f"""query Transactions($first: Int!, $after: String, $query: String) {{
  shopifyPaymentsAccount {{
    balanceTransactions(first: $first, after: $after, query: $query, sortKey: PROCESSED_AT) {{
      nodes {{
        id type test transactionDate sourceId sourceType sourceOrderTransactionId adjustmentReason
        amount {{ amount currencyCode }} fee {{ amount currencyCode }} net {{ amount currencyCode }}
        associatedOrder {{ id name }} associatedPayout {{ id status }}
      }}
      {_PAGE}
    }}
  }}
}}"""

ORDERS = f"""query Orders(
  $ids: [ID!]!, $items: Int!, $payments: Int!, $refunds: Int!, $back: Int!, $parcels: Int!, $packed: Int!
) {{
  nodes(ids: $ids) {{ ... on Order {{ {_ORDER} }} }}
}}"""

ORDERS_OF_MONTH = f"""query OrdersOfMonth($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {{
    nodes {{ id paymentGatewayNames refunds(first: 1) {{ id }} }} {_PAGE}
  }}
}}"""

MORE_ITEMS = f"""query MoreItems($id: ID!, $after: String!) {{
  node(id: $id) {{ ... on Order {{ lineItems(first: 50, after: $after) {{ nodes {{ {_ITEM} }} {_PAGE} }} }} }}
}}"""

MORE_REFUNDED = f"""query MoreRefunded($id: ID!, $after: String!) {{
  node(id: $id) {{
    ... on Refund {{ refundLineItems(first: 50, after: $after) {{ nodes {{ {_REFUNDED} }} {_PAGE} }} }}
  }}
}}"""

MORE_PACKED = f"""query MorePacked($id: ID!, $after: String!) {{
  node(id: $id) {{
    ... on Fulfillment {{ fulfillmentLineItems(first: 50, after: $after) {{ nodes {{ {_PACKED} }} {_PAGE} }} }}
  }}
}}"""
