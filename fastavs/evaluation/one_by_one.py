"""What the rows of a plan come to under scenarios that are worked out one by one."""

from __future__ import annotations

import numpy as np

from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.rows import alone, charge_rows, rare_figures
from fastavs.kernels.packed_rows import Packed, packed_rows
from fastavs.kernels.shapes import Factors, RowFigures
from fastavs.scenario.scenario import Scenario

NOTHING = Scenario("as it is")


def charge_one(plan: Plan, rows: np.ndarray, factors: Factors, rate: np.ndarray, part: np.ndarray) -> None:
    """Charge rows under one scenario; from the second scenario on, from rows laid side by side, to the same bits.

    Parameters
    ----------
    plan : Plan
    rows : ROW[n]
        The plan's, or what the scenario makes of them.
    factors : Factors
        Of the scenario alone.
    rate, part : float64[n]
        Filled in: rates, NaN = null, and ad valorem parts.
    """
    index = plan.index
    outlier = index.facts["outlier"]

    def note(packed: Packed) -> None:
        usual = alone(ScenarioFactors(plan, (NOTHING,)).of(np.arange(1))[0], 0)
        packed_rows(packed, index.entries, usual, outlier, True, rate, part)

    laid = None if plan.changes is not None else index.packings.get(plan.duties, rows, note)
    if laid is None:
        kept, binding = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64)
        charge_rows(plan.duties, index.entries, rows, factors, outlier, RowFigures(rate, part, kept, binding))
        return
    packed_rows(laid.packed, index.entries, factors, outlier, False, rate, part)
    for form, which in laid.rare.items():
        found = rare_figures(form, which, plan.duties, index.entries, rows, factors, outlier)
        rate[which], part[which] = found.rate, found.part
