"""Whether two tables say the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

REL = 9e-16  # four units in the last place


def assert_same_table(ours: pa.Table, theirs: pa.Table, cancels: bool = False, rel: float = REL) -> None:
    """All equal, or rates and means within a few units of the last place; null where the other is.

    Deviations and adjusted means are differences, and duties below 0 (`cancels`) let means cancel: what is left of
    those has the rounding of the whole.
    """
    assert ours.column_names == theirs.column_names
    for name in ours.column_names:
        left, right = ours[name].combine_chunks(), theirs[name].combine_chunks()
        if not pa.types.is_floating(right.type):
            assert left.to_pylist() == right.to_pylist(), name
            continue
        one, other = (column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in (left, right))
        slack = 4e-15 if cancels or name.endswith("_sd") or name in ("adjust", "weighted_mean") else 0.0
        np.testing.assert_allclose(one, other, rtol=rel, atol=slack, equal_nan=True, err_msg=name)
