"""Steps that take duties from other years of the same schedule: delay, advance, freeze."""

from __future__ import annotations

import math

import numpy as np

from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.told import wrong_step
from fastavs.reform.versions import Versions
from fastavs.scenario.chain import PlacedStep
from fastavs.scenario.step_years import Advance, Delay, Freeze


def moves(
    index: SortedIndex, placed: PlacedStep, lines: np.ndarray, sides: tuple[bool, bool]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of years whose applied, and whose bound, duty moves, bool[h] each; carried duties do not move.

    Raises
    ------
    InputError
        A study with both schedules, and a step that says not which; a year to freeze that the schedule lacks.
    """
    step = placed.step
    kinds = {side.kind for side in index.sides}
    if len(kinds) > 1 and step.selection.schedule == "both":  # type: ignore[union-attr]
        raise wrong_step(
            placed, "moves duties of a study that has applied and bound schedules", "schedule", None,
            '"applied" or "bound"', 'say which, such as schedule = "bound"',
        )  # fmt: skip
    if isinstance(step, Freeze):
        kind = "bound" if sides[1] and not sides[0] else "applied"
        known = [side.year for side in index.sides if side.kind == kind]
        if step.value not in known:
            raise wrong_step(
                placed, f"takes the duties of a year that the {kind} schedule does not have", "freeze", step.value,
                f"one of {', '.join(map(str, sorted(known)))}",
            )  # fmt: skip
    own = np.zeros(lines.size, dtype=bool)
    ends = np.cumsum([0, *index.line_counts]).tolist()
    for year, first, last in zip(index.years, ends, ends[1:], strict=False):
        own[first:last] = year.applied_year == year.year
    applied = lines & own if sides[0] else np.zeros_like(lines)
    return applied, lines if sides[1] else np.zeros_like(lines)


def from_other_years(
    index: SortedIndex, versions: Versions, step: Delay | Advance | Freeze, touched: np.ndarray
) -> np.ndarray:
    """Return the duty that each of some versions takes from another year, int64[...].

    That is the duty of the latest year up to the one looked for that has the line, else of the first that has it.
    """
    source = _in_own_year(index, versions)
    line = versions.line[touched]
    side_of = np.searchsorted([side.first for side in index.sides], line, side="right") - 1
    found = versions.duty[touched].copy()
    for place in np.unique(side_of).tolist():
        side = index.sides[place]
        wanted = _year_looked_for(step, side.year)
        if wanted is None:
            continue
        here = np.flatnonzero(side_of == place)
        keys = index.lines.key[line[here]]
        alike = sorted(
            (one.year, number)
            for number, one in enumerate(index.sides)
            if one.kind == side.kind and one.digits == side.digits
        )
        taken = np.full(here.size, -1)
        for _, number in [
            *(one for one in reversed(alike) if one[0] <= wanted),
            *(one for one in alike if one[0] > wanted),
        ]:
            other = index.sides[number]
            known = index.lines.key[other.first : other.last]
            at = np.minimum(np.searchsorted(known, keys), known.size - 1)
            some = (known[at] == keys) & (taken < 0)
            taken[some] = other.first + at[some]
        found[here] = versions.duty[source[taken]]
    return found


def _year_looked_for(step: Delay | Advance | Freeze, year: int) -> float | None:
    """Return the year whose duties a year takes; None for one that keeps its own."""
    if isinstance(step, Freeze):
        return step.value if year > step.value else None
    sign = -1 if isinstance(step, Delay) else 1
    return sign * math.inf if isinstance(step.value, str) else year + sign * step.value


def _in_own_year(index: SortedIndex, versions: Versions) -> np.ndarray:
    """Return each line's version in the figures of its own year, int64[h]."""
    found = np.arange(versions.lines)
    if not versions.split:
        return found
    ends = np.cumsum([0, *index.line_counts]).tolist()
    for year, first, last in zip(index.years, ends, ends[1:], strict=False):
        if year.applied_year == year.year:
            some = versions.applied[first:last]
            some = some[some >= 0]
            found[versions.line[some]] = some
    return found
