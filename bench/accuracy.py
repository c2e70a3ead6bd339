"""How far line rates and means of years are from exact sums, where some observations are absurd outliers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from math import fsum
from typing import Any

import numpy as np

import fastavs as fa
from bench import studies
from bench.measures import TWIN
from bench.resolved import Resolved, resolve
from bench.rivals import rates, ways
from bench.shocks import Shock
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.rows import row_figures
from fastavs.index.sorted_index import SortedIndex

AS_IT_IS = Shock("as it is", 1.0, 1.0, 1.0)
MEANS = ("simple_mean", "weighted_mean_unadjusted")


def exact_sum(terms: Sequence[float]) -> Fraction:
    """Return a sum far beyond double precision: rounded once, plus what that rounding lost, rounded once."""
    most = fsum(terms)
    return Fraction(most) + Fraction(fsum([*terms, -most]))


def exact_rates(given: Resolved) -> list[Fraction]:
    """Return the mean of each row's rates in doubles, taken exactly.

    Raises
    ------
    ValueError
        No rate comes to 1e12, so nothing absurd is among them.
    """
    row, period, ratio = given.charged()
    paid = given.plus[row] + (given.b[row] * given.fx[period]) * ratio
    if paid.max() < 1e12:
        raise ValueError("no outlier of 1e12 was planted")
    rate = np.minimum(given.high[row], np.maximum(given.low[row], paid))
    kept = rate <= given.outlier
    row, rate = row[kept], rate[kept]
    start = np.searchsorted(row, np.arange(given.part.size + 1))
    return [
        exact_sum(rate[lo:hi].tolist()) / (int(hi) - int(lo)) if hi > lo else Fraction(part)
        for lo, hi, part in zip(start[:-1], start[1:], given.part.tolist(), strict=True)
    ]


def exact_means(given: Resolved, exact: Sequence[Fraction]) -> dict[str, list[Fraction]]:
    """Return exact means of the years without a bound schedule, from exact rates of lines."""
    found: dict[str, list[Fraction]] = {name: [] for name in MEANS}
    for y in np.flatnonzero(~given.bound):
        lines = range(given.year_start[y], given.year_start[y + 1])
        for name in MEANS:
            weights = [1.0] * len(lines) if name == "simple_mean" else given.weight[lines.start : lines.stop].tolist()
            terms = [Fraction(weight) * exact[given.row[h]] for h, weight in zip(lines, weights, strict=True)]
            parts = [float(term) for term in terms]
            parts += [float(term - Fraction(part)) for term, part in zip(terms, parts, strict=True)]
            found[name].append(exact_sum(parts) / exact_sum(weights))
    return found


def largest_error(found: Sequence[float], exact: Sequence[Fraction]) -> float:
    """Return the largest relative error."""
    pairs = [(Fraction(float(one)), other) for one, other in zip(found, exact, strict=True)]
    return max(float(abs(one - other) / other) if other else float(one) for one, other in pairs)


@lru_cache(maxsize=1)
def _planted(scale: float) -> tuple[fa.Study, SortedIndex, Resolved, list[Fraction], dict[str, list[Fraction]]]:
    study = fa.Study.load(studies.planted(scale))
    index = fa.build_index(study)
    given = resolve(index)
    exact = exact_rates(given)
    return study, index, given, exact, exact_means(given, exact)


def _by_row(given: Resolved, by_line: np.ndarray) -> np.ndarray:
    """Return rates of rows from rates of lines."""
    found = np.empty(given.part.size)
    found[given.row] = by_line
    return found


def _index_rates(index: SortedIndex) -> np.ndarray:
    """Return the rate of each line from the sorted index."""
    plan = make_plan(index)
    factors, _ = ScenarioFactors(plan, [AS_IT_IS.scenario()]).of(np.array([0]))
    figures = row_figures(plan.duties, index.entries, plan.rows, factors, index.facts["outlier"])
    return figures.rate[plan.line_row]


def _twin(study: fa.Study) -> Any:
    """Return the study charged by the tests' twin: each duty on each observation, in exact sums."""
    tests = str(studies.ROOT / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    return import_module("direct").rates(study)


def errors(scale: float, who: str) -> dict[str, float]:
    """Return the largest relative errors of rates and of means: ours from the index, the twin's, or a tool's."""
    study, index, given, exact, means = _planted(scale)
    if who == "fastavs":
        by_row = _by_row(given, _index_rates(index))
        table = fa.sweep(index, [AS_IT_IS.scenario()]).summary()
        columns = {name: table[name].to_numpy() for name in MEANS}
    elif who == TWIN:
        twin = _twin(study)
        by_row = _by_row(given, np.concatenate([year.own.rate for year in twin.years.values()]))
        table = twin.summary()
        columns = {name: table[name].to_numpy() for name in MEANS}
    else:
        by_row = rates(who)(given)(AS_IT_IS)
        columns = next(iter(ways(who).values()))(given)(AS_IT_IS)
    return {
        "rates": largest_error(by_row.tolist(), exact),
        "means": max(largest_error(columns[name][~given.bound].tolist(), means[name]) for name in MEANS),
    }
