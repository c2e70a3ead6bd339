"""Values added up by group."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import kernel, readonly


@kernel
def sums(value: np.ndarray, group: np.ndarray, out: np.ndarray) -> None:
    """Add `value` (float64[n]) up by `group` (int64[n], negative: left out) into `out` (float64[g]), compensated."""
    lost = np.zeros(out.size)
    out[:] = 0.0
    for i in range(value.size):
        g = group[i]
        if g >= 0:
            raised = out[g] + value[i]
            back = raised - out[g]
            lost[g] += (out[g] - (raised - back)) + (value[i] - back)
            out[g] = raised
    for g in range(out.size):
        out[g] += lost[g]


def add_by(values: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Add values up by group (int64, negative left out); float64[n], compensated."""
    out = np.empty(n)
    sums(readonly(values, np.float64), readonly(group, np.int64), out)
    return out
