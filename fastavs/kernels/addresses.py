"""What numba has no words for: arrays known by their address alone, numbers on the stack, choices without a jump."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from fastavs.kernels.names import STACK
from fastavs.kernels.options import inlined

_DOUBLES, _INTEGERS = types.CPointer(types.float64), types.CPointer(types.int64)

_known: Any = intrinsic


def _pointer(kind: Any) -> Any:
    def known(context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], context.get_value_type(kind))

        return kind(types.int64), generate

    return known


_to_doubles = _known(_pointer(_DOUBLES))
_to_integers = _known(_pointer(_INTEGERS))


@_known
def _on_stack(context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        room = cgutils.alloca_once(builder, ir.DoubleType(), size=STACK)
        return builder.bitcast(room, context.get_value_type(_DOUBLES))

    return _DOUBLES(), generate


@_known
def chosen(context: Any, which: Any, one: Any, other: Any) -> Any:
    """The one number or the other, without a jump: for choices that no processor can guess."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        found = builder.select(context.cast(builder, values[0], types.boolean, types.boolean), values[1], values[2])
        found.set_metadata("unpredictable", builder.module.add_metadata([]))
        return found

    return types.uint64(types.boolean, types.uint64, types.uint64), generate


@inlined
def doubles(address: int, size: int) -> Any:
    """The float64[size] that stand at an address; none where it is 0."""
    return carray(_to_doubles(address), (size if address != 0 else 0,))


@inlined
def integers(address: int, size: int) -> Any:
    """The int64[size] that stand at an address."""
    return carray(_to_integers(address), (size,))


@inlined
def stack_doubles() -> Any:
    """Room for float64[STACK] on the stack of the thread: no memory is asked for, no call sees another's."""
    return carray(_on_stack(), (STACK,))
