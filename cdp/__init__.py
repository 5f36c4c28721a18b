"""What people do with the built platform."""
