"""The same figures by the usual tools, each written as its experts would, on data laid out as each likes it best."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from bench.resolved import Resolved
from bench.shocks import Shock

Summary = dict[str, np.ndarray]  # a column of the summary for every year, NaN = null
Run = Callable[[Shock], Summary]
Rates = Callable[[Shock], np.ndarray]  # the rate of every row of `Resolved`
TOOLS = ("numpy", "pandas", "polars", "duckdb")


def ways(tool: str) -> dict[str, Callable[[Resolved], Run]]:
    """Return the ways that a tool's experts might go, by name."""
    found: dict[str, Callable[[Resolved], Run]] = import_module(f"bench.rivals.{tool}").WAYS
    return found


def rates(tool: str) -> Callable[[Resolved], Rates]:
    """Return the first of those ways as far as the rates of rows, for comparing their digits."""
    found: Callable[[Resolved], Rates] = import_module(f"bench.rivals.{tool}").rates
    return found
