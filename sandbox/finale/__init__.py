"""A stand-in for Finale Inventory: GraphQL, REST and reports (finale-api.md)."""
