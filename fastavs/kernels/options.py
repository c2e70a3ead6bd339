"""The one place that holds numba's options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

# error_model="numpy": kernels test their denominators themselves; fastmath stays off, for it breaks NaN tests;
# nogil: blocks of scenarios run on threads
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": False, "nogil": True}
_WITHIN = _OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # a fifth of the compiling


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` without Python objects, cached on disk where a cache folder can be written."""
    try:
        return numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # no writable cache folder: compile anew in each process rather than not at all
        return numba.njit(**_OPTIONS)(function)


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that only kernels of the same file call: it is kept with them, and Python cannot call it."""
    return numba.njit(**_WITHIN)(function)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a small helper into its callers, which must stand in the same file (else caches go stale)."""
    return numba.njit(inline="always", **_OPTIONS)(function)


def readonly(values: Any, dtype: Any) -> np.ndarray:
    """Return `values` as a read-only C-contiguous array of `dtype`, copying only where needed.

    Every input of a kernel passes through here: one memory layout and one mutability mean one compilation.
    """
    array = np.ascontiguousarray(values, dtype=dtype).view()
    array.flags.writeable = False
    return array
