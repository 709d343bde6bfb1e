"""Tenants, people, authorizations, and what is desired of them. The ground floor: it imports nothing of ours."""
