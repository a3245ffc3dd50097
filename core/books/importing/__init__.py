"""How settlements come into the books: from files and stores, each once; and what newer readers make of old ones."""
