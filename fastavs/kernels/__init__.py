"""Everything that numba compiles: flat arrays in, preallocated arrays out, no strings, no raising.

Nothing here knows the rest of fastavs. `names` needs no numba; all other modules import it, so the rest of fastavs
imports them only when a first kernel is needed.
"""
