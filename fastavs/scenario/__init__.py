"""Scenarios: what they change, as values."""
