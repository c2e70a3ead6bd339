"""Drawn observations as samples of lines: their own, or those of their relatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.replica.applied import Schedule, Targets
from fastavs.replica.facts import OWN_YEARS
from fastavs.replica.nomenclature import Lines
from fastavs.replica.observations import Observations
from fastavs.replica.rates import Sample
from fastavs.replica.specific import SpecificParts


@dataclass(frozen=True, slots=True)
class Traded:
    """Usable observations, ascending by line. m observations.

    Attributes
    ----------
    line : int32[m]
    per_eur : float64[m]
        Duty units for one euro.
    """

    line: np.ndarray
    per_eur: np.ndarray

    @classmethod
    def of(cls, observations: Observations, usd_per_eur: float) -> Traded:
        usable = observations.usable
        return cls(observations.line[usable], observations.quantity_per_usd[usable] * usd_per_eur)


def pooled(some: Sequence[Traded]) -> Traded:
    """Bring periods together."""
    line = np.concatenate([one.line for one in some])
    order = np.argsort(line, kind="stable")
    return Traded(line[order], np.concatenate([one.per_eur for one in some])[order])


def own_sample(lines: Lines, traded: Traded, wanted: np.ndarray) -> Sample:
    """Return the own observations of the wanted lines (bool[n]) as a sample of all lines."""
    use = wanted[traded.line]
    return Sample.of(traded.line[use], traded.per_eur[use], lines.size)


def base_sample(lines: Lines, base: Traded, wanted: np.ndarray) -> Sample:
    """Return the base period's observations of the wanted lines; those of relatives for lines without a match."""
    own = wanted[base.line] & (lines.match_level == 10)[base.line]
    line, per_eur = [base.line[own].astype(np.int64)], [base.per_eur[own]]
    for new in np.flatnonzero(wanted & np.isin(lines.match_level, (4, 6, 8))):
        unit = 10 ** (10 - int(lines.match_level[new]))
        low = lines.code[new] // unit * unit
        first, last = np.searchsorted(base.line, np.searchsorted(lines.code, [low, low + unit]))
        line.append(np.full(last - first, new))
        per_eur.append(base.per_eur[first:last])
    return Sample.of(np.concatenate(line), np.concatenate(per_eur), lines.size)


def reference_parts(
    lines: Lines,
    parts: SpecificParts,
    targets: Targets,
    schedule: Schedule,
    own: Mapping[str, Traded],
    usual_price: np.ndarray,
    seed: int,
) -> np.ndarray:
    """Return a specific part for every line that ever has one, float64[n]: that of 2011, or one as heavy."""
    some = pooled([own[str(year)] for year in OWN_YEARS])
    sample = own_sample(lines, some, parts.ever)
    draw = np.exp(np.random.default_rng([seed, 8]).normal(-0.2, 0.5, lines.size))
    heavy = (targets.ad_valorem + targets.excess)[lines.chapter] / 100.0
    mean = sample.average(sample.per_eur)
    made = draw * heavy * np.where(mean > 0.0, 0.75 / np.where(mean > 0.0, mean, 1.0), usual_price)
    return np.where(schedule.b > 0.0, schedule.b, np.where(parts.ever, made, 0.0))
