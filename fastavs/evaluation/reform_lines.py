"""Lines and groups under scenarios that go by what they touch: as they stand, but for what is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fastavs.duty import parse_duty
from fastavs.evaluation.adding import Part
from fastavs.evaluation.as_it_is import AsItIs
from fastavs.evaluation.blocks import Block, singles_of
from fastavs.evaluation.lines import (
    LineColumns,
    LineFigures,
    Matched,
    Wanted,
    columns_of,
    governing_as_it_is,
    line_figures,
    matched_at,
    run_groups,
    run_lines,
)
from fastavs.evaluation.outlines import Template
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.reforms import Families, Reforms, factors_and_rows, plan_of
from fastavs.evaluation.rows import charge_given
from fastavs.evaluation.touched import TouchedPlan
from fastavs.index.lines_of_years import LineLayout, Members, layout_of_some
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry
from fastavs.kernels.govern import govern
from fastavs.kernels.groups import group_some
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Charges, Factors, Governing, RowFigures
from fastavs.scenario.scenario import Scenario


class StandingGroups(NamedTuple):
    """The groups of a grouping as they stand. g groups, y years, h lines of years."""

    members: Members
    member: np.ndarray  # int64[h] each line's group
    figures: np.ndarray  # float64[6, g]
    weight: np.ndarray  # float64[g] of the lines whose rate is known
    known: np.ndarray  # float64[y] likewise


def standing_lines(index: SortedIndex) -> Governing:
    """Return what governs the lines of all years as they stand."""
    found: Governing = index.as_it_stands.get("lines", lambda: governing_as_it_is(index))
    return found


def standing_groups(index: SortedIndex, title: str) -> StandingGroups:
    """Return the groups of a grouping as they stand."""
    found: StandingGroups = index.as_it_stands.get(("groups", title), lambda: _standing_groups(index, title))
    return found


def _standing_groups(index: SortedIndex, title: str) -> StandingGroups:
    members = index.lines_of_years.members(title)
    n, years = len(members.labels), members.year_start.size - 1
    member = np.empty(members.line.size, dtype=np.int64)
    member[members.line] = np.repeat(np.arange(n), members.lines)
    figures, weight, known = np.empty((6, n)), np.empty(n), np.empty(years)
    everyone = readonly(np.arange(n), np.int64)
    group_some(
        index.grouped(members), standing_lines(index), everyone, readonly(np.ones(years), np.bool_), known, weight,
        figures,
    )  # fmt: skip
    return StandingGroups(members, member, figures, weight, known)


class _Corrected:
    """What governs the lines of all years, as they stand but for some.

    Parameters
    ----------
    index : SortedIndex
    places : int32[m]
        Those lines.
    """

    def __init__(self, index: SortedIndex, places: np.ndarray) -> None:
        self._index, self._places = index, places
        self._standing = standing_lines(index)
        self._lines = Governing(*(one.copy() for one in self._standing))
        self._year = np.searchsorted(np.cumsum(index.line_counts), places, side="right")

    def groups(self, governing: Governing, title: str) -> np.ndarray:
        """Return the groups where other rates govern those lines; float64[6, g]."""
        before = standing_groups(self._index, title)
        for into, new in zip(self._lines, governing, strict=True):
            into[self._places] = new
        moved = np.zeros(before.known.size, dtype=np.bool_)
        moved[self._year[np.isnan(governing.rate) != np.isnan(self._standing.rate[self._places])]] = True
        figures = before.figures.copy()
        group_some(
            self._index.grouped(before.members), self._lines,
            readonly(np.unique(before.member[self._places]), np.int64), readonly(moved, np.bool_),
            before.known.copy(), before.weight.copy(), figures,
        )  # fmt: skip
        return figures


def run_reform_groups(plan: Plan, task: Reforms, by: Sequence[str]) -> list[np.ndarray]:
    """Work out the groups of scenarios of one outline; as `run_groups`."""
    index = plan.index
    touched = plan_of(index, task)
    corrected = _Corrected(index, touched.part.places)
    found: list[list[np.ndarray]] = [[] for _ in by]
    for s in range(task.places.size):
        factors, rows = factors_and_rows(touched, task.numbers[:, :, s])
        governing = _governing(index, touched.part, factors, rows)
        for title, into in zip(by, found, strict=True):
            into.append(corrected.groups(governing, title))
    return [np.stack(one) for one in found]


def _governing(index: SortedIndex, part: Part, factors: Factors, rows: np.ndarray) -> Governing:
    """Return what governs the lines of years of a part under one scenario."""
    n, means = rows.size, part.means
    rate, parts, specific = np.empty(n + means), np.empty(n + means), np.empty(n + means, dtype=np.bool_)
    specific[:n] = rows["specific"]
    counts = np.empty(n, dtype=np.int64)
    figures = RowFigures(rate[:n], parts[:n], counts, counts)
    charge_given(part.rare, part.duties, index.entries, rows, factors, index.facts["outlier"], figures)
    if index.facts["zero"]:
        rate[:n][np.isnan(rate[:n])] = 0.0
    lanes = Charges(rate[:, None], parts[:, None], specific[:, None])
    carry(part.carried, part.mean_row, False, lanes, np.empty(means, dtype=np.int64))
    m = part.places.size
    out = Governing(np.empty(m), np.empty(m, dtype=np.bool_), np.empty(m, dtype=np.bool_))
    govern(part.pairs, Charges(rate, parts, specific), out)
    return out


def split(index: SortedIndex, scenarios: Sequence[Scenario], size: int) -> tuple[list[Reforms], list[int]]:
    """Tell scenarios that go by what they touch from all others.

    Returns
    -------
    list of Reforms
        Of `size` scenarios at most.
    list of int
        Where the others stand, in order.
    """
    families = Families(index, [] if index.facts["min_value"] > 0.0 else scenarios, size, size, 1)
    reforms = [replace(one, plan=None) for one in families]  # a plan each would take all memory
    gone = {place for one in reforms for place in one.places.tolist()}
    return reforms, [place for place in range(len(scenarios)) if place not in gone]


def in_order(plan: Plan, scenarios: Sequence[Scenario], reforms: Sequence[Reforms]) -> Iterator[Block | Reforms]:
    """Give all scenarios one by one in their order; `reforms` are of one scenario each."""
    of_place = {int(one.places[0]): one for one in reforms}
    others = singles_of(plan, [one for place, one in enumerate(scenarios) if place not in of_place])
    for place in range(len(scenarios)):
        yield of_place[place] if place in of_place else next(others)


def run_any_groups(plan: Plan, task: Block | Reforms, by: Sequence[str]) -> list[np.ndarray]:
    """Work out the groups of scenarios, whichever way they go; see `run_groups`."""
    return run_reform_groups(plan, task, by) if isinstance(task, Reforms) else run_groups(plan, task, by)


def run_any_lines(plan: Plan, task: Block | Reforms, wanted: Wanted) -> tuple[list[np.ndarray], LineColumns]:
    """Work out one scenario line by line, whichever way it goes; see `run_lines`."""
    return run_reform_lines(plan, task, wanted) if isinstance(task, Reforms) else run_lines(plan, task, wanted)


def run_reform_lines(plan: Plan, task: Reforms, wanted: Wanted) -> tuple[list[np.ndarray], LineColumns]:
    """Work out a scenario line by line; as `run_lines`."""
    index = plan.index
    touched = plan_of(index, task)
    part, every = touched.part, index.lines_of_years.every
    factors, rows = factors_and_rows(touched, task.numbers[:, :, 0])
    layout = layout_of_some(every, part.places)
    own = _plan_by_line(plan, touched)
    figures = line_figures(own, rows, factors, layout, _matched(index, touched, task))
    corrected = _Corrected(index, part.places)
    groups = [corrected.groups(figures.governing, title) for title in wanted.by]
    standing: AsItIs = index.as_it_stands.get("columns", lambda: AsItIs(index))
    chosen = np.arange(every.named.size)
    if not wanted.whole:
        chosen = index.lines_of_years.picked(every, wanted.lines)
    return groups, _columns(index, standing.columns, layout, figures, part.places, chosen)


def _columns(
    index: SortedIndex,
    standing: LineColumns,
    layout: LineLayout,
    figures: LineFigures,
    places: np.ndarray,
    chosen: np.ndarray,
) -> LineColumns:
    """Return the columns of chosen lines of all years, as they stand but for some places."""
    new = columns_of(index, layout, figures)
    columns = standing.at(chosen)
    at = np.minimum(np.searchsorted(places, chosen), max(places.size - 1, 0))
    here = np.flatnonzero(places[at] == chosen) if places.size else np.empty(0, dtype=np.int64)
    for name in LineColumns.__slots__:
        getattr(columns, name)[here] = getattr(new, name)[at[here]]
    return columns


def _plan_by_line(plan: Plan, touched: TouchedPlan) -> Plan:
    """Return a plan whose lines, as far as a layout has them, go by the rows of what is touched."""
    part, ready = touched.part, plan.index.ready
    own = np.flatnonzero(part.base_row >= 0)
    of_base = np.full(ready.rows.size, -1, dtype=np.int32)
    of_base[part.base_row[own]] = own
    line_row = of_base[ready.line_row]
    line_row[part.touched] = part.touched_row
    return replace(
        plan, ready=ready._replace(duties=part.duties, rows=part.rows, line_row=readonly(line_row, np.int32))
    )


def _matched(index: SortedIndex, touched: TouchedPlan, task: Reforms) -> Matched:
    """Return what observations lines have for new duties."""
    recipe = touched.recipe
    known = [tuple(some) for some in index.facts["kinds"]]
    kinds_of = np.full(index.lines.key.size, -1, dtype=np.int64)
    of_cell = np.full(recipe.cells, -1, dtype=np.int64)
    for cell, step in zip(recipe.set_cells.tolist(), recipe.set_steps.tolist(), strict=True):
        new = task.outline[step].new
        kinds = new.kinds if isinstance(new, Template) else parse_duty(new or "").kinds
        of_cell[cell] = known.index(kinds) if kinds in known else -2
    if not recipe.set_cells.size:
        return matched_at(index, kinds_of, task.scenario)
    kinds_of[touched.part.touched] = of_cell[touched.part.rows["cell"][touched.part.touched_row]]
    return matched_at(index, kinds_of, task.scenario)
