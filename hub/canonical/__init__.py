"""The one class model: the canonical shipment and the rules of its values."""
