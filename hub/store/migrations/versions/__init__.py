"""Schema steps, the oldest first."""
