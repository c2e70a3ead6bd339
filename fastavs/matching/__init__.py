"""Whose observations serve which line; no duty is charged here."""
