"""What an uploaded file would change, and the change itself.

Receipts come first: a file fills days of which nothing is known, replaces days that came from a file, and never replaces
totals that were computed from receipts. Of such a day it may tell payments, VAT and articles, which DataCash's list of
documents does not have, if and only if its total agrees to the cent.
"""
