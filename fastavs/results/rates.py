"""`Rates`: what a study's lines are charged, year by year, and everything made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.codes import Grouping, chapters, to_code
from fastavs.errors import InputError, did_you_mean
from fastavs.matching.match import YearRates
from fastavs.results.breaches import breaches_table
from fastavs.results.summary import group_table, summary_table

if TYPE_CHECKING:
    from fastavs.study import Study

SCHEMA = pa.schema(
    [
        ("year", pa.int64()),
        ("line", pa.string()),
        ("rate", pa.float64()),
        ("applied", pa.float64()),
        ("bound", pa.float64()),
        ("ad_valorem", pa.float64()),
        ("governs", pa.string()),
        ("has_specific", pa.bool_()),
        ("match_level", pa.int64()),
        ("observations", pa.int64()),
        ("outliers", pa.int64()),
        ("no_quantity", pa.int64()),
        ("specific_share", pa.float64()),
        ("imports", pa.float64()),
        ("matched", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Rates:
    """The rates of every line and year of a study.

    Made by `Study.rates`. All rates are fractions (0.05 is 5 %).

    Attributes
    ----------
    study : Study
    years : dict of int to YearRates
        The columns behind `table`, year by year.
    """

    study: Study
    years: Mapping[int, YearRates]

    @cached_property
    def table(self) -> pa.Table:
        """A row per year and line, sorted: the columns of ``rates.parquet``."""
        return pa.concat_tables(_year_table(rates) for rates in self.years.values())

    def summary(self) -> pa.Table:
        """Return a row per year: the columns of ``summary.csv``."""
        return summary_table(list(self.years.values()))

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
        chosen: dict[int, Grouping]
        if grouping in self.study.groups:
            chosen = dict.fromkeys(self.years, self.study.groups[grouping])
        elif grouping == "chapter":
            chosen = {year: chapters(rates.keys) for year, rates in self.years.items()}
        else:
            known = ["chapter", *self.study.groups]
            raise InputError(
                "the study has no such grouping",
                value=grouping,
                expected=f"{', '.join(known)}.{did_you_mean(grouping, known)}",
            )
        return group_table(list(self.years.values()), chosen)

    def breaches(self) -> pa.Table:
        """Return the lines whose applied rate is above the bound one: the columns of ``breaches.csv``."""
        return breaches_table(list(self.years.values()), self.study.fx_of)

    def observations(self, line: str, year: int | None = None) -> pa.Table:
        """Return the proof of one line's rate: see `fastavs.results.observations.observations_table`."""
        from fastavs.results.observations import observations_table

        return observations_table(self, line, year)

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


def _year_table(rates: YearRates) -> pa.Table:
    h = rates.keys.size
    with np.errstate(invalid="ignore"):
        share = rates.binding / rates.observations
    bound = pa.nulls(h, pa.float64()) if rates.bound is None else _nullable(rates.bound)
    columns = [
        pa.array(np.full(h, rates.year, dtype=np.int64)),
        pa.array([to_code(int(key), rates.digits) for key in rates.keys], pa.string()),
        _nullable(rates.rate),
        _nullable(rates.applied),
        bound,
        _nullable(rates.ad_valorem),
        pa.array(np.where(rates.bound_governs, "bound", "applied").tolist(), pa.string()),
        pa.array(rates.has_specific),
        pa.array(rates.match_level.astype(np.int64)),
        pa.array(rates.observations),
        pa.array(rates.outliers),
        pa.array(rates.no_quantity),
        _nullable(share),
        pa.array(rates.imports),
        pa.array(rates.matched),
    ]
    return pa.table(columns, schema=SCHEMA)


def _nullable(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))
