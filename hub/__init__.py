"""The hub decides and remembers. It knows no wire format and no channel."""
