"""What every marketplace's API has in common: connectors, tokens, and what is checked of a pulled document."""
