"""Amounts that give the rates of other duties, on the observations that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastavs.duty.expr import Specific
from fastavs.reform.observed import NONE
from fastavs.scenario.chain import PlacedStep
from fastavs.scenario.written import Amount

if TYPE_CHECKING:
    from fastavs.reform.steps import Carrier


def equal_amounts(
    carrier: Carrier, placed: PlacedStep, amount: Amount, touched: np.ndarray, rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find amounts by which lines have rates that are given.

    Parameters
    ----------
    carrier : Carrier
    placed : PlacedStep
    amount : Amount
        Of the currency and the unit that are asked for.
    touched : int64[v]
        Versions of lines.
    rate : float64[v]
        Theirs; NaN = null.

    Returns
    -------
    number : float64[v]
        Currency units for one base unit of the kind.
    left : bool[v]
        Those that have no such amount: no rate, or no observation with the quantity.
    """
    observed, book = carrier.observed, carrier.book
    one_unit = amount.term
    base = Specific(one_unit.amount * 0 + one_unit.unit.size, one_unit.currency, one_unit.unit)  # 1 for a base unit
    duty = np.full(touched.size, book.number(base), dtype=np.int64)
    carrier._check(placed, touched, duty)
    line = carrier.versions.line[touched]
    owner, _ = observed.owners(line, duty)
    number = np.full(touched.size, np.nan)
    some = np.flatnonzero((owner != NONE) & ~np.isnan(rate))
    if not some.size:
        return number, np.ones(touched.size, dtype=bool)
    outlier = carrier.index.facts["outlier"]
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
    number[some] = found
    return number, ~np.isfinite(number)
