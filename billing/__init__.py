"""Who is invoiced: arrangements and billing addresses. One floor above organizations."""
