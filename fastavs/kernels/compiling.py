"""When numba compiles: so that whoever waits can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import event


class _Outermost(event.Listener):
    """Counts kernels: a kernel's own compilation is the outermost, those of what it calls lie within."""

    def __init__(self, begins: Callable[[int], None], ends: Callable[[], None]) -> None:
        self._begins, self._ends = begins, ends
        self._depth = 0
        self._count = 0

    def on_start(self, event: Any) -> None:
        self._depth += 1
        if self._depth == 1:
            self._count += 1
            self._begins(self._count)

    def on_end(self, event: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._ends()


@contextmanager
def watched(begins: Callable[[int], None], ends: Callable[[], None]) -> Iterator[None]:
    """Call `begins` with the number of each kernel that is compiled within the block, and `ends` after it.

    Kernels that come from the cache are not compiled, and nothing is called.
    """
    with event.install_listener("numba:compile", _Outermost(begins, ends)):
        yield
