"""Reforms as modelers try them, many or again and again; what each costs is told in passes over the observations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

import fastavs as fa
from bench.shocks import ONE, Shock, draw

MEANS = ("simple_mean", "weighted_mean")
HEADING = "2204"
PARTNER = "CHN"


@dataclass(frozen=True, slots=True)
class Reform:
    """A kind of reform.

    Attributes
    ----------
    text : str
    goal : str
        What was aimed at, in passes a scenario, at the paper's scale.
    count : int
        How many scenarios are swept.
    make : callable
        Makes the scenario of a number from 0 on.
    means : bool
        Whether means alone are asked for.
    apart : bool
        Whether each is a call of its own.
    quick : bool
        Whether CI measures it.
    """

    text: str
    goal: str
    count: int
    make: Callable[[fa.SortedIndex, int], fa.Scenario]
    means: bool = True
    apart: bool = False
    quick: bool = True

    def scenarios(self, index: fa.SortedIndex) -> list[fa.Scenario]:
        """Return the scenarios."""
        return [self.make(index, number) for number in range(self.count)]


@cache
def _shocks() -> list[Shock]:
    return [ONE, *draw(999)]


def _everything(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return _shocks()[number].scenario()


def _named(number: int, *changes: fa.ScaleDuty | fa.SetDuty | fa.PriceShock) -> fa.Scenario:
    return fa.Scenario(f"s{number}", *changes)


def _heading(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return _named(number, fa.ScaleDuty(0.5 + 1e-3 * number, 0.9 - 1e-3 * number, HEADING))


def _chapter(index: fa.SortedIndex, number: int) -> fa.Scenario:
    chapters = np.unique(index.lines.key // 10**10).tolist()
    factor = 0.5 + 1e-3 * number
    return _named(number, fa.ScaleDuty(factor, factor, f"{chapters[number % len(chapters)]:02d}"))


def _set_anew(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return _named(number, fa.SetDuty(HEADING, f"{5.0 + 0.05 * number:.2f}%"))


def _cap(index: fa.SortedIndex, number: int) -> fa.Scenario:
    """Every code of every schedule gets a duty, by a step each."""
    found = {}
    for side in index.sides:
        for key in index.lines.key[side.first : side.last].tolist():
            found[f"{key:012d}"[: side.digits]] = None
    return _named(number, *(fa.SetDuty(code, f"{0.1 * (place % 300):.1f}%") for place, code in enumerate(found)))


def _prices(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return _named(number, fa.PriceShock(0.8 + 4e-3 * number))


def _prices_of_one(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return _named(number, fa.PriceShock(0.75 + 0.05 * number, partners=PARTNER))  # type: ignore[arg-type]


def _many_prices(index: fa.SortedIndex, number: int) -> fa.Scenario:
    headings = np.unique(index.lines.key // 10**8).tolist()[::15][:60]
    return _named(number, *(fa.PriceShock(0.9 + 1e-3 * one, prefixes=f"{key:04d}") for one, key in enumerate(headings)))  # type: ignore[arg-type]


def _draw(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return fa.Scenario(f"s{number}", fa.Resample(number))


def _without(index: fa.SortedIndex, number: int) -> fa.Scenario:
    return fa.Scenario(f"s{number}", fa.ExcludePartners([index.facts["partners"][number]]))  # type: ignore[arg-type]


REFORMS = {
    "everything": Reform("everything scaled, 1,000 scenarios, means", "at most 0.25", 1000, _everything),
    "everything-full": Reform("the same, all columns", "at most 0.3", 1000, _everything, means=False),
    "heading": Reform("heading 2204 scaled, 400 scenarios", "at most 0.015", 400, _heading),
    "heading-call": Reform("heading 2204 scaled, a call of its own", "at most 0.08", 50, _heading, apart=True),
    "chapters": Reform("a different chapter each, 400 scenarios", "at most 0.06", 400, _chapter),
    "set": Reform("heading 2204 set anew, 400 scenarios", "at most 0.03", 400, _set_anew),
    "cap": Reform("every line set anew in one scenario, a step each", "at most 500", 1, _cap, quick=False),
    "prices": Reform("a change of all prices, 100 scenarios", "at most 0.35", 100, _prices),
    "prices-partner": Reform("a change of one partner's prices, 10 factors", "at most 1", 10, _prices_of_one),
    "prices-many": Reform("60 changes of prices in one scenario", "at most 10", 1, _many_prices, quick=False),
    "resample": Reform("partners drawn anew, 100 draws", "at most 3", 100, _draw, quick=False),
    "exclude": Reform("without another partner each, 50 scenarios", "at most 10", 50, _without, quick=False),
    "one": Reform("one sweep, all columns, a call of its own", "at most 1.6", 10, _everything, means=False, apart=True),
}
"""By the name that timings and limits know each by."""
