"""How many units, and whose: shipments, refunds and their originals, reversals, reimbursements, units back in stock."""
