"""How many of n ascending ratios stay under a limit. Each function wants one ratio at least."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastavs.kernels.options import inner


@inner
def count_up_to(ratio: np.ndarray, first: int, n: int, c: float, limit: float) -> int:
    """How many of the ratios from `first` on have ``c * ratio <= limit``."""
    base = first
    while n > 1:
        half = n >> 1
        base = base + half if c * ratio[base + half - 1] <= limit else base
        n -= half
    return base - first + (1 if c * ratio[base] <= limit else 0)


@inner
def count_below(ratio: np.ndarray, first: int, n: int, c: float, limit: float) -> int:
    """How many of them have ``c * ratio < limit``."""
    base = first
    while n > 1:
        half = n >> 1
        base = base + half if c * ratio[base + half - 1] < limit else base
        n -= half
    return base - first + (1 if c * ratio[base] < limit else 0)


@inner
def count_sums_up_to(ratio: np.ndarray, first: int, n: int, a: float, c: float, limit: float) -> int:
    """How many of them have ``a + c * ratio <= limit``."""
    base = first
    while n > 1:
        half = n >> 1
        base = base + half if a + c * ratio[base + half - 1] <= limit else base
        n -= half
    return base - first + (1 if a + c * ratio[base] <= limit else 0)


def _fetch_typed(typing: Any, array: Any, place: Any) -> Any:
    """Ask for the memory at a place, which will soon be read."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        how = [ir.Constant(number, one) for one in (0, 3, 1)]  # to read, to keep, data
        builder.call(ask, [pointer, *how])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


fetch: Any = intrinsic(_fetch_typed)
