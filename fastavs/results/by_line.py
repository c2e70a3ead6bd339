"""Scenarios worked out line by line: their groups, some of their lines, or a file of all lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from typing import Protocol

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


class HasIndex(Protocol):
    """What has an index, at hand or made anew."""

    @property
    def index(self) -> SortedIndex: ...


@dataclass(frozen=True, slots=True)
class Worked:
    """Scenarios that were worked out on one index.

    Attributes
    ----------
    of : HasIndex
        What has the index.
    plan : Plan or None
        What all of them were worked out from, if that is made already.
    places : sequence of int
        Where they stand in the sweep.
    scenarios : sequence of Scenario
    """

    of: HasIndex
    plan: Plan | None
    places: Sequence[int]
    scenarios: Sequence[Scenario]


def report_lines(
    names: Sequence[str],
    worked: Sequence[Worked],
    wanted: Wanted,
    whole_lines: str | Path | None,
    workplace: Workplace,
    progress: Progress,
) -> tuple[dict[str, pa.Table], pa.Table | None]:
    """Work scenarios out line by line, and keep their groups and the lines wanted.

    Returns
    -------
    groups : dict of str to pyarrow.Table
        By grouping.
    chosen : pyarrow.Table or None
    """
    runs = list(_in_order(worked))
    tables: dict[str, list[pa.Table]] = {title: [] for title in wanted.by}
    chosen: list[pa.Table] = []
    done = 0
    with LineFile(whole_lines) as file:
        for one in runs:
            index = one.of.index
            some = [index.lines_of_years.members(title) for title in wanted.by]
            figures = [np.empty((len(one.scenarios), 6, len(each.labels))) for each in some]
            here = [names[place] for place in one.places]
            told = _from(progress, done, len(names))
            if wanted.lines or wanted.whole:
                chosen += _by_line(here, one, index, wanted, file, workplace, told, figures)
            else:
                _groups(one, index, wanted, workplace, told, figures)
            for title, members, of_groups in zip(wanted.by, some, figures, strict=True):
                tables[title].append(group_table(here, members, of_groups))
            done += len(one.scenarios)
    return {title: _joined(each) for title, each in tables.items()}, _joined(chosen) if wanted.lines else None


def _from(progress: Progress, done: int, of: int) -> Progress:
    """Return who is told of progress where some is made before."""
    return lambda step, now, _: progress(step, done + now, of)


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return tables[0] if len(tables) == 1 else pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _groups(
    worked: Worked,
    index: SortedIndex,
    wanted: Wanted,
    workplace: Workplace,
    progress: Progress,
    figures: Sequence[np.ndarray],
) -> None:
    """Fill in the groups of scenarios."""
    plan, scenarios = worked.plan, worked.scenarios
    reforms, left = ([], list(range(len(scenarios)))) if plan else split(index, scenarios, TOGETHER)
    plan = plan or make_plan(index, [scenarios[place] for place in left])
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


def _by_line(
    names: Sequence[str],
    worked: Worked,
    index: SortedIndex,
    wanted: Wanted,
    file: LineFile,
    workplace: Workplace,
    progress: Progress,
    groups: Sequence[np.ndarray],
) -> list[pa.Table]:
    """Work scenarios out with their lines: write them, fill in groups, and return the lines wanted."""
    plan, scenarios = worked.plan, worked.scenarios
    reforms, left = ([], list(range(len(scenarios)))) if plan else split(index, scenarios, 1)
    plan = plan or make_plan(index, [scenarios[place] for place in left])
    layout = wanted.layout(index)
    some = index.lines_of_years.picked(layout, wanted.lines)
    table, few = LineTable(index, layout), LineTable(index, layout, some)
    kept: list[LineColumns] = []
    tasks = in_order(plan, scenarios, reforms)
    found = workplace.run(plan, run_any_lines, tasks, wanted, most=WHOLE if wanted.whole else None)
    for done, (_, (figures, columns)) in enumerate(found):
        for into, one in zip(groups, figures, strict=True):
            into[done] = one
        if wanted.whole:
            file.write(table.named([names[done]], [columns]))
        if wanted.lines:
            kept.append(columns.at(some) if wanted.whole else columns)
        progress("lines", done + 1, len(scenarios))
    plan.under.clear()
    return [few.named(names, kept)] if wanted.lines else []


def _in_order(worked: Sequence[Worked]) -> Iterator[Worked]:
    """Give scenarios in the order of the sweep, those that stand side by side on one index together."""
    of_place = {place: (one, at) for one in worked for at, place in enumerate(one.places)}
    for _, run in groupby(sorted(of_place), key=lambda place: id(of_place[place][0])):
        places = list(run)
        one = of_place[places[0]][0]
        yield replace(one, places=places, scenarios=[one.scenarios[of_place[place][1]] for place in places])
