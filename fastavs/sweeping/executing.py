"""Where work is done: here, on threads, or on whatever executor is given; the results are the same to the bit."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from fastavs.arrays_file import read_arrays, write_arrays
from fastavs.errors import FastavsError
from fastavs.kernels.options import readonly
from fastavs.sorted_index import SortedIndex
from fastavs.sweeping.plan import Plan, plan_from, plan_parts

WAITING = 64  # tasks that an executor has in hand at a time


class Task(Protocol):
    """What a worker is given beside the plan."""

    def settled(self) -> Any:
        """Return the task, come through a pipe, as the kernels take it."""


T = TypeVar("T", bound=Task)
Run = Callable[..., Iterator[tuple[Any, Any]]]


@contextmanager
def runner(plan: Plan, executor: Executor | None, threads: int | None) -> Iterator[Run]:
    """Give a function that works tasks out.

    ``run(work, tasks, *how)`` yields each task with ``work(plan, task, *how)``, in order; `work` is a function of a
    module, so that workers find it. What an executor fails to do is done here.
    """
    count = threads or usable_processors()
    if executor is None and count == 1:
        yield lambda work, tasks, *how: ((task, work(plan, task, *how)) for task in tasks)
    elif executor is None:
        with ThreadPoolExecutor(count) as pool:
            yield lambda work, tasks, *how: _ahead(
                tasks, lambda task: pool.submit(work, plan, task, *how), lambda task: work(plan, task, *how), 2 * count
            )
    else:
        with tempfile.TemporaryDirectory(prefix="fastavs-") as folder:
            path = str(Path(folder) / "plan.arrow")
            save_plan(plan, Path(path))
            yield lambda work, tasks, *how: _ahead(
                tasks,
                lambda task: executor.submit(run_stored, path, work, task, *how),
                lambda task: work(plan, task, *how),
                WAITING,
            )


def _ahead(
    tasks: Iterable[T], submit: Callable[[T], Future[Any]], here: Callable[[T], Any], most: int
) -> Iterator[tuple[T, Any]]:
    """Yield results in order with so many tasks under way; what an executor fails to do is done here."""
    waiting: deque[tuple[T, Future[Any] | None]] = deque()

    def first_done() -> tuple[T, Any]:
        task, future = waiting.popleft()
        try:
            return task, here(task) if future is None else future.result()
        except (FastavsError, MemoryError):
            raise
        except Exception:  # its worker died, or it never got one
            return task, here(task)

    for task in tasks:
        try:
            waiting.append((task, submit(task)))
        except Exception:  # a broken executor takes nothing more
            waiting.append((task, None))
        if len(waiting) >= most:
            yield first_done()
    while waiting:
        yield first_done()


def usable_processors() -> int:
    """Return how many processors the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_stored(path: str, work: Callable[..., Any], task: Task, *how: Any) -> Any:
    """Work out a task in a worker."""
    return work(load_plan(path), task.settled(), *how)


def frozen(part: Any) -> Any:
    """Return a tuple of arrays that came through a pipe as the kernels take it."""
    return type(part)(*(readonly(one, one.dtype) if isinstance(one, np.ndarray) else one for one in part))


def save_plan(plan: Plan, path: Path) -> None:
    """Write what workers need to a file that they map into memory, and the index beside it."""
    plan.index.save(path.with_suffix(".index"))
    write_arrays(path, *plan_parts(plan))


@lru_cache(maxsize=2)
def load_plan(path: str) -> Plan:
    """Map a plan that was written by `save_plan`; kept from block to block."""
    index = SortedIndex.load(Path(path).with_suffix(".index"))
    return plan_from(index, *read_arrays(Path(path)))
