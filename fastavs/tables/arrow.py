"""Numbers and texts as Arrow columns, by their buffers: pyarrow's own way from numpy imports pandas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.codes import LONGEST


def numbers(values: np.ndarray) -> pa.Array:
    """Return numbers as Arrow, NaN as null."""
    null = np.isnan(values) if values.dtype.kind == "f" else np.zeros(0, dtype=bool)
    valid = pa.py_buffer(np.packbits(~null, bitorder="little")) if null.any() else None
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, buffers)


def flags(values: np.ndarray) -> pa.Array:
    """Return truth values as Arrow."""
    return pa.Array.from_buffers(
        pa.bool_(), values.size, [None, pa.py_buffer(np.packbits(values, bitorder="little"))]
    )  # fmt: skip


def texts(values: Sequence[str | None]) -> pa.Array:
    """Return texts as Arrow, None as null."""
    parts = [(value or "").encode() for value in values]
    offsets = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int32)
    known = np.array([value is not None for value in values], dtype=bool)
    valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(
        pa.string(), len(parts), [valid, pa.py_buffer(offsets), pa.py_buffer(b"".join(parts))]
    )  # fmt: skip


def line_codes(keys: np.ndarray, digits: int) -> pa.Array:
    """Return the first `digits` digits of keys (int64[n]; see `fastavs.codes`) as Arrow texts.

    Examples
    --------
    >>> line_codes(np.array([20300000000, 220300010000]), 8).to_pylist()
    ['02030000', '22030001']
    """
    # a one before the first digit, so that zeros are printed, and cut off again
    return pc.utf8_slice_codeunits(numbers(keys + 10**LONGEST).cast(pa.string()), 1, 1 + digits)


def labels(places: np.ndarray, values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return places among texts as an Arrow dictionary."""
    return pa.DictionaryArray.from_arrays(numbers(places.astype(np.int32)), texts(values))
