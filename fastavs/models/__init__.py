"""Tariffs by sector, region and year for models: as a function with derivatives, and as tables."""
