"""Rows of rare forms: nested duties, and those that go by several quantities or subtract."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import ANY, CONST, NESTED, STACK
from fastavs.kernels.options import inlined, inner
from fastavs.kernels.programs import ad_valorem_part, count_values_up_to, line_from, value, value_at
from fastavs.kernels.searches import count_up_to
from fastavs.kernels.shapes import DutyTable, Entries, Rows, Shocks
from fastavs.kernels.sums import add_product

FINITE = float(np.finfo(np.float64).max)


@inlined
def settled(rate: float, part: float, bare: bool) -> float:
    """A row's rate: without any kept observation its ad valorem part, if it has one."""
    return part if np.isnan(rate) and not bare else rate


@inlined
def _nested_segment(
    op: np.ndarray,
    arg: np.ndarray,
    c: np.ndarray,
    n_terms: int,
    ratio: np.ndarray,
    running: np.ndarray,
    place: tuple[int, int, int],
    outlier: float,
    so_far: tuple[float, float],
    scratch: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[float, float, int]:
    """Add up the kept rates of n finite ratios by the straight lines that they follow; how many are kept.

    `place` is where the ratios begin, where their running sums do, and n. No line begins or falls below 0, so the
    rate for a unit of the ratio never rises with it: what lies below a line costs at least the line's slope. The
    difference of two running sums therefore loses no more than a few ulp of the whole (METHOD.md section 6).
    """
    lo, at, n = place
    total, lost = so_far
    term, stack, line = scratch
    m = count_values_up_to(op, arg, c, n_terms, ratio, (lo, lo + n), outlier, term, stack)
    k = 0
    while k < m:
        flat, slope, until = line_from(op, arg, c, ratio[lo + k], line)
        end = m
        if not ratio[lo + m - 1] <= until:
            end = k + max(count_up_to(ratio, lo + k, m - k, 1.0, until), 1)
        total, lost = add_product(total, lost, float(end - k), flat)
        if slope > 0.0:
            total, lost = add_product(total, lost, slope, running[at + end] - running[at + k])
        k = end
    return total, lost, m


@inner
def other_rows(
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
    work: tuple[np.ndarray, np.ndarray],
) -> None:
    """Rows of other forms than the plain ones under all scenarios; see `_plain_rows`.

    A nested duty goes by binary search for each of its straight lines, any other observation by observation.
    """
    form_of, op_start, ops, args = duties.form, duties.op_start, duties.op, duties.arg
    term_start, places, b, per_unit = duties.term_start, duties.place, duties.b, duties.per_unit
    currency_of = duties.currency
    first_of, period, start, high = entries.group, entries.period, entries.start, entries.high
    ratio, running, more, more_start = entries.ratio, entries.running, entries.more, entries.more_start
    duty_of, group_of, cell_of, quote_of, bare = rows.duty, rows.group, rows.cell, rows.quote, rows.bare
    scale, shift, scale_b, shift_b, fx = shocks.scale, shocks.shift, shocks.scale_b, shocks.shift_b, shocks.fx
    line, present = work
    arg, c, term, stack = np.empty(STACK), np.empty(STACK), np.empty(STACK), np.empty(STACK)
    counting = kept.size > 0
    for i in range(span[0], span[1]):
        d = duty_of[i]
        form = form_of[d]
        if form != ANY and form != NESTED:
            continue
        here = seat + i - span[0]
        op = ops[op_start[d] : op_start[d + 1]]
        given = args[op_start[d] : op_start[d + 1]]
        first = term_start[d]
        n_terms = term_start[d + 1] - first
        group = group_of[i]
        cell = cell_of[i]
        for s in range(rate.shape[1]):
            for o in range(op.size):
                arg[o] = max(given[o] * scale[cell, s] + shift[cell, s], 0.0) if op[o] == CONST else given[o]
            of_value = ad_valorem_part(op, arg, stack, present)
            total = 0.0
            lost = 0.0
            used = 0
            bind = 0
            segments = (0, 0) if group < 0 or n_terms == 0 else (first_of[group], first_of[group + 1])
            for g in range(segments[0], segments[1]):
                for j in range(n_terms):
                    currency = currency_of[first + j]
                    of = cell * shocks.currencies + currency
                    amount = max(b[first + j] * scale_b[of, s] + shift_b[of, s] * per_unit[first + j], 0.0)
                    c[j] = amount * fx[quote_of[i] + currency * shocks.periods + period[g], s]
                lo = start[g]
                n = start[g + 1] - lo
                if form == ANY:
                    for x in range(n):
                        for j in range(n_terms):
                            at = more_start[g] + (places[first + j] - 1) * n + x
                            term[j] = c[j] * (more[at] if places[first + j] > 0 else ratio[lo + x])
                        one = value(op, arg, term, stack)
                        if one <= outlier:  # false for what overflows into no number
                            used += 1
                            bind += one != of_value
                            total, lost = add_product(total, lost, 1.0, one)
                    continue
                if high[g] == np.inf:  # an absurd ratio may be infinite: not to be found in running sums
                    absurd = n - count_up_to(ratio, lo, n, 1.0, FINITE)
                    n -= absurd
                    one = value_at(op, arg, c, n_terms, np.inf, term, stack)
                    if one <= outlier:
                        used += absurd
                        bind += absurd if one != of_value else 0
                        total, lost = add_product(total, lost, float(absurd), one)
                total, lost, m = _nested_segment(
                    op, arg, c, n_terms, ratio, running, (lo, lo + g, n), outlier, (total, lost), (term, stack, line)
                )
                used += m
                if counting:
                    below = np.nextafter(of_value, -np.inf)
                    idle = count_values_up_to(op, arg, c, n_terms, ratio, (lo, lo + m), of_value, term, stack)
                    idle -= count_values_up_to(op, arg, c, n_terms, ratio, (lo, lo + m), below, term, stack)
                    bind += m - idle
            mean = (total + lost) / used if used > 0 else np.nan
            rate[here, s] = settled(mean, of_value, bare[i])
            part[here, s] = of_value
            if counting:
                kept[here] = used
                binding[here] = bind
