"""Which trade serves which year: its own, or the base period's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastavs.errors import InputError, did_you_mean
from fastavs.inputs.options import Base
from fastavs.periods import as_label, doubt_of, of_year, overlap

SHOWN = 6
"""How many periods of the trade a message lists."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Which trade serves which year.

    Attributes
    ----------
    years : tuple of int
        Years with a schedule.
    own_periods : dict of int to tuple of int
        Years that rest on their own trade, and its periods (places in `Trade.periods`).
    base_periods : tuple of int
        Periods that all other years rest on.
    applied_year : int or None
        The applied schedule that bound years without one of their own are compared with.
    """

    years: tuple[int, ...]
    own_periods: dict[int, tuple[int, ...]]
    base_periods: tuple[int, ...]
    applied_year: int | None

    def periods_of(self, year: int) -> tuple[int, ...]:
        """Return the trade periods that a year rests on."""
        return self.own_periods.get(year, self.base_periods)


def make_serving(base: Base, periods: Sequence[str], applied: Sequence[int], bound: Sequence[int]) -> Serving:
    """Settle what every schedule year rests on (METHOD.md sections 3 and 7).

    Parameters
    ----------
    base : Base
    periods : sequence of str
        Trade periods, sorted.
    applied, bound : sequence of int
        Schedule years, sorted.

    Raises
    ------
    InputError
        Base periods that no trade has; a year without trade and without a base; periods that overlap; bound years
        without an applied schedule to compare with.
    """
    years = tuple(sorted({*applied, *bound}))
    named = [as_label(period) for period in base.periods]
    base_periods = tuple(_place(period, periods) for period in named)
    if len(set(base_periods)) < len(base_periods):
        raise InputError("a base period named twice", key="base.periods", value=", ".join(named))
    _once(named, "the base", "base.periods")
    first = base.first_year
    if first is None:
        parts = {
            period for period in named if not (period.isascii() and period.isdigit())
        }  # "2011H1" is no trade of 2011's own
        whole = [period for period in periods if period not in parts]
        without = [year for year in years if not of_year(year, whole)]
        first = without[0] if base_periods and without else years[-1] + 1
    own_periods = {}
    for year in years:
        if year < first:
            own_periods[year] = _own(year, periods)
            if not own_periods[year]:
                raise InputError(
                    f"the schedule year {year} has no trade of its own{_doubts_of(year, periods)}",
                    expected=f'trade whose period is "{year}", or {year} with a suffix such as "{year}H1"; '
                    f"its periods are {', '.join(periods[:SHOWN])}{', ...' if len(periods) > SHOWN else ''}",
                    cure="add that trade, or let the year rest on a base: [base] periods and first_year",
                )
        elif not base_periods:
            raise InputError(
                f"the schedule year {year} rests on a base period, and none is named",
                key="base.periods",
                cure="name trade periods under [base] periods, or set first_year after the last schedule year",
            )
    return Serving(years, own_periods, base_periods, _applied_year(base, applied, bound))


def _doubts_of(year: int, periods: Sequence[str]) -> str:
    """Say which period may be meant for a year's, although its form is none that is read."""
    for period in periods:
        doubt = doubt_of(period)
        if doubt and str(year) in period:
            return f", and the trade has {period}: {doubt}"
    return ""


def _place(period: str, periods: Sequence[str]) -> int:
    if period not in periods:
        raise InputError(
            "a base period that no trade has",
            key="base.periods",
            value=period,
            expected=f"one of {', '.join(periods)}.{did_you_mean(period, periods)}",
        )
    return list(periods).index(period)


def _own(year: int, periods: Sequence[str]) -> tuple[int, ...]:
    """Return the places of a year's own periods."""
    places = tuple(of_year(year, periods))
    _once([periods[place] for place in places], f"the trade of {year}", None)
    return places


def _once(periods: Sequence[str], what: str, key: str | None) -> None:
    twice = overlap(periods)
    if twice:
        raise InputError(
            f"{what} stands in two periods that overlap",
            key=key,
            value=", ".join(twice),
            cure="leave one of the two out, or its values count twice",
        )


def _applied_year(base: Base, applied: Sequence[int], bound: Sequence[int]) -> int | None:
    carried = [year for year in bound if year not in applied]
    if base.applied_year is not None and base.applied_year not in applied:
        raise InputError(
            "no applied schedule of that year",
            key="base.applied_year",
            value=base.applied_year,
            expected="one of " + ", ".join(str(year) for year in applied),
        )
    if not carried:
        return base.applied_year
    return base.applied_year if base.applied_year is not None else applied[-1]
