"""Delegation: the owner's side, and the partner's."""
