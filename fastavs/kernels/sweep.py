"""All years under a block of scenarios."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.carry import carry_chunk
from fastavs.kernels.classes import classes_block, classes_one, odd_classes
from fastavs.kernels.names import (
    ALONE,
    BOUND,
    BOUND_LINES,
    COUNTS,
    HEADING,
    HEADINGS,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    PERCENT,
    RATE,
    SPECIFIC,
    SQUARES,
    UNRESOLVED,
    WATER,
    WEIGHT,
    WEIGHTED,
    WEIGHTED_SQUARES,
    WEIGHTS,
)
from fastavs.kernels.nested import other_rows
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.pooled import pooled_rows
from fastavs.kernels.row_lanes import rows_block
from fastavs.kernels.rows import rows_one
from fastavs.kernels.shapes import DutyTable, Entries, Layout, Rows, Scratch, Shocks
from fastavs.kernels.sums import deviation


@inner
def finish(layout: Layout, out: Scratch, figures: np.ndarray) -> None:
    """Turn sums into the columns of the summary from `specific_lines` on, float64[s, y, 17]."""
    for s in range(out.rate.shape[1]):
        for y in range(layout.bound.size):
            t = out.total[y, :, s].copy()
            e = out.lost[y, :, s].copy()
            n = out.tally[y, :, s]
            row = figures[s, y]
            all_lines = layout.all_lines[y]
            weight = t[WEIGHTS] + e[WEIGHTS]
            simple = (t[RATE] + e[RATE]) / n[LINES] if n[LINES] > 0.0 else np.nan
            weighted = (t[WEIGHTED] + e[WEIGHTED]) / weight if weight > 0.0 else np.nan
            matched = (t[MATCHED] + e[MATCHED]) / n[MATCHED_LINES] if n[MATCHED_LINES] > 0.0 else np.nan
            adjust = 0.0 if layout.own[y] else simple - matched
            row[0] = n[SPECIFIC]
            row[1] = simple
            row[2] = deviation(t[SQUARES], e[SQUARES], t[RATE], e[RATE], n[LINES], n[LINES] - 1.0)
            row[3] = weighted + adjust
            row[4] = deviation(t[WEIGHTED_SQUARES], e[WEIGHTED_SQUARES], t[WEIGHTED], e[WEIGHTED], weight, weight)
            row[5] = (t[BOUND] + e[BOUND]) / n[BOUND_LINES] if n[BOUND_LINES] > 0.0 else np.nan
            row[6] = n[WATER]
            row[7] = n[UNRESOLVED]
            row[8] = (t[PART] + e[PART]) / all_lines if all_lines > 0.0 else np.nan
            row[9] = deviation(t[PART_SQUARES], e[PART_SQUARES], t[PART], e[PART], all_lines, all_lines - 1.0)
            row[10] = (t[PART_WEIGHTED] + e[PART_WEIGHTED]) / weight if weight > 0.0 else np.nan
            row[11] = layout.matched_lines[y]
            row[12] = matched
            row[13] = deviation(
                t[MATCHED_SQUARES], e[MATCHED_SQUARES], t[MATCHED], e[MATCHED], n[MATCHED_LINES], n[MATCHED_LINES] - 1.0
            )
            row[14] = weighted
            row[15] = adjust
            row[16] = (t[HEADING] + e[HEADING]) / n[HEADINGS] if n[HEADINGS] > 0.0 else np.nan


@kernel
def sweep_block(
    duties: DutyTable,
    entries: Entries,
    rows: Rows,
    shocks: Shocks,
    layout: Layout,
    rules: tuple[float, bool, bool],
    out: Scratch,
    figures: np.ndarray,
) -> bool:
    """All years' averages under a block of scenarios (METHOD.md section 4).

    Parameters
    ----------
    duties, entries, rows, shocks, layout
        What to charge on what, and how to add it up.
    rules : (float, bool, bool)
        Threshold of outliers; whether an unknown rate counts as 0; whether to work out all columns, or only those
        of rates alone: `simple_mean`, `weighted_mean`, `matched_mean` and the like.
    out : Scratch
    figures : float64[s, y, 17]
        Filled in: the columns of the summary from `specific_lines` on; NaN = null.

    Returns
    -------
    bool
        False if a row that was not prepared for it has no rate; `figures` is then not to be used.
    """
    outlier, zero, full = rules
    width = out.rate.shape[1]
    years = layout.bound.size
    out.total[:] = 0.0
    out.lost[:] = 0.0
    for y in range(years):
        for q in range(COUNTS):
            out.tally[y, q] = layout.counts[y, q]
        out.total[y, WEIGHTS] = layout.counts[y, WEIGHT]
    shared = layout.row[0]
    others = False
    for form in duties.form:
        others |= not ALONE <= form <= PERCENT
    none = np.empty(0, dtype=np.int64)
    for chunk in range(-1, layout.row.size - 1):  # first the rows that all chunks share
        seat = shared if chunk >= 0 else 0
        span = (layout.row[chunk] if chunk >= 0 else 0, layout.row[chunk + 1])
        if width == 1:
            rows_one(duties, entries, rows, shocks, span, seat, outlier, out)
        else:
            rows_block(duties, entries, rows, shocks, span, seat, outlier, out)
        if others:
            work = (out.work, out.present)
            other_rows(duties, entries, rows, shocks, span, outlier, seat, out.rate, out.part, none, none, work)
            pooled_rows(duties, entries, rows, shocks, span, outlier, seat, out.rate, out.part, none, none, out.present)
        for i in range(span[0], span[1]):
            if rows.bare[i] and not rows.nullable[i]:
                for s in range(width):
                    if np.isnan(out.rate[seat + i - span[0], s]):
                        return False
        if chunk < 0:
            continue
        carry_chunk(layout, chunk, zero, out)
        if width == 1:
            classes_one(layout, chunk, full, out)
        else:
            classes_block(layout, chunk, full, out)
        odd_classes(layout, chunk, zero, full, out)
    finish(layout, out, figures)
    return True
