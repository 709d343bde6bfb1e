"""Clients of the providers. They know HTTP and the providers' words, and neither Django nor our tables."""
