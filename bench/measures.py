"""The figures of the report: what each is called, what was aimed at, and how it comes out of the timings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.timings import Timings

Figure = Callable[[Timings], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the report.

    Attributes
    ----------
    key : str
        Its name among the floors.
    text : str
    goal : str
        What was aimed at, at the paper's scale; empty where nothing was.
    figure : callable
    form : str
        How it is printed, by `format`.
    gated : bool
        Whether it is a ratio of fastavs over a rival, that may be held against a floor.
    """

    key: str
    text: str
    goal: str
    figure: Figure
    form: str = "{:.1f}"
    gated: bool = False


def _rival(stage: str, tool: str, ours: str = "fastavs") -> Figure:
    return lambda timings: timings.rival(stage, tool, ours)


def _ms(stage: str, contender: str) -> Figure:
    def figure(timings: Timings) -> float | None:
        found = timings.time(stage, contender)
        return None if found is None else 1e3 * found

    return figure


SWEEP = [
    Measure("sweep-ms", "fastavs, ms", "", _ms("sweep", "fastavs")),
    Measure("sweep-numpy", "numpy, times fastavs", "12", _rival("sweep", "numpy"), gated=True),
    Measure("sweep-duckdb", "DuckDB, times fastavs", "45", _rival("sweep", "duckdb"), gated=True),
    Measure("sweep-polars", "Polars, times fastavs", "75", _rival("sweep", "polars"), gated=True),
    Measure("sweep-pandas", "pandas, times fastavs", "75", _rival("sweep", "pandas"), gated=True),
]

SECTIONS: list[tuple[str, list[Measure]]] = [
    ("One scenario, 2001-2020, every column of the summary, in memory", SWEEP),
]
