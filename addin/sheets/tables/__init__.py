"""Excel tables and cells: found, declared, filled in place and read back, for every sheet."""
