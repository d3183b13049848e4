"""Adapters touch the world: one folder a wire format or channel. They know the hub by its ports and never each other."""
