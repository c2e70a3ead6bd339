"""Observations counted and imports added up, supplier by supplier.

A supplier is the partners of a region taken together, or one partner; after all suppliers comes everybody.
"""

from __future__ import annotations

import numpy as np

from fastavs.kernels.changed_trade import factor_of, times_counted
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Changes, Entries, EntryOrigin, Records
from fastavs.kernels.sums import add


@inner
def is_supplied(supplier_of: np.ndarray, partner: int, supplier: int, everybody: int) -> bool:
    """Whether a partner is part of a supplier."""
    return supplier == everybody or supplier_of[partner] == supplier


@kernel
def count_by_supplier(
    entries: Entries,
    origin: EntryOrigin,
    changes: Changes,
    supplier_of: np.ndarray,
    wanted: np.ndarray,
    left: np.ndarray,
) -> None:
    """Count the observations that each supplier has in some groups.

    Parameters
    ----------
    entries, origin, changes
    supplier_of : int64[p]
        Of each partner; -1: none but everybody.
    wanted : bool[g]
        The groups; others are left at 0.
    left : int64[suppliers, g]
        Filled in.
    """
    everybody = left.shape[0] - 1
    segments = entries.segment
    left[:] = 0
    for one in range(wanted.size):
        if not wanted[one]:
            continue
        for g in range(entries.group[one], entries.group[one + 1]):
            for i in range(segments[g]["start"], segments[g + 1]["start"]):
                times = times_counted(changes, origin, segments[g]["period"], i)
                left[everybody, one] += times
                supplier = supplier_of[origin.partner[i]]
                if supplier >= 0:
                    left[supplier, one] += times


@kernel
def imports_by_supplier(
    records: Records,
    side: tuple[int, int, int],
    changes: Changes,
    times: np.ndarray,
    within: np.ndarray,
    supplier_of: np.ndarray,
    lost: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add up the imports of the lines of a schedule, supplier by supplier.

    Parameters
    ----------
    records : Records
    side : (int, int, int)
        The first of its own codes among the records', one past the last, and its first line.
    changes : Changes
    times : int32[t, p]
        As how many partners each weighs.
    within : bool[t]
        The periods whose imports weigh.
    supplier_of : int64[p]
    lost, out : float64[l, suppliers]
        Memory to work in, and filled in.
    """
    first_own, last_own, first_line = side
    everybody = out.shape[1] - 1
    out[:] = 0.0
    lost[:] = 0.0
    for k in range(first_own, last_own):
        u = records.own_code[k]
        h = records.own_line[k] - first_line
        kind = changes.prices.kind[u]
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            t = records.period[z]
            if not within[t]:
                continue
            for i in range(records.start[z], records.start[z + 1]):
                partner = records.partner[i]
                if times[t, partner] == 0:
                    continue
                value = records.value[i] * times[t, partner]
                if changes.priced:
                    value *= factor_of(changes, kind, t, partner)
                out[h, everybody], lost[h, everybody] = add(out[h, everybody], lost[h, everybody], value)
                supplier = supplier_of[partner]
                if supplier >= 0:
                    out[h, supplier], lost[h, supplier] = add(out[h, supplier], lost[h, supplier], value)
    for h in range(out.shape[0]):
        for supplier in range(out.shape[1]):
            out[h, supplier] += lost[h, supplier]
