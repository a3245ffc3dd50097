"""What documents beside settlements say of orders: goods that came back, reimbursements, units of orders."""
