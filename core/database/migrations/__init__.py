"""The numbered migrations of the tables, run by `core.database.migrate`."""
