"""All years under a block of scenarios."""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.class_lanes import add_chunk, carry_lanes, note_largest
from fastavs.kernels.options import inner, kernel_with_memory
from fastavs.kernels.row_lanes import charge_rows
from fastavs.kernels.shapes import Bounds, Carried, Charges, DutyTable, Entries, Factors, Layout, Sums


@inner
def put_others(
    others: np.ndarray, known: Charges, next_other: int, first: int, last: int, slot: int, charges: Charges
) -> int:
    """Put rows of rare forms, which are known already, to their slots; returns how many are done."""
    while next_other < others.size and others[next_other] < last:
        here = slot + others[next_other] - first
        for s in range(charges.rate.shape[1]):
            charges.rate[here, s] = known.rate[next_other, s]
            charges.part[here, s] = known.part[next_other, s]
        next_other += 1
    return next_other


@inner
def prepared(rows: np.ndarray, first: int, last: int, slot: int, rate: np.ndarray) -> bool:
    """Whether every row that has no rate, under some scenario, was prepared for that."""
    for i in range(first, last):
        if rows[i]["purely_specific"] and not rows[i]["nullable"]:
            for s in range(rate.shape[1]):
                if math.isnan(rate[slot + i - first, s]):
                    return False
    return True


@kernel_with_memory
def sweep_block(
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    line_row: np.ndarray,
    others: np.ndarray,
    known: Charges,
    factors: Factors,
    bounds: Bounds,
    layout: Layout,
    carried: Carried,
    rules: tuple[float, bool, bool],
    charges: Charges,
    lanes: np.ndarray,
    sums: Sums,
) -> bool:
    """All years' averages under a block of scenarios (METHOD.md section 4), chunk by chunk in memory used again.

    Parameters
    ----------
    duties, entries, rows
        What to charge on what.
    line_row : int32[l]
        The row of each line of the schedules.
    others, known : int64[m], Charges
        The rows of rare forms, ascending, and what they come to, [m, s].
    factors, bounds, layout, carried
    rules : (float, bool, bool)
        Threshold of outliers; whether an unknown rate counts as 0; whether to work out all sums, or only those of
        rates alone.
    charges : Charges
        Memory to work in, [slots, s]: for the rows that all chunks share, those of the largest chunk, and the carried
        means of the chunk with most.
    lanes : float64[LANES, s]
        Memory to work in.
    sums : Sums
        Added to.

    Returns
    -------
    bool
        False if a row that was not prepared for it has no rate; the sums are then not to be used.
    """
    outlier, zero, full = rules
    start, mean = layout.row, layout.mean
    shared = start[0]
    largest = shared
    for chunk in range(start.size - 1):
        largest = max(largest, shared + start[chunk + 1] - start[chunk])
    done = 0
    for chunk in range(-1, start.size - 1):  # first the rows that all chunks share
        first = start[chunk] if chunk >= 0 else 0
        last = start[chunk + 1]
        slot = shared if chunk >= 0 else 0
        charge_rows(duties, entries, rows, first, last, slot, factors, bounds, outlier, charges, lanes)
        done = put_others(others, known, done, first, last, slot, charges)
        if not prepared(rows, first, last, slot, charges.rate):
            return False
        note_largest(charges, slot, slot + last - first, sums.largest)
        if chunk >= 0:
            slots = (shared, rows.size, first - shared, rows.size + mean[chunk] - largest)
            carry_lanes(carried, mean[chunk], mean[chunk + 1], line_row, slots, zero, charges, lanes)
            add_chunk(layout, chunk, slots, charges, zero, full, sums, lanes)
    return True
