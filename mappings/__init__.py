"""What messages mean: tables only, read by hub.mapping."""
