"""A site of notices."""
