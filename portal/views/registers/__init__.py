"""Pages about registers, the shops they stand in, and what their payment methods mean."""
