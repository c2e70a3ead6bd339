"""Rates and sweeps as Arrow, the proof of a line, and what becomes of the trade."""
