"""Groups of made vectors."""
