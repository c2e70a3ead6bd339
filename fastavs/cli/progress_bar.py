"""The steps of a run: their time, progress on a terminal, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fastavs.progress import COMPILING

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds before progress shows


class ProgressBar:
    """Follows the steps of a run: notes their time, shows them on a terminal once a second has passed, and sees to
    it that Ctrl-C ends the run even where a compiler's callback swallows it.

    Called as the library calls a progress function: a step's name, how much is done, of how much.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._step: str | None = None
        self._since = time.perf_counter()
        self._lock = threading.Lock()
        self._shown: Progress | None = None
        self._place: tuple[str, int, int] = ("reading", 0, 1)
        self._timer: threading.Timer | None = None
        self._interrupted = False
        self._before: Any = None
        self._hook = sys.unraisablehook

    def __enter__(self) -> ProgressBar:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._complain
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        sys.unraisablehook = self._hook
        self.step(None)
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._shown is not None:
                self._shown.stop()
            self._timer = None
        if self._interrupted:
            raise KeyboardInterrupt

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def _complain(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            self._hook(unraisable)

    def step(self, name: str | None) -> None:
        """Note that a step begins; the one before it ends."""
        now = time.perf_counter()
        if self._step is not None:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = name, now

    def __call__(self, step: str, done: int, of: int) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        name = step.split()[0]
        if name != self._step and step != COMPILING:  # its time belongs to the step that waits for it
            self.step(name)
        with self._lock:
            self._place = (step, done, of)
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], description=step, completed=done, total=of or None)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            step, done, of = self._place
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(40))
            self._shown = Progress(
                *columns, MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
            )
            self._shown.add_task(step, completed=done, total=of or None)
            self._shown.start()
