"""Invitations: asking somebody in, what became of it, and what the invited person sees."""
