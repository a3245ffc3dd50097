"""Amazon's settlement reports and the words in them."""
