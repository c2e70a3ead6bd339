"""Many scenarios through all years of a study."""

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
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.changed import changed_rates
from fastavs.errors import FastavsError, InputError, did_you_mean
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.results.rates import SCHEMA as LINE_SCHEMA
from fastavs.results.rates import Rates
from fastavs.results.summary import SUMMARY
from fastavs.scenario import ScaleDuty, Scenario, SetDuty, ShiftDuty
from fastavs.sorted_index import SortedIndex, index_of, parsed, read_arrays, set_changes, write_arrays
from fastavs.sweep_plan import Effects, Plan, check_scenarios, make_plan, plan_from, plan_parts, touched_lines

if TYPE_CHECKING:
    from fastavs.study import Study

BLOCK = 128  # scenarios worked out together
BATCH = 1024  # scenarios turned into numbers at a time
WAITING = 64  # blocks that an executor has in hand at a time
FIGURES = SUMMARY.names[2:]
COUNTED = {field.name for field in SUMMARY if pa.types.is_integer(field.type)}
MEANS = frozenset(  # what the quicker way gives
    ["lines", "simple_mean", "weighted_mean", "matched_lines", "matched_mean", "weighted_mean_unadjusted", "adjust"]
)


@dataclass(frozen=True)
class Sweep:
    """What came of a sweep.

    Attributes
    ----------
    scenarios : tuple of Scenario
    years : tuple of int
    outputs : tuple of str
        Columns of the summary that were asked for.
    figures : float64[scenarios, years, columns of the summary after `lines`]
        NaN = null, or not asked for.
    lines : int64[years]
    groups : dict of str to pyarrow.Table
        By grouping, where asked for.
    chosen : pyarrow.Table or None
        Rates of the chosen lines, where asked for.
    """

    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]
    outputs: tuple[str, ...]
    figures: np.ndarray
    lines: np.ndarray
    groups: dict[str, pa.Table]
    chosen: pa.Table | None

    def summary(self) -> pa.Table:
        """Return a row per scenario and year: `scenario`, `year` and the columns asked for."""
        n, y = self.figures.shape[:2]
        scenario = _column(np.repeat(np.arange(n, dtype=np.int32), y))
        columns = [pa.DictionaryArray.from_arrays(scenario, _texts([one.name for one in self.scenarios]))]
        columns.append(_column(np.tile(np.array(self.years, dtype=np.int64), n)))
        for name in self.outputs:
            if name == "lines":
                columns.append(_column(np.tile(self.lines, n).astype(np.int64)))
                continue
            values = self.figures[:, :, FIGURES.index(name)].reshape(-1)
            columns.append(_column(values.astype(np.int64) if name in COUNTED else values))
        return pa.Table.from_arrays(columns, names=["scenario", "year", *self.outputs])

    def by(self, grouping: str) -> pa.Table:
        """Return a row per scenario, group and year, for a grouping that was asked for."""
        if grouping not in self.groups:
            known = list(self.groups)
            raise InputError(
                "the sweep was not asked for that grouping", value=grouping,
                expected=", ".join(known) + "." + did_you_mean(grouping, known) if known else None,
                cure=f'sweep(..., by=["{grouping}"])',
            )  # fmt: skip
        return self.groups[grouping]


def _column(values: np.ndarray) -> pa.Array:
    """Return numbers as Arrow, NaN as null; by their buffers, for pyarrow's own way imports pandas."""
    null = np.isnan(values)
    valid = pa.py_buffer(np.packbits(~null, bitorder="little")) if null.any() else None
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, buffers)


def _texts(texts: Sequence[str]) -> pa.Array:
    """Return texts as Arrow, in the same way."""
    parts = [text.encode() for text in texts]
    offsets = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(parts), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(parts))])


def sweep(
    study: Study | SortedIndex,
    scenarios: Iterable[Scenario],
    *,
    outputs: Sequence[str] | None = None,
    by: Sequence[str] = (),
    lines: Sequence[str] = (),
    whole_lines: str | Path | None = None,
    executor: Executor | None = None,
    threads: int | None = None,
    index: SortedIndex | str | Path | None = None,
) -> Sweep:
    """Work out many scenarios over all years.

    Parameters
    ----------
    study : Study or SortedIndex
        A loaded index alone will do where neither `by`, `lines` nor `whole_lines` is asked for.
    scenarios : iterable of Scenario
        Their names must differ.
    outputs : sequence of str, optional
        Columns of the summary; all by default. Means alone cost a third of all.
    by : sequence of str
        Groupings to report by: "chapter", or names under ``[groups]`` of the study.
    lines : sequence of str
        Tariff lines whose rates to report.
    whole_lines : path-like, optional
        A Parquet file to write every line of every scenario to, scenario by scenario.
    executor : concurrent.futures.Executor, optional
        What blocks of scenarios run on: a process pool, ``client.get_executor()`` of dask, an MPI pool. Workers map
        the index from a file that they must be able to open. Results do not depend on it, to the bit. What a broken
        executor leaves undone is done here.
    threads : int, optional
        Without an executor: how many threads; as many as the process may use by default.
    index : SortedIndex or path, optional
        Built from this study earlier. Default: the study's own, built when first needed.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        A scenario that does not fit the study, an output or grouping that does not exist, an index of other inputs.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 EUR/l"]},
    ...     fx={"period": ["2020"], "currency": ["EUR"], "fx": [1.25]},
    ... )
    >>> weak = fa.sweep(study, [fa.Scenario("as it is"), fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))])
    >>> weak.summary().select(["scenario", "simple_mean"]).to_pylist()
    [{'scenario': 'as it is', 'simple_mean': 0.025}, {'scenario': 'weak euro', 'simple_mean': 0.0225}]
    """
    chosen = tuple(scenarios)
    wanted = _outputs(outputs)
    if isinstance(study, SortedIndex) and (by or lines or whole_lines is not None):
        raise InputError("an index alone has no lines", cure="give the study for by, lines and whole_lines")
    if not isinstance(study, SortedIndex) and study.options.method == "pooled":
        return _line_by_line(study, chosen, wanted, by, lines, whole_lines)
    found = _index(study, chosen, index)
    check_scenarios(found, chosen)
    figures, years, counts = _figures(found, chosen, not set(wanted) <= MEANS, executor, threads)
    groups: dict[str, pa.Table] = {}
    some = None
    if by or lines or whole_lines is not None:
        further = _line_by_line(study, chosen, (), by, lines, whole_lines)
        groups, some = further.groups, further.chosen
    return Sweep(chosen, years, wanted, figures, counts, groups, some)


def _outputs(outputs: Sequence[str] | None) -> tuple[str, ...]:
    known = SUMMARY.names[1:]
    if outputs is None:
        return tuple(known)
    for one in outputs:
        if one not in known:
            raise InputError(
                "no such output", key="outputs", value=one, expected=f"{', '.join(known)}.{did_you_mean(one, known)}"
            )
    return tuple(outputs)


_OWN: WeakKeyDictionary[Study, SortedIndex] = WeakKeyDictionary()  # the indexes of studies at hand


def _index(study: Any, scenarios: Sequence[Scenario], index: SortedIndex | str | Path | None) -> SortedIndex:
    if isinstance(study, SortedIndex):
        return study
    if index is not None:
        found = index if isinstance(index, SortedIndex) else SortedIndex.load(index)
        found.insist_on(study, None if isinstance(index, SortedIndex) else str(index))
        return found
    if set_changes(scenarios):
        return index_of(study, scenarios)
    if study not in _OWN:
        _OWN[study] = index_of(study)
    return _OWN[study]


# ---- blocks


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
    figures = np.empty((width, len(facts["years"]), len(FIGURES)))
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


def _figures(
    index: SortedIndex, scenarios: Sequence[Scenario], full: bool, executor: Executor | None, threads: int | None
) -> tuple[np.ndarray, tuple[int, ...], np.ndarray]:
    figures = np.full((len(scenarios), len(index.facts["years"]), len(FIGURES)), np.nan)
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


# ---- line by line


def _line_by_line(
    study: Any,
    scenarios: Sequence[Scenario],
    outputs: tuple[str, ...],
    by: Sequence[str],
    lines: Sequence[str],
    whole_lines: str | Path | None,
) -> Sweep:
    """Work out scenarios one after the other, each with all its lines, and keep what was asked for."""
    figures = np.full((len(scenarios), len(study.plan.years), len(FIGURES)), np.nan)
    counts = np.zeros(len(study.plan.years), dtype=np.int64)
    groups: dict[str, list[pa.Table]] = {grouping: [] for grouping in by}
    chosen: list[pa.Table] = []
    with _Lines(whole_lines) as writer:
        for s, scenario in enumerate(scenarios):
            rates = changed_rates(study, scenario)
            if outputs:
                summary = rates.summary()
                counts[:] = summary["lines"].to_numpy()
                for place, name in enumerate(FIGURES):
                    figures[s, :, place] = summary[name].to_numpy()
            for grouping in by:
                groups[grouping].append(_named(rates.by(grouping), scenario))
            if lines or whole_lines is not None:
                table = _named(rates.table, scenario)
                writer.write(table)
                if lines:
                    chosen.append(_chosen_lines(table, lines, rates))
    joined = {grouping: pa.concat_tables(tables).unify_dictionaries() for grouping, tables in groups.items()}
    some = pa.concat_tables(chosen).unify_dictionaries() if chosen else None
    return Sweep(tuple(scenarios), study.plan.years, outputs, figures, counts, joined, some)


def _named(table: pa.Table, scenario: Scenario) -> pa.Table:
    name = pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.num_rows, dtype=np.int32)), pa.array([scenario.name]))
    return table.add_column(0, "scenario", name)


def _chosen_lines(table: pa.Table, lines: Sequence[str], rates: Rates) -> pa.Table:
    import pyarrow.compute as pc

    schedules = [side.schedule for year in rates.years.values() for side in year.sides.values()]
    for line in lines:
        if all(schedule.find(line) is None for schedule in schedules):
            raise InputError("no schedule has that line", key="lines", value=line, expected="the code of a tariff line")
    return table.filter(pc.is_in(table["line"], value_set=pa.array(list(lines), pa.string())))


class _Lines:
    """A Parquet file of whole line results, written scenario by scenario; nothing is left of one that failed."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self.new = None if self.path is None else self.path.with_name(self.path.name + ".new")
        self.writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Lines:
        if self.new is not None:
            schema = LINE_SCHEMA.insert(0, pa.field("scenario", pa.dictionary(pa.int32(), pa.string())))
            self.writer = pq.ParquetWriter(self.new, schema, compression="zstd")
        return self

    def write(self, table: pa.Table) -> None:
        if self.writer is not None:
            self.writer.write_table(table)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.writer is None or self.new is None or self.path is None:
            return
        self.writer.close()
        if kind is None:
            self.new.replace(self.path)
        else:
            self.new.unlink(missing_ok=True)
