"""Pages about the sources of sales: Kassandro tokens, DataCash keys and files."""
