"""`Rates`: what a study's lines are charged, year by year, and everything made from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_text, a_year, or_none, takes
from fastavs.errors import InputError
from fastavs.evaluation.as_it_is import AsItIs
from fastavs.results.breaches import breaches_table
from fastavs.results.groups import group_table
from fastavs.results.lines import LineTable
from fastavs.results.observations import observations_table
from fastavs.results.summary import summary_columns
from fastavs.results.year_rates import YearRates, years_of

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.matching.matches import Matches

AS_IT_IS = "as it is"


@dataclass(frozen=True)
class Rates:
    """The rates of every line and year of a study.

    Made by `Study.rates`. All rates are fractions (0.05 is 5 %).

    Attributes
    ----------
    checked : Checked
        The study's inputs.
    matches : Matches
        The same held against each other.
    found : AsItIs
        The study's index, evaluated for the scenario that changes nothing.
    """

    checked: Checked
    matches: Matches
    found: AsItIs

    @cached_property
    def years(self) -> dict[int, YearRates]:
        """The columns behind `table`, year by year."""
        found = self.found
        years = years_of(found.index, found.layout, found.figures, self.matches.match)
        return {one.year: one for one in years}

    @cached_property
    def table(self) -> pa.Table:
        """A row per year and line, sorted: the columns of ``rates.parquet``."""
        found = self.found
        return LineTable(found.index, found.layout).named([AS_IT_IS], [found.columns]).drop_columns("scenario")

    def summary(self) -> pa.Table:
        """Return a row per year: the columns of ``summary.csv``."""
        index = self.found.index
        return pa.table(summary_columns(tuple(self.years), index.line_counts, self.found.summary[np.newaxis]))

    @takes(grouping=a_text)
    def by(self, grouping: str = "chapter") -> pa.Table:
        """Return a row per group and year: the columns of ``group_<name>.csv``.

        Parameters
        ----------
        grouping : str
            "chapter", or a name under ``[groups]`` of the study.

        Raises
        ------
        InputError
            A grouping that the study does not have.
        """
        members, figures = self.found.groups(grouping)
        return group_table([AS_IT_IS], members, figures[np.newaxis]).drop_columns("scenario")

    def breaches(self) -> pa.Table:
        """Return the lines whose applied rate is above the bound one: the columns of ``breaches.csv``."""
        return breaches_table(list(self.years.values()), self.matches.fx_of)

    @takes(line=a_text, year=or_none(a_year))
    def observations(self, line: str, year: int | None = None) -> pa.Table:
        """Return the proof of one line's rate, in the last year by default: see `observations_table`."""
        return observations_table(self.checked, self.year(year), line)

    @takes(year=or_none(a_year))
    def year(self, year: int | None = None) -> YearRates:
        """Return one year's columns; the last year's by default.

        Raises
        ------
        InputError
            A year without a schedule.
        """
        if year is None:
            return list(self.years.values())[-1]
        if year not in self.years:
            raise InputError(
                "the study has no schedule of that year",
                value=year,
                expected=", ".join(str(known) for known in self.years),
            )
        return self.years[year]
