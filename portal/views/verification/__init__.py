"""Pages about the verification of Austrian signed receipts."""
