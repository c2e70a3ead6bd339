"""The page of a sweep: every scenario beside the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import fastavs
from fastavs.report.figure_fan import Fan, fan_sketch, fans_of
from fastavs.report.figure_scenarios import NAMES, by_distance, courses_of, means_of, scenarios_sketch
from fastavs.report.findings import Tile
from fastavs.report.page_tables import page_table
from fastavs.report.parts import as_parts, filled, page_path, put
from fastavs.report.sketch import drawn
from fastavs.report.sweep_moves import move_sketches
from fastavs.report.sweep_tables import MEANS, kept_scenarios, of_scenarios, sweep_tables
from fastavs.report.words import count, listed, percent, plural
from fastavs.results.difference import baseline_place
from fastavs.results.shown import signed
from fastavs.results.thin import listed_few, thin_by_scenario
from fastavs.scenario.draws import draws_of

if TYPE_CHECKING:
    from fastavs.results.sweep import Sweep

MOST_FANS = 4  # scenarios whose draws have a figure each
THIN = ("lines", "matched_lines", "adjust", "weighted_mean_unadjusted")


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
    fans = fans_of(sweep, column)[:MOST_FANS]
    courses = courses_of(sweep, column, baseline)
    sketches = [scenarios_sketch(courses, column, sweep.scenarios[base].name, sweep.years[-1])]
    sketches += [fan_sketch(one, column, place) for place, one in enumerate(fans)]
    sketches += move_sketches(sweep, base, farthest(sweep, base, column))
    return filled(
        "sweep.html.j2",
        title=sweep.title,
        baseline=sweep.scenarios[base].name,
        years=list(sweep.years),
        tiles=_tiles(sweep, base, column),
        findings=_findings(sweep, base, column, fans),
        cautions=_cautions(sweep, base, column),
        figures=[as_parts(drawn(one, sweep.title)) for one in sketches],
        tables=[page_table(one) for one in tables],
        version=fastavs.__version__,
    )


def farthest(sweep: Sweep, base: int, column: str) -> list[int]:
    """Return the places of the other scenarios, draws aside, the farthest from the baseline in the last year first."""
    ends = _ends(sweep, column)
    return by_distance(ends, base, _lowest_first(ends, base, _draws(sweep)))


def _ends(sweep: Sweep, column: str) -> list[float | None]:
    """Return a mean of each scenario in the last year."""
    found: list[float | None] = sweep.last_year()[column].to_pylist()
    return found


def _draws(sweep: Sweep) -> set[int]:
    """Return the places of draws, two or more of a scenario."""
    return {place for one in draws_of(sweep.scenarios) for place in one.places}


def _tiles(sweep: Sweep, base: int, column: str) -> list[Tile]:
    year, ends, draws = sweep.years[-1], _ends(sweep, column), _draws(sweep)
    among = f"{plural(len(draws), 'draw')} among them" if draws else ""
    found = [
        Tile("Scenarios", count(len(sweep.scenarios)), among),
        Tile(f"{NAMES[column].capitalize()}, {year}", percent(ends[base], 2), sweep.scenarios[base].name),
    ]
    order = _lowest_first(ends, base, draws)
    aside = "; draws aside" if draws else ""
    for word, place in zip(("Lowest", "Highest"), (order[0], order[-1]) if order else (), strict=False):
        label = f"{word} of the other scenarios, {year}"
        found.append(Tile(label, percent(ends[place], 2), _named(sweep, place) + aside))
    return found


def _lowest_first(ends: list[float | None], base: int, draws: set[int]) -> list[int]:
    """Return the places of the scenarios other than the baseline and draws whose mean is known, lowest first."""
    known = [(end, place) for place, end in enumerate(ends) if end is not None and place != base and place not in draws]
    return [place for _, place in sorted(known)]


def _named(sweep: Sweep, place: int) -> str:
    return sweep.scenarios[place].name


def _findings(sweep: Sweep, base: int, column: str, fans: Sequence[Fan]) -> list[str]:
    year, ends, draws = sweep.years[-1], _ends(sweep, column), _draws(sweep)
    what, name = NAMES[column], _named(sweep, base)
    found = [f"In {year} the {what} is {percent(ends[base], 2)} in “{name}”, the baseline."]
    if ends[base] is None:
        found = [f"“{name}”, the baseline, has no {what} in {year}."]
    others = by_distance(ends, base, _lowest_first(ends, base, draws))
    if ends[base] is not None:
        for place in others[:3]:
            points = signed(ends[place], ends[base])
            found.append(f"“{_named(sweep, place)}”: {percent(ends[place], 2)}, {points} percentage points.")
    if others and all(signed(ends[place], ends[base]) == "0.00" for place in others):
        aside = ", draws aside," if draws else ""
        found.append(f"No scenario{aside} changes it by as much as a hundredth of a percentage point.")
    return [*found, *map(_spread_told, fans)]


def _spread_told(fan: Fan) -> str:
    low, high = (percent(float(fan.ends[place, -1]), 2) for place in (0, 4))
    without = fan.draws - fan.known
    rest = f"; {plural(without, 'more draw has', 'more draws have')} no mean then" if without else ""
    return f"Nine in ten of {fan.told(fan.known)} lie between {low} and {high} in {fan.years[-1]}{rest}."


def _cautions(sweep: Sweep, base: int, column: str) -> list[str]:
    found = [*sweep.warnings, *_thin(sweep, base, column)]
    if "unresolved_lines" in sweep.outputs:
        lines = sweep.last_year()["unresolved_lines"].to_pylist()
        if max(lines):
            many = f"{min(lines):,} to {max(lines):,}" if min(lines) != max(lines) else count(max(lines))
            zero = "They count as zero." if sweep.facts.get("zero") else "They are in no mean."
            found.append(f"The rate of {many} lines of {sweep.years[-1]} cannot be known. {zero}")
        told = any(one.leaves_all for one in sweep.scenarios)  # a warning has said so
        if min(lines) != max(lines) and not told:
            found.append("Scenarios differ in how many lines have a rate: part of a difference may come from that.")
    return [*found, *_without_trade(sweep, base)]


def _thin(sweep: Sweep, base: int, column: str) -> list[str]:
    """Return a caution on the adjusted means that the page shows and that rest on too few lines."""
    if "weighted_mean" not in sweep.outputs:
        return []
    if not set(THIN) <= set(sweep.outputs):
        return [
            "How far the adjusted weighted mean can be relied on is not known: that takes the columns "
            f"{listed([*THIN])} in the sweep."
        ]
    kept, _ = kept_scenarios(sweep, base, column)
    thin = thin_by_scenario(of_scenarios(sweep.summary(), sweep, kept).to_pylist())
    return [thin] if thin else []


def _without_trade(sweep: Sweep, base: int) -> list[str]:
    """Return which scenarios have no weighted mean in the last year, the baseline or others."""
    column = next((name for name in ("weighted_mean_unadjusted", "weighted_mean") if name in sweep.outputs), None)
    if column is None:
        return []
    year, ends = sweep.years[-1], _ends(sweep, column)
    lacking = [place for place, end in enumerate(ends) if end is None]
    if len(lacking) == len(ends):
        return [f"No scenario has a weighted mean in {year}: there is no trade to weigh by, in the baseline either."]
    if base in lacking:
        others = [f"{plural(len(lacking) - 1, 'other scenario')}"] if len(lacking) > 1 else []
        who = listed([f"“{_named(sweep, base)}”, the baseline,", *others])
        verb = "have" if others else "has"
        return [f"{who} {verb} no weighted mean in {year}: there is no trade to weigh by."]
    verb = "has" if len(lacking) == 1 else "have"
    who = listed_few([f"“{_named(sweep, place)}”" for place in lacking])
    return [f"{who} {verb} no weighted mean in {year}: there is no trade left to weigh by."] if lacking else []
