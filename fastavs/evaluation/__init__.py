"""Scenarios through the index. `Study.rates` is the scenario that changes nothing."""
