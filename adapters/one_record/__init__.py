"""ONE Record: JSON-LD documents framed to trees by the class table, and back."""
