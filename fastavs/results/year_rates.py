"""A year's rates as columns, line by line, with what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    index: SortedIndex,
    layout: LineLayout,
    figures: LineFigures,
    match_of: Callable[[str, int], Match],
    *,
    changed: bool = False,
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
    changed : bool
        Whether the index has other duties or weights than the schedules.
    """
    charged = _Charged(index, layout, figures, match_of) if changed else None
    sides = (
        []
        if charged
        else [
            _schedule_rates(figures, slice(side.first, side.last), match_of(side.kind, side.year))
            for side in index.sides
        ]
    )
    governing, compared = figures.governing, figures.compared
    first = 0
    for year, lines in zip(index.years, index.line_counts.tolist(), strict=True):
        here = slice(first, first + lines)
        first += lines
        places = {"applied": index.side("applied", year.applied_year)}
        if year.has_bound:
            places["bound"] = index.side("bound", year.year)
        behind = {kind: charged.side(place, here) if charged else sides[place] for kind, place in places.items()}
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


class _Charged:
    """The schedules behind years in an index whose duties steps have changed.

    A line of an applied schedule may have a duty of its own in each year that rests on it; then it stands at several
    places of the index.
    """

    def __init__(
        self, index: SortedIndex, layout: LineLayout, figures: LineFigures, match_of: Callable[[str, int], Match]
    ) -> None:
        self._index, self._layout, self._figures, self._match_of = index, layout, figures, match_of
        self._made: dict[tuple[int, bytes], ScheduleRates] = {}

    def side(self, number: int, here: slice) -> ScheduleRates:
        """Return a side as the lines of a year have it, which stand at `here` in the layout."""
        side = self._index.sides[number]
        at = np.arange(side.first, side.last)
        keys = self._index.lines.key[at]
        behind = getattr(self._layout.pairs, side.kind)[here]
        own = behind[(behind >= 0) & (behind < self._index.lines.key.size)]
        key = self._index.lines.key[own]
        place = np.minimum(np.searchsorted(keys, key), max(keys.size - 1, 0))
        same = (keys[place] == key) if keys.size else np.zeros(own.size, dtype=bool)
        at[place[same]] = own[same]
        name = (number, at.tobytes())
        if name not in self._made:
            self._made[name] = _schedule_rates(self._figures, at, self._match(self._match_of(side.kind, side.year), at))
        return self._made[name]

    def _match(self, match: Match, at: np.ndarray) -> Match:
        """Return a match with the duties and the weights of the index."""
        lines = self._index.lines
        used, duty = np.unique(lines.duty[at], return_inverse=True)
        duties = tuple(self._index.parsed[number] for number in used.tolist())
        schedule = replace(match.schedule, duty=duty, duties=duties)
        return replace(match, schedule=schedule, imports=lines.imports[at], matched=lines.matched[at])


def _schedule_rates(figures: LineFigures, here: slice | np.ndarray, match: Match) -> ScheduleRates:
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
