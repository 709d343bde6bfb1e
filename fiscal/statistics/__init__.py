"""Sales: read from their sources by windows, verified by counts, rolled up by (register, local day)."""
