"""Rates and summaries as Arrow."""

from fastavs.results.rates import Rates

__all__ = ["Rates"]
