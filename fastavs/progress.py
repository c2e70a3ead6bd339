"""How far a step has come, told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how much is done, and of how much (0: not known)."""


COMPILING = "compiling kernels, once after installation"
"""What is told while numba compiles; the step that waits for it goes on afterwards."""


def quiet(step: str, done: int, of: int) -> None:
    """Say nothing."""


def compiling_told(progress: Progress, step: str) -> AbstractContextManager[None]:
    """Tell of kernels that are compiled within a step, and of the step again when each is done."""
    return nullcontext() if progress is quiet else _compiling_told(progress, step)


@contextmanager
def _compiling_told(progress: Progress, step: str) -> Iterator[None]:
    from fastavs.kernels.compiling import watched

    with watched(lambda number: progress(COMPILING, number, 0), lambda: progress(step, 0, 1)):
        yield
