"""Scenarios through the index; the study as it is, is the scenario that changes nothing."""
