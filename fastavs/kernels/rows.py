"""A duty on a group of observations under one scenario."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import ALONE, LESSER, PERCENT, STACK, SUM
from fastavs.kernels.nested import other_rows
from fastavs.kernels.options import inlined, inner, kernel
from fastavs.kernels.pooled import pooled_rows
from fastavs.kernels.searches import count_below, count_sums_up_to, count_up_to, fetch
from fastavs.kernels.shapes import DutyTable, Entries, Rows, Scratch, Shocks
from fastavs.kernels.sums import add

AHEAD = 8  # segments between one that is searched and one whose memory is asked for


@inlined
def times(c: float, ratios: float) -> float:
    """What c times a sum of ratios comes to: nothing where c is 0, though absurd ratios may add up to infinity."""
    return c * ratios if c != 0.0 else 0.0


@inlined
def segment(
    ratio: np.ndarray,
    running: np.ndarray,
    lo: int,
    at: int,
    n: int,
    ends: tuple[float, float, float],
    form: int,
    a: float,
    c: float,
    outlier: float,
) -> tuple[float, int, int]:
    """Sum of the kept rates of a segment, how many are kept, and how many of those bind (METHOD.md section 6).

    The segment is ``ratio[lo : lo + n]``, its running sums ``running[at : at + n + 1]``; `ends` are its smallest and
    largest ratio and their total.
    """
    low = c * ends[0]
    high = c * ends[1]
    m = n
    k = 0
    if form == SUM:
        if not a + high <= outlier:
            m = count_sums_up_to(ratio, lo, n, a, c, outlier)
        idle = count_sums_up_to(ratio, lo, m, a, c, a) if m > 0 and a + low <= a else 0
        paid = a * m + times(c, running[at + m])
        k = m - idle
    elif form == LESSER:
        if not high <= outlier and (a > outlier or np.isnan(high)):  # nothing of an infinite ratio is no number
            m = count_up_to(ratio, lo, n, c, outlier)
        if m > 0 and low < a:
            k = count_below(ratio, lo, m, c, a)
        paid = times(c, running[at + k]) + a * (m - k)
    elif a > outlier:
        paid = 0.0
        m = 0
    else:
        top = ends[2]
        if not high <= outlier:  # an absurd ratio may be infinite, and nothing of it no number
            m = count_up_to(ratio, lo, n, c, outlier)
            top = running[at + m]
        if m == 0 or low > a:
            paid = times(c, top)
            k = m
        else:
            below = m
            if m < n or high > a:
                below = count_up_to(ratio, lo, m, c, a)
            paid = a * below + (c * (top - running[at + below]) if c != 0.0 else 0.0)
            k = m - below
    return paid, m, k


@inlined
def plain_rows(
    duties: DutyTable,
    entries: Entries,
    rows: Rows,
    shocks: Shocks,
    span: tuple[int, int],
    outlier: float,
    seat: int,
    rate: np.ndarray,
    part: np.ndarray,
    kept: np.ndarray,
    binding: np.ndarray,
) -> None:
    """Rows of plain forms under the first scenario; those of other forms are left alone.

    Row i goes to place ``seat + i - span[0]`` of the results. Counts are not kept where there is no room for them.
    """
    # arrays are named once: taking them out of their tuples row by row costs ten times the arithmetic
    form_of, ad_valorem = duties.form, duties.ad_valorem
    term_of, b, per_unit, currency_of = duties.term_start, duties.b, duties.per_unit, duties.currency
    first_of, period, start = entries.group, entries.period, entries.start
    low, high, total_of, ratio, running = entries.low, entries.high, entries.total, entries.ratio, entries.running
    duty_of, group_of, cell_of, quote_of, bare = rows.duty, rows.group, rows.cell, rows.quote, rows.bare
    scale, shift, scale_b, shift_b, fx = shocks.scale, shocks.shift, shocks.scale_b, shocks.shift_b, shocks.fx
    counting = kept.size > 0
    last = period.size - AHEAD
    for i in range(span[0], span[1]):
        d = duty_of[i]
        form = form_of[d]
        if not ALONE <= form <= PERCENT:
            continue
        here = seat + i - span[0]
        cell = cell_of[i]
        a = 0.0
        if form != ALONE:
            a = max(ad_valorem[d] * scale[cell, 0] + shift[cell, 0], 0.0)
        part[here] = a
        group = group_of[i]
        total = 0.0
        lost = 0.0
        used = 0
        bind = 0
        if group >= 0 and form != PERCENT:
            term = term_of[d]
            currency = currency_of[term]
            of = cell * shocks.currencies + currency
            amount = max(b[term] * scale_b[of, 0] + shift_b[of, 0] * per_unit[term], 0.0)
            quote = quote_of[i] + currency * shocks.periods
            first = first_of[group]
            for g in range(first, first_of[group + 1]):
                if g < last:  # where a search a few segments on will begin: rows come in the order of segments
                    further = start[g + AHEAD]
                    half = (start[g + AHEAD + 1] - further) >> 1
                    fetch(ratio, further + half)
                    fetch(running, further + g + AHEAD + half)
                    fetch(ratio, further + (half >> 1))
                    fetch(ratio, further + half + (half >> 1))
                lo = start[g]
                paid, m, k = segment(
                    ratio, running, lo, lo + g, start[g + 1] - lo, (low[g], high[g], total_of[g]),
                    form, a, amount * fx[quote + period[g], 0], outlier,
                )  # fmt: skip
                used += m
                bind += k
                if g == first:
                    total = paid
                    continue
                total, lost = add(total, lost, paid)
        mean = np.nan
        if used > 0:
            mean = (total + lost) / used
        elif form == PERCENT or not bare[i]:
            mean = a
        rate[here] = mean
        if counting:
            kept[here] = used
            binding[here] = bind


@inlined
def settled(rate: float, part: float, bare: bool) -> float:
    """A row's rate: without any kept observation its ad valorem part, if it has one."""
    return part if np.isnan(rate) and not bare else rate


@kernel
def row_rates(
    duties: DutyTable,
    entries: Entries,
    rows: Rows,
    shocks: Shocks,
    outlier: float,
    out: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Every row under the first scenario.

    Fills in rates (float64[n]; NaN = null), ad valorem parts (float64[n]), observations kept and binding (int64[n]).
    """
    rate, part, kept, binding = out
    work = (np.empty((3, STACK)), np.empty(STACK, dtype=np.bool_))
    n = rows.duty.size
    found, of_value = np.empty((n, 1)), np.empty((n, 1))
    plain_rows(duties, entries, rows, shocks, (0, n), outlier, 0, found[:, 0], of_value[:, 0], kept, binding)
    other_rows(duties, entries, rows, shocks, (0, n), outlier, 0, found, of_value, kept, binding, work)
    pooled_rows(duties, entries, rows, shocks, (0, n), outlier, 0, found, of_value, kept, binding, work[1])
    rate[:] = found[:, 0]
    part[:] = of_value[:, 0]


@inner
def rows_one(
    duties: DutyTable,
    entries: Entries,
    rows: Rows,
    shocks: Shocks,
    span: tuple[int, int],
    seat: int,
    outlier: float,
    out: Scratch,
) -> None:
    """Rows ``span`` of plain forms under one scenario, into seats from `seat` on."""
    none = np.empty(0, dtype=np.int64)
    plain_rows(duties, entries, rows, shocks, span, outlier, seat, out.rate[:, 0], out.part[:, 0], none, none)
    specific, known = out.specific, rows.specific
    for i in range(span[0], span[1]):
        specific[seat + i - span[0], 0] = known[i]
