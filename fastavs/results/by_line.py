"""Scenarios worked out line by line: their groups, some of their lines, or a file of all lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from fastavs.evaluation.blocks import Block, blocks_of
from fastavs.evaluation.lines import LineColumns, Wanted
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.reform_lines import in_order, run_any_groups, run_any_lines, split
from fastavs.evaluation.reforms import Reforms
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.progress import Progress
from fastavs.results.groups import group_table
from fastavs.results.lines import LineFile, LineTable
from fastavs.scenario.scenario import Scenario

TOGETHER = 32  # scenarios whose groups are worked out together
WHOLE = 16  # scenarios whose every line is held at a time


def check_wanted(index: SortedIndex, wanted: Wanted) -> None:
    """Raise an InputError for a grouping or a line that the study does not have."""
    for title in wanted.by:
        index.lines_of_years.grouping(title)
    index.lines_of_years.check_codes(wanted.lines)


def report_lines(
    index: SortedIndex,
    plan: Plan | None,
    scenarios: Sequence[Scenario],
    wanted: Wanted,
    whole_lines: str | Path | None,
    workplace: Workplace,
    progress: Progress,
) -> tuple[dict[str, pa.Table], pa.Table | None]:
    """Work scenarios out line by line, and keep their groups and the lines wanted.

    `plan` is what all of them are worked out from, if that is made already.

    Returns
    -------
    groups : dict of str to pyarrow.Table
        By grouping.
    chosen : pyarrow.Table or None
    """
    names = [one.name for one in scenarios]
    some = [index.lines_of_years.members(title) for title in wanted.by]
    figures = [np.empty((len(scenarios), 6, len(one.labels))) for one in some]
    size = 1 if wanted.lines or wanted.whole else TOGETHER
    reforms, left = ([], list(range(len(scenarios)))) if plan else split(index, scenarios, size)
    plan = plan or make_plan(index, [scenarios[place] for place in left])
    chosen = None
    if wanted.lines or wanted.whole:
        chosen = _by_line(plan, scenarios, reforms, wanted, whole_lines, workplace, progress, figures)
    else:
        done = 0
        rest = [scenarios[place] for place in left]
        blocks = (replace(one, places=np.array(left)[one.places]) for one in blocks_of(plan, rest, TOGETHER))
        tasks: Iterable[Block | Reforms] = chain(reforms, blocks)
        for task, found in workplace.run(plan, run_any_groups, tasks, wanted.by):
            for into, one in zip(figures, found, strict=True):
                into[task.places] = one
            done += task.places.size
            progress("groups", done, len(scenarios))
    plan.under.clear()
    groups = (group_table(names, *one) for one in zip(some, figures, strict=True))
    return dict(zip(wanted.by, groups, strict=True)), chosen


def _by_line(
    plan: Plan,
    scenarios: Sequence[Scenario],
    reforms: Sequence[Reforms],
    wanted: Wanted,
    whole_lines: str | Path | None,
    workplace: Workplace,
    progress: Progress,
    groups: Sequence[np.ndarray],
) -> pa.Table | None:
    """Work scenarios out with their lines: write them, fill in groups, and return the lines wanted."""
    layout = wanted.layout(plan.index)
    some = plan.index.lines_of_years.picked(layout, wanted.lines)
    table, few = LineTable(plan.index, layout), LineTable(plan.index, layout, some)
    kept: list[LineColumns] = []
    with LineFile(whole_lines) as file:
        tasks = in_order(plan, scenarios, reforms)
        found = workplace.run(plan, run_any_lines, tasks, wanted, most=WHOLE if wanted.whole else None)
        for done, (_, (figures, columns)) in enumerate(found):
            for into, one in zip(groups, figures, strict=True):
                into[done] = one
            if wanted.whole:
                file.write(table.named([scenarios[done].name], [columns]))
            if wanted.lines:
                kept.append(columns.at(some) if wanted.whole else columns)
            progress("lines", done + 1, len(scenarios))
    return few.named([one.name for one in scenarios], kept) if wanted.lines else None
