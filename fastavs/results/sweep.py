"""`Sweep`: what came of many scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_flag, a_path, a_text, a_year, or_none, takes, whole
from fastavs.errors import InputError, did_you_mean
from fastavs.results.above import from_report
from fastavs.results.bands import band_table
from fastavs.results.difference import baseline_place, difference_table
from fastavs.results.named_groups import with_names
from fastavs.results.origin import Origin
from fastavs.results.plots import SweepPlots
from fastavs.results.summary import summary_columns
from fastavs.results.tidy import tidy_table
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
    drawn : mapping of int to float64[draws, years, columns of the summary after `lines`]
        Draws of scenarios that have some, by their places.
    origin : Origin or None
        What it was worked out from: `tidy` and `movers` ask it for lines. A sweep that was pickled has none.
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
    drawn: Mapping[int, np.ndarray] = field(default_factory=dict)
    origin: Origin | None = field(default=None, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"origin": None}

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

    @takes(baseline=or_none(a_text))
    def tidy(self, baseline: str | None = None) -> pa.Table:
        """Return every figure of the sweep in one tidy table, a row a figure.

        Parameters
        ----------
        baseline : str, optional
            The name of a scenario; the first that changes nothing by default.

        Returns
        -------
        pyarrow.Table
            ``scenario``, ``year``, ``group`` (null for all lines, else the grouping and the group: "chapter 22"),
            ``statistic``, ``value``, and its ``difference`` from the baseline. Rates are fractions, and so are their
            differences. Statistics are the columns of the summary and of groups; ``revenue``, at base trade: the sum of
            rate times imports over lines with a known rate, imports being the weights of the unchanged study, valued
            at the scenario's prices where it changes them; ``known_imports`` and ``unknown_imports``, of lines with a
            rate and without, at the same prices; and of
            scenarios with draws, for every mean, ``simple_mean_draws_p5`` and the like (see `bands`).

        Raises
        ------
        InputError
            No such scenario.

        Examples
        --------
        >>> import fastavs as fa
        >>> study = fa.Study(
        ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [900.0]},
        ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["15%"]},
        ... )
        >>> sweep = fa.sweep(study, [fa.Scenario("as it is"), fa.Scenario("capped", fa.Cap("10%"))])
        >>> [row for row in sweep.tidy().to_pylist() if row["statistic"] == "revenue"][1]["difference"]
        -45.0
        """
        return tidy_table(self, baseline_place(self.scenarios, baseline))

    @takes(
        scenario=a_text, baseline=or_none(a_text), by=a_text, year=or_none(a_year), top=or_none(whole(1)),
    )  # fmt: skip
    def movers(
        self,
        scenario: str,
        baseline: str | None = None,
        *,
        by: str = "line",
        year: int | None = None,
        top: int | None = 20,
    ) -> pa.Table:
        """Return the lines, groups or partners whose rate a scenario moves farthest, the farthest first.

        Parameters
        ----------
        scenario : str
        baseline : str, optional
            The name of another; the first that changes nothing by default.
        by : str
            "line"; "chapter" or another grouping of the study; or "partner": the rate that a partner's exports to the
            country face, which is the mean of the lines' rates when its observations alone count, by what is imported
            from it. Partners excluded in every period are left out.
        year : int, optional
            The last by default.
        top : int, optional
            How many at most; None for all that move.

        Returns
        -------
        pyarrow.Table
            ``line``, ``partner`` or the grouping, groups with their ``name``; the rate ``before`` and ``after``
            (fractions; of groups and partners the weighted mean over lines whose rate both have);
            ``difference_points``; ``imports``, by which the unchanged study weighs; ``revenue_difference`` at these
            imports, each side's valued at its own prices. Ties by name.

        Raises
        ------
        InputError
            No such scenario, grouping or year.
        """
        year = self.years[-1] if year is None else year
        if year not in self.years:
            expected = ", ".join(map(str, self.years))
            raise InputError("the study has no schedule of that year", key="year", value=year, expected=expected)
        places = baseline_place(self.scenarios, scenario), baseline_place(self.scenarios, baseline)
        if self.origin is None:
            raise InputError(
                "the sweep no longer has what it was worked out from",
                cure="work it out again: fa.sweep(study, scenarios)",
            )
        from fastavs.results.movers import movers_table  # most sweeps ask for averages alone

        return movers_table(self.origin, *places, by, year, top)

    def bands(self) -> pa.Table:
        """Return how the draws of scenarios are spread: a row per scenario with draws, year and mean.

        Returns
        -------
        pyarrow.Table
            ``scenario``, ``year``, ``statistic`` (a mean of the summary); how many ``draws``, and of how many it is
            ``known``; their ``mean``, ``sd`` and percentiles ``p5``, ``p25``, ``p50``, ``p75``, ``p95``.

        Examples
        --------
        >>> import fastavs as fa
        >>> study = fa.Study(
        ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
        ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
        ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]},
        ... )
        >>> dear = fa.Scenario("prices drawn", draws={"n": 9, "seed": 1, "price": 0.2})
        >>> fa.sweep(study, dear, outputs="simple_mean").bands().column_names[3:]
        ['draws', 'known', 'mean', 'sd', 'p5', 'p25', 'p50', 'p75', 'p95']
        """
        drawn = {self.scenarios[place].name: some for place, some in self.drawn.items()}
        return band_table(drawn, self.years, self.outputs)

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
