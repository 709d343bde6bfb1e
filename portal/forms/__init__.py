"""What people type, read and checked for its form; what it means is checked by the services."""
