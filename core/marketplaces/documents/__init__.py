"""What marketplaces report beside settlements: returned goods, reimbursements, units of orders."""
