"""The room of fiskaly Management v0: organizations, API keys, users, billing addresses."""
