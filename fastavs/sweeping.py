"""Many scenarios through all years of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_path, a_progress, or_none, takes, texts
from fastavs.codes import as_digits
from fastavs.errors import InputError, did_you_mean
from fastavs.evaluation.blocks import all_figures
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.named_lines import check_named, unmet_prefixes
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import FIGURES
from fastavs.progress import Progress, compiling_told, quiet
from fastavs.reform.work import Work
from fastavs.results.origin import Origin
from fastavs.results.slips import slips
from fastavs.results.summary import OUTPUTS
from fastavs.results.sweep import Sweep
from fastavs.scenario.scenario import Scenario, scenarios_given
from fastavs.warned import Caution, warn_of

if TYPE_CHECKING:
    from fastavs.evaluation.lines import Wanted
    from fastavs.evaluation.plan import Plan
    from fastavs.reform.account import Account
    from fastavs.study import Study


def _index_given(name: str, value: Any) -> SortedIndex | Path:
    """Take an index, or the path of a saved one, as an argument."""
    return value if isinstance(value, SortedIndex) else a_path(name, value)


MEANS = frozenset(  # columns that are quicker to work out when no others are asked for
    ["lines", "simple_mean", "weighted_mean", "matched_lines", "matched_mean", "weighted_mean_unadjusted", "adjust"]
)


@takes(
    scenarios=scenarios_given, outputs=or_none(texts), by=texts, lines=texts, whole_lines=or_none(a_path),
    index=or_none(_index_given), progress=a_progress,
)  # fmt: skip
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
        Tariff lines whose rates to report, in digits or as they are printed.
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
    chosen = cast(tuple[Scenario, ...], scenarios)  # as `takes` leaves them
    columns, workplace = _outputs(outputs), Workplace(executor, threads)
    by_line = bool(lines) or whole_lines is not None
    found = _index(study, chosen, index, by_line)
    check_scenarios(found.facts, chosen)
    works, cautions = _works(found, chosen, study, by_line)
    wanted = _wanted(found, by, lines, whole_lines) if by or by_line else None
    groups: dict[str, pa.Table] = {}
    some = None
    figures = np.empty((len(chosen), len(found.years), FIGURES))
    unmet: list[str] = []
    line_counts = [found.line_counts] * len(chosen)
    plans: list[Plan | None] = []
    with workplace, compiling_told(progress, "scenarios"):
        for work in works:
            of_work = work.index
            check_named(of_work, work.scenarios)
            unmet += unmet_prefixes(of_work, work.scenarios)
            part, plan = all_figures(of_work, work.scenarios, not MEANS.issuperset(columns), workplace, progress)
            figures[work.places] = part
            plans.append(plan if len(works) == 1 else None)
            for place in work.places:
                line_counts[place] = of_work.line_counts
            work.let_go()
        drawn = _draws(found, chosen, works, study, not MEANS.issuperset(columns), workplace, progress)
        if wanted is not None:
            from fastavs.results.by_line import Worked, report_works

            names = [one.name for one in chosen]
            told = [Worked(work, plan, work.places, work.scenarios) for plan, work in zip(plans, works, strict=True)]
            groups, some = report_works(names, told, wanted, whole_lines, workplace, progress)
    years = found.year_numbers
    warnings = (*cautions, *unmet, *slips(chosen, years, figures, columns))
    if warnings:
        warn_of(lambda: warnings)
    origin = Origin(found, works, threads, chosen, _study_or_none(study))
    counts = _line_counts(line_counts)
    return Sweep(chosen, years, columns, figures, counts, groups, some, warnings, found.facts, drawn, origin)


def _draws(
    index: SortedIndex,
    scenarios: Sequence[Scenario],
    works: Sequence[Work],
    study: Study | SortedIndex,
    full: bool,
    workplace: Workplace,
    progress: Progress,
) -> dict[int, np.ndarray]:
    """Work out the draws of scenarios that have some, float64[draws, years, columns] by place."""
    found: dict[int, np.ndarray] = {}
    for place, scenario in enumerate(scenarios):
        if scenario.draws is None:
            continue
        from fastavs.reform.drawing import drawn_of  # most sweeps have none

        work = next(one for one in works if place in one.places)
        work.hold(work.index)
        figures = np.empty((scenario.draws.n, len(index.years), FIGURES))
        for some in drawn_of(index, scenario, scenarios, work, _study_or_none(study)):
            figures[some.places], _ = all_figures(
                some.index, some.scenarios, full, workplace, quiet, once=some.index is not work.index
            )
            progress("draws", some.places.stop, scenario.draws.n)
        work.let_go()
        found[place] = figures
    return found


@takes(scenarios=scenarios_given, index=or_none(_index_given))
def account(
    study: Study | SortedIndex,
    scenarios: Scenario | Iterable[Scenario],
    *,
    index: SortedIndex | str | Path | None = None,
) -> Account:
    """Tell what scenarios in steps touch, before they are worked out: no summary is computed.

    Parameters
    ----------
    study : Study or SortedIndex
    scenarios : Scenario or iterable of Scenario
        Those without steps are left out.
    index : SortedIndex or path, optional
        Built from this study for these scenarios earlier.

    Returns
    -------
    Account

    Raises
    ------
    InputError
        As `sweep` does.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]},
    ... )
    >>> told = fa.account(study, fa.Scenario("plain", fa.DropSpecific()))
    >>> told.table.select(["verb", "lines", "share", "became_zero"]).to_pylist()
    [{'verb': 'drop_specific', 'lines': 1, 'share': 1.0, 'became_zero': 1}]
    """
    from fastavs.reform.account import Account, account_of

    _check_study(study)
    chosen = cast(tuple[Scenario, ...], scenarios)  # as `takes` leaves them
    found = _index(study, chosen, index, True)
    check_scenarios(found.facts, chosen)
    return Account(found.facts["title"], tuple(account_of(found, chosen, _study_or_none(study))))


def _line_counts(counts: Sequence[np.ndarray]) -> np.ndarray:
    """Return how many lines each year has, int64[years]; of each scenario, where they differ."""
    if all(one is counts[0] or (one == counts[0]).all() for one in counts):
        return counts[0]
    return np.stack(counts)


def _works(
    index: SortedIndex, scenarios: tuple[Scenario, ...], study: Study | SortedIndex, line_by_line: bool
) -> tuple[list[Work], tuple[Caution, ...]]:
    """Return what there is to work out, on which index; steps are carried out."""
    if not any(one.has_steps for one in scenarios):
        return [Work([*range(len(scenarios))], [*scenarios], lambda: index)], ()
    from fastavs.reform.carrying import carried_out  # a saved index is swept without what reads studies

    return carried_out(index, scenarios, _study_or_none(study), line_by_line=line_by_line)


def _study_or_none(study: Study | SortedIndex) -> Study | None:
    return None if isinstance(study, SortedIndex) else study


def _wanted(
    index: SortedIndex, by: str | Sequence[str], lines: str | Sequence[str], whole_lines: str | Path | None
) -> Wanted:
    """Return what is reported line by line, which most sweeps do without.

    Raises
    ------
    InputError
        A grouping or a line that the study does not have.
    """
    from fastavs.evaluation.lines import Wanted
    from fastavs.results.by_line import check_wanted

    wanted = Wanted(_named(by), _codes(lines), whole_lines is not None)
    check_wanted(index, wanted)
    return wanted


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


def _codes(lines: str | Sequence[str]) -> tuple[str, ...]:
    """Return codes of lines in digits, each once, however they are printed."""
    return tuple(dict.fromkeys(map(as_digits, _named(lines))))


def _outputs(outputs: str | Sequence[str] | None) -> tuple[str, ...]:
    known = OUTPUTS
    if outputs is None:
        return known
    named = _named(outputs)
    for one in named:
        if one not in known:
            raise InputError(
                "no such output", key="outputs", value=one, expected=f"{', '.join(known)}.{did_you_mean(one, known)}"
            )
    return named


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
    records = any(trade_of(one) for one in scenarios)
    if any(one.has_steps for one in scenarios):
        from fastavs.reform.chains import changes_trade

        records = records or changes_trade(scenarios)
    own: SortedIndex = study.index(scenarios, counts=line_by_line, records=records)
    return own
