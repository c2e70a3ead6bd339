"""Whose observations serve which line. No duty is charged here."""
