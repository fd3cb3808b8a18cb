"""Files to networks, one module a format."""
