"""Whether a rival gives the same figures, before it is timed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

TOLERANCE = 1e-11


def insist_on(expected: pa.Table, found: Mapping[str, np.ndarray], who: str) -> None:
    """Raise an AssertionError unless all columns of a summary agree: counts exactly, the rest to rounding."""
    for name in expected.column_names:
        if name in ("scenario", "year"):
            continue
        column = expected[name]
        if pa.types.is_integer(column.type):
            np.testing.assert_array_equal(found[name], column.to_numpy(), err_msg=f"{who}: {name}")
            continue
        wanted = np.array([np.nan if one is None else one for one in column.to_pylist()])
        got = np.asarray(found[name], dtype=np.float64)
        np.testing.assert_allclose(got, wanted, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"{who}: {name}")
