"""Everything that numba compiles: flat arrays in, preallocated arrays out, no strings, no raising.

Importing this package imports numba; the rest of fastavs does so only when a first kernel is needed.
"""
