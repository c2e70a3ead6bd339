"""Applied against bound: the lesser governs each line of each year."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import TIE
from fastavs.kernels.options import inlined, kernel
from fastavs.kernels.shapes import Governing, RowFigures, Schedule, Sides, Years


@inlined
def apart(applied: float, bound: float) -> bool:
    """Whether applied and bound are further apart than a tie."""
    return abs(applied - bound) > TIE * max(abs(applied), abs(bound))


@kernel
def settle(rows: RowFigures, lines: Schedule, outlier: float, zero: bool, out: Sides) -> None:
    """Give every line of the schedules what its row came to (METHOD.md section 3).

    Parameters
    ----------
    rows : RowFigures
    lines : Schedule
    outlier : float
    zero : bool
        Whether an unknown rate counts as 0.
    out : Sides
        Its first l places are filled in.
    """
    row_of, levels, founds, lacking = lines.row, lines.level, lines.found, lines.no_quantity
    rate, part, specific, plain, kept, binding = (
        rows.rate, rows.part, rows.specific, rows.plain, rows.kept, rows.binding
    )  # fmt: skip
    rate_out, part_out, specific_out = out.rate, out.part, out.specific
    level_out, kept_out, outliers_out = out.level, out.kept, out.outliers
    lacking_out, binding_out = out.no_quantity, out.binding
    for h in range(row_of.size):
        row = row_of[h]
        x = rate[row]
        rate_out[h] = 0.0 if zero and np.isnan(x) else x
        part_out[h] = part[row]
        specific_out[h] = specific[row]
        found = founds[h]
        used = kept[row]
        if plain[row]:
            used = 0 if part[row] > outlier else found
        level_out[h] = levels[h]
        kept_out[h] = used
        outliers_out[h] = found - used
        lacking_out[h] = lacking[h]
        binding_out[h] = 0 if plain[row] else binding[row]


@kernel
def govern(years: Years, sides: Sides, full: bool, out: Governing) -> None:
    """The lesser of applied and bound governs each line of each year (eq. 19; METHOD.md section 7).

    Parameters
    ----------
    years : Years
    sides : Sides
    full : bool
        Whether to fill in more than rate, specific and water.
    out : Governing
        Filled in.
    """
    lefts, rights = years.left, years.right
    rates, parts, specifics = sides.rate, sides.part, sides.specific
    rate_out, specific_out, water_out = out.rate, out.specific, out.water
    for h in range(lefts.size):
        left = lefts[h]
        right = rights[h]
        applied = rates[left]
        bound = np.nan
        part = parts[left]
        governs = False
        water = False
        if right >= 0:
            bound = rates[right]
            if np.isnan(applied) or np.isnan(bound):
                governs = not np.isnan(bound)
            elif apart(applied, bound):
                governs = applied > bound
                water = bound > applied
            if np.isnan(part):  # nothing was carried
                governs = True
                part = parts[right]
            else:
                part = min(part, parts[right])
        side = right if governs else left
        rate_out[h] = rates[side]
        specific_out[h] = specifics[side]
        water_out[h] = water
        if full:
            out.applied[h] = applied
            out.bound[h] = bound
            out.part[h] = part
            out.bound_governs[h] = governs
            out.level[h] = sides.level[side]
            out.kept[h] = sides.kept[side]
            out.outliers[h] = sides.outliers[side]
            out.no_quantity[h] = sides.no_quantity[side]
            out.binding[h] = sides.binding[side]
