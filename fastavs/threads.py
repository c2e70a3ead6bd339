"""Work on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Made = TypeVar("Made")


def usable_processors() -> int:
    """Return how many processors the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(work: Callable[[One], Made], items: Iterable[One]) -> list[Made]:
    """Return what `work` makes of each item, in their order, worked out on a thread for each processor.

    Worth it where the work is done by kernels, numpy or Arrow, which let other threads run meanwhile. The first error
    is raised.
    """
    given = list(items)
    threads = min(len(given), usable_processors())
    if threads < 2:
        return [work(one) for one in given]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, given))
