"""What a sweep works on: an index made ready for its scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.evaluation.latest import Latest
from fastavs.index.rows import USUAL_GROWTH, Ready, make_ready
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.shapes import Changes, DutyTable, Layout
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Scenario, set_changes
from fastavs.scenario.where import EVERYWHERE, Where

if TYPE_CHECKING:
    from fastavs.evaluation.price_cells import PriceCells


@dataclass(frozen=True, slots=True)
class Plan:
    """An index ready for some scenarios.

    Attributes
    ----------
    index : SortedIndex
    ready : Ready
        Its rows and classes.
    cells : tuple of tuple of Where
        What the lines of each cell are touched by.
    changes : Changes or None
        Of the trade, where the index is under some.
    quoted : (PriceCells, float64[1, cells]) or None
        What tells exchange rates apart beside periods, and what values are multiplied by.
    under : Latest
        The same plan under changes of the trade, as last asked for.
    """

    index: SortedIndex
    ready: Ready
    cells: tuple[frozenset[Where], ...]
    changes: Changes | None = None
    quoted: tuple[PriceCells, np.ndarray] | None = None
    under: Latest[Plan] = field(default_factory=lambda: Latest(), repr=False, compare=False)

    @property
    def duties(self) -> DutyTable:
        return self.ready.duties

    @property
    def rows(self) -> np.ndarray:
        return self.ready.rows

    @property
    def layout(self) -> Layout:
        return self.ready.layout

    @property
    def line_row(self) -> np.ndarray:
        return self.ready.line_row


def make_plan(index: SortedIndex, scenarios: Sequence[Scenario] = (), careful: bool = False) -> Plan:
    """Make an index ready for scenarios; what tells no lines apart is made ready once and kept with the index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        What they choose lines by matters, and how far they raise amounts.
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    if not chosen_where(scenarios) and not set_changes(scenarios):
        return Plan(index, index.ready_for_any if careful else index.ready, (frozenset(),))
    new = sorted({change.duty for change in set_changes(scenarios)} - set(index.duties))
    for one in scenarios:
        check_currencies(index, one)
    from fastavs.duty import parse_duty

    cells, cell = _cells(index, scenarios)
    growth = None if careful else _growth(scenarios)
    duties = [*index.parsed, *map(parse_duty, new)]
    ready = make_ready(index, index.lines_of_years.every, duties, cell, _volatile(index, scenarios), growth)
    return Plan(index, ready, cells)


def chosen_where(scenarios: Sequence[Scenario]) -> list[Where]:
    """Return the choices of lines by which factors and shifts, and new duties that undo them, tell lines apart."""
    chosen: dict[Where, None] = {}
    for one in scenarios:
        undone = False  # whether there is something for a new duty to undo
        for change in one.changes:
            if isinstance(change, ScaleDuty | ShiftDuty):
                undone = True
                chosen[change.where] = None
            elif isinstance(change, SetDuty) and undone:
                chosen[change.where] = None
    return [where for where in chosen if where != EVERYWHERE]


def check_currencies(index: SortedIndex, scenario: Scenario) -> None:
    """Make sure that new duties are in currencies that the study has."""
    known = index.facts["currencies"]
    for change in set_changes([scenario]):
        for currency in change.new.currencies:
            if currency not in known:
                raise InputError(
                    f'the scenario "{scenario.name}" sets a duty in a currency that the study does not have',
                    value=change.duty, expected=f"one of {', '.join(known)}.{did_you_mean(currency, known)}",
                )  # fmt: skip


def _cells(index: SortedIndex, scenarios: Sequence[Scenario]) -> tuple[tuple[frozenset[Where], ...], np.ndarray]:
    """Tell lines apart by the changes that touch them; returns the cells and each line's, int64[h]."""
    chosen = chosen_where(scenarios)
    cell = np.zeros(index.lines.key.size, dtype=np.int64)
    cells: list[frozenset[Where]] = [frozenset()]
    for where in chosen:
        touched = touched_lines(index, where)
        pairs, cell = np.unique(cell * 2 + touched, return_inverse=True)
        cells = [cells[pair // 2] | ({where} if pair % 2 else frozenset()) for pair in pairs]
    return tuple(cells), cell


def touched_lines(index: SortedIndex, where: Where) -> np.ndarray:
    """Return which lines of the index are touched, bool[h]."""
    groups = index.groups
    return np.concatenate([
        where.lines(side.kind, side.year, index.lines.key[side.first : side.last], side.digits, groups)
        for side in index.sides
    ])  # fmt: skip


def _volatile(index: SortedIndex, scenarios: Sequence[Scenario]) -> np.ndarray:
    """Lines that some scenario gives a new duty, bool[h]."""
    found = np.zeros(index.lines.key.size, dtype=bool)
    for change in dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)):
        touched = touched_lines(index, change.where)
        if not touched.any():
            name = next(one.name for one in scenarios if change in one.changes)
            raise InputError(
                f'the scenario "{name}" sets the duty of lines that no schedule has', key="prefixes",
                value=", ".join(change.prefixes), expected="the beginning of some line's code",
            )  # fmt: skip
        found |= touched
    return found


def _growth(scenarios: Sequence[Scenario]) -> float:
    """How many times as much any amount may come to in the study's currency, at least the usual; shifts aside."""
    most = USUAL_GROWTH
    for scenario in scenarios:
        growth = 1.0
        for change in scenario.changes:
            if isinstance(change, FxShock):
                growth *= max(change.factor, 1.0)
            elif isinstance(change, ScaleDuty):
                growth *= max(change.specific, 1.0)
        most = max(most, growth)
    return most
