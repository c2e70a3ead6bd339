"""The summary of a year as a table (METHOD.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fastavs.tables.arrow import numbers

SUMMARY = pa.schema(
    [
        ("year", pa.int64()),
        ("lines", pa.int64()),
        ("specific_lines", pa.int64()),
        ("simple_mean", pa.float64()),
        ("simple_sd", pa.float64()),
        ("weighted_mean", pa.float64()),
        ("weighted_sd", pa.float64()),
        ("bound_mean", pa.float64()),
        ("water_lines", pa.int64()),
        ("unresolved_lines", pa.int64()),
        ("ad_valorem_simple_mean", pa.float64()),
        ("ad_valorem_simple_sd", pa.float64()),
        ("ad_valorem_weighted_mean", pa.float64()),
        ("matched_lines", pa.int64()),
        ("matched_mean", pa.float64()),
        ("matched_sd", pa.float64()),
        ("weighted_mean_unadjusted", pa.float64()),
        ("adjust", pa.float64()),
        ("hs6_mean", pa.float64()),
    ]
)
OUTPUTS = tuple(SUMMARY.names[1:])
"""What can be asked of a summary."""
FIGURES = OUTPUTS[1:]
"""What evaluation works out, in its order; `lines` is known without."""


def summary_columns(
    years: Sequence[int], lines: np.ndarray, figures: np.ndarray, outputs: Sequence[str] = OUTPUTS
) -> dict[str, pa.Array]:
    """Return the year and the outputs asked for, a row per scenario and year.

    Parameters
    ----------
    years : sequence of int
    lines : int64[years] or int64[scenarios, years]
    figures : float64[scenarios, years, 17]
        In the order of `FIGURES`; NaN = null.
    outputs : sequence of str
    """
    n = figures.shape[0]
    columns = {"year": numbers(np.tile(np.array(years, dtype=np.int64), n))}
    for name in outputs:
        if name == "lines":
            columns[name] = numbers(np.broadcast_to(lines, figures.shape[:2]).reshape(-1).astype(np.int64))
            continue
        values = figures[:, :, FIGURES.index(name)].reshape(-1)
        columns[name] = numbers(values.astype(np.int64) if pa.types.is_integer(SUMMARY.field(name).type) else values)
    return columns
