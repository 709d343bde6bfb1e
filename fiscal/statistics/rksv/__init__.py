"""Verification of Austrian signed receipts, after the Registrierkassensicherheitsverordnung (RKSV).

Pure: no table, no network. `code` reads one receipt, `rules` know one question each, `verifier` asks them of a register's
receipts in order, `dep7` reads and writes the export file, `report` sums up. `docs/rksv.md` says what is checked.
"""
