"""Where work is done: here, on threads, or on whatever executor is given; the results are the same to the bit."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, TypeVar

import numpy as np

from fastavs.errors import FastavsError, InputError
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.index.file import save_index
from fastavs.index.rows import ready_arrays, ready_from
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.tables.arrays import read_arrays, stamp_of, write_arrays
from fastavs.threads import usable_processors

WAITING = 64  # tasks that an executor has in hand at a time
MAPPED = os.name != "nt"  # Windows deletes no file that someone has mapped, so a copy for workers is read there


class Task(Protocol):
    """What a worker is given beside the plan."""

    def settled(self) -> Any:
        """Return the task, come through a pipe, as the kernels take it."""


T = TypeVar("T", bound=Task)
Work = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Shipped:
    """Where workers find a plan.

    Attributes
    ----------
    index : str
        File of the index.
    stamp : (int, int)
        Its size and time of change: another index may come to stand there.
    plan : str or None
        File of what is ready; None: the index file has it.
    kept : bool
        Whether the index file outlives the sweep.
    """

    index: str
    stamp: tuple[int, int]
    plan: str | None
    kept: bool


class Workplace:
    """Where the tasks of a sweep are worked out.

    Without an executor, on threads; what is given as a pool of threads works on the plan at hand. Workers of any
    other executor map the plan from a file that they must be able to open: the saved index, where the sweep was
    given one, and a file in the temporary folder (``TMPDIR``) for what is missing there. Workers on other hosts need
    both in folders that all hosts share. Each worker maps a plan once.
    """

    def __init__(self, executor: Executor | None, threads: int | None) -> None:
        whole = isinstance(threads, int | np.integer) and not isinstance(threads, bool)
        if threads is not None and not (whole and threads >= 1):
            raise InputError("no number of threads", key="threads", value=threads, expected="a whole number from 1 on")
        if executor is not None and not callable(getattr(executor, "submit", None)):
            raise InputError(
                "not an executor", key="executor", value=executor,
                expected="a concurrent.futures.Executor, such as ProcessPoolExecutor()",
            )  # fmt: skip
        self.threads = threads or usable_processors()
        self.executor = executor
        self.broken = False
        self.warned = False
        self._closing = ExitStack()
        self._own: ThreadPoolExecutor | None = None
        self._folder: Path | None = None
        self._shipped: list[tuple[Plan, Shipped]] = []

    def __enter__(self) -> Workplace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def run(
        self, plan: Plan, work: Work, tasks: Iterable[T], *how: Any, most: int | None = None
    ) -> Generator[tuple[T, Any], None, None]:
        """Yield each task with ``work(plan, task, *how)``, in order.

        What an executor fails to do is done here, with one warning; errors of ours are raised. What
        waits is called off at the end.

        Parameters
        ----------
        plan : Plan
        work : callable
            A function of a module, so that workers find it.
        tasks : iterable of Task
        *how
            Passed on to `work`.
        most : int, optional
            How many tasks may be in hand, if memory is short.
        """
        if self.executor is None:
            two = list(islice(tasks := iter(tasks), 2))
            if self.threads == 1 or len(two) < 2:  # nothing to share
                return ((task, work(plan, task, *how)) for task in chain(two, tasks))
            tasks = chain(two, tasks)

        def here(task: T) -> Future[Any]:
            return self._threads().submit(work, plan, task, *how)

        if self.executor is None:
            usual, submit = 2 * self.threads, here
        elif isinstance(self.executor, ThreadPoolExecutor):
            pool = self.executor
            usual = WAITING

            def submit(task: T) -> Future[Any]:
                return pool.submit(work, plan, task, *how)
        else:
            remote, shipped = self.executor, self._ship(plan)
            usual = WAITING

            def submit(task: T) -> Future[Any]:
                return remote.submit(run_stored, shipped, work, task, *how)

        found = self._ahead(tasks, submit, here, min(usual, most or usual))
        self._closing.callback(found.close)
        return found

    def _ahead(
        self, tasks: Iterable[T], submit: Callable[[T], Future[Any]], here: Callable[[T], Future[Any]], most: int
    ) -> Generator[tuple[T, Any], None, None]:
        waiting: deque[tuple[T, Future[Any]]] = deque()
        try:
            for task in tasks:
                waiting.append((task, self._submitted(task, submit, here)))
                if len(waiting) >= most:
                    yield self._first_done(waiting, here)
            while waiting:
                yield self._first_done(waiting, here)
        finally:
            for _, future in waiting:
                future.cancel()

    def _submitted(self, task: T, submit: Callable[[T], Future[Any]], here: Callable[[T], Future[Any]]) -> Future[Any]:
        if not self.broken:
            try:
                return submit(task)
            except FastavsError:
                raise
            except Exception as error:  # a broken executor takes nothing more
                self.broken = True
                self._warn("The executor takes no work", error)
        return here(task)

    def _first_done(self, waiting: deque[tuple[T, Future[Any]]], here: Callable[[T], Future[Any]]) -> tuple[T, Any]:
        task, future = waiting[0]
        try:
            result = future.result()
        except (FastavsError, MemoryError):
            raise
        except Exception as error:  # its worker died, or it never got one; others that did so are seen to at once
            self._warn("The executor left work undone", error)
            for place, (other, one) in enumerate(waiting):
                if one.done() and (one.cancelled() or one.exception() is not None):
                    waiting[place] = (other, here(other))
            result = waiting[0][1].result()
        waiting.popleft()
        return task, result

    def _warn(self, what: str, error: Exception) -> None:
        """Say once that an executor fails: the results are the same, the time is not."""
        if not self.warned:
            self.warned = True
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            warnings.warn(f"{what} ({reason}); it is done in this process instead.", RuntimeWarning, stacklevel=2)

    def _threads(self) -> ThreadPoolExecutor:
        if self._own is None:
            self._own = ThreadPoolExecutor(self.threads)
            self._closing.callback(self._own.shutdown, cancel_futures=True)
        return self._own

    def _ship(self, plan: Plan) -> Shipped:
        """Put a plan where workers find it."""
        for known, shipped in self._shipped:
            if known is plan:
                return shipped
        saved = plan.index.saved
        file, kept = (saved.path, True) if saved and stamp_of(saved.path) == saved.stamp else (None, False)
        ready = None
        if file is None:
            file = self._new_file()
            save_index(plan.index, plan.ready, file)
        elif plan.ready is not plan.index.ready:
            ready = self._new_file()
            write_arrays(ready, *ready_arrays(plan.ready))
        stamp = stamp_of(file)
        assert stamp is not None
        shipped = Shipped(str(file), stamp, None if ready is None else str(ready), kept)
        self._shipped.append((plan, shipped))
        return shipped

    def _new_file(self) -> Path:
        if self._folder is None:
            made = tempfile.TemporaryDirectory(prefix="fastavs-", ignore_cleanup_errors=True)
            self._folder = Path(self._closing.enter_context(made))
        return self._folder / f"plan-{len(self._shipped)}.avs"


def frozen(part: Any) -> Any:
    """Return a tuple of arrays that came through a pipe as the kernels take it."""
    return type(part)(*(readonly(one, one.dtype) if isinstance(one, np.ndarray) else one for one in part))


# ---- in a worker


_LOADING = Lock()


def run_stored(shipped: Shipped, work: Work, task: Task, *how: Any) -> Any:
    """Work out a task in a worker."""
    with _LOADING:  # threads of one worker share a plan
        plan = load_plan(shipped)
    return work(plan, task.settled(), *how)


@lru_cache(maxsize=2)
def load_plan(shipped: Shipped) -> Plan:
    """Map a plan into memory; kept from task to task, as the one before is, whose file may be gone by then.

    Raises
    ------
    InputError
        The worker cannot open the files, or another index stands there by now.
    """
    index = map_index(shipped.index, shipped.stamp, MAPPED or shipped.kept)
    if shipped.plan is None:
        return make_plan(index)
    return Plan(index, ready_from(*read_arrays(Path(shipped.plan), MAPPED)), (frozenset(),))


@lru_cache(maxsize=2)
def map_index(path: str, stamp: tuple[int, int], mapped: bool) -> SortedIndex:
    """Map an index into memory, once for all plans of a worker; raises as `load_plan` does."""
    file = Path(path)
    if stamp_of(file) != stamp:
        raise InputError(
            "a worker does not find the index" if stamp_of(file) is None else "the index changed during the sweep",
            file=path,
            cure="keep the saved index, and the temporary folder (TMPDIR), where every worker can open them",
        )
    return SortedIndex.load(file, mapped=mapped)
