"""Pages that change one organization."""
