"""Many scenarios through all years of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.results.summary import SUMMARY
from fastavs.scenario import Scenario, set_changes
from fastavs.sorted_index import SortedIndex
from fastavs.sweeping.blocks import all_figures
from fastavs.sweeping.effects import check_scenarios

if TYPE_CHECKING:
    from fastavs.study import Study

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
    further = bool(by or lines) or whole_lines is not None
    if isinstance(study, SortedIndex) and further:
        raise InputError("an index alone has no lines", cure="give the study for by, lines and whole_lines")
    if not isinstance(study, SortedIndex) and study.options.method == "pooled":
        from fastavs.index_build import facts_of
        from fastavs.sweeping.lines import line_by_line

        check_scenarios(facts_of(study), chosen)
        return Sweep(chosen, study.plan.years, wanted, *line_by_line(study, chosen, True, by, lines, whole_lines))
    found = _index(study, chosen, index)
    check_scenarios(found.facts, chosen)
    figures, years, counts = all_figures(found, chosen, not set(wanted) <= MEANS, executor, threads)
    groups: dict[str, pa.Table] = {}
    some = None
    if not isinstance(study, SortedIndex) and further:
        from fastavs.sweeping.lines import line_by_line

        _, _, groups, some = line_by_line(study, chosen, False, by, lines, whole_lines)
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
    from fastavs.index_build import index_of

    if set_changes(scenarios):
        return index_of(study, scenarios)
    if study not in _OWN:
        _OWN[study] = index_of(study)
    return _OWN[study]
