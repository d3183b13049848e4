"""The standard's own test collection against a freshly started node. The collection is somebody else's and never kept here."""
