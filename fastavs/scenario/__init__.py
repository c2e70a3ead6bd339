"""Scenarios as frozen data: what they change, and which lines they touch. Nothing is computed here."""
