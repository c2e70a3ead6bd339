"""Benchmarks: what fastavs takes against rivals in the same run, on data made up for the purpose."""
