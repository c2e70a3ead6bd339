"""Scenarios that are worked out by what they touch, family by family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastavs.evaluation.adding import add_part, add_part_lanes, charge_part, figures_of_large
from fastavs.evaluation.averages import summary_of
from fastavs.evaluation.new_duties import alive
from fastavs.evaluation.outlines import Numbers, Outline, outline_of
from fastavs.evaluation.plan import Plan, check_currencies
from fastavs.evaluation.touched import TouchedPlan, plus, touched_plan
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import FIGURES
from fastavs.kernels.shapes import Factors, Sums, changed
from fastavs.scenario.scenario import Scenario

FEW = 3  # scenarios that are quicker one by one than in lanes
MOST = 1 << 22  # numbers that the rows of a block may take, or its thresholds


@dataclass(frozen=True, slots=True)
class Reforms:
    """Scenarios of one outline that are worked out together. k steps, s scenarios.

    Attributes
    ----------
    places : int64[s]
        Where they stand in the sweep.
    outline : Outline
    numbers : float64[k, 2, s]
    scenario : Scenario
        One of them.
    plan : TouchedPlan or None
        What they are worked out from; a worker makes it anew.
    """

    places: np.ndarray
    outline: Outline
    numbers: np.ndarray
    scenario: Scenario
    plan: TouchedPlan | None

    def __reduce__(self) -> tuple[Any, ...]:
        return (Reforms, (self.places, self.outline, self.numbers, self.scenario, None))

    def settled(self) -> Reforms:
        """Return the task as it is: no kernel takes a part of it."""
        return self


class Families:
    """Scenarios that may go by what they touch, by outline; iterating gives them block by block.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
    most, least : int
        How many go in a block, at most, and at least if there are so many.
    threads : int
    """

    def __init__(self, index: SortedIndex, scenarios: Sequence[Scenario], most: int, least: int, threads: int) -> None:
        self._index, self._scenarios = index, scenarios
        self._found: dict[Outline, tuple[list[int], list[Numbers]]] = {}
        self._left: list[int] = []
        pooled = index.facts["pooled"]
        for place, scenario in enumerate(scenarios):
            told = outline_of(scenario, pooled)
            if told is None:
                self._left.append(place)
                continue
            outline, numbers = told
            family = self._found.get(outline)
            if family is None:
                check_currencies(index, scenario)
                family = self._found[outline] = ([], [])
            family[0].append(place)
            family[1].append(numbers)
        several = sum(len(some) for some, _ in self._found.values())
        self._size = max(min(most, -(-several // threads)), least)

    def __len__(self) -> int:
        return len(self._found)

    def left(self) -> np.ndarray:
        """Return the scenarios that do not go by what they touch, known once all others are given; int64[...]."""
        return np.array(sorted(self._left), dtype=np.int64)

    def __iter__(self) -> Iterator[Reforms]:
        for outline, (places, numbers) in self._found.items():
            scenario = self._scenarios[places[0]]
            plan = touched_plan(self._index, outline, scenario)
            if plan is None:
                self._left.extend(places)
                continue
            of_all, here = np.array(numbers), np.array(places)
            if len(places) == 1:
                yield Reforms(here, outline, of_all.transpose(1, 2, 0), scenario, plan)
                continue
            size = 1 if plan.single else max(min(self._size, MOST // plan.width_of_block), 1)
            if here.size > size > 1:
                order = _by_threshold(of_all)
                here, of_all = here[order], of_all[order]
            for first in range(0, here.size, size):
                some = slice(first, first + size)
                yield Reforms(here[some], outline, of_all[some].transpose(1, 2, 0), scenario, plan)


def _by_threshold(numbers: np.ndarray) -> np.ndarray:
    """Return scenarios in an order in which neighbours have thresholds near each other; int64[s]."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        turn = np.prod(numbers[:, :, 0], axis=1) / np.prod(numbers[:, :, 1], axis=1)
    return np.argsort(np.nan_to_num(turn), kind="stable")


def run_reforms(plan: Plan, task: Reforms, full: bool) -> np.ndarray:
    """Work out scenarios of one outline; float64[s, y, 17]. Unless `full`, only means of rates alone are to be used."""
    index = plan.index
    touched = plan_of(index, task)
    if touched.alone is not None and task.places.size <= FEW:
        figures = np.empty((task.places.size, len(index.facts["years"]), FIGURES))
        too_large = []
        for s in range(task.places.size):
            row = touched.recipe.in_a_row(task.numbers[:, :, s])
            if touched.alone.figures(row, full, figures[s]) > touched.exact_up_to:
                too_large.append(s)
    else:
        sums = _add_touched(index, touched, task, full)
        figures = summary_of(index.ready.layout, plus(touched.rest, sums, full), full)
        too_large = np.flatnonzero(sums.largest > touched.exact_up_to).tolist()
    for s in too_large:  # none can be told from another
        all_lines = touched_plan(index, task.outline, task.scenario, everything=True)
        assert all_lines is not None
        charges = charge_part(index, all_lines.part, *factors_and_rows(all_lines, task.numbers[:, :, s]))
        figures[s] = figures_of_large(all_lines.part.layout, charges, index.facts["zero"], full)
    return figures


def _add_touched(index: SortedIndex, touched: TouchedPlan, task: Reforms, full: bool) -> Sums:
    """Add up the lines touched, under all scenarios of a task."""
    if task.places.size > 1:
        factors = touched.recipe.factors(task.numbers)
        return add_part_lanes(index, touched.part, factors, touched.recipe.bounds(factors), full)
    factors, rows = factors_and_rows(touched, task.numbers[:, :, 0])
    return add_part(index, touched.part, factors, rows, full)


def plan_of(index: SortedIndex, task: Reforms) -> TouchedPlan:
    """Return what a task is worked out from."""
    touched = task.plan or touched_plan(index, task.outline, task.scenario)
    assert touched is not None
    return touched


def factors_and_rows(touched: TouchedPlan, numbers: np.ndarray) -> tuple[Factors, np.ndarray]:
    """Return the factors of one scenario, of one dimension, and the rows as it changes them; `numbers` is [k, 2]."""
    factors, rows = touched.recipe.factors(numbers), touched.part.rows
    if touched.single:
        specific, purely_specific = alive(touched.part.duties, rows["duty"], rows["cell"], factors)
        rows = changed(rows, specific=specific, purely_specific=purely_specific)
    return factors, rows
