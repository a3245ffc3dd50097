"""The life of a settlement: imported, costed, answered for, exported."""
