"""The numbered migrations of the tables, run by `core.books.database.migrate`.

To change a table: change it in `tables` or `closing_tables`, write the next `versions/mNNNN_....py` by
hand (it must not import the tables, which go on changing), and let the tests add a stored database of the new version
with `--regenerate`. They compare what the migrations make with what the tables declare, on both databases.
"""
