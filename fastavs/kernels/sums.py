"""Compensated sums: what adding loses to rounding is kept beside the total."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from fastavs.kernels.options import inner, kernel, readonly

LEAST = 2.0**-70


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
def deviations(
    squares: np.ndarray,
    squares_lost: np.ndarray,
    total: np.ndarray,
    lost: np.ndarray,
    n: np.ndarray,
    divisor: np.ndarray,
    out: np.ndarray,
) -> None:
    """Root of ``(sum of squares - total ** 2 / n) / divisor``, the difference taken in twice the precision.

    float64[k] each; `out` is filled in, with NaN where `n` or `divisor` is not above 0. A variance below `LEAST`, or
    that part of the squared mean, is taken for 0: what is weighed is not added up more finely, see `pieces`.
    """
    for i in range(out.size):
        out[i] = np.nan
        if not (n[i] > 0.0 and divisor[i] > 0.0):
            continue
        head = total[i] + lost[i]
        tail = lost[i] - (head - total[i])
        power = head * head
        power_rest = fma(head, head, -power) + 2.0 * head * tail
        share = power / n[i]
        share_rest = (fma(-share, n[i], power) + power_rest) / n[i]
        gap = squares[i] - share
        back = gap - squares[i]
        gap += ((squares[i] - (gap - back)) - (share + back)) + (squares_lost[i] - share_rest)
        out[i] = math.sqrt(gap / divisor[i]) if gap > LEAST * max(n[i], share) else 0.0


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
