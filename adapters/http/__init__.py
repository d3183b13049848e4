"""HTTP: the raw intake, and deliveries by POST."""
