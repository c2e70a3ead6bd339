"""Sixteen numbers at once in registers, which loops over arrays in memory would read and write again for each term."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

ABREAST = 16
"""Draws that go together."""

_FLOAT, _INDEX = ir.DoubleType(), ir.IntType(64)
_LANES = ir.VectorType(_FLOAT, ABREAST)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, *places: Any) -> Any:
    """Where an element of an array stands; places count from 0."""
    view = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, kind, view, list(places), wraparound=False)


def _as_lanes(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, _LANES.as_pointer())


def _everywhere(builder: Any, number: Any) -> Any:
    """A number in each lane."""
    one = builder.insert_element(ir.Constant(_LANES, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    first = ir.Constant(ir.VectorType(ir.IntType(32), ABREAST), [0] * ABREAST)
    return builder.shuffle_vector(one, one, first)


def _drawn(context: Any, builder: Any, kinds: Any, partner: Any, times: Any, i: Any) -> Any:
    """How many times the partner of an observation is drawn."""
    who = builder.load(_pointer(context, builder, kinds[0], partner, i))
    at = _pointer(context, builder, kinds[1], times, builder.sext(who, _INDEX), ir.Constant(_INDEX, 0))
    return builder.load(_as_lanes(builder, at), align=8)


def _count_typed(typing: Any, partner: Any, times: Any, first: Any, last: Any, out: Any, row: Any) -> Any:
    """Add to ``out[row]`` how many observations there are in each draw, each as often as its partner is drawn."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        partner, times, first, last, out, row = arguments
        kinds = signature.args
        place = _as_lanes(builder, _pointer(context, builder, kinds[4], out, row, ir.Constant(_INDEX, 0)))
        total = cgutils.alloca_once_value(builder, builder.load(place, align=8))
        with cgutils.for_range_slice(builder, first, last, ir.Constant(_INDEX, 1)) as (i, _):
            drawn = _drawn(context, builder, kinds[:2], partner, times, i)
            builder.store(builder.fadd(builder.load(total), drawn), total)
        builder.store(builder.load(total), place, align=8)
        return context.get_dummy_value()

    return types.void(partner, times, types.int64, types.int64, out, types.int64), generate


def _add_typed(
    typing: Any, value: Any, partner: Any, times: Any, first: Any, last: Any, c: Any, split: Any, out: Any, row: Any
) -> Any:
    """Add ``c * value`` up in each draw, each as often as its partner is drawn: multiples of a unit, which `split`
    cuts off, to ``out[row]``, and the rests to ``out[row + 1]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, partner, times, first, last, c, split, out, row = arguments
        kinds, zero = signature.args, ir.Constant(_INDEX, 0)
        after = builder.add(row, ir.Constant(_INDEX, 1))
        places = [_as_lanes(builder, _pointer(context, builder, kinds[7], out, one, zero)) for one in (row, after)]
        totals = [cgutils.alloca_once_value(builder, builder.load(one, align=8)) for one in places]
        name, of = "llvm.fma.v16f64", ir.FunctionType(_LANES, (_LANES, _LANES, _LANES))
        fma = cgutils.get_or_insert_function(builder.module, of, name)
        with cgutils.for_range_slice(builder, first, last, ir.Constant(_INDEX, 1)) as (i, _):
            x = builder.fmul(c, builder.load(_pointer(context, builder, kinds[0], value, i)))
            high = builder.fsub(builder.fadd(x, split), split)
            drawn = _drawn(context, builder, kinds[1:3], partner, times, i)
            for some, total in zip((high, builder.fsub(x, high)), totals, strict=True):
                found = builder.call(fma, (drawn, _everywhere(builder, some), builder.load(total)))
                builder.store(found, total)
        for place, total in zip(places, totals, strict=True):
            builder.store(builder.load(total), place, align=8)
        return context.get_dummy_value()

    whole, number = types.int64, types.float64
    return types.void(value, partner, times, whole, whole, number, number, out, whole), generate


count_lanes: Any = intrinsic(_count_typed)
add_lanes: Any = intrinsic(_add_typed)
