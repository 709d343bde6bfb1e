"""Pages of receipts and of the fiscal documents that people have made."""
