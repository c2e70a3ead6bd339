"""Amounts that give the rates of other duties, on the observations that they rest on."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from fastavs.duty.expr import Specific
from fastavs.reform.observed import NONE, Observed
from fastavs.scenario.written import Amount


def for_base_unit(amount: Amount, number: Fraction = Fraction(1)) -> Specific:
    """Return so much currency for one base unit of an amount's kind, as an amount for the unit that it names."""
    term = amount.term
    return Specific(number * Fraction(term.unit.size), term.currency, term.unit)


def equal_amounts(
    observed: Observed, line: np.ndarray, duty: np.ndarray, rate: np.ndarray, outlier: float
) -> np.ndarray:
    """Find amounts by which lines have rates that are given.

    Parameters
    ----------
    observed : Observed
    line : int64[v]
    duty : int64[v]
        One unit of currency for one base unit of the kind.
    rate : float64[v]
        NaN = null.
    outlier : float

    Returns
    -------
    float64[v]
        Currency units for one base unit; NaN where there is no such amount: no rate, or no observation with the
        quantity.
    """
    owner, _ = observed.owners(line, duty)
    number = np.full(line.size, np.nan)
    some = np.flatnonzero((owner != NONE) & ~np.isnan(rate))
    if not some.size:
        return number
    unit = observed.figures(line[some], duty[some], owner[some], np.inf)
    kept, before = unit.kept, np.full(some.size, -1, dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = rate[some] / unit.rate
        while (kept != before).any():  # those that become outliers are left out, which leaves fewer each time
            before = kept
            charged = observed.figures(line[some], duty[some], owner[some], outlier, amount=found)
            kept = charged.kept
            found = np.where(charged.rate > 0.0, rate[some] * found / charged.rate, found)
            found = np.where(kept > 0, found, np.nan)
    number[some] = np.where(np.isfinite(found), found, np.nan)
    return number
