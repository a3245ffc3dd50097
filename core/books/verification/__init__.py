"""Whether everything agrees: tie-outs of deposit, reports, entries and locks, and rows that another program altered."""
