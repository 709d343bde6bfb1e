"""The demo world of the embedded default: three partners, their customers and branches, and people of each.

Deterministic: the same names, ids and keys every time, here and in the sandbox. Nothing of it is real, and it is refused
in production.
"""
