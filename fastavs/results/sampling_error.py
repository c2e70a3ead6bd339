"""`SamplingError`: how far the AVE of each line depends on which partners happened to trade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_year, or_none, takes, whole
from fastavs.evaluation.line_rates import rates_of_draws, rates_of_lines
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.drawing import seeds_of_partners
from fastavs.results.above import from_report
from fastavs.scenario.scenario import Scenario
from fastavs.tables.arrow import line_codes, numbers
from fastavs.tables.frames import Tabular

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ENDS = (5, 95)


@dataclass(frozen=True, repr=False)
class SamplingError(Tabular):
    """The sampling error of each line's rate. Whoever speaks Arrow takes it for its table.

    Attributes
    ----------
    title : str
        The study's name with its note and value basis.
    draws : int
        How many.
    table : pyarrow.Table
        A row per year and line: ``year``, ``line``; its ``rate``; the ``standard_error`` (deviation of the draws, of a
        sample) and the band from ``p5`` to ``p95``; ``known``, how many draws have a rate. Fractions; null where fewer
        than two draws have one. A line whose duty is a percentage has no error.
    """

    title: str
    draws: int
    table: pa.Table = field(repr=False)

    def _frame(self) -> pa.Table:
        return self.table

    def __repr__(self) -> str:
        return f"<fastavs.SamplingError: {self.table.num_rows:,} lines of all years, {self.draws:,} draws>"

    @takes(year=or_none(a_year), top=whole(1))
    def widest(self, *, year: int | None = None, top: int = 20) -> pa.Table:
        """Return the lines with the widest bands of a year, the last by default; ties by code."""
        some = self.table.filter(pc.equal(self.table["year"], self.last_year if year is None else year))
        wide = pc.fill_null(pc.subtract(some["p95"], some["p5"]), 0.0)
        some = some.append_column("width", wide).filter(pc.greater(wide, 0.0))
        return some.sort_by([("width", "descending"), ("line", "ascending")]).slice(0, top).drop_columns(["width"])

    @property
    def last_year(self) -> int:
        """The last year of the table."""
        found: int = pc.max(self.table["year"]).as_py()
        return found

    @takes(year=or_none(a_year), top=whole(1))
    def plot(self, ax: Axes | None = None, *, year: int | None = None, top: int = 20) -> Axes:
        """Draw the lines with the widest bands of a year.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        year : int, optional
            The last by default.
        top : int
            How many lines at most.
        """
        axes: Axes = from_report("figure_errors", "errors")(self, ax, year, top)
        return axes


def sampling_error(
    index: SortedIndex, draws: int, seed: int, years: Sequence[int], threads: int | None = None
) -> pa.Table:
    """Return the table of `SamplingError`.

    Parameters
    ----------
    index : SortedIndex
        With the recorded trade.
    draws : int
        Of partners, with replacement; all rates of all draws are held at a time.
    seed : int
    years : sequence of int
    threads : int, optional
    """
    every = index.lines_of_years.every
    here = np.flatnonzero(np.isin(every.year, years))
    found = np.empty((draws, here.size))
    with Workplace(None, threads) as workplace:
        ((_, rates),) = rates_of_lines(index, [Scenario("as it is")])
        for places, some in rates_of_draws(index, seeds_of_partners(seed, draws), workplace):
            found[places] = some[:, here]
    error, low, high, known = _spread(found)
    keys, digits, year = index.lines.key[every.named[here]], every.digits[here], every.year[here]
    return pa.table({
        "year": numbers(year.astype(np.int64)), "line": line_codes(keys, digits), "rate": numbers(rates[here]),
        "standard_error": numbers(error), "p5": numbers(low), "p95": numbers(high), "known": numbers(known),
    })  # fmt: skip


def _spread(found: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return deviation, both ends and how many are known, of draws (float64[draws, h]); [h] each."""
    known = (~np.isnan(found)).sum(axis=0)
    error, low, high = np.zeros(known.size), found[0].copy(), found[0].copy()
    varied = np.flatnonzero(~(found == found[0]).all(axis=0) & (known > 1))
    if varied.size:
        some = found[:, varied]
        error[varied] = np.nanstd(some, axis=0, ddof=1)
        low[varied], high[varied] = np.nanpercentile(some, _ENDS, axis=0)
    for one in (error, low, high):
        one[known < 2] = np.nan
    return error, low, high, known
