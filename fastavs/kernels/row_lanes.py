"""A duty on a group of observations under many scenarios, scenario innermost."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import ALONE, LESSER, PERCENT, SUM
from fastavs.kernels.nested import other_rows, settled
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.pooled import pooled_rows
from fastavs.kernels.rows import rows_one, segment
from fastavs.kernels.searches import count_below, count_up_to
from fastavs.kernels.shapes import DutyTable, Entries, Rows, Scratch, Shocks
from fastavs.kernels.sums import add

LINEAR = 24  # thresholds of a block that fall between so many observations at most are tried on each of them
SLACK = 1e-12  # relative widening of a block's bounds, far above rounding


@inner
def rows_block(
    duties: DutyTable,
    entries: Entries,
    rows: Rows,
    shocks: Shocks,
    span: tuple[int, int],
    seat: int,
    outlier: float,
    out: Scratch,
) -> None:
    """The same for all scenarios of a block, scenario innermost."""
    width = out.lane.shape[1]
    a = out.lane[0]
    b = out.lane[1]
    c = out.lane[2]
    total = out.lane[3]
    lost = out.lane[4]
    below = out.lane[5]
    under = out.lane[6]
    kept = out.lane[7]
    rate, part = out.rate, out.part
    first_of, period, start = entries.group, entries.period, entries.start
    lows, highs, totals, ratios, running = entries.low, entries.high, entries.total, entries.ratio, entries.running
    scale, shift, scale_b, shift_b, fx = shocks.scale, shocks.shift, shocks.scale_b, shocks.shift_b, shocks.fx
    for i in range(span[0], span[1]):
        here = seat + i - span[0]
        out.specific[here] = rows.specific[i]
        d = rows.duty[i]
        form = duties.form[d]
        group = rows.group[i]
        cell = rows.cell[i]
        if not ALONE <= form <= PERCENT:
            continue
        percent = 0.0 if form == ALONE else duties.ad_valorem[d]
        if group >= 0 and form != PERCENT and not shocks.shifted:
            g = first_of[group]
            term = duties.term_start[d]
            quote = rows.quote[i] + duties.currency[term] * shocks.periods + period[g]
            of = cell * shocks.currencies + duties.currency[term]
            amount = duties.b[term]
            most = percent * shocks.most[cell]
            highest = amount * shocks.dear[cell, quote] * (1.0 + SLACK) * highs[g] + (most if form == SUM else 0.0)
            low = percent / amount * shocks.low[cell, quote] * (1.0 - SLACK)
            high = percent / amount * shocks.high[cell, quote] * (1.0 + SLACK)
            lo = start[g]
            n = start[g + 1] - lo
            one_piece = form == SUM or lows[g] > high or highs[g] < low
            within = most <= outlier and highest * (1.0 + SLACK) <= outlier and totals[g] < np.inf
            if g + 1 == first_of[group + 1] and within and one_piece:  # all in one go, in the same order
                count = float(n)
                flat = count if form == SUM or (lows[g] <= high) == (form != LESSER) else 0.0
                rising = totals[g]
                if form != SUM and (lows[g] <= high) == (form != LESSER):
                    rising = 0.0
                for s in range(width):
                    of_value = percent * scale[cell, s]
                    part[here, s] = of_value
                    rate[here, s] = (of_value * flat + amount * scale_b[of, s] * fx[quote, s] * rising) / count
                continue
        if form == ALONE:
            for s in range(width):
                a[s] = 0.0
        else:
            for s in range(width):
                a[s] = max(percent * scale[cell, s] + shift[cell, s], 0.0)
        for s in range(width):
            part[here, s] = a[s]
        if group < 0 or form == PERCENT:
            null = rows.bare[i] and form != PERCENT
            for s in range(width):
                rate[here, s] = np.nan if null else a[s]
            continue
        first = duties.term_start[d]
        currency = duties.currency[first]
        of = cell * shocks.currencies + currency
        amount = duties.b[first]
        per_unit = duties.per_unit[first]
        for s in range(width):
            b[s] = max(amount * scale_b[of, s] + shift_b[of, s] * per_unit, 0.0)
        most = percent * shocks.most[cell]
        if shocks.shifted:
            most = 0.0
            for s in range(width):
                most = max(most, a[s])
        counted = 0
        uneven = False
        for g in range(first_of[group], first_of[group + 1]):
            lo = start[g]
            n = start[g + 1] - lo
            at = lo + g
            quote = rows.quote[i] + currency * shocks.periods + period[g]
            for s in range(width):
                c[s] = b[s] * fx[quote, s]
            low = percent / amount * shocks.low[cell, quote] * (1.0 - SLACK)
            high = percent / amount * shocks.high[cell, quote] * (1.0 + SLACK)
            dear = amount * shocks.dear[cell, quote] * (1.0 + SLACK)
            if shocks.shifted:
                low = np.inf
                high = 0.0
                dear = 0.0
                for s in range(width):
                    low = min(low, a[s] / c[s])
                    high = max(high, a[s] / c[s])
                    dear = max(dear, c[s])
                low *= 1.0 - SLACK
                high *= 1.0 + SLACK
            highest = dear * highs[g] + (most if form == SUM else 0.0)
            fresh = g == first_of[group]
            top = totals[g]
            sure = most <= outlier and highest * (1.0 + SLACK) <= outlier and top < np.inf
            if not sure:  # some scenario may drop some observation
                if not uneven:
                    uneven = True
                    for s in range(width):
                        kept[s] = 0.0
                for s in range(width):
                    paid, m, _ = segment(
                        ratios, running, lo, at, n, (lows[g], highs[g], top), form, a[s], c[s], outlier
                    )
                    kept[s] += m
                    if fresh:
                        total[s] = paid
                        lost[s] = 0.0
                    else:
                        total[s], lost[s] = add(total[s], lost[s], paid)
                continue
            counted += n
            if form == SUM:
                for s in range(width):
                    under[s] = a[s] * n + c[s] * top
            else:
                k0 = 0
                k1 = 0
                if lows[g] <= high:
                    k0 = n
                    k1 = n
                    if highs[g] >= low:
                        k0 = count_below(ratios, lo, n, 1.0, low)
                        k1 = k0
                        while k1 < n and k1 <= k0 + LINEAR and ratios[lo + k1] <= high:
                            k1 += 1
                        if k1 > k0 + LINEAR:
                            k1 = count_up_to(ratios, lo, n, 1.0, high)
                if k0 == k1:
                    part_below = running[at + k0]
                    if form == LESSER:
                        for s in range(width):
                            under[s] = c[s] * part_below + a[s] * (n - k0)
                    else:
                        for s in range(width):
                            under[s] = a[s] * k0 + c[s] * (top - part_below)
                else:
                    if k1 - k0 <= LINEAR:
                        for s in range(width):
                            below[s] = k0
                            under[s] = running[at + k0]
                        for k in range(k0, k1):
                            ratio = ratios[lo + k]
                            so_far = running[at + k + 1]
                            if form == LESSER:
                                for s in range(width):
                                    is_below = c[s] * ratio < a[s]
                                    below[s] = k + 1.0 if is_below else below[s]
                                    under[s] = so_far if is_below else under[s]
                            else:
                                for s in range(width):
                                    is_below = c[s] * ratio <= a[s]
                                    below[s] = k + 1.0 if is_below else below[s]
                                    under[s] = so_far if is_below else under[s]
                    else:
                        for s in range(width):
                            if form == LESSER:
                                k = k0 + count_below(ratios, lo + k0, k1 - k0, c[s], a[s])
                            else:
                                k = k0 + count_up_to(ratios, lo + k0, k1 - k0, c[s], a[s])
                            below[s] = k
                            under[s] = running[at + k]
                    if form == LESSER:
                        for s in range(width):
                            under[s] = c[s] * under[s] + a[s] * (n - below[s])
                    else:
                        for s in range(width):
                            under[s] = a[s] * below[s] + c[s] * (top - under[s])
            if fresh:
                for s in range(width):
                    total[s] = under[s]
                    lost[s] = 0.0
            else:
                for s in range(width):
                    total[s], lost[s] = add(total[s], lost[s], under[s])
        if uneven:
            for s in range(width):
                all_kept = kept[s] + counted
                mean = (total[s] + lost[s]) / all_kept if all_kept > 0.0 else np.nan
                rate[here, s] = settled(mean, a[s], rows.bare[i])
        else:
            for s in range(width):
                rate[here, s] = (total[s] + lost[s]) / counted


@kernel
def block_rates(duties: DutyTable, entries: Entries, rows: Rows, shocks: Shocks, outlier: float, out: Scratch) -> None:
    """Every row under all scenarios of a block: fills in `out.rate` and `out.part`, a seat a row."""
    span = (0, rows.duty.size)
    none = np.empty(0, dtype=np.int64)
    if out.rate.shape[1] == 1:
        rows_one(duties, entries, rows, shocks, span, 0, outlier, out)
    else:
        rows_block(duties, entries, rows, shocks, span, 0, outlier, out)
    other_rows(
        duties, entries, rows, shocks, span, outlier, 0, out.rate, out.part, none, none, (out.work, out.present)
    )  # fmt: skip
    pooled_rows(duties, entries, rows, shocks, span, outlier, 0, out.rate, out.part, none, none, out.present)
