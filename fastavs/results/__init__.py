"""Rates and summaries as Arrow."""
