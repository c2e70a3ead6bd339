"""A year's rates as columns, line by line, with what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.evaluation.lines import LineFigures
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.sorted_index import SortedIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastavs.inputs.schedule import YearSchedule
    from fastavs.matching.basis import Basis
    from fastavs.matching.match import Match
    from fastavs.matching.reach import Served


@dataclass(frozen=True, slots=True)
class ScheduleRates:
    """What the lines of one schedule are charged. h lines, in ascending order; NaN = null.

    Attributes
    ----------
    match : Match
        The schedule held against its trade.
    rate, ad_valorem : float64[h]
        Fractions.
    has_specific, unresolved : bool[h]
        `unresolved`: no rate can be known, whatever stands for it.
    match_level : int32[h]
        Digits at which observations were found; 0 = none.
    observations, outliers, no_quantity, binding : int32[h]
    """

    match: Match
    rate: np.ndarray
    ad_valorem: np.ndarray
    has_specific: np.ndarray
    unresolved: np.ndarray
    match_level: np.ndarray
    observations: np.ndarray
    outliers: np.ndarray
    no_quantity: np.ndarray
    binding: np.ndarray

    @property
    def schedule(self) -> YearSchedule:
        return self.match.schedule

    @property
    def basis(self) -> Basis:
        return self.match.basis

    @property
    def served(self) -> Served:
        return self.match.served

    @property
    def imports(self) -> np.ndarray:
        return self.match.imports

    @property
    def matched(self) -> np.ndarray:
        return self.match.matched


@dataclass(frozen=True, slots=True)
class YearRates:
    """The governing rates of a year's lines. h lines, in ascending order; NaN = null.

    Attributes
    ----------
    year, digits : int
    keys : int64[h]
    own_trade : bool
        Whether the year's rates rest on its own trade.
    rate, ad_valorem : float64[h]
        Governing rate, and the same rule over the ad valorem parts; fractions.
    applied, bound : float64[h]
        `bound` is None in a year without a bound schedule.
    bound_governs, has_specific, matched, water, breach, unresolved : bool[h]
        `water`: bound above applied; `breach`: applied above bound.
    match_level : int32[h]
    observations, outliers, no_quantity, binding : int32[h]
        Of the governing schedule.
    imports : float64[h]
    sides : dict of str to ScheduleRates
        "applied" and "bound": the schedules behind the year.
    """

    year: int
    digits: int
    keys: np.ndarray
    own_trade: bool
    rate: np.ndarray
    ad_valorem: np.ndarray
    applied: np.ndarray
    bound: np.ndarray | None
    bound_governs: np.ndarray
    has_specific: np.ndarray
    matched: np.ndarray
    water: np.ndarray
    breach: np.ndarray
    unresolved: np.ndarray
    match_level: np.ndarray
    observations: np.ndarray
    outliers: np.ndarray
    no_quantity: np.ndarray
    binding: np.ndarray
    imports: np.ndarray
    sides: dict[str, ScheduleRates]

    @property
    def weight(self) -> np.ndarray:
        """What each line weighs in means, float64[h]: its imports, if it is matched and its rate is known."""
        return np.where(self.matched & ~np.isnan(self.rate), self.imports, 0.0)


def years_of(
    index: SortedIndex, layout: LineLayout, figures: LineFigures, match_of: Callable[[str, int], Match]
) -> Iterator[YearRates]:
    """Cut the lines of all years into years.

    Parameters
    ----------
    index : SortedIndex
    layout : LineLayout
        Of all lines.
    figures : LineFigures
        What they are charged.
    match_of : callable
        The match of a schedule, given "applied" or "bound" and its year.
    """
    sides = [
        _schedule_rates(figures, slice(side.first, side.last), match_of(side.kind, side.year)) for side in index.sides
    ]
    governing, compared = figures.governing, figures.compared
    first = 0
    for year, lines in zip(index.years, index.line_counts.tolist(), strict=True):
        here = slice(first, first + lines)
        first += lines
        behind = {"applied": sides[index.side("applied", year.applied_year)]}
        if year.has_bound:
            behind["bound"] = sides[index.side("bound", year.year)]
        named = layout.named[here]
        applied, bound = compared.applied[here], compared.bound[here]
        governs = compared.bound_governs[here]
        count = compared.counts[here]
        yield YearRates(
            year.year,
            int(layout.digits[here.start]) if lines else 0,
            index.lines.key[named],
            year.own_trade,
            governing.rate[here],
            compared.part[here],
            applied,
            bound if year.has_bound else None,
            governs,
            governing.specific[here],
            index.lines.matched[named],
            governing.water[here],
            governs & ~np.isnan(applied) & ~np.isnan(bound),
            figures.unresolved_lines[here],
            count["level"],
            count["kept"],
            count["outliers"],
            count["no_quantity"],
            count["binding"],
            index.lines.imports[named],
            behind,
        )


def _schedule_rates(figures: LineFigures, here: slice, match: Match) -> ScheduleRates:
    sides, count = figures.charges, figures.count[here]
    return ScheduleRates(
        match,
        sides.rate[here],
        sides.part[here],
        sides.specific[here],
        figures.unresolved[here],
        count["level"],
        count["kept"],
        count["outliers"],
        count["no_quantity"],
        count["binding"],
    )
