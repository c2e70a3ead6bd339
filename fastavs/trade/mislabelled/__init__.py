"""Quantities whose unit does not fit their mass."""
