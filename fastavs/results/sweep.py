"""`Sweep`: what came of many scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_flag, a_path, a_text, or_none, takes
from fastavs.errors import InputError, did_you_mean
from fastavs.results.above import from_report
from fastavs.results.difference import baseline_place, difference_table
from fastavs.results.named_groups import with_names
from fastavs.results.plots import SweepPlots
from fastavs.results.summary import summary_columns
from fastavs.scenario.scenario import Scenario
from fastavs.tables.arrow import labels
from fastavs.tables.frames import Tabular, to_xarray

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, repr=False)
class Sweep(Tabular):
    """What came of a sweep. Whoever speaks Arrow takes it for its summary.

    Attributes
    ----------
    scenarios : tuple of Scenario
    years : tuple of int
    outputs : tuple of str
        Columns of the summary that were asked for.
    figures : float64[scenarios, years, columns of the summary after `lines`]
        NaN = null, or not asked for.
    lines : int64[years]
        Of all scenarios; int64[scenarios, years] where they differ.
    groups : dict of str to pyarrow.Table
        By grouping, where asked for.
    chosen : pyarrow.Table or None
        Rates of the chosen lines, where asked for.
    warnings : tuple of str
        What most likely is a mistake in the scenarios and stops nothing: prefixes that begin no code, changes that
        change nothing, means over other lines.
    facts : mapping
        What the index says of its study: its title, its currency.
    """

    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]
    outputs: tuple[str, ...]
    figures: np.ndarray
    lines: np.ndarray
    groups: dict[str, pa.Table]
    chosen: pa.Table | None
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The study's name with its note and value basis."""
        return str(self.facts.get("title", ""))

    def __repr__(self) -> str:
        from fastavs.results.shown import sweep_card
        from fastavs.shown.text import as_text

        return as_text(sweep_card(self))

    def _repr_html_(self) -> str:
        from fastavs.results.shown import sweep_card
        from fastavs.shown.html import as_html

        return as_html(sweep_card(self))

    def _frame(self) -> pa.Table:
        return self.summary()

    def to_xarray(self) -> xarray.Dataset:
        """Return the summary as arrays by scenario and year.

        Raises
        ------
        InputError
            xarray is not installed.
        """
        return to_xarray(self.summary(), ("scenario", "year"), {"title": self.title, "rates": "fractions"})

    def summary(self) -> pa.Table:
        """Return a row per scenario and year: `scenario`, `year` and the columns asked for."""
        n, y = self.figures.shape[:2]
        scenario = labels(np.repeat(np.arange(n), y), [one.name for one in self.scenarios])
        return pa.table({"scenario": scenario} | summary_columns(self.years, self.lines, self.figures, self.outputs))

    def last_year(self) -> pa.Table:
        """Return a row per scenario: its summary in the last year."""
        return self.summary().take(list(range(len(self.years) - 1, len(self), len(self.years))))

    @takes(grouping=a_text)
    def by(self, grouping: str) -> pa.Table:
        """Return a row per scenario, group and year, for a grouping that was asked for."""
        if grouping not in self.groups:
            known = list(self.groups)
            raise InputError(
                "the sweep was not asked for that grouping", value=grouping,
                expected=", ".join(known) + "." + did_you_mean(grouping, known) if known else None,
                cure=f'sweep(..., by=["{grouping}"])',
            )  # fmt: skip
        return with_names(self.groups[grouping], grouping)

    @takes(baseline=or_none(a_text), by=or_none(a_text), lines=a_flag)
    def difference(self, baseline: str | None = None, *, by: str | None = None, lines: bool = False) -> pa.Table:
        """Return every figure less that of a baseline, a row for each row of the other scenarios.

        Rates, means, deviations and shares are in percentage points, in columns ``<name>_points``; counts and amounts
        of money stand in ``<name>_difference``.

        Parameters
        ----------
        baseline : str, optional
            The name of a scenario; the first that changes nothing by default.
        by : str, optional
            A grouping that the sweep was asked for, in place of the summary.
        lines : bool
            The chosen lines, in place of the summary.

        Raises
        ------
        InputError
            No such scenario or grouping; or no lines were asked for.

        Examples
        --------
        >>> import fastavs as fa
        >>> study = fa.Study(
        ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [900.0]},
        ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["15%"]},
        ... )
        >>> sweep = fa.sweep(study, [fa.Scenario("as it is"), fa.Scenario("free", fa.SetDuty("22", "0%"))])
        >>> sweep.difference().select(["scenario", "year", "simple_mean_points"]).to_pylist()
        [{'scenario': 'free', 'year': 2020, 'simple_mean_points': -15.0}]
        """
        place = baseline_place(self.scenarios, baseline)
        if lines and self.chosen is None:
            raise InputError("the sweep was not asked for lines", cure='sweep(..., lines=["2203000100"])')
        table = self.chosen if lines else self.summary() if by is None else self.by(by)
        return difference_table(table, [one.name for one in self.scenarios], place)

    @property
    def plot(self) -> SweepPlots:
        """Figures: ``sweep.plot.path()``, ``sweep.plot.fan()``."""
        return SweepPlots(self)

    @takes(path=a_path, baseline=or_none(a_text))
    def report(self, path: str | Path, *, baseline: str | None = None) -> Path:
        """Write a page with every scenario beside the baseline; returns its path.

        Parameters
        ----------
        path : path-like
            A file that ends in .html, in a folder that is there.
        baseline : str, optional
            The name of a scenario; the first that changes nothing by default.

        Raises
        ------
        InputError
            No such scenario, too few columns in the sweep; or the file cannot be written.
        """
        written: Path = from_report("sweep_page", "write_sweep_page")(self, path, baseline=baseline)
        return written
