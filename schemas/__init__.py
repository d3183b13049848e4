"""What is well formed: tables only, read by the adapters."""
