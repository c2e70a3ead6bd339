"""What all screens share: the console, tables, numbers as people read them, progress."""

from __future__ import annotations

import math
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

NONE = "–"
PIPED_WIDTH, WIDEST_TEXT, ENDLESS = 100, 120, 1000
PATIENCE = 1.0  # seconds before progress shows


def make_console() -> Console:
    """Return a console on standard output; texts in brackets are texts, not markup.

    It is wider than any table, so that a narrow terminal breaks lines rather than have numbers cut off.
    """
    from rich.console import Console

    return Console(width=ENDLESS, markup=False, highlight=False, emoji=False)


def say(console: Console, text: str = "", style: str | None = None) -> None:
    """Print a text, wrapped between words."""
    width = shutil.get_terminal_size((PIPED_WIDTH, 24)).columns
    console.print(text, style=style, width=min(width, WIDEST_TEXT))


def head(console: Console, text: str) -> None:
    """Print the heading of a part of the screen."""
    say(console)
    say(console, text, style="bold")


def make_table(*columns: str, left: Sequence[int] = (0,)) -> Table:
    """Return a table of plain columns; those in `left` hold words, all others numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="")
    for place, header in enumerate(columns):
        table.add_column(header, justify="left" if place in left else "right", no_wrap=True, vertical="bottom")
    return table


def percent(fraction: float | None) -> str:
    """Return a rate or share in percent with two decimals; what is beyond all sense without.

    Examples
    --------
    >>> percent(0.0625), percent(None), percent(585042850.66)
    ('6.25', '–', '5.85e+10')
    """
    if fraction is None or math.isnan(fraction):
        return NONE
    return f"{100.0 * fraction:,.2f}" if abs(fraction) < 1e5 else f"{100.0 * fraction:.3g}"


def count(number: int) -> str:
    """Return a count with thousands separated."""
    return f"{number:,}"


def money(value: float) -> str:
    """Return an amount of money without its small change.

    Examples
    --------
    >>> money(1234567.89), money(12.345), money(0.0)
    ('1,234,568', '12.35', '0')
    """
    return f"{value:,.0f}" if value >= 1000.0 or value == 0.0 else f"{value:,.2f}"


def figure(value: float, digits: int = 6) -> str:
    """Return a number with so many significant digits, not padded.

    Examples
    --------
    >>> figure(0.16200000000000003), figure(1234567.0), figure(2500.0)
    ('0.162', '1,234,570', '2,500')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{int(rounded):,}" if rounded.is_integer() and abs(rounded) < 1e15 else f"{rounded:,.{digits}g}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(1234, "row")
    ('1 row', '1,234 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class Steps:
    """Follows the steps of a run: notes their time, and shows them on a terminal once a second has passed.

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

    def __enter__(self) -> Steps:
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.step(None)
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._shown is not None:
                self._shown.stop()
            self._timer = None

    def step(self, name: str | None) -> None:
        """Note that a step begins; the one before it ends."""
        now = time.perf_counter()
        if self._step is not None:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = name, now

    def __call__(self, step: str, done: int, of: int) -> None:
        name = step.split()[0]
        if name != self._step:
            self.step(name)
        with self._lock:
            self._place = (step, done, of)
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], description=step, completed=done, total=of)

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
            self._shown.add_task(step, completed=done, total=of)
            self._shown.start()
