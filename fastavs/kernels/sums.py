"""Compensated sums: what adding loses to rounding is kept beside the total."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from fastavs.kernels.options import inner, kernel, readonly


def _fma_typed(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x * y + z, rounded once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


fma: Any = intrinsic(_fma_typed)


@inner
def add(total: float, lost: float, x: float) -> tuple[float, float]:
    """Add x to a total, and what that loses to `lost`; their sum is right to the last bits of what was lost."""
    raised = total + x
    back = raised - total
    return raised, lost + ((total - (raised - back)) + (x - back))


@inner
def add_product(total: float, lost: float, weight: float, x: float) -> tuple[float, float]:
    """Add ``weight * x``, and what the product loses."""
    product = weight * x
    rest = fma(weight, x, -product)
    raised = total + product
    back = raised - total
    return raised, lost + (((total - (raised - back)) + (product - back)) + rest)


@kernel
def sums_by_group(value: np.ndarray, group: np.ndarray, total: np.ndarray, lost: np.ndarray) -> None:
    """Add values up by group.

    Parameters
    ----------
    value : float64[n]
    group : int64[n]
        Negative: left out.
    total : float64[g]
        Filled in.
    lost : float64[g]
        Memory to work in.
    """
    total[:] = 0.0
    lost[:] = 0.0
    for i in range(value.size):
        g = group[i]
        if g >= 0:
            total[g], lost[g] = add(total[g], lost[g], value[i])
    for g in range(total.size):
        total[g] += lost[g]


def add_by(values: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Add values up by group (int64, negative left out); float64[n]."""
    total = np.empty(n)
    sums_by_group(readonly(values, np.float64), readonly(group, np.int64), total, np.empty(n))
    return total
