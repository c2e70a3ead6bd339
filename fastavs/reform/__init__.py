"""Scenarios in steps, carried out: an index in which the steps on duties are done, and what is left for evaluation."""
