"""Numbers and texts as Arrow columns, by their buffers: pyarrow's own ways import pandas, a quarter of a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.codes import LONGEST


def numbers(values: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Return numbers as Arrow: null where they are not `known` (bool[n]), or where they are NaN if that is not said."""
    if known is None and values.dtype.kind == "f":
        known = ~np.isnan(values)
    buffers = [_valid(known), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, buffers)


def flags(values: np.ndarray) -> pa.Array:
    """Return truth values as Arrow."""
    return pa.Array.from_buffers(pa.bool_(), values.size, [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Return texts as Arrow, None as null."""
    parts = [(value or "").encode() for value in values]
    offsets = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int32)
    known = np.array([value is not None for value in values], dtype=bool)
    return pa.Array.from_buffers(
        pa.string(), len(parts), [_valid(known), pa.py_buffer(offsets), pa.py_buffer(b"".join(parts))]
    )


def from_list(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return texts, truth values, int64 or float64 from a list as Arrow, None as null.

    Examples
    --------
    >>> from_list([3, None], pa.int64()).to_pylist(), from_list([None, True], pa.bool_()).to_pylist()
    ([3, None], [None, True])
    """
    if kind == pa.string():
        return texts(values)
    known = np.array([value is not None for value in values], dtype=bool)
    if kind == pa.bool_():
        bits = np.packbits(np.array([bool(value) for value in values], dtype=bool), bitorder="little")
        return pa.Array.from_buffers(kind, len(values), [_valid(known), pa.py_buffer(bits)])
    plain = np.array(
        [0 if value is None else value for value in values], dtype=np.int64 if kind == pa.int64() else np.float64
    )
    return numbers(plain, known)


def from_rows(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return a table from its rows; what a row lacks is null."""
    columns = [from_list([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _valid(known: np.ndarray | None) -> pa.Buffer | None:
    """Return the bits that tell nulls from values; None where there are no nulls."""
    if known is None or known.all():
        return None
    return pa.py_buffer(np.packbits(known, bitorder="little"))


def line_codes(keys: np.ndarray, digits: int | np.ndarray) -> pa.Array:
    """Return the first digits of keys as Arrow texts.

    Parameters
    ----------
    keys : int64[n]
        12-digit numbers (see `fastavs.codes`).
    digits : int or int64[n]
        How many digits each has.

    Examples
    --------
    >>> line_codes(np.array([20300000000, 220300010000]), 8).to_pylist()
    ['02030000', '22030001']
    """
    import pyarrow.compute as pc  # 20 ms, which only codes as texts need

    lengths = np.broadcast_to(digits, keys.shape)
    ends = [0, *(np.flatnonzero(np.diff(lengths)) + 1).tolist(), keys.size]
    # a one before the first digit, so that zeros are printed, and cut off again
    whole = numbers(keys + 10**LONGEST).cast(pa.string())
    parts = [
        pc.utf8_slice_codeunits(whole[start:end], 1, 1 + int(lengths[start])) for start, end in pairwise(ends) if end
    ]
    return pa.concat_arrays([texts([]), *parts])


def labels(places: np.ndarray, values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return places among texts as an Arrow dictionary."""
    return pa.DictionaryArray.from_arrays(numbers(places.astype(np.int32)), texts(values))
