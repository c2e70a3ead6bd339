"""`Rates`: what a study's lines are charged, year by year, and everything made from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_path, a_progress, a_text, a_year, or_none, takes
from fastavs.codes import LONGEST, as_digits
from fastavs.errors import InputError
from fastavs.evaluation.as_it_is import AsItIs
from fastavs.evaluation.partners import trade_of
from fastavs.inputs.in_python import in_python
from fastavs.progress import Progress, quiet
from fastavs.results.above import from_report
from fastavs.results.breaches import breaches_table
from fastavs.results.duty_texts import duty_texts
from fastavs.results.groups import group_table
from fastavs.results.lines import LineTable
from fastavs.results.named_groups import with_names
from fastavs.results.observations import observations_table
from fastavs.results.plots import RatesPlots
from fastavs.results.summary import summary_columns
from fastavs.results.year_rates import YearRates, years_of
from fastavs.tables.frames import Tabular, to_xarray

if TYPE_CHECKING:
    import xarray

    from fastavs.checked import Checked
    from fastavs.matching.matches import Matches
    from fastavs.scenario.scenario import Scenario

AS_IT_IS = "as it is"


@dataclass(frozen=True, repr=False)
class Rates(Tabular):
    """The rates of every line and year of a study.

    Made by `Study.rates`. All rates are fractions (0.05 is 5 %). ``rates[2012]`` is the part of `table` of a year;
    whoever speaks Arrow takes rates for that table.

    Attributes
    ----------
    checked : Checked
        The study's inputs.
    matches : Matches
        The same held against each other.
    found : AsItIs
        The study's index, evaluated for the scenario that changes nothing.
    scenario : Scenario, optional
        What they are under, where it is not the study as it is. `checked` then has its name and its exchange rates.
    cautions : tuple of str
        What most likely is a mistake in the scenario.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]}, name="beer", note="made up",
    ... )
    >>> rates = study.rates()
    >>> rates[2020].select(["line", "duty", "rate"]).to_pylist()
    [{'line': '2203000100', 'duty': '0.018 USD/l', 'rate': 0.02}]
    >>> len(rates.line("2203.00")), len(rates.to_pandas())
    (1, 1)
    >>> print(repr(rates).partition("values")[0])
    <fastavs.Rates: beer>
    made up
    <BLANKLINE>
    """

    checked: Checked
    matches: Matches
    found: AsItIs
    scenario: Scenario | None = None
    cautions: tuple[str, ...] = ()

    @cached_property
    def years(self) -> dict[int, YearRates]:
        """The columns behind `table`, year by year."""
        found = self.found
        changed = self.scenario is not None and not self.scenario.leaves_all
        years = years_of(found.under, found.layout, found.figures, self.matches.match, changed=changed)
        return {one.year: one for one in years}

    @cached_property
    def as_written(self) -> pa.Table:
        """A row per year and line, sorted: the columns of ``rates.parquet``."""
        found = self.found
        return LineTable(found.index, found.layout).named([AS_IT_IS], [found.columns]).drop_columns("scenario")

    @cached_property
    def table(self) -> pa.Table:
        """The same with the text of the governing duty behind the line.

        It is null where the applied rate governs and is carried over from other lines.
        """
        return self.as_written.add_column(2, "duty", duty_texts(self.years.values()))

    def _frame(self) -> pa.Table:
        return self.table

    @property
    def changes_trade(self) -> bool:
        """Whether the scenario changes prices, partners or periods: observations are then not those recorded."""
        return bool(trade_of(self.found.scenario))

    @takes(year=a_year)
    def __getitem__(self, year: int) -> pa.Table:
        """Return the part of `table` of a year.

        Raises
        ------
        InputError
            A year without a schedule.
        """
        self.year(year)
        return self.table.filter(pc.equal(self.table["year"], year))

    @takes(code=a_text)
    def line(self, code: str) -> pa.Table:
        """Return the part of `table` of a line, or of all lines that begin with a code, in all years.

        Parameters
        ----------
        code : str
            Digits, or as tariffs print them: "2204", "2204.21", "22".

        Raises
        ------
        InputError
            What is no code, or begins no line.
        """
        digits = as_digits(code)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
            raise InputError("no code of a tariff", value=code, expected=f"1 to {LONGEST} digits, as text")
        found = self.table.filter(pc.starts_with(self.table["line"], digits))
        if not found.num_rows:
            raise InputError(
                "no line of any year begins with this code", value=code, expected=_nearest(self.table["line"], digits)
            )
        return found

    def to_xarray(self) -> xarray.Dataset:
        """Return the table as arrays by year and line; NaN where a year does not have a line.

        Raises
        ------
        InputError
            xarray is not installed.
        """
        return to_xarray(self.table, ("year", "line"), {"title": self.checked.title, "rates": "fractions"})

    def _bare(self) -> int:
        """Return how many lines of the last year have a specific part and, for want of an observation, not its rate."""
        year = self.year()
        return int((year.has_specific & (year.observations == 0) & ~np.isnan(year.rate)).sum())

    def __repr__(self) -> str:
        from fastavs.results.shown import rates_card
        from fastavs.shown.text import as_text

        return as_text(rates_card(self.checked, self.summary().to_pylist(), self._bare()))

    def _repr_html_(self) -> str:
        from fastavs.results.shown import rates_card
        from fastavs.shown.html import as_html

        return as_html(rates_card(self.checked, self.summary().to_pylist(), self._bare()))

    @property
    def plot(self) -> RatesPlots:
        """The figures of the report, one by one: ``rates.plot.path()``."""
        return RatesPlots(self)

    @takes(path=a_path, line=or_none(a_text))
    def report(self, path: str | Path, *, line: str | None = None) -> Path:
        """Write the report, a page that loads nothing; returns its path.

        Parameters
        ----------
        path : path-like
            A file that ends in .html, in a folder that is there.
        line : str, optional
            The tariff line to show by itself; otherwise one is chosen.

        Raises
        ------
        InputError
            The last year has no such line; or the file cannot be written.
        """
        written: Path = from_report("page", "write_page")(self, path, line=line)
        return written

    @takes(folder=a_path, report=a_flag, line=or_none(a_text), progress=a_progress)
    def write(
        self, folder: str | Path, *, report: bool = True, line: str | None = None, progress: Progress = quiet
    ) -> dict[str, Any]:
        """Write what ``fastavs run`` writes into a folder, whole or not at all; returns what ``run.json`` says.

        Parameters
        ----------
        folder : path-like
            Made if need be; an earlier result there is replaced.
        report : bool
            Whether ``report.html`` and ``figures/`` are made.
        line : str, optional
            The tariff line that the report shows by itself; otherwise one is chosen.
        progress : callable, optional
            Called with a step's name, how much is done, and of how much.

        Raises
        ------
        InputError
            The folder holds files that fastavs did not write, or cannot be written.
        """
        try:
            record: dict[str, Any] = from_report("folder", "write_results")(
                self, folder, report=report, line=line, progress=progress
            )
        except InputError as error:
            raise error.said(in_python) from None
        return record

    def summary(self) -> pa.Table:
        """Return a row per year: the columns of ``summary.csv``."""
        index = self.found.index
        return pa.table(summary_columns(tuple(self.years), index.line_counts, self.found.summary[np.newaxis]))

    @takes(grouping=a_text)
    def by(self, grouping: str = "chapter") -> pa.Table:
        """Return a row per group and year: the columns of ``group_<name>.csv``, with the names of chapters.

        Parameters
        ----------
        grouping : str
            "chapter", or a name under ``[groups]`` of the study.

        Raises
        ------
        InputError
            A grouping that the study does not have.
        """
        return with_names(self.groups_as_written(grouping), grouping)

    def groups_as_written(self, grouping: str) -> pa.Table:
        """Return the same as ``group_<name>.csv`` has it: names are those of the study alone."""
        members, figures = self.found.groups(grouping)
        return group_table([AS_IT_IS], members, figures[np.newaxis]).drop_columns("scenario")

    def breaches(self) -> pa.Table:
        """Return the lines whose applied rate is above the bound one: the columns of ``breaches.csv``."""
        return breaches_table(list(self.years.values()), self.matches.fx_of)

    @takes(line=a_text, year=or_none(a_year))
    def observations(self, line: str, year: int | None = None) -> pa.Table:
        """Return the proof of one line's rate, in the last year by default: see `observations_table`.

        Raises
        ------
        InputError
            No such line or year; or the rates are under a scenario that changes the trade.
        """
        if self.changes_trade:
            raise InputError(
                "observations are shown of recorded trade alone, and the scenario changes it", key="scenario",
                value=None if self.scenario is None else self.scenario.name,
                cure="ask for those of the study as it is",
            )  # fmt: skip
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


def _nearest(lines: pa.ChunkedArray, digits: str) -> str | None:
    """Return the headings of the lines that share the most digits with a code, in words."""
    for shared in range(len(digits) - 1, 0, -1):
        alike = lines.filter(pc.starts_with(lines, digits[:shared]))
        if len(alike):
            some = pc.unique(pc.utf8_slice_codeunits(alike, 0, max(shared + 1, 4))).to_pylist()
            return f"a code that lines begin with, as {', '.join(sorted(some)[:5])}"
    return None
