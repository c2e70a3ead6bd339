"""The page of a sweep: every scenario beside the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastavs
from fastavs.report.figure_scenarios import NAMES, courses_of, fan_of, fan_sketch, is_draw, means_of, scenarios_sketch
from fastavs.report.findings import Tile
from fastavs.report.page_tables import page_table
from fastavs.report.parts import as_parts, filled, page_path, put
from fastavs.report.sketch import drawn
from fastavs.report.sweep_tables import MEANS, sweep_tables
from fastavs.report.words import NONE, count, percent, plural
from fastavs.results.difference import baseline_place
from fastavs.results.shown import signed
from fastavs.results.thin import thin_caution

if TYPE_CHECKING:
    from fastavs.results.sweep import Sweep


def write_sweep_page(sweep: Sweep, path: str | Path, *, baseline: str | None = None) -> Path:
    """Write the page of a sweep; return its path.

    Raises
    ------
    InputError
        No such scenario; no mean among the sweep's columns; or the file cannot be written.
    """
    return put(page_path(path), sweep_page_text(sweep, baseline))


def sweep_page_text(sweep: Sweep, baseline: str | None) -> str:
    """Return the page as HTML. It loads nothing, and the same sweep gives the same bytes."""
    tables = sweep_tables(sweep, baseline)
    base = baseline_place(sweep.scenarios, baseline)
    column = next(name for name in MEANS if name in sweep.outputs and any(means_of(sweep, name)))
    sketches = [scenarios_sketch(courses_of(sweep, column, baseline), column, sweep.scenarios[base].name)]
    if sum(map(is_draw, sweep.scenarios)) > 1:
        sketches.append(fan_sketch(fan_of(sweep, column), column))
    return filled(
        "sweep.html.j2",
        title=sweep.title,
        baseline=sweep.scenarios[base].name,
        years=list(sweep.years),
        tiles=_tiles(sweep, base, column),
        findings=_findings(sweep, base, column),
        cautions=_cautions(sweep, base),
        figures=[as_parts(drawn(one, sweep.title)) for one in sketches],
        tables=[page_table(one) for one in tables],
        version=fastavs.__version__,
    )


def _ends(sweep: Sweep, column: str) -> list[float | None]:
    """Return a mean of each scenario in the last year."""
    found: list[float | None] = sweep.last_year()[column].to_pylist()
    return found


def _tiles(sweep: Sweep, base: int, column: str) -> list[Tile]:
    year, ends = sweep.years[-1], _ends(sweep, column)
    draws = sum(map(is_draw, sweep.scenarios))
    what = NAMES[column]
    found = [
        Tile("Scenarios", count(len(sweep.scenarios)), f"{plural(draws, 'draw')} among them" if draws else ""),
        Tile(f"{what.capitalize()}, {year}", percent(ends[base], 2), sweep.scenarios[base].name),
    ]
    order = _farthest(ends, base)
    if order:
        low, high = order[0], order[-1]
        found.append(Tile(f"Lowest, {year}", percent(ends[low], 2), _named(sweep, low)))
        found.append(Tile(f"Highest, {year}", percent(ends[high], 2), _named(sweep, high)))
    return found


def _farthest(ends: list[float | None], base: int) -> list[int]:
    """Return the places of the other scenarios whose mean is known, lowest first."""
    known = [place for place, end in enumerate(ends) if end is not None and place != base]
    return sorted(known, key=lambda place: (ends[place], place))


def _named(sweep: Sweep, place: int) -> str:
    return sweep.scenarios[place].name


def _findings(sweep: Sweep, base: int, column: str) -> list[str]:
    year, ends = sweep.years[-1], _ends(sweep, column)
    what, name = NAMES[column], _named(sweep, base)
    found = [f"In {year} the {what} is {percent(ends[base], 2)} in “{name}”, the baseline."]
    order = [place for place in _farthest(ends, base) if not is_draw(sweep.scenarios[place])]
    moved = sorted(order, key=lambda place: -abs((ends[place] or 0.0) - (ends[base] or 0.0)))
    if ends[base] is not None:
        for place in moved[:3]:
            points = signed(ends[place], ends[base])
            found.append(f"“{_named(sweep, place)}”: {percent(ends[place], 2)}, {points} percentage points.")
    alike = [place for place in order if signed(ends[place], ends[base]) == "0.00"]
    if alike and len(alike) == len(order):
        found.append("No scenario changes it by as much as a hundredth of a percentage point.")
    if sum(map(is_draw, sweep.scenarios)) > 1:
        fan = fan_of(sweep, column)
        low, high = (percent(float(fan.ends[place, -1]), 2) for place in (0, 4))
        found.append(f"Nine in ten of {plural(fan.draws, 'draw')} of partners lie between {low} and {high}.")
    return found


def _cautions(sweep: Sweep, base: int) -> list[str]:
    found = list(sweep.warnings)
    rows: list[dict[str, Any]] = sweep.summary().slice(base * len(sweep.years), len(sweep.years)).to_pylist()
    if {"lines", "matched_lines", "adjust", "weighted_mean_unadjusted"} <= set(sweep.outputs):
        thin = thin_caution(rows[-1:])
        found += [thin] if thin else []
    if "unresolved_lines" in sweep.outputs:
        lines = sweep.last_year()["unresolved_lines"].to_pylist()
        if max(lines):
            many = f"{min(lines):,} to {max(lines):,}" if min(lines) != max(lines) else count(max(lines))
            zero = "They count as zero." if sweep.facts.get("zero") else "They are in no mean."
            found.append(f"The rate of {many} lines of {sweep.years[-1]} cannot be known. {zero}")
        if min(lines) != max(lines):
            found.append("Scenarios differ in how many lines have a rate: part of a difference may come from that.")
    if any(percent(end) == NONE for end in _ends(sweep, next(name for name in MEANS if name in sweep.outputs))):
        found.append(f"Some scenarios leave no trade to weigh by in {sweep.years[-1]}.")
    return found
