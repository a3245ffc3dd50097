"""From the lines of a file to settlements: keys, transactions, periods, the tie-out, several files of one payout."""
