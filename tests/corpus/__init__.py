"""Other people's real messages, read from beside the checkout and never copied into it."""
