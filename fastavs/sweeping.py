"""Many scenarios through all years of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.evaluation.blocks import all_figures
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.lines import Wanted
from fastavs.evaluation.named_lines import check_named, check_named_of
from fastavs.evaluation.partners import goes_line_by_line, trade_of
from fastavs.evaluation.reporting import check_wanted, report_lines
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.progress import Progress, quiet
from fastavs.results.summary import SUMMARY
from fastavs.scenario.scenario import Scenario, set_changes
from fastavs.tables.arrow import labels, numbers

if TYPE_CHECKING:
    from fastavs.study import Study

FIGURES = SUMMARY.names[2:]
COUNTED = {field.name for field in SUMMARY if pa.types.is_integer(field.type)}
MEANS = frozenset(  # what the quicker way gives
    ["lines", "simple_mean", "weighted_mean", "matched_lines", "matched_mean", "weighted_mean_unadjusted", "adjust"]
)


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        many = len(self.scenarios)
        years = dict.fromkeys((self.years[0], self.years[-1]))
        parts = [f"{many} scenario{'s' if many > 1 else ''}", " to ".join(map(str, years))]
        parts += [self.outputs[0] if len(self.outputs) == 1 else f"{len(self.outputs)} columns"]
        parts += [f"by {title}" for title in self.groups]
        parts += [] if self.chosen is None else ["chosen lines"]
        return f"<Sweep: {', '.join(parts)}>"

    def summary(self) -> pa.Table:
        """Return a row per scenario and year: `scenario`, `year` and the columns asked for."""
        n, y = self.figures.shape[:2]
        scenario = np.repeat(np.arange(n), y)
        columns = [labels(scenario, [one.name for one in self.scenarios])]
        columns.append(numbers(np.tile(np.array(self.years, dtype=np.int64), n)))
        for name in self.outputs:
            if name == "lines":
                columns.append(numbers(np.tile(self.lines, n).astype(np.int64)))
                continue
            values = self.figures[:, :, FIGURES.index(name)].reshape(-1)
            columns.append(numbers(values.astype(np.int64) if name in COUNTED else values))
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


def sweep(
    study: Study | SortedIndex,
    scenarios: Scenario | Iterable[Scenario],
    *,
    outputs: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    lines: str | Sequence[str] = (),
    whole_lines: str | Path | None = None,
    executor: Executor | None = None,
    threads: int | None = None,
    index: SortedIndex | str | Path | None = None,
    progress: Progress = quiet,
) -> Sweep:
    """Work out many scenarios over all years.

    Parameters
    ----------
    study : Study or SortedIndex
        A loaded index alone will do.
    scenarios : Scenario or iterable of Scenario
        Their names must differ.
    outputs : str or sequence of str, optional
        Columns of the summary; all by default. Means alone are quicker.
    by : str or sequence of str
        Groupings to report by: "chapter", or names under ``[groups]`` of the study. The summary does not depend on
        it, nor on `lines` and `whole_lines`, to the bit.
    lines : str or sequence of str
        Tariff lines whose rates to report.
        Where a scenario changes the trade, what the index does not hold is null: `no_quantity`, and `match_level`,
        `observations`, `outliers` and `specific_share` of lines that are charged on the value alone.
    whole_lines : path-like, optional
        A Parquet file to write every line of every scenario to, a row group each, in order: whole or not at all.
    executor : concurrent.futures.Executor, optional
        What blocks of scenarios run on: a process pool, ``client.get_executor()`` of dask, an MPI pool. Workers map
        the saved index, where one was loaded, and files in the temporary folder (``TMPDIR``), each once; workers on
        other hosts need both where they can open them. Results do not depend on it, to the bit. What dead workers
        leave undone is done here, with a RuntimeWarning.
    threads : int, optional
        How many threads to work on without an executor, or instead of a broken one; as many as the process may use
        by default.
    index : SortedIndex or path, optional
        Built from this study earlier. Default: the study's own, built when first needed.
    progress : callable, optional
        Called with a step's name, how much is done, and of how much.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        A scenario that does not fit the study, or changes lines that it does not have; an output, grouping or line that
        does not exist; an index of other inputs; what is no study, executor or number of threads; a worker that
        does not find the index.

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
    _check_study(study)
    chosen = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
    wanted, place = _outputs(outputs), Workplace(executor, threads)
    further = Wanted(_named(by), _named(lines), whole_lines is not None)
    if not isinstance(study, SortedIndex) and goes_line_by_line(study.options, chosen):
        from fastavs.evaluation.pooled import line_by_line
        from fastavs.index.build import facts_of

        check_scenarios(facts_of(study), chosen)
        check_named_of(study, chosen)
        return Sweep(chosen, study.plan.years, wanted, *line_by_line(study, chosen, further, whole_lines, progress))
    found = _index(study, chosen, index, bool(further.lines) or further.whole)
    check_scenarios(found.facts, chosen)
    check_named(found, chosen)
    check_wanted(found, further)
    groups: dict[str, pa.Table] = {}
    some = None
    with place:
        figures, plan = all_figures(found, chosen, not set(wanted) <= MEANS, place, progress)
        if further.by or further.lines or further.whole:
            groups, some = report_lines(found, plan, chosen, further, whole_lines, place, progress)
    years = tuple(one[0] for one in found.facts["years"])
    return Sweep(chosen, years, wanted, figures, found.line_counts, groups, some)


def _check_study(study: Any) -> None:
    """Make sure that there is something to sweep."""
    if isinstance(study, SortedIndex):
        return
    from fastavs.study import Study

    if not isinstance(study, Study):
        is_path = isinstance(study, str | Path)
        raise InputError(
            "neither a study nor an index", key="study", value=study if is_path else type(study).__name__,
            cure='load it first: fa.Study.load("study.toml"), or a saved index: fa.SortedIndex.load("study.avs")',
        )  # fmt: skip


def _named(names: str | Sequence[str]) -> tuple[str, ...]:
    """Return names, each once; one text stands for itself."""
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


def _outputs(outputs: str | Sequence[str] | None) -> tuple[str, ...]:
    known = SUMMARY.names[1:]
    if outputs is None:
        return tuple(known)
    named = _named(outputs)
    for one in named:
        if one not in known:
            raise InputError(
                "no such output", key="outputs", value=one, expected=f"{', '.join(known)}.{did_you_mean(one, known)}"
            )
    return named


_BUILDING = Lock()
_OWN: WeakKeyDictionary[Study, SortedIndex] = WeakKeyDictionary()  # the indexes of studies at hand


def _index(
    study: Any, scenarios: Sequence[Scenario], index: SortedIndex | str | Path | None, line_by_line: bool
) -> SortedIndex:
    """Return the index to sweep, ready for results line by line or for averages alone."""
    if isinstance(study, SortedIndex):
        return study
    if index is not None:
        found = index if isinstance(index, SortedIndex) else SortedIndex.load(index)
        found.insist_on(study, None if isinstance(index, SortedIndex) else str(index))
        return found
    from fastavs.index.build import index_of
    from fastavs.index.counts import with_counts
    from fastavs.index.records import with_records

    trade = any(trade_of(one) for one in scenarios)
    if set_changes(scenarios):
        found = index_of(study, scenarios)
        found = with_counts(study, found) if line_by_line else found
        return with_records(study, found) if trade else found
    with _BUILDING:
        found = _OWN[study] if study in _OWN else index_of(study)
        found = with_counts(study, found) if line_by_line else found
        _OWN[study] = found = with_records(study, found) if trade else found
    return found
