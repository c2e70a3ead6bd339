"""What the unchanged study says of its lines."""

from __future__ import annotations

import numpy as np

from fastavs.evaluation.blocks import singles_of, under
from fastavs.evaluation.lines import line_figures
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.rows import alone
from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.scenario import Scenario


def rates_of_lines(index: SortedIndex) -> np.ndarray:
    """Return the governing rates of all lines of years, float64[h]; NaN = null."""
    known = index.kept.get("governing rates")
    if known is None:
        plan = make_plan(index)
        block = next(singles_of(plan, [Scenario("as it is")]))
        plan, rows, block = under(plan, block)
        found = line_figures(plan, rows, alone(block.factors, 0), plan.index.lines_of_years.every)
        known = index.kept["governing rates"] = found.governing.rate
    rates: np.ndarray = known
    return rates
