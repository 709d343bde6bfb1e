"""Signing in: what Kontor adds to allauth, at the points where allauth lets itself be changed."""
