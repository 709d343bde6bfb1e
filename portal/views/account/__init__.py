"""A person's own account, and the pages of signing in."""
