"""What else the machine was doing: figures from a busy one are worth less."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STAT = Path("/proc/stat")  # of Linux
TICK = 100.0  # its unit, a hundredth of a second


def _busy() -> float:
    """Return the processor seconds that all processes have taken."""
    if not STAT.exists():
        return 0.0
    user, nice, system, *_ = (int(word) for word in STAT.read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system) / TICK


def _own() -> float:
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


@contextmanager
def others() -> Iterator[Callable[[], float]]:
    """Give a function that returns the share of the processors that other processes took while this was open."""
    clock = os.times().elapsed
    busy, own = _busy(), _own()
    end: list[float] = []

    def share() -> float:
        return end[0]

    yield share
    spent = (os.times().elapsed - clock) * (os.cpu_count() or 1)
    end.append(max(_busy() - busy - (_own() - own), 0.0) / spent)
