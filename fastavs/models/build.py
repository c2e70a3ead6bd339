"""From the sorted index to the parts of a tariff function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fastavs.codes import to_code
from fastavs.errors import InputError
from fastavs.index.parts import Year
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.curve_lines import find_known
from fastavs.kernels.curve_records import (
    AD_VALOREM,
    APPLIED,
    BOUND,
    GOVERNING,
    CellTables,
    Observed,
    ScheduleLines,
    YearLines,
)
from fastavs.kernels.options import readonly
from fastavs.models.cell_tables import empty_scratch, fill_cells
from fastavs.models.counts import MOST_KINKS, Counts, fallbacks_of, kinks_of, lines_of_kind, refuse_too_many
from fastavs.models.joined_years import join_years
from fastavs.models.notes import notes_of
from fastavs.models.options import Options
from fastavs.models.parts import FunctionParts
from fastavs.models.regions import Regions
from fastavs.models.schedules import Schedule, joined, observed_by, schedule_of
from fastavs.models.sectors import Sectors
from fastavs.models.specific_lines import by_line_and_cell, lines_table, with_critical
from fastavs.models.suppliers import Suppliers, suppliers_of
from fastavs.models.weights import Weighed, weigh
from fastavs.models.year_curves import CurvesOfYear, MixedOfYear, constants_of, curves_of, mixed_of
from fastavs.scenario.chain import AS_IT_IS
from fastavs.scenario.scenario import Scenario

RATES = {"governing": GOVERNING, "applied": APPLIED, "bound": BOUND, "ad_valorem": AD_VALOREM}


def build_parts(
    index: SortedIndex,
    sectors: Sectors,
    regions: Regions,
    years: Sequence[int],
    scenario: Scenario | None = None,
    options: Options | None = None,
) -> FunctionParts:
    """Build what a tariff function is evaluated from.

    Parameters
    ----------
    index : SortedIndex
        With the recorded trade: ``study.index(records=True)``.
    sectors : Sectors
        Lines in none are left out.
    regions : Regions
        Partners in none are left out.
    years : sequence of int
        Years of the study, in the order in which the function has them.
    scenario : Scenario, optional
        What the base is: which observations are outliers, and all weights.
    options : Options, optional

    Returns
    -------
    FunctionParts
        Tariffs are fractions, weights and imports in the study's currency.

    Raises
    ------
    InputError
        The index holds no recorded trade; a year that the study does not have, or that has no bound schedule where
        the bound rate is asked for; a scenario that is not one of the study.
    """
    options = options or Options()
    chosen = _years(index, years, options)
    suppliers = suppliers_of(index, regions, scenario, options)
    maker = _Maker(suppliers, sectors, regions, options)
    maker.check_size(chosen)
    done = [maker.year(one) for one in chosen]
    cells = len(sectors.sectors) * len(regions.regions)
    found = join_years(
        [one.constants for one in done],
        [one.curves for one in done],
        [one.mixed for one in done],
        index.facts["currencies"],
        index.facts["currency"],
        cells,
    )
    lines = list(map(by_line_and_cell, with_critical([one.tables for one in done], found)))
    counts = [one.counts._replace(lines=some) for one, some in zip(done, lines, strict=True)]
    home = regions.home if suppliers.home is not None else None
    under_scenario = scenario is not None and scenario.name != AS_IT_IS
    return FunctionParts(
        tuple(one.year for one in chosen), sectors.sectors, regions.regions, found.currencies, dict(sectors.names),
        found.curves, found.mixed, found.borrowed_cell, found.borrowed_price,
        np.stack([one.weighed.weights for one in done]), np.stack([one.weighed.imports for one in done]),
        np.stack([one.weighed.unknown for one in done]),
        lines_table(
            [one.year for one in counts], lines, [one.keys for one in done],
            [one.digits for one in done], sectors.sectors, regions.regions,
        ),
        notes_of(counts, sectors.sectors, regions.regions, index.facts["currency"], home, options, under_scenario),
        {
            "title": index.facts["title"], "note": index.facts.get("note", ""), "currency": index.facts["currency"],
            "value_basis": index.facts.get("value_basis", ""), "scenario": scenario.name if scenario else None,
            "rates": options.rates, "aves": options.aves, "weights": options.weights, "fallback": options.fallback,
            "empty": options.empty, "inside": options.inside, "excluded": options.excluded, "home": regions.home,
            "fingerprint": index.fingerprint, "sectors_title": sectors.title, "regions_title": regions.title,
        },
    )  # fmt: skip


def _years(index: SortedIndex, years: Sequence[int], options: Options) -> list[Year]:
    known = {one.year: one for one in index.years}
    for year in years:
        if year not in known:
            raise InputError(
                "a year that the study does not have", key="years", value=year,
                expected=f"from {min(known)} to {max(known)}",
            )  # fmt: skip
        if options.rates == "bound" and not known[year].has_bound:
            raise InputError(
                f"{year} has no bound schedule", key="rates", value="bound",
                cure="leave that year out, or ask for governing or applied rates",
            )  # fmt: skip
    return [known[year] for year in years]


class _YearDone(NamedTuple):
    constants: np.ndarray
    curves: CurvesOfYear
    mixed: MixedOfYear
    weighed: Weighed
    counts: Counts
    tables: CellTables
    keys: np.ndarray
    digits: int


class _Maker:
    """Builds year after year; schedules that several years rest on are prepared once."""

    def __init__(self, suppliers: Suppliers, sectors: Sectors, regions: Regions, options: Options) -> None:
        self.suppliers, self.sectors, self.regions, self.options = suppliers, sectors, regions, options
        self.observed: Observed = observed_by(suppliers, sectors)
        self.shape = len(sectors.sectors), len(regions.regions), max(len(suppliers.index.facts["currencies"]), 1)
        self.scratch = empty_scratch(self.shape[0], self.shape[2], 1)
        self.rates = RATES[options.rates]
        self._schedules: dict[int, Schedule] = {}

    def schedule(self, kind: str, year: int) -> Schedule:
        place = self.suppliers.index.side(kind, year)
        if place not in self._schedules:
            self._schedules[place] = schedule_of(
                self.suppliers, self.observed, self.sectors, self.shape[1], self.options, place, self.scratch
            )
        return self._schedules[place]

    def sides(self, year: Year) -> list[Schedule]:
        """Return the applied schedule behind a year, and its bound one if it has one; its lines are the last one's."""
        applied = self.schedule("applied", year.applied_year)
        return [applied, self.schedule("bound", year.year)] if year.has_bound else [applied]

    def check_size(self, years: Sequence[Year]) -> None:
        """Refuse a function that would have too many kinks, before any cell is filled.

        Raises
        ------
        InputError
            With its size, and what makes it smaller.
        """
        if sum(self._at_most(one) for one in years) > MOST_KINKS:
            refuse_too_many(sum(self._kinks(one) for one in years))

    def _at_most(self, year: Year) -> int:
        """Return what kinks a year would have if every line had a weight in every region."""
        sides, suppliers = self.sides(year), self.suppliers
        everybody = [suppliers.everybody]
        whose = everybody * suppliers.everybody if self.options.aves == "all" else [*range(suppliers.everybody)]
        whose += everybody * (self.shape[1] if self.options.empty == "sector" else 0)
        lines = joined(sides)
        of_year = _lines_of(suppliers.index, year, sides)
        return kinks_of(suppliers.plan.duties, lines, of_year, self.rates, np.array(whose, dtype=np.int64), None)

    def _kinks(self, year: Year) -> int:
        """Return how many kinks a year has at most."""
        lines, of_year, known, weighed = self._weighed(year)
        wanted = weighed.wanted
        sector, line = of_year.sector, np.repeat(np.arange(known.shape[0]), np.diff(of_year.start))
        cell = sector[:, None] * wanted.regions + wanted.region
        put = (wanted.weight[line] > 0.0) & known[line][:, wanted.whose] & (wanted.stands_in == wanted.empty[cell])
        used = np.zeros(wanted.weight.shape, dtype=np.int64)
        np.add.at(used, line, put)
        return kinks_of(self.suppliers.plan.duties, lines, of_year, self.rates, wanted.whose, used)

    def _weighed(self, year: Year) -> tuple[ScheduleLines, YearLines, np.ndarray, Weighed]:
        """Return the lines of a year, which of them have a rate for whom, and what they weigh."""
        sides = self.sides(year)
        lines = joined(sides)
        of_year = _lines_of(self.suppliers.index, year, sides)
        known = np.empty((of_year.applied.size, self.suppliers.everybody + 1), dtype=np.bool_)
        find_known(lines, of_year, self.rates, known, np.empty_like(known))
        return lines, of_year, known, weigh(self.suppliers, sides[-1], known, self.shape, self.rates, self.options)

    def year(self, year: Year) -> _YearDone:
        """Build one year."""
        lines, of_year, known, weighed = self._weighed(year)
        side = self.sides(year)[-1].side
        keys = self.suppliers.index.lines.key[side.first : side.last]
        tables = fill_cells(
            self.observed, lines, of_year, weighed.wanted, readonly(known, np.bool_),
            self.suppliers.index.facts["pooled"],
            lambda line: to_code(int(keys[line]), side.digits),
        )  # fmt: skip
        constants = constants_of(tables, weighed.wanted)
        constants[((weighed.weights == 0.0) & ~weighed.stood_in & ~weighed.zero).reshape(-1)] = np.nan
        columns = weighed.columns
        counts = Counts(
            year.year, weighed, known.shape[0], tables.specific,
            np.bincount(of_year.sector, minlength=self.shape[0]) == 0,
            lines_of_kind(~known[:, columns.whose], columns.imports),
            fallbacks_of(lines, of_year, columns, known, self.rates), *self._left_out(self.sides(year)[-1]),
        )  # fmt: skip
        return _YearDone(
            constants, curves_of(tables, weighed.wanted), mixed_of(tables, weighed.wanted), weighed, counts, tables,
            keys, side.digits,
        )  # fmt: skip

    def _left_out(self, schedule: Schedule) -> tuple[float, dict[str, float], dict[str, float]]:
        """Return the imports from the importing country's own region; those from excluded partners of other regions by
        name; and what share these are of the imports of their regions."""
        suppliers = self.suppliers
        partners, regions = suppliers.index.facts["partners"], self.regions.regions
        mine = suppliers.region_of == (-2 if suppliers.home is None else suppliers.home)
        inside = 0.0
        if suppliers.home is not None:
            own = np.flatnonzero(suppliers.region == suppliers.home)
            inside = float(schedule.imports[:, own].sum() + schedule.excluded[:, suppliers.home].sum())
        some = np.flatnonzero((schedule.excluded_of > 0.0) & ~mine).tolist()
        shares = {}
        for place in np.unique(suppliers.region_of[some]).tolist():
            own = np.flatnonzero(suppliers.region == place)
            excluded, others = schedule.excluded[:, place].sum(), schedule.imports[:, own].sum()
            shares[regions[place]] = float(excluded / (excluded + others))
        return inside, {partners[one]: float(schedule.excluded_of[one]) for one in some}, shares


def _lines_of(index: SortedIndex, year: Year, sides: list[Schedule]) -> YearLines:
    """Return the lines of a year in terms of its schedules' lines, one schedule after the other."""
    every, n = index.lines_of_years.every, index.lines.key.size
    here = np.flatnonzero(every.year == year.year)
    applied, bound = (one[here] for one in every.pairs)
    first = sides[0].side.first
    low, high = every.carried
    after = sides[0].side.last - first
    members = sides[-1].members
    return YearLines(
        readonly(np.where(applied < n, applied - first, -1 - (applied - n)), np.int64),
        readonly(np.where(bound >= 0, bound - sides[-1].side.first + after, -1), np.int64),
        readonly(low - first, np.int64), readonly(high - first, np.int64),
        readonly(members.start, np.int64), readonly(members.sector, np.int64), readonly(members.share, np.float64),
    )  # fmt: skip
