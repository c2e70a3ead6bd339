"""Scenarios that most likely are a slip: they change nothing, take rates from lines, or shift by hundreds of points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fastavs.results.summary import FIGURES
from fastavs.scenario.duties import ShiftDuty
from fastavs.scenario.scenario import Scenario
from fastavs.warned import Caution

SHOWN = 8
"""How many names a caution lists."""
UNRESOLVED = FIGURES.index("unresolved_lines")


def slips(
    scenarios: Sequence[Scenario], years: Sequence[int], figures: np.ndarray, outputs: Sequence[str]
) -> tuple[Caution, ...]:
    """Return cautions on scenarios.

    Parameters
    ----------
    scenarios : sequence of Scenario
    years : sequence of int
    figures : float64[scenarios, years, columns of `summary.FIGURES`]
        NaN = null.
    outputs : sequence of str
        The columns of the summary that were worked out.
    """
    found = list(_large_shifts(scenarios))
    base = next((place for place, one in enumerate(scenarios) if one.leaves_all), None)
    if base is not None:
        worked_out = [FIGURES.index(name) for name in outputs if name in FIGURES]
        found += _idle(scenarios, figures, worked_out, base)
        if UNRESOLVED in worked_out:
            found += _without_rates(scenarios, years, figures[:, :, UNRESOLVED], base)
    return tuple(found)


def _large_shifts(scenarios: Sequence[Scenario]) -> Iterator[Caution]:
    for scenario in scenarios:
        for change in scenario.changes:
            if isinstance(change, ShiftDuty) and abs(change.ad_valorem) >= 1.0:
                size = 100.0 * change.ad_valorem
                points = f"{size:+,.0f}" if abs(size) < 1e9 else f"{size:+.3g}"
                yield Caution(
                    f'The scenario "{scenario.name}" shifts percentages by {points} percentage points.',
                    cure="shifts are fractions: write 0.05 for five points",
                )


def _idle(
    scenarios: Sequence[Scenario], figures: np.ndarray, worked_out: Sequence[int], base: int
) -> Iterator[Caution]:
    """Tell of scenarios with the figures of the one that changes nothing, to the bit."""
    alike = np.ones(len(scenarios), dtype=bool)
    for column in worked_out:  # column by column: together they would take as much memory as the figures
        some = figures[:, :, column]
        alike &= ((some == some[base]) | (np.isnan(some) & np.isnan(some[base]))).all(axis=1)
    same = (scenarios[place] for place in np.flatnonzero(alike).tolist())
    idle = [one.name for one in same if not one.leaves_all and (one.steps or one.changes or one.base)]
    if idle:
        several = len(idle) > 1
        yield Caution(
            f"{_named(idle)} {'have' if several else 'has'} the figures of the scenario that changes nothing.",
            cure="see whether its lines have such duties (amounts go by the second number of ScaleDuty) or such trade",
        )


def _without_rates(
    scenarios: Sequence[Scenario], years: Sequence[int], unresolved: np.ndarray, base: int
) -> Iterator[Caution]:
    """Tell of scenarios under which fewer lines, or more, have a rate: their means are over other lines."""
    apart = unresolved - unresolved[base]
    other = np.flatnonzero((apart != 0.0).any(axis=1))
    if other.size:
        scenario, year = (int(one) for one in np.unravel_index(np.argmax(np.abs(apart)), apart.shape))
        most = abs(int(apart[scenario, year]))
        which = f"{most:,} line{'s' if most > 1 else ''} {'more' if apart[scenario, year] > 0 else 'fewer'}"
        names = _named([scenarios[place].name for place in other.tolist()])
        yield Caution(
            f"{names}: other lines have a known rate than where nothing "
            f'changes ({which} without one in {years[year]} under "{scenarios[scenario].name}"), so part of a '
            "difference of means comes from that.",
        )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    listed = ", ".join(f'"{name}"' for name in names[:SHOWN])
    return f"The scenario{'s' if len(names) > 1 else ''} {listed}{more}"
