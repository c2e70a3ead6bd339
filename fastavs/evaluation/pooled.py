"""The pooled method, which no index serves: scenarios one by one, each with the study's duties rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.evaluation.changed import changed_rates
from fastavs.evaluation.lines import Wanted
from fastavs.evaluation.reporting import LineFile
from fastavs.progress import Progress
from fastavs.results.rates import Rates
from fastavs.results.summary import SUMMARY
from fastavs.scenario.scenario import Scenario

if TYPE_CHECKING:
    from fastavs.study import Study

FIGURES = SUMMARY.names[2:]


def line_by_line(
    study: Study,
    scenarios: Sequence[Scenario],
    wanted: Wanted,
    whole_lines: str | Path | None,
    progress: Progress,
) -> tuple[np.ndarray, np.ndarray, dict[str, pa.Table], pa.Table | None]:
    """Work out scenarios one after the other, each with all its lines, and keep what was asked for.

    Returns
    -------
    figures : float64[scenarios, years, columns of the summary after `lines`]
    counts : int64[years]
        Lines.
    groups : dict of str to pyarrow.Table
    chosen : pyarrow.Table or None
    """
    figures = np.full((len(scenarios), len(study.plan.years), len(FIGURES)), np.nan)
    counts = np.zeros(len(study.plan.years), dtype=np.int64)
    groups: dict[str, list[pa.Table]] = {grouping: [] for grouping in wanted.by}
    chosen: list[pa.Table] = []
    with LineFile(whole_lines) as writer:
        for s, scenario in enumerate(scenarios):
            rates = changed_rates(study, scenario)
            summary = rates.summary()
            counts[:] = summary["lines"].to_numpy()
            for place, name in enumerate(FIGURES):
                figures[s, :, place] = summary[name].to_numpy()
            for grouping in wanted.by:
                groups[grouping].append(_named(rates.by(grouping), scenario))
            if wanted.lines or wanted.whole:
                table = _named(rates.table, scenario)
                writer.write(table)
                if wanted.lines:
                    chosen.append(_chosen_lines(table, wanted.lines, rates))
            progress("scenarios", s + 1, len(scenarios))
    joined = {grouping: pa.concat_tables(tables).unify_dictionaries() for grouping, tables in groups.items()}
    some = pa.concat_tables(chosen).unify_dictionaries() if chosen else None
    return figures, counts, joined, some


def _named(table: pa.Table, scenario: Scenario) -> pa.Table:
    name = pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.num_rows, dtype=np.int32)), pa.array([scenario.name]))
    return table.add_column(0, "scenario", name)


def _chosen_lines(table: pa.Table, lines: Sequence[str], rates: Rates) -> pa.Table:
    schedules = [side.schedule for year in rates.years.values() for side in year.sides.values()]
    for line in lines:
        if all(schedule.find(line) is None for schedule in schedules):
            raise InputError("no schedule has that line", key="lines", value=line, expected="the code of a tariff line")
    return table.filter(pc.is_in(table["line"], value_set=pa.array(list(lines), pa.string())))
