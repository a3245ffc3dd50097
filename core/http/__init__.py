"""HTTP for everything that speaks to a service: one client, how answers are read, limits, and credentials."""
