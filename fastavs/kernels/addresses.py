"""Arrays that kernels know by their address alone, and numbers kept on the stack."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from fastavs.kernels.names import STACK
from fastavs.kernels.options import inlined

_DOUBLES, _INTEGERS = types.CPointer(types.float64), types.CPointer(types.int64)


def _pointer(kind: Any) -> Any:
    def known(context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], context.get_value_type(kind))

        return kind(types.int64), generate

    return known


_to_doubles = intrinsic(_pointer(_DOUBLES))
_to_integers = intrinsic(_pointer(_INTEGERS))


@intrinsic
def _on_stack(context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        room = cgutils.alloca_once(builder, ir.DoubleType(), size=STACK)
        return builder.bitcast(room, context.get_value_type(_DOUBLES))

    return _DOUBLES(), generate


@inlined
def doubles(address: int, size: int) -> Any:
    """The float64[size] that stand at an address; none where it is 0."""
    return numba.carray(_to_doubles(address), (size if address != 0 else 0,))


@inlined
def integers(address: int, size: int) -> Any:
    """The int64[size] that stand at an address."""
    return numba.carray(_to_integers(address), (size,))


@inlined
def stack_doubles() -> Any:
    """Room for float64[STACK] on the stack of the calling thread: no memory is asked for, and no call sees another's."""
    return numba.carray(_on_stack(), (STACK,))
