"""Blocks of scenarios: run here, on threads, or on whatever executor is given."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from fastavs.arrays_file import read_arrays, write_arrays
from fastavs.errors import FastavsError, InputError
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.scenario import ScaleDuty, Scenario, SetDuty, ShiftDuty
from fastavs.sorted_index import SortedIndex, parsed
from fastavs.sweep_plan import Effects, Plan, make_plan, plan_from, plan_parts, touched_lines

BLOCK = 128  # scenarios worked out together
BATCH = 1024  # scenarios turned into numbers at a time
WAITING = 64  # blocks that an executor has in hand at a time
FIGURES = 17  # columns that `kernels.sweep_block` fills


def _scratch(plan: Plan, width: int) -> kernels.Scratch:
    seats, years = plan.seats, len(plan.index.facts["years"])
    return kernels.Scratch(
        np.empty((seats, width)), np.empty((seats, width)), np.empty((seats, width), dtype=np.bool_),
        np.empty((8, width)), np.empty((3, kernels.STACK)), np.empty(kernels.STACK, dtype=np.bool_),
        np.empty((years, kernels.SUMS, width)), np.empty((years, kernels.SUMS, width)),
        np.empty((years, kernels.COUNTS, width)),
    )  # fmt: skip


def run_block(plan: Plan, shocks: kernels.Shocks, full: bool, rows: kernels.Rows | None = None) -> np.ndarray | None:
    """Work out a block of scenarios; float64[s, y, 17], or None if the plan is not careful enough for it."""
    facts, width = plan.index.facts, shocks.scale.shape[1]
    figures = np.empty((width, len(facts["years"]), FIGURES))
    fits = kernels.sweep_block(
        plan.duties, plan.index.entries, plan.rows if rows is None else rows, shocks, plan.layout,
        (facts["outlier"], facts["zero"], full), _scratch(plan, width), figures,
    )  # fmt: skip
    return figures if fits else None


def with_new_duties(plan: Plan, scenario: Scenario, shocks: kernels.Shocks) -> kernels.Rows:
    """Return the rows with the duties that one scenario sets, and with what its other changes make nought of.

    Raises
    ------
    InputError
        A line's new duty goes by quantities that were not indexed.
    """
    index, rows = plan.index, plan.rows
    duty, group = rows.duty.copy(), rows.group.copy()
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            touched = np.flatnonzero(touched_lines(index, change.where))
            duty[plan.line_row[touched]], group[plan.line_row[touched]] = _new_duty(plan, scenario, change, touched)
    specific, bare = _alive(plan, duty, rows.cell, shocks)
    return rows._replace(
        duty=readonly(duty, np.int32), group=readonly(group, np.int32),
        specific=readonly(specific, np.bool_), bare=readonly(bare, np.bool_),
    )  # fmt: skip


def _new_duty(plan: Plan, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the place of a new duty, and the group of observations that each touched line has for it."""
    index = plan.index
    kinds = [tuple(some) for some in index.facts["kinds"]]
    if change.duty not in index.duties or change.new.kinds not in kinds:
        raise _unprepared(scenario, change)
    some = kinds.index(change.new.kinds)
    kinds_of = np.array([kinds.index(duty.kinds) for duty in parsed(index)], dtype=np.int64)
    group = index.lines.group[touched].copy()
    other = np.flatnonzero(kinds_of[index.lines.duty[touched]] != some)
    if other.size:
        known = index.others.line * len(kinds) + index.others.kinds
        wanted = touched[other] * len(kinds) + some
        at = np.searchsorted(known, wanted)
        if known.size == 0 or (known[np.minimum(at, known.size - 1)] != wanted).any():
            raise _unprepared(scenario, change)
        group[other] = index.others.group[at]
    return index.duties.index(change.duty), group


def _unprepared(scenario: Scenario, change: SetDuty) -> InputError:
    return InputError(
        f'the index was not prepared for the scenario "{scenario.name}"', value=change.duty,
        cure="build it with the scenarios that set duties: fastavs.build_index(study, scenarios)",
    )  # fmt: skip


def _alive(plan: Plan, duty: np.ndarray, cell: np.ndarray, shocks: kernels.Shocks) -> tuple[np.ndarray, np.ndarray]:
    """Whether some amount of each row's duty is not 0 under a scenario, and no percentage is in it; bool[n]."""
    table = plan.duties
    n_terms = np.diff(table.term_start)
    has_percent = np.zeros(n_terms.size, dtype=bool)
    owner = np.repeat(np.arange(n_terms.size), np.diff(table.op_start))
    has_percent[owner[table.op == kernels.CONST]] = True
    pairs, place = np.unique(duty.astype(np.int64) * len(plan.cells) + cell, return_inverse=True)
    alive = np.zeros(pairs.size, dtype=bool)
    for i, pair in enumerate(pairs):
        one, where = divmod(int(pair), len(plan.cells))
        for term in range(table.term_start[one], table.term_start[one + 1]):
            of = where * shocks.currencies + table.currency[term]
            amount = table.b[term] * shocks.scale_b[of, 0] + shocks.shift_b[of, 0] * table.per_unit[term]
            alive[i] |= amount > 0.0
    specific = alive[place]
    return specific, specific & ~has_percent[duty]


def is_single(scenario: Scenario) -> bool:
    """Whether a scenario runs by itself: it sets duties, or may make an amount nought or more of nought."""
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            return True
        if isinstance(change, ScaleDuty) and change.specific == 0.0:
            return True
        if isinstance(change, ShiftDuty) and change.specific != 0.0:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Task:
    """A block: places of its scenarios, what they do, and the rows if one of them sets duties."""

    places: np.ndarray
    shocks: kernels.Shocks
    rows: kernels.Rows | None


def all_figures(
    index: SortedIndex, scenarios: Sequence[Scenario], full: bool, executor: Executor | None, threads: int | None
) -> tuple[np.ndarray, tuple[int, ...], np.ndarray]:
    figures = np.full((len(scenarios), len(index.facts["years"]), FIGURES), np.nan)
    for careful in (False, True):
        plan = make_plan(index, scenarios, careful)
        done = True
        with _runner(plan, full, executor, threads) as run:
            for places, result in run(_tasks(plan, scenarios)):
                done &= result is not None
                if not done:
                    break
                figures[places] = result
        if done:
            break
    return figures, tuple(one[0] for one in index.facts["years"]), plan.layout.all_lines.astype(np.int64)


def _tasks(plan: Plan, scenarios: Sequence[Scenario]) -> Iterator[_Task]:
    """Split scenarios into blocks of neighbours, and into single ones, a batch at a time."""
    for first in range(0, len(scenarios), BATCH):
        batch = scenarios[first : first + BATCH]
        effects = Effects(plan, batch)
        alone = np.array([is_single(one) for one in batch], dtype=bool)
        order = effects.order()
        together = order[~alone[order]]
        for start in range(0, together.size, BLOCK):
            some = together[start : start + BLOCK]
            yield _Task(some + first, effects.shocks(some), None)
        for place in np.flatnonzero(alone):
            shocks = effects.shocks(np.array([place]))
            yield _Task(np.array([place + first]), shocks, with_new_duties(plan, batch[int(place)], shocks))


@contextmanager
def _runner(
    plan: Plan, full: bool, executor: Executor | None, threads: int | None
) -> Iterator[Callable[[Iterable[_Task]], Iterator[tuple[np.ndarray, np.ndarray | None]]]]:
    """Give the function that works tasks out and yields each one's places and figures, in order."""

    def here(task: _Task) -> np.ndarray | None:
        return run_block(plan, task.shocks, full, task.rows)

    count = threads or usable_processors()
    if executor is None and count == 1:
        yield lambda tasks: ((task.places, here(task)) for task in tasks)
    elif executor is None:
        with ThreadPoolExecutor(count) as pool:
            yield lambda tasks: _ahead(tasks, lambda task: pool.submit(here, task), here, 2 * count)
    else:
        with tempfile.TemporaryDirectory(prefix="fastavs-") as folder:
            path = str(Path(folder) / "plan.arrow")
            save_plan(plan, Path(path))
            yield lambda tasks: _ahead(
                tasks, lambda task: executor.submit(run_stored, path, task.shocks, task.rows, full), here, WAITING
            )


def _ahead(
    tasks: Iterable[_Task],
    submit: Callable[[_Task], Future[np.ndarray | None]],
    here: Callable[[_Task], np.ndarray | None],
    most: int,
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Yield results in order with so many tasks under way; what an executor fails to do is done here."""
    waiting: deque[tuple[_Task, Future[np.ndarray | None] | None]] = deque()

    def first_done() -> tuple[np.ndarray, np.ndarray | None]:
        task, future = waiting.popleft()
        try:
            return task.places, here(task) if future is None else future.result()
        except (FastavsError, MemoryError):
            raise
        except Exception:  # its worker died, or it never got one
            return task.places, here(task)

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


def run_stored(path: str, shocks: kernels.Shocks, rows: kernels.Rows | None, full: bool) -> np.ndarray | None:
    """Work out a block in a worker; what `run_block` returns."""
    return run_block(load_plan(path), _frozen(shocks), full, rows if rows is None else _frozen(rows))


def _frozen(part: Any) -> Any:
    """Return arrays that came through a pipe as the kernel takes them."""
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
