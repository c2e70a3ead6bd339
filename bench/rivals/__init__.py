"""The same figures by the usual tools, each written as its experts would, on data laid out as each likes it best."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from bench.resolved import Resolved
from bench.shocks import Shock

Summary = dict[str, np.ndarray]  # a column of the summary for every year, NaN = null
Run = Callable[[Shock], Summary]
TOOLS = ("numpy", "pandas", "polars", "duckdb")


def ways(tool: str) -> dict[str, Callable[[Resolved], Run]]:
    """Return the ways that a tool's experts might go, by name."""
    found: dict[str, Callable[[Resolved], Run]] = import_module(f"bench.rivals.{tool}").WAYS
    return found
