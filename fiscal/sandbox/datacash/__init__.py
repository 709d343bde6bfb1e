"""DataCash: digital receipts and invoices of Italian merchants. Written from the contract alone."""
