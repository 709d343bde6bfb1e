"""The peer: Django's admin over the same rows and columns."""
