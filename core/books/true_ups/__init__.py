"""What became known of exported lines: cost true-ups, reclassifications, corrections, and what Resolve asks again."""
