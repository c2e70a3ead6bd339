"""The same figures by the usual tools, each written as its experts would, on data laid out as each likes it best."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:  # a rival that reads files has no use for what these import
    from bench.resolved import Resolved
    from bench.shocks import Shock

Summary: TypeAlias = dict[str, np.ndarray]  # a column of the summary for every year, NaN = null
Run: TypeAlias = "Callable[[Shock], Summary]"
Rates: TypeAlias = "Callable[[Shock], np.ndarray]"  # the rate of every row of `Resolved`
TOOLS = ("numpy", "pandas", "polars", "duckdb")


def ways(tool: str) -> dict[str, Callable[[Resolved], Run]]:
    """Return the ways that a tool's experts might go, by name."""
    found: dict[str, Callable[[Resolved], Run]] = import_module(f"bench.rivals.{tool}").WAYS
    return found


def rates(tool: str) -> Callable[[Resolved], Rates]:
    """Return the first of those ways as far as the rates of rows, for comparing their digits."""
    found: Callable[[Resolved], Rates] = import_module(f"bench.rivals.{tool}").rates
    return found
