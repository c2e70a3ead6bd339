"""Tables of scenarios: what each changes, its figures by year, and how far they are from the baseline's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.report.figure_fan import PARTNERS, fans_of
from fastavs.report.figure_scenarios import NAMES, by_distance
from fastavs.report.headings import DIFFERENCE
from fastavs.report.sweep_moves import move_tables
from fastavs.report.table import ReportTable
from fastavs.report.words import listed, plural
from fastavs.results.difference import POINTS, baseline_place, difference_table
from fastavs.scenario.draws import draws_of
from fastavs.scenario.shown import changes_told
from fastavs.tables.arrow import numbers, texts

if TYPE_CHECKING:
    from fastavs.results.sweep import Sweep
    from fastavs.scenario.scenario import Scenario

MEANS = {
    "weighted_mean_unadjusted": "weighted_mean_plain_pct", "weighted_mean": "weighted_mean_adjusted_pct",
    "simple_mean": "simple_mean_pct", "ad_valorem_simple_mean": "ad_valorem_simple_mean_pct",
    "bound_mean": "bound_simple_mean_pct",
}  # fmt: skip
"""Columns of the summary that the page shows, and what they are called there."""
COUNTS = ("specific_lines", "water_lines", "unresolved_lines")
FEW_DRAWS = 20  # more draws than these are shown as a spread alone
MOST_GROUPS, MOST_SCENARIOS = 10, 60


def sweep_tables(sweep: Sweep, baseline: str | None) -> list[ReportTable]:
    """Return the tables of a sweep's page.

    Raises
    ------
    InputError
        No such scenario; or the sweep has none of the columns that are shown.
    """
    base = baseline_place(sweep.scenarios, baseline)
    shown = [name for name in MEANS if name in sweep.outputs and _known(sweep, name)]
    if not shown:
        raise InputError("the sweep has no mean to report", expected=f"one of {', '.join(MEANS)} among its outputs")
    kept, note = kept_scenarios(sweep, base, shown[0])
    return [
        _scenarios([sweep.scenarios[place] for place in kept], note),
        _by_year(sweep, kept, shown),
        *_differences(sweep, [place for place in kept if place != base], base, shown),
        *_spread(sweep, shown[0]),
        *move_tables(sweep, base, _without_draws(sweep, kept)),
        *_groups(sweep, kept, base),
    ]


def _without_draws(sweep: Sweep, kept: Sequence[int]) -> list[int]:
    draws = {place for one in draws_of(sweep.scenarios) for place in one.places}
    return [place for place in kept if place not in draws]


def kept_scenarios(sweep: Sweep, base: int, column: str) -> tuple[list[int], str]:
    """Return the places of the scenarios that stand in the tables, and what is said of the others.

    Of very many they are those whose mean is farthest from the baseline's in the last year; those without one come
    last. More than a few draws are left out.
    """
    draws = {place for one in draws_of(sweep.scenarios) for place in one.places}
    left_out = draws if len(draws) > FEW_DRAWS else set()
    told = [f"Not listed: {plural(len(left_out), 'draw')} of partners."] if left_out else []
    found = [place for place in range(len(sweep.scenarios)) if place not in left_out or place == base]
    if len(found) > MOST_SCENARIOS:
        ends = sweep.last_year()[column].to_pylist()
        others = [place for place in found if place != base]
        some = f"the {MOST_SCENARIOS - 1} of {len(others):,} other scenarios whose mean is farthest from its own in"
        if ends[base] is None:
            some = f"the first {MOST_SCENARIOS - 1} of {len(others):,} other scenarios, as it has no mean in"
        told.append(f"Shown are the baseline and {some} {sweep.years[-1]}; sweep.difference() has all.")
        found = sorted([base, *by_distance(ends, base, others)[: MOST_SCENARIOS - 1]])
    return found, " ".join(told)


def _known(sweep: Sweep, name: str) -> bool:
    column = sweep.summary()[name]
    return int(column.null_count) < len(column)


def _scenarios(scenarios: Sequence[Scenario], note: str) -> ReportTable:
    columns = {"scenario": texts([one.name for one in scenarios])}
    if any(one.title for one in scenarios):
        columns["title"] = texts([one.title for one in scenarios])
    columns["changes"] = texts([*map(_changes_told, scenarios)])
    title = "Scenarios, and what each changes"
    return ReportTable("scenarios", title, "", pa.table(columns), ("scenario",), note=note)


def _changes_told(scenario: Scenario) -> str:
    """Return what a scenario changes, its base and its draws named."""
    own = "" if scenario.base and not scenario.steps else changes_told(scenario)
    base = scenario.base if isinstance(scenario.base, str) or scenario.base is None else scenario.base.name
    told = [f"as “{base}”" if base else "", own]
    if scenario.draws:
        told.append(f"{plural(scenario.draws.n, 'draw')} of {listed([*scenario.draws.things])}")
    return "; ".join(one for one in told if one and (one != "nothing" or not scenario.has_steps))


def _by_year(sweep: Sweep, kept: Sequence[int], shown: Sequence[str]) -> ReportTable:
    table = of_scenarios(sweep.summary(), sweep, kept)
    columns = {"scenario": table["scenario"].cast(pa.string()), "year": table["year"]}
    for name in shown:
        columns[MEANS[name]] = _percent(table[name])
        if name == "weighted_mean" and "matched_lines" in sweep.outputs:
            columns["matched_lines"] = table["matched_lines"]
    counts = [name for name in COUNTS if name in sweep.outputs and pc.any(pc.greater(table[name], 0)).as_py()]
    headed = {"specific_lines": "lines_with_specific", "water_lines": "lines_with_water"}
    columns |= {headed.get(name, name): table[name] for name in counts}
    caption = ""
    if "weighted_mean" in shown:
        leads = "The weighted mean leads; the adjusted one" if shown[0] != "weighted_mean" else "The weighted mean"
        caption = f"{leads} is corrected for lines without trade, which weigh nothing."
    return ReportTable("by-year", "Every scenario, year by year", caption, pa.table(columns), ("scenario", "year"))


def _differences(sweep: Sweep, kept: Sequence[int], base: int, shown: Sequence[str]) -> list[ReportTable]:
    if not kept:
        return []
    names = [one.name for one in sweep.scenarios]
    table = difference_table(sweep.summary(), names, base)
    wanted = [place - (place > base) for place in kept]  # the baseline has no rows
    table = table.take(numbers(_rows(wanted, len(sweep.years))))
    columns = {"scenario": table["scenario"].cast(pa.string()), "year": table["year"]}
    differences = {name: MEANS[name] + DIFFERENCE for name in shown}
    columns |= {to: table[name + POINTS] for name, to in differences.items()}
    title = f"Against “{names[base]}”"
    caption = "Every figure less that of the baseline, in percentage points."
    made = ReportTable("differences", title, caption, pa.table(columns), ("scenario", "year"))
    return [made]


def _spread(sweep: Sweep, name: str) -> list[ReportTable]:
    """Return the table of how draws are spread, those of each scenario by themselves."""
    fans = fans_of(sweep, name)
    if not fans:
        return []
    ends = 100.0 * np.concatenate([fan.ends for fan in fans], axis=1)
    columns = {
        "draws_of": texts([fan.of for fan in fans for _ in fan.years]),
        "year": numbers(np.array([year for fan in fans for year in fan.years], dtype=np.int64)),
        "draws": numbers(np.array([fan.draws for fan in fans for _ in fan.years], dtype=np.int64)),
        "p5_pct": numbers(ends[0]), "median_pct": numbers(ends[2]), "p95_pct": numbers(ends[4]),
    }  # fmt: skip
    whose = "draws of partners" if all(fan.what == PARTNERS for fan in fans) else "draws"
    title = f"The {NAMES[name]} over {whose}"
    keys: tuple[str, ...] = ("draws_of", "year")
    if len(fans) == 1:
        del columns["draws_of"], columns["draws"]
        title, keys = f"The {NAMES[name]} over {fans[0].drawn}", ("year",)
    caption = "Nine draws in ten lie between the 5th and the 95th percentile."
    caption += " Draws without a mean in a year take no part in it."
    return [ReportTable("spread", title, caption, pa.table(columns), keys)]


def _groups(sweep: Sweep, kept: Sequence[int], base: int) -> list[ReportTable]:
    """Return for each grouping the groups whose simple mean scenarios change most in the last year."""
    draws = {place for one in draws_of(sweep.scenarios) for place in one.places}
    found = []
    for title in sweep.groups:
        rows: list[dict[str, Any]] = []
        table = sweep.by(title).filter(pc.field("year") == sweep.years[-1])
        some = [place for place in kept if place != base and place not in draws]
        width = table.num_rows // len(sweep.scenarios)
        before = table.slice(base * width, width).to_pylist()
        for place in some:
            after = table.slice(place * width, width).to_pylist()
            pairs = [
                (new["simple_mean"] - old["simple_mean"], new)
                for old, new in zip(before, after, strict=True)
                if old["simple_mean"] is not None and new["simple_mean"] is not None
            ]
            pairs = [one for one in pairs if abs(one[0]) > 5e-7]
            rows += [
                {"scenario": new["scenario"], "group": new["group"], "name": new["name"],
                 "simple_mean_pct": 100.0 * new["simple_mean"], "simple_mean_pct_difference": 100.0 * change}
                for change, new in sorted(pairs, key=lambda one: (-abs(one[0]), one[1]["group"]))[:MOST_GROUPS]
            ]  # fmt: skip
        if rows:
            caption = f"At most {MOST_GROUPS} groups a scenario, those whose mean changes most, in {sweep.years[-1]}."
            made = pa.table({name: [row[name] for row in rows] for name in rows[0]})
            found.append(
                ReportTable(
                    f"groups-{title}", f"Where it changes most, by {title}", caption, made, ("scenario", "group")
                )
            )
    return found


def _rows(places: Sequence[int], each: int) -> np.ndarray:
    return (np.array(places, dtype=np.int64)[:, None] * each + np.arange(each)).reshape(-1)


def of_scenarios(table: pa.Table, sweep: Sweep, kept: Sequence[int]) -> pa.Table:
    """Return the rows of a sweep's summary that are of some scenarios, by their places."""
    return table.take(numbers(_rows(kept, len(sweep.years))))


def _percent(column: pa.ChunkedArray) -> pa.Array:
    return pc.multiply(column, 100.0)
