"""Scenarios one by one, with every line: for groups, chosen lines, whole lines, and the pooled method."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fastavs.errors import InputError
from fastavs.results.rates import SCHEMA as LINE_SCHEMA
from fastavs.results.rates import Rates
from fastavs.results.summary import SUMMARY
from fastavs.scenario import Scenario
from fastavs.sweeping.changed import changed_rates

if TYPE_CHECKING:
    from fastavs.study import Study

FIGURES = SUMMARY.names[2:]


def line_by_line(
    study: Study,
    scenarios: Sequence[Scenario],
    summaries: bool,
    by: Sequence[str],
    lines: Sequence[str],
    whole_lines: str | Path | None,
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
    groups: dict[str, list[pa.Table]] = {grouping: [] for grouping in by}
    chosen: list[pa.Table] = []
    with _Lines(whole_lines) as writer:
        for s, scenario in enumerate(scenarios):
            rates = changed_rates(study, scenario)
            if summaries:
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
