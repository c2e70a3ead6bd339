"""The one place that holds numba's options, and the cache of what it compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import Any

import numba
import numpy as np

# error_model="numpy": kernels test their denominators themselves; fastmath stays off, for it breaks NaN tests;
# nogil: blocks of scenarios run on threads
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": False, "nogil": True, "no_cfunc_wrapper": True}
# _nrt: without it no array can be asked for, and none is counted: each view of an array, and each call that takes one,
# else counts its holders up and down with atomic instructions, which is half the time of charging short rows
_UNCOUNTED = _OPTIONS | {"_nrt": False}
_WITHIN = _UNCOUNTED | {"no_cpython_wrapper": True}  # wrappers that nobody calls are a fifth of the compiling


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` without Python objects, and keep it on disk as long as no file of this folder changes.

    It works in the arrays that it is given; `kernel_with_memory` is for those that ask for their own.
    """
    return _kept(numba.njit(**_UNCOUNTED), function)


def kernel_with_memory(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that asks for arrays to work in: what loops over rows then belongs into helpers."""
    return _kept(numba.njit(**_OPTIONS), function)


def c_function(function: Callable[..., Any], signature: str) -> Any:
    """Compile a function with a signature of C, kept on disk like a kernel; C calls its ``address``."""
    from numba.core import sigutils
    from numba.core.ccallback import CFunc

    options = {name: value for name, value in _OPTIONS.items() if name in ("error_model", "fastmath")}
    compiled = CFunc(function, sigutils.normalize_signature(signature), locals={}, options=options)
    _keep(compiled, function)
    compiled.compile()
    return compiled


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that only kernels call: it is kept with them, and Python cannot call it."""
    return numba.njit(**_WITHIN)(function)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Put a small helper's own statements into the kernels that call it, before anything is compiled.

    Fastest where a helper is called for each of many segments; it lengthens the compiling of each kernel.
    """
    return numba.njit(inline="always", **_OPTIONS)(function)


def merged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function once, and merge its machine code into each kernel that calls it.

    Fastest where a helper loops over the scenarios of a block, which a call would keep from going by vectors.
    """
    return numba.njit(forceinline=True, **_WITHIN)(function)


def _kept(compile_it: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel and give it its cache on disk; none where no folder can be written, or numba's caching is not
    as we know it.

    numba takes a kernel to be fresh as long as the kernel's own file is the same. Here kernels call into other files,
    so each is kept under a stamp of all of them: no cache is better than a stale one.
    """
    compiled: Callable[..., Any] = compile_it(function)
    _keep(compiled, function)
    return compiled


def _keep(compiled: Any, function: Callable[..., Any]) -> None:
    try:
        from numba.core.caching import FunctionCache, IndexDataCacheFile

        class Kept(FunctionCache):
            def save_overload(self, *compiled: Any) -> None:
                with suppress(OSError):  # a full disk: what is compiled is for this process alone
                    super().save_overload(*compiled)

        kept = Kept(function)
        fresh = kept._cache_file
        # numba reads this first; the rest may name classes that other versions of these files do not have
        fresh._version = (fresh._version, _sources())
        known = hasattr(compiled, "_cache") and isinstance(fresh, IndexDataCacheFile)
    except (ImportError, AttributeError, TypeError, RuntimeError, OSError):
        return
    if known:
        compiled._cache = kept


@cache
def _sources() -> bytes:
    """Return a hash over all files of this folder."""
    found = hashlib.sha256()
    files = [one for one in resources.files(__package__).iterdir() if one.name.endswith(".py")]
    for one in sorted(files, key=lambda file: file.name):
        text = one.read_bytes()
        found.update(f"{one.name} {len(text)}\n".encode() + text)
    return found.digest()


def readonly(values: Any, dtype: Any) -> np.ndarray:
    """Return `values` as a read-only C-contiguous array of `dtype`, copying only where needed.

    Every input of a kernel passes through here: one memory layout and one mutability mean one compilation.
    """
    array = np.ascontiguousarray(values, dtype=dtype).view()
    array.flags.writeable = False
    return array
