"""Applied against bound: the lesser governs each line of each year (eq. 19; METHOD.md section 7)."""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.names import TIE
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Charges, Compared, Governing, Pairs, RowFigures


@inner
def differ(applied: float, bound: float) -> bool:
    """Whether applied and bound are further apart than a tie; never, if one of them is null."""
    return abs(applied - bound) > TIE * max(abs(applied), abs(bound))


@inner
def bound_governs(applied: float, bound: float) -> bool:
    """Whether the bound rate governs: it is less than the applied one, or there is no applied one."""
    if math.isnan(applied):
        return not math.isnan(bound)
    return applied > bound and differ(applied, bound)


@inner
def lesser_part(applied: float, bound: float) -> float:
    """The lesser of two ad valorem parts; the bound one where nothing was carried."""
    return applied if applied < bound else bound


@kernel
def settle(
    rows: RowFigures,
    row_specific: np.ndarray,
    row_ad_valorem: np.ndarray,
    row_of: np.ndarray,
    found: np.ndarray,
    outlier: float,
    zero: bool,
    charges: Charges,
    count: np.ndarray,
) -> None:
    """Give every line of the schedules what its row came to (METHOD.md section 3).

    Parameters
    ----------
    rows : RowFigures
    row_specific, row_ad_valorem : bool[n]
        Whether some amount of a row's duty is not 0; whether it has no specific term, so that observations need no
        quantity.
    row_of : int32[l]
        The row of each line.
    found : int64[l]
        Usable observations of each line.
    outlier : float
    zero : bool
        Whether an unknown rate counts as 0.
    charges : Charges
        Its first l places are filled in.
    count : COUNT[...]
        Likewise, but for `level` and `no_quantity`, which no duty changes.
    """
    row_rate, row_part, row_kept, row_binding = rows
    rate, part, specific = charges
    for h in range(row_of.size):
        row = row_of[h]
        x = row_rate[row]
        rate[h] = 0.0 if zero and math.isnan(x) else x
        part[h] = row_part[row]
        specific[h] = row_specific[row]
        kept = row_kept[row]
        binding = row_binding[row]
        if row_ad_valorem[row]:
            kept = 0 if row_part[row] > outlier else found[h]
            binding = 0
        count[h]["kept"] = kept
        count[h]["binding"] = binding
        count[h]["outliers"] = found[h] - kept


@kernel
def govern(pairs: Pairs, charges: Charges, out: Governing) -> None:
    """Find what governs the lines of all years, for groups of them.

    Parameters
    ----------
    pairs : Pairs
    charges : Charges
    out : Governing
        Filled in.
    """
    applied_of, bound_of = pairs
    rates, parts, specifics = charges
    rate, specific, water = out
    for h in range(applied_of.size):
        side = applied_of[h]
        bound = bound_of[h]
        water[h] = False
        if bound >= 0:
            water[h] = rates[bound] > rates[side] and differ(rates[side], rates[bound])
            if math.isnan(parts[side]) or bound_governs(rates[side], rates[bound]):
                side = bound
        rate[h] = rates[side]
        specific[h] = specifics[side]


@kernel
def compare(pairs: Pairs, charges: Charges, count: np.ndarray, out: Compared) -> None:
    """Hold applied against bound, for the lines of all years one by one.

    Parameters
    ----------
    pairs : Pairs
    charges : Charges
    count : COUNT[p]
        Observations behind each side.
    out : Compared
        Filled in.
    """
    applied_of, bound_of = pairs
    rates, parts, _ = charges
    applied_rate, bound_rate, part, governs, counts = out
    for h in range(applied_of.size):
        applied = applied_of[h]
        bound = bound_of[h]
        applied_rate[h] = rates[applied]
        bound_rate[h] = np.nan
        part[h] = parts[applied]
        governs[h] = False
        if bound >= 0:
            bound_rate[h] = rates[bound]
            part[h] = lesser_part(parts[applied], parts[bound])
            governs[h] = math.isnan(parts[applied]) or bound_governs(rates[applied], rates[bound])
        counts[h] = count[bound if governs[h] else applied]
