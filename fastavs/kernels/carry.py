"""Means carried to lines that the applied schedule does not have (eq. 19)."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel
from fastavs.kernels.shapes import Layout, Scratch, Sides, Years
from fastavs.kernels.sums import add


@inner
def carry_chunk(layout: Layout, chunk: int, zero: bool, out: Scratch) -> None:
    """Carried means (eq. 19): over the first level with a known rate, of those lines that have one.

    Writes the rate (NaN where none is known) and the ad valorem part (NaN where nothing is carried).
    """
    slots, lows, highs = layout.slot, layout.slot_lo, layout.slot_hi
    for slot in range(slots[chunk], slots[chunk + 1]):
        seat = layout.slot_seat + slot - slots[chunk]
        level = 0
        while level < lows.shape[0] and lows[level, slot] == highs[level, slot]:
            level += 1
        if level == lows.shape[0] or not _carry_known(layout, lows[level, slot], highs[level, slot], seat, out):
            for s in range(out.rate.shape[1]):
                _carry_any(layout, slot, s, seat, zero, out)


@inner
def _carry_known(layout: Layout, first: int, last: int, seat: int, out: Scratch) -> bool:
    """Carry the mean of lines whose rates are all known, under every scenario; False if some are not."""
    total, lost, parts, parts_lost = out.lane[3], out.lane[4], out.lane[5], out.lane[6]
    rate, part, specific, line_seat = out.rate, out.part, out.specific, layout.line_seat
    unknown = 0
    total[:] = 0.0
    lost[:] = 0.0
    parts[:] = 0.0
    parts_lost[:] = 0.0
    specific[seat] = False
    for place in range(first, last):
        row = line_seat[place]
        for s in range(total.size):
            x = rate[row, s]
            unknown += np.isnan(x)
            total[s], lost[s] = add(total[s], lost[s], x)
        for s in range(total.size):
            parts[s], parts_lost[s] = add(parts[s], parts_lost[s], part[row, s])
        for s in range(total.size):
            specific[seat, s] |= specific[row, s]
    if unknown > 0:
        return False
    n = last - first
    for s in range(total.size):
        rate[seat, s] = (total[s] + lost[s]) / n
        part[seat, s] = (parts[s] + parts_lost[s]) / n
    return True


@inner
def _carry_any(layout: Layout, slot: int, s: int, seat: int, zero: bool, out: Scratch) -> None:
    """The same for one scenario and whatever is known."""
    mean = np.nan
    part = np.nan
    specific = False
    known = False
    for e in range(layout.slot_lo.shape[0]):
        n = 0
        total = 0.0
        lost = 0.0
        parts = 0.0
        parts_lost = 0.0
        for place in range(layout.slot_lo[e, slot], layout.slot_hi[e, slot]):
            row = layout.line_seat[place]
            x = out.rate[row, s]
            known |= not np.isnan(x)
            if np.isnan(x):
                if not zero:
                    continue
                x = 0.0
            if np.isnan(part):
                n += 1
                total, lost = add(total, lost, x)
                parts, parts_lost = add(parts, parts_lost, out.part[row, s])
                specific |= out.specific[row, s]
        if n > 0:
            mean = (total + lost) / n
            part = (parts + parts_lost) / n
    out.rate[seat, s] = mean if known else np.nan
    out.part[seat, s] = part
    out.specific[seat, s] = specific


@kernel
def carry(years: Years, place: np.ndarray, first: int, full: bool, out: Sides) -> None:
    """Work out means carried to lines that the applied schedule does not have (eq. 19).

    The first level with a known rate serves: rate and ad valorem part are means over the lines there that have
    one, counts are sums over them.

    Parameters
    ----------
    years : Years
    place : int32[l]
        Where each line of the schedules stands in `out`.
    first : int
        Where carried means do: places from here on are filled in.
    full : bool
        Whether to fill in level and counts as well.
    out : Sides
    """
    for i in range(years.low.shape[1]):
        at = first + i
        out.rate[at] = np.nan
        out.part[at] = np.nan
        out.specific[at] = False
        if full:
            out.level[at] = 0
            out.kept[at] = 0
            out.outliers[at] = 0
            out.no_quantity[at] = 0
            out.binding[at] = 0
        for e in range(years.low.shape[0]):
            n = 0
            rate = 0.0
            rate_lost = 0.0
            part = 0.0
            part_lost = 0.0
            for line in range(years.low[e, i], years.high[e, i]):
                h = place[line]
                if np.isnan(out.rate[h]):
                    continue
                n += 1
                rate, rate_lost = add(rate, rate_lost, out.rate[h])
                part, part_lost = add(part, part_lost, out.part[h])
                out.specific[at] |= out.specific[h]
                if full:
                    out.kept[at] += out.kept[h]
                    out.outliers[at] += out.outliers[h]
                    out.no_quantity[at] += out.no_quantity[h]
                    out.binding[at] += out.binding[h]
            if n > 0:
                out.rate[at] = (rate + rate_lost) / n
                out.part[at] = (part + part_lost) / n
                if full:
                    out.level[at] = years.digits[e, i]
                break
