"""Arrow's memory while files are read: what is read is copied out of it, so it should give back what it took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import pyarrow as pa

_LOCK = Lock()
_inside: list[pa.MemoryPool] = []  # the pool to go back to, once for each that is at it


@contextmanager
def given_back() -> Iterator[None]:
    """Have Arrow take memory from the system while this is open, and hand the rest back in the end.

    Its own pools keep two to three times what batches need, for allocations to come.
    """
    with _LOCK:
        _inside.append(_inside[0] if _inside else pa.default_memory_pool())
        pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        with _LOCK:
            before = _inside.pop()
            if not _inside:
                pa.set_memory_pool(before)
        pa.system_memory_pool().release_unused()
