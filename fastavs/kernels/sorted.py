"""Rates from the sorted index, for one scenario or for a block of them, and the averages of every year from those.

A row is a duty charged on a group of observations; rows are what years share. A class is a set of lines of one year
with the same rows behind them. One row and one class are worked out alike for one scenario and for many, in the same
order of operations, so that a scenario's figures do not depend on its company to the bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastavs.kernels.options import inlined, inner, kernel

CONST, TERM, ADD, SUB, MAX, MIN = 0, 1, 2, 3, 4, 5
# forms; PERCENT is a plain ad valorem duty, NESTED any other that goes by one quantity and subtracts nothing
ANY, ALONE, GREATER, SUM, LESSER, PERCENT, NESTED = 0, 1, 2, 3, 4, 5, 6
STACK = 64
LINEAR = 24  # thresholds of a block that fall between so many observations at most are tried on each of them
FINITE = float(np.finfo(np.float64).max)
SLACK = 1e-12  # relative widening of a block's bounds, far above rounding
AHEAD = 8  # segments between one that is searched and one whose memory is asked for
TIE = 1e-12  # relative: applied and bound nearer than this are equal

# places among the sums that a class adds to
RATE, WEIGHTED, MATCHED, HEADING, BOUND, PART, PART_WEIGHTED = 0, 1, 2, 3, 4, 5, 6
SQUARES, WEIGHTED_SQUARES, MATCHED_SQUARES, PART_SQUARES = 7, 8, 9, 10
WEIGHTS = 11
SUMS = 12
FEW = 3  # the sums that means alone need
# and among the counts
LINES, WEIGHT, MATCHED_LINES, HEADINGS, BOUND_LINES, SPECIFIC, WATER, UNRESOLVED = 0, 1, 2, 3, 4, 5, 6, 7
COUNTS = 8


class Entries(NamedTuple):
    """The index: n observations in k segments, one a (group, period), ratios ascending in each."""

    group: np.ndarray  # int64[g + 1] a group's first segment
    period: np.ndarray  # int32[k]
    start: np.ndarray  # int64[k + 1] a segment's first observation
    low: np.ndarray  # float64[k] its smallest ratio
    high: np.ndarray  # float64[k] its largest
    total: np.ndarray  # float64[k] their sum
    ratio: np.ndarray  # float64[n]
    running: np.ndarray  # float64[n + k] running sums, each segment's from 0 on
    more: np.ndarray  # float64[...] ratios of second and further kinds
    more_start: np.ndarray  # int64[k]


class DutyTable(NamedTuple):
    """Distinct duties: d of them, operations o, terms m."""

    op_start: np.ndarray  # int64[d + 1]
    op: np.ndarray  # int8[o]
    arg: np.ndarray  # float64[o] a constant, or the number of a term within its duty
    term_start: np.ndarray  # int64[d + 1]
    place: np.ndarray  # int64[m] of the term's kind among the duty's kinds
    b: np.ndarray  # float64[m] currency units for one base unit
    per_unit: np.ndarray  # float64[m] one over the size of the unit that the duty names
    currency: np.ndarray  # int64[m]
    ad_valorem: np.ndarray  # float64[d]
    form: np.ndarray  # int8[d]


class Rows(NamedTuple):
    """Duties charged on groups of observations, n of them, chunk by chunk."""

    duty: np.ndarray  # int32[n]
    group: np.ndarray  # int32[n] -1: no observation
    cell: np.ndarray  # int32[n] row of `Shocks.scale` and the like
    quote: np.ndarray  # int32[n] where the row's exchange rates begin in `Shocks.fx`
    specific: np.ndarray  # bool[n] whether some amount of the duty is not 0
    bare: np.ndarray  # bool[n] ... and there is no percentage in it
    nullable: np.ndarray  # bool[n] whether its classes are prepared for a rate that is null


class Shocks(NamedTuple):
    """What a block of scenarios does: s of them. An amount b becomes ``max(b * scale + shift, 0)``."""

    scale: np.ndarray  # float64[cells, s] of percentages
    shift: np.ndarray  # float64[cells, s]
    scale_b: np.ndarray  # float64[cells * currencies, s] of amounts
    shift_b: np.ndarray  # float64[cells * currencies, s] for one of the duty's units
    fx: np.ndarray  # float64[contexts * currencies * periods, s]
    low: np.ndarray  # float64[cells, fx rows] smallest and largest of scale / (scale_b * fx)
    high: np.ndarray  # float64[cells, fx rows]
    dear: np.ndarray  # float64[cells, fx rows] largest scale_b * fx
    most: np.ndarray  # float64[cells] largest scale
    shifted: bool  # whether anything is shifted, so that those bounds say nothing
    periods: int
    currencies: int


class Layout(NamedTuple):
    """What is added up: chunks of codes c, years y.

    A run works chunk by chunk in memory that it uses again. A seat is a place there: first the rows that all
    chunks share, then those of the chunk, then, from `slot_seat` on, its carried means.
    """

    row: np.ndarray  # int64[c + 1] rows of each chunk; those before the first are shared
    slot: np.ndarray  # int64[c + 1] carried means of each chunk
    slot_seat: int
    slot_lo: np.ndarray  # int64[e, slots] lines (places in `line_seat`) at each level
    slot_hi: np.ndarray  # int64[e, slots]
    line_seat: np.ndarray  # int32[...] of each line of the schedules that rates are carried from
    start: np.ndarray  # int64[c * y + 1] classes of each chunk and year
    odd: np.ndarray  # int64[c * y] the first of them that may have no rate, or rests on a carried mean
    left: np.ndarray  # int32[classes] seat of the applied side
    right: np.ndarray  # int32[classes] seat of the bound side; -1: none
    lines: np.ndarray  # float64[classes] how many lines
    weight: np.ndarray  # float64[classes] their imports, of matched lines
    matched: np.ndarray  # float64[classes] how many are matched
    heading: np.ndarray  # float64[classes] sum over lines of 1 / lines in their HS subheading
    subheading: np.ndarray  # int32[classes] of odd ones whose subheading is averaged by itself; else -1
    counts: np.ndarray  # float64[y, COUNTS] of the classes that are not odd
    all_lines: np.ndarray  # float64[y]
    matched_lines: np.ndarray  # float64[y]
    bound: np.ndarray  # bool[y] whether the year has a bound schedule
    own: np.ndarray  # bool[y] whether it rests on its own trade


class Scratch(NamedTuple):
    """Memory that a run works in. Seats r, scenarios s."""

    rate: np.ndarray  # float64[r, s]
    part: np.ndarray  # float64[r, s] ad valorem part
    specific: np.ndarray  # bool[r, s] whether some amount is not 0
    lane: np.ndarray  # float64[8, s]
    work: np.ndarray  # float64[3, STACK] straight lines of a program under evaluation
    present: np.ndarray  # bool[STACK]
    total: np.ndarray  # float64[y, SUMS, s]
    lost: np.ndarray  # float64[y, SUMS, s]
    tally: np.ndarray  # float64[y, COUNTS, s]


def _fma_typed(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x * y + z, rounded once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


_fma: Any = intrinsic(_fma_typed)


def _fetch_typed(typing: Any, array: Any, place: Any) -> Any:
    """Ask for the memory at a place, which will soon be read."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        how = [ir.Constant(number, one) for one in (0, 3, 1)]  # to read, to keep, data
        builder.call(ask, [pointer, *how])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


_fetch: Any = intrinsic(_fetch_typed)


@inlined
def _plus(total: float, lost: float, weight: float, x: float) -> tuple[float, float]:
    """Add ``weight * x`` without losing anything but the last bits of what was lost before."""
    product = weight * x
    rest = _fma(weight, x, -product)
    raised = total + product
    back = raised - total
    return raised, lost + (((total - (raised - back)) + (product - back)) + rest)


@inlined
def _plus_square(total: float, lost: float, weight: float, x: float) -> tuple[float, float]:
    """Add ``weight * x * x`` in the same way."""
    square = x * x
    product = weight * square
    rest = _fma(weight, square, -product) + weight * _fma(x, x, -square)
    raised = total + product
    back = raised - total
    return raised, lost + (((total - (raised - back)) + (product - back)) + rest)


# ---- rows


@inlined
def _count(ratio: np.ndarray, lo: int, n: int, c: float, limit: float) -> int:
    """How many of n ascending ratios, at least one, have ``c * ratio <= limit``."""
    base = lo
    while n > 1:
        half = n >> 1
        base = base + half if c * ratio[base + half - 1] <= limit else base
        n -= half
    return base - lo + (1 if c * ratio[base] <= limit else 0)


@inlined
def _count_less(ratio: np.ndarray, lo: int, n: int, c: float, limit: float) -> int:
    """How many of them have ``c * ratio < limit``."""
    base = lo
    while n > 1:
        half = n >> 1
        base = base + half if c * ratio[base + half - 1] < limit else base
        n -= half
    return base - lo + (1 if c * ratio[base] < limit else 0)


@inlined
def _count_sum(ratio: np.ndarray, lo: int, n: int, a: float, c: float, limit: float) -> int:
    """How many of them have ``a + c * ratio <= limit``."""
    base = lo
    while n > 1:
        half = n >> 1
        base = base + half if a + c * ratio[base + half - 1] <= limit else base
        n -= half
    return base - lo + (1 if a + c * ratio[base] <= limit else 0)


@inlined
def _times(c: float, ratios: float) -> float:
    """What c times a sum of ratios comes to: nothing where c is 0, though absurd ratios may add up to infinity."""
    return c * ratios if c != 0.0 else 0.0


@inlined
def _segment(
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
            m = _count_sum(ratio, lo, n, a, c, outlier)
        idle = _count_sum(ratio, lo, m, a, c, a) if m > 0 and a + low <= a else 0
        paid = a * m + _times(c, running[at + m])
        k = m - idle
    elif form == LESSER:
        if not high <= outlier and (a > outlier or np.isnan(high)):  # nothing of an infinite ratio is no number
            m = _count(ratio, lo, n, c, outlier)
        if m > 0 and low < a:
            k = _count_less(ratio, lo, m, c, a)
        paid = _times(c, running[at + k]) + a * (m - k)
    elif a > outlier:
        paid = 0.0
        m = 0
    else:
        top = ends[2]
        if not high <= outlier:  # an absurd ratio may be infinite, and nothing of it no number
            m = _count(ratio, lo, n, c, outlier)
            top = running[at + m]
        if m == 0 or low > a:
            paid = _times(c, top)
            k = m
        else:
            below = m
            if m < n or high > a:
                below = _count(ratio, lo, m, c, a)
            paid = a * below + (c * (top - running[at + below]) if c != 0.0 else 0.0)
            k = m - below
    return paid, m, k


# Of a program, `op` holds the operations, and `arg` a constant as the scenario has it, or the number of a term.


@inlined
def _ad_valorem(op: np.ndarray, arg: np.ndarray, stack: np.ndarray, present: np.ndarray) -> float:
    """Evaluate a program with its specific terms taken out (METHOD.md section 2)."""
    top = 0
    for i in range(op.size):
        code = op[i]
        if code <= TERM:  # no operation
            present[top] = code == CONST
            stack[top] = arg[i] if code == CONST else 0.0
            top += 1
            continue
        top -= 1
        left = stack[top - 1]
        right = stack[top]
        if present[top]:
            if code == SUB:
                stack[top - 1] = left - right
            elif not present[top - 1]:
                stack[top - 1] = right
            elif code == ADD:
                stack[top - 1] = left + right
            elif code == MAX:
                stack[top - 1] = left if left > right else right
            else:
                stack[top - 1] = left if left < right else right
            present[top - 1] = True
    return stack[0] if present[0] else 0.0


@inlined
def _program(op: np.ndarray, arg: np.ndarray, term: np.ndarray, stack: np.ndarray) -> float:
    """Evaluate a program on the values of its specific terms."""
    top = 0
    for i in range(op.size):
        code = op[i]
        if code == CONST:
            stack[top] = arg[i]
            top += 1
        elif code == TERM:
            stack[top] = term[int(arg[i])]
            top += 1
        else:
            top -= 1
            left = stack[top - 1]
            right = stack[top]
            if code == ADD:
                stack[top - 1] = left + right
            elif code == SUB:
                stack[top - 1] = left - right
            elif code == MAX:
                stack[top - 1] = left if left > right else right
            else:
                stack[top - 1] = left if left < right else right
    return stack[0]


@inlined
def _rate_at(
    op: np.ndarray, arg: np.ndarray, c: np.ndarray, n_terms: int, r: float, term: np.ndarray, stack: np.ndarray
) -> float:
    """Evaluate a program whose terms all go by one ratio."""
    for j in range(n_terms):
        term[j] = c[j] * r
    return _program(op, arg, term, stack)


@inlined
def _count_rates(
    op: np.ndarray,
    arg: np.ndarray,
    c: np.ndarray,
    n_terms: int,
    ratio: np.ndarray,
    span: tuple[int, int],
    limit: float,
    term: np.ndarray,
    stack: np.ndarray,
) -> int:
    """How many of the ascending ratios ``span`` have a rate of `limit` at most (METHOD.md section 2, "Exact ties")."""
    first, last = span
    probe = last - 1  # mostly all have
    while first < last:
        if _rate_at(op, arg, c, n_terms, ratio[probe], term, stack) <= limit:
            first = probe + 1
        else:
            last = probe
        probe = (first + last) >> 1
    return first - span[0]


@inlined
def _line_from(
    op: np.ndarray, arg: np.ndarray, c: np.ndarray, r: float, line: np.ndarray
) -> tuple[float, float, float]:
    """The straight line that a program's rate follows from ratio `r` on: intercept, slope, and up to which ratio.

    Each operation adds two lines up, or takes one of them: until they cross, if the other one is to overtake it.
    """
    flat, slope, until = line[0], line[1], line[2]
    top = 0
    for i in range(op.size):
        code = op[i]
        if code <= TERM:  # no operation
            flat[top] = arg[i] if code == CONST else 0.0
            slope[top] = c[int(arg[i])] if code == TERM else 0.0
            until[top] = np.inf
            top += 1
            continue
        top -= 1
        left = top - 1
        until[left] = min(until[left], until[top])
        if code == ADD:
            flat[left] += flat[top]
            slope[left] += slope[top]
            continue
        steeper = slope[top] - slope[left]
        above = (flat[top] - flat[left]) + steeper * r
        if (above > 0.0 and steeper < 0.0) or (above < 0.0 and steeper > 0.0):
            until[left] = min(until[left], max((flat[left] - flat[top]) / steeper, r))
        lead = steeper if above == 0.0 else above  # where they meet, what comes after
        if (lead > 0.0) == (code == MAX):
            flat[left] = flat[top]
            slope[left] = slope[top]
    return flat[0], slope[0], until[0]


@inlined
def _plain_rows(
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
                    _fetch(ratio, further + half)
                    _fetch(running, further + g + AHEAD + half)
                    _fetch(ratio, further + (half >> 1))
                    _fetch(ratio, further + half + (half >> 1))
                lo = start[g]
                paid, m, k = _segment(
                    ratio, running, lo, lo + g, start[g + 1] - lo, (low[g], high[g], total_of[g]),
                    form, a, amount * fx[quote + period[g], 0], outlier,
                )  # fmt: skip
                used += m
                bind += k
                if g == first:
                    total = paid
                    continue
                raised = total + paid
                back = raised - total
                lost += (total - (raised - back)) + (paid - back)
                total = raised
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
def _settled(rate: float, part: float, bare: bool) -> float:
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
    m = _count_rates(op, arg, c, n_terms, ratio, (lo, lo + n), outlier, term, stack)
    k = 0
    while k < m:
        flat, slope, until = _line_from(op, arg, c, ratio[lo + k], line)
        end = m
        if not ratio[lo + m - 1] <= until:
            end = k + max(_count(ratio, lo + k, m - k, 1.0, until), 1)
        total, lost = _plus(total, lost, float(end - k), flat)
        if slope > 0.0:
            total, lost = _plus(total, lost, slope, running[at + end] - running[at + k])
        k = end
    return total, lost, m


@inner
def _other_rows(
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
            of_value = _ad_valorem(op, arg, stack, present)
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
                        one = _program(op, arg, term, stack)
                        if one <= outlier:  # false for what overflows into no number
                            used += 1
                            bind += one != of_value
                            total, lost = _plus(total, lost, 1.0, one)
                    continue
                if high[g] == np.inf:  # an absurd ratio may be infinite: not to be found in running sums
                    absurd = n - _count(ratio, lo, n, 1.0, FINITE)
                    n -= absurd
                    one = _rate_at(op, arg, c, n_terms, np.inf, term, stack)
                    if one <= outlier:
                        used += absurd
                        bind += absurd if one != of_value else 0
                        total, lost = _plus(total, lost, float(absurd), one)
                total, lost, m = _nested_segment(
                    op, arg, c, n_terms, ratio, running, (lo, lo + g, n), outlier, (total, lost), (term, stack, line)
                )
                used += m
                if counting:
                    below = np.nextafter(of_value, -np.inf)
                    idle = _count_rates(op, arg, c, n_terms, ratio, (lo, lo + m), of_value, term, stack)
                    idle -= _count_rates(op, arg, c, n_terms, ratio, (lo, lo + m), below, term, stack)
                    bind += m - idle
            mean = (total + lost) / used if used > 0 else np.nan
            rate[here, s] = _settled(mean, of_value, bare[i])
            part[here, s] = of_value
            if counting:
                kept[here] = used
                binding[here] = bind


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
    _plain_rows(duties, entries, rows, shocks, (0, n), outlier, 0, found[:, 0], of_value[:, 0], kept, binding)
    _other_rows(duties, entries, rows, shocks, (0, n), outlier, 0, found, of_value, kept, binding, work)
    rate[:] = found[:, 0]
    part[:] = of_value[:, 0]


@inner
def _rows_one(
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
    _plain_rows(duties, entries, rows, shocks, span, outlier, seat, out.rate[:, 0], out.part[:, 0], none, none)
    specific, known = out.specific, rows.specific
    for i in range(span[0], span[1]):
        specific[seat + i - span[0], 0] = known[i]


@inner
def _rows_block(
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
                    paid, m, _ = _segment(
                        ratios, running, lo, at, n, (lows[g], highs[g], top), form, a[s], c[s], outlier
                    )
                    kept[s] += m
                    if fresh:
                        total[s] = paid
                        lost[s] = 0.0
                    else:
                        total[s], lost[s] = _plus(total[s], lost[s], 1.0, paid)
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
                        k0 = _count_less(ratios, lo, n, 1.0, low)
                        k1 = k0
                        while k1 < n and k1 <= k0 + LINEAR and ratios[lo + k1] <= high:
                            k1 += 1
                        if k1 > k0 + LINEAR:
                            k1 = _count(ratios, lo, n, 1.0, high)
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
                                k = k0 + _count_less(ratios, lo + k0, k1 - k0, c[s], a[s])
                            else:
                                k = k0 + _count(ratios, lo + k0, k1 - k0, c[s], a[s])
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
                    raised = total[s] + under[s]
                    back = raised - total[s]
                    lost[s] += (total[s] - (raised - back)) + (under[s] - back)
                    total[s] = raised
        if uneven:
            for s in range(width):
                all_kept = kept[s] + counted
                mean = (total[s] + lost[s]) / all_kept if all_kept > 0.0 else np.nan
                rate[here, s] = _settled(mean, a[s], rows.bare[i])
        else:
            for s in range(width):
                rate[here, s] = (total[s] + lost[s]) / counted


@kernel
def block_rates(duties: DutyTable, entries: Entries, rows: Rows, shocks: Shocks, outlier: float, out: Scratch) -> None:
    """Every row under all scenarios of a block: fills in `out.rate` and `out.part`, a seat a row."""
    span = (0, rows.duty.size)
    none = np.empty(0, dtype=np.int64)
    if out.rate.shape[1] == 1:
        _rows_one(duties, entries, rows, shocks, span, 0, outlier, out)
    else:
        _rows_block(duties, entries, rows, shocks, span, 0, outlier, out)
    _other_rows(
        duties, entries, rows, shocks, span, outlier, 0, out.rate, out.part, none, none, (out.work, out.present)
    )  # fmt: skip


# ---- means carried to other lines


@inner
def _carry(layout: Layout, chunk: int, zero: bool, out: Scratch) -> None:
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
            raised = total[s] + x
            back = raised - total[s]
            lost[s] += (total[s] - (raised - back)) + (x - back)
            total[s] = raised
        for s in range(total.size):
            x = part[row, s]
            raised = parts[s] + x
            back = raised - parts[s]
            parts_lost[s] += (parts[s] - (raised - back)) + (x - back)
            parts[s] = raised
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
                total, lost = _plus(total, lost, 1.0, x)
                parts, parts_lost = _plus(parts, parts_lost, 1.0, out.part[row, s])
                specific |= out.specific[row, s]
        if n > 0:
            mean = (total + lost) / n
            part = (parts + parts_lost) / n
    out.rate[seat, s] = mean if known else np.nan
    out.part[seat, s] = part
    out.specific[seat, s] = specific


# ---- classes


@inlined
def _differ(left: float, right: float) -> bool:
    """Whether applied and bound are further apart than a tie."""
    return abs(left - right) > TIE * max(abs(left), abs(right))


@inner
def _odd_classes(layout: Layout, chunk: int, zero: bool, full: bool, out: Scratch) -> None:
    """Add the classes that may have no rate, or rest on a carried mean, one by one (METHOD.md sections 3, 4, 7)."""
    years = layout.bound.size
    for y in range(years):
        j = chunk * years + y
        if layout.odd[j] == layout.start[j + 1]:
            continue
        total, lost, count = out.total[y], out.lost[y], out.tally[y]
        lefts, rights, lines_of, weights = layout.left, layout.right, layout.lines, layout.weight
        matches, headings, subheadings = layout.matched, layout.heading, layout.subheading
        rate, parts, specifics = out.rate, out.part, out.specific
        first, last = layout.odd[j], layout.start[j + 1]
        for s in range(rate.shape[1]):
            heading_sum = 0.0
            heading_lost = 0.0
            heading_lines = 0
            for k in range(first, last):
                left = lefts[k]
                right = rights[k]
                lines = lines_of[k]
                x = rate[left, s]
                part = parts[left, s]
                unresolved = np.isnan(x)
                specific = specifics[left, s]
                if unresolved and zero and not np.isnan(part):
                    x = 0.0
                if right >= 0:
                    bound = rate[right, s]
                    unresolved &= np.isnan(bound)
                    if np.isnan(bound) and zero:
                        bound = 0.0
                    apart = _differ(x, bound)
                    governs = (apart and x > bound) or (np.isnan(x) and not np.isnan(bound)) or np.isnan(part)
                    if apart and bound > x:
                        count[WATER, s] += lines
                    if not np.isnan(bound):
                        count[BOUND_LINES, s] += lines
                        total[BOUND, s], lost[BOUND, s] = _plus(total[BOUND, s], lost[BOUND, s], lines, bound)
                    if governs:
                        x = bound
                        specific = specifics[right, s]
                    other = parts[right, s]
                    part = other if np.isnan(part) or other < part else part
                if specific:
                    count[SPECIFIC, s] += lines
                if unresolved:
                    count[UNRESOLVED, s] += lines
                weight = weights[k]
                matched = matches[k]
                known = not np.isnan(x)
                if known:
                    count[LINES, s] += lines
                    total[WEIGHTS, s], lost[WEIGHTS, s] = _plus(total[WEIGHTS, s], lost[WEIGHTS, s], weight, 1.0)
                    count[MATCHED_LINES, s] += matched
                    total[RATE, s], lost[RATE, s] = _plus(total[RATE, s], lost[RATE, s], lines, x)
                    total[WEIGHTED, s], lost[WEIGHTED, s] = _plus(total[WEIGHTED, s], lost[WEIGHTED, s], weight, x)
                    total[MATCHED, s], lost[MATCHED, s] = _plus(total[MATCHED, s], lost[MATCHED, s], matched, x)
                if not full:
                    continue
                total[PART, s], lost[PART, s] = _plus(total[PART, s], lost[PART, s], lines, part)
                total[PART_SQUARES, s], lost[PART_SQUARES, s] = _plus_square(
                    total[PART_SQUARES, s], lost[PART_SQUARES, s], lines, part
                )
                if known:
                    total[PART_WEIGHTED, s], lost[PART_WEIGHTED, s] = _plus(
                        total[PART_WEIGHTED, s], lost[PART_WEIGHTED, s], weight, part
                    )
                    total[SQUARES, s], lost[SQUARES, s] = _plus_square(total[SQUARES, s], lost[SQUARES, s], lines, x)
                    total[WEIGHTED_SQUARES, s], lost[WEIGHTED_SQUARES, s] = _plus_square(
                        total[WEIGHTED_SQUARES, s], lost[WEIGHTED_SQUARES, s], weight, x
                    )
                    total[MATCHED_SQUARES, s], lost[MATCHED_SQUARES, s] = _plus_square(
                        total[MATCHED_SQUARES, s], lost[MATCHED_SQUARES, s], matched, x
                    )
                subheading = subheadings[k]
                if subheading < 0:
                    total[HEADING, s], lost[HEADING, s] = _plus(total[HEADING, s], lost[HEADING, s], headings[k], x)
                    continue
                if known:  # lines of one subheading come together, each on its own or by a number of equals
                    heading_sum, heading_lost = _plus(heading_sum, heading_lost, lines, x)
                    heading_lines += int(lines)
                if k + 1 == last or subheadings[k + 1] != subheading:
                    if heading_lines > 0:
                        mean = (heading_sum + heading_lost) / heading_lines
                        total[HEADING, s], lost[HEADING, s] = _plus(total[HEADING, s], lost[HEADING, s], 1.0, mean)
                        count[HEADINGS, s] += 1.0
                    heading_sum = 0.0
                    heading_lost = 0.0
                    heading_lines = 0


@inner
def _classes_one(layout: Layout, chunk: int, full: bool, out: Scratch) -> None:
    """Add the other classes of a year, one scenario."""
    years = layout.bound.size
    for y in range(years):
        j = chunk * years + y
        if layout.start[j] == layout.odd[j] and not layout.own[y]:
            continue
        total, lost = out.total, out.lost  # no views of them: making one costs as much as a class
        # a sum and what it lost, by place
        t0, t1, t2, t3 = total[y, 0, 0], total[y, 1, 0], total[y, 2, 0], total[y, 3, 0]
        t4, t5, t6, t7 = total[y, 4, 0], total[y, 5, 0], total[y, 6, 0], total[y, 7, 0]
        t8, t9, t10 = total[y, 8, 0], total[y, 9, 0], total[y, 10, 0]
        e0, e1, e2, e3 = lost[y, 0, 0], lost[y, 1, 0], lost[y, 2, 0], lost[y, 3, 0]
        e4, e5, e6, e7 = lost[y, 4, 0], lost[y, 5, 0], lost[y, 6, 0], lost[y, 7, 0]
        e8, e9, e10 = lost[y, 8, 0], lost[y, 9, 0], lost[y, 10, 0]
        specific = 0.0
        water = 0.0
        bound_year = layout.bound[y]
        own = layout.own[y]
        lefts, rights, lines_of, weights = layout.left, layout.right, layout.lines, layout.weight
        matched, headings, rate, parts, specifics = layout.matched, layout.heading, out.rate, out.part, out.specific
        for k in range(layout.start[j], layout.odd[j]):
            left = lefts[k]
            lines = lines_of[k]
            weight = weights[k]
            x = rate[left, 0]
            part = parts[left, 0]
            has_specific = specifics[left, 0]
            if bound_year:
                right = rights[k]
                bound = rate[right, 0]
                apart = _differ(x, bound)
                water += lines if apart and bound > x else 0.0
                t4, e4 = _plus(t4, e4, lines, bound)
                above = apart and x > bound
                x = bound if above else x
                has_specific = specifics[right, 0] if above else has_specific
                part = min(part, parts[right, 0])
            specific += lines if has_specific else 0.0
            t0, e0 = _plus(t0, e0, lines, x)
            t1, e1 = _plus(t1, e1, weight, x)
            if not own:
                t2, e2 = _plus(t2, e2, matched[k], x)
            if full:
                t3, e3 = _plus(t3, e3, headings[k], x)
                t5, e5 = _plus(t5, e5, lines, part)
                t6, e6 = _plus(t6, e6, weight, part)
                t7, e7 = _plus_square(t7, e7, lines, x)
                t8, e8 = _plus_square(t8, e8, weight, x)
                if not own:
                    t9, e9 = _plus_square(t9, e9, matched[k], x)
                t10, e10 = _plus_square(t10, e10, lines, part)
        if own:
            t2, e2, t9, e9 = t0, e0, t7, e7
        total[y, 0, 0], total[y, 1, 0], total[y, 2, 0], total[y, 3, 0] = t0, t1, t2, t3
        total[y, 4, 0], total[y, 5, 0], total[y, 6, 0], total[y, 7, 0] = t4, t5, t6, t7
        total[y, 8, 0], total[y, 9, 0], total[y, 10, 0] = t8, t9, t10
        lost[y, 0, 0], lost[y, 1, 0], lost[y, 2, 0], lost[y, 3, 0] = e0, e1, e2, e3
        lost[y, 4, 0], lost[y, 5, 0], lost[y, 6, 0], lost[y, 7, 0] = e4, e5, e6, e7
        lost[y, 8, 0], lost[y, 9, 0], lost[y, 10, 0] = e8, e9, e10
        out.tally[y, SPECIFIC, 0] += specific
        out.tally[y, WATER, 0] += water


@inlined
def _add_lanes(total: np.ndarray, lost: np.ndarray, weight: float, x: np.ndarray) -> None:
    for s in range(x.size):
        product = weight * x[s]
        rest = _fma(weight, x[s], -product)
        raised = total[s] + product
        back = raised - total[s]
        lost[s] += ((total[s] - (raised - back)) + (product - back)) + rest
        total[s] = raised


@inlined
def _add_square_lanes(total: np.ndarray, lost: np.ndarray, weight: float, x: np.ndarray) -> None:
    for s in range(x.size):
        square = x[s] * x[s]
        product = weight * square
        rest = _fma(weight, square, -product) + weight * _fma(x[s], x[s], -square)
        raised = total[s] + product
        back = raised - total[s]
        lost[s] += ((total[s] - (raised - back)) + (product - back)) + rest
        total[s] = raised


@inner
def _classes_block(layout: Layout, chunk: int, full: bool, out: Scratch) -> None:
    """The same for all scenarios of a block."""
    years = layout.bound.size
    for y in range(years):
        j = chunk * years + y
        width = out.rate.shape[1]
        x = out.lane[0]
        part = out.lane[1]
        total = out.total[y]
        lost = out.lost[y]
        own = layout.own[y]
        specific = out.tally[y, SPECIFIC]
        water = out.tally[y, WATER]
        lefts, rights, lines_of, weights = layout.left, layout.right, layout.lines, layout.weight
        matched, headings, rate, parts, specifics = layout.matched, layout.heading, out.rate, out.part, out.specific
        bound_year = layout.bound[y]
        for k in range(layout.start[j], layout.odd[j]):
            left = lefts[k]
            lines = lines_of[k]
            weight = weights[k]
            if bound_year:
                right = rights[k]
                from_left = lines if specifics[left, 0] else 0.0
                from_right = lines if specifics[right, 0] else 0.0
                if full:
                    for s in range(width):
                        applied = rate[left, s]
                        bound = rate[right, s]
                        apart = _differ(applied, bound)
                        above = apart and applied > bound
                        x[s] = bound if above else applied
                        specific[s] += from_right if above else from_left
                        water[s] += lines if apart and bound > applied else 0.0
                        part[s] = min(parts[left, s], parts[right, s])
                    _add_lanes(total[BOUND], lost[BOUND], lines, rate[right])
                else:
                    for s in range(width):
                        applied = rate[left, s]
                        bound = rate[right, s]
                        above = applied > bound and _differ(applied, bound)
                        x[s] = bound if above else applied
            else:
                more = lines if specifics[left, 0] else 0.0
                for s in range(width):
                    x[s] = rate[left, s]
                    part[s] = parts[left, s]
                if full:
                    for s in range(width):
                        specific[s] += more
            _add_lanes(total[RATE], lost[RATE], lines, x)
            _add_lanes(total[WEIGHTED], lost[WEIGHTED], weight, x)
            if not own:
                _add_lanes(total[MATCHED], lost[MATCHED], matched[k], x)
            if full:
                _add_lanes(total[HEADING], lost[HEADING], headings[k], x)
                _add_lanes(total[PART], lost[PART], lines, part)
                _add_lanes(total[PART_WEIGHTED], lost[PART_WEIGHTED], weight, part)
                _add_square_lanes(total[SQUARES], lost[SQUARES], lines, x)
                _add_square_lanes(total[WEIGHTED_SQUARES], lost[WEIGHTED_SQUARES], weight, x)
                if not own:
                    _add_square_lanes(total[MATCHED_SQUARES], lost[MATCHED_SQUARES], matched[k], x)
                _add_square_lanes(total[PART_SQUARES], lost[PART_SQUARES], lines, part)
        if own:
            total[MATCHED] = total[RATE]
            lost[MATCHED] = lost[RATE]
            total[MATCHED_SQUARES] = total[SQUARES]
            lost[MATCHED_SQUARES] = lost[SQUARES]


# ---- the whole


@inlined
def _deviation(square: float, square_lost: float, total: float, lost: float, n: float, divisor: float) -> float:
    """Root of ``(sum of squares - total ** 2 / n) / divisor``, the difference taken in twice the precision."""
    if not (n > 0.0 and divisor > 0.0):
        return np.nan
    head = total + lost
    tail = lost - (head - total)
    power = head * head
    power_rest = _fma(head, head, -power) + 2.0 * head * tail
    share = power / n
    share_rest = (_fma(-share, n, power) + power_rest) / n
    gap = square - share
    back = gap - square
    gap += ((square - (gap - back)) - (share + back)) + (square_lost - share_rest)
    return np.sqrt(max(gap, 0.0) / divisor)


@inner
def _finish(layout: Layout, out: Scratch, figures: np.ndarray) -> None:
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
            row[2] = _deviation(t[SQUARES], e[SQUARES], t[RATE], e[RATE], n[LINES], n[LINES] - 1.0)
            row[3] = weighted + adjust
            row[4] = _deviation(t[WEIGHTED_SQUARES], e[WEIGHTED_SQUARES], t[WEIGHTED], e[WEIGHTED], weight, weight)
            row[5] = (t[BOUND] + e[BOUND]) / n[BOUND_LINES] if n[BOUND_LINES] > 0.0 else np.nan
            row[6] = n[WATER]
            row[7] = n[UNRESOLVED]
            row[8] = (t[PART] + e[PART]) / all_lines if all_lines > 0.0 else np.nan
            row[9] = _deviation(t[PART_SQUARES], e[PART_SQUARES], t[PART], e[PART], all_lines, all_lines - 1.0)
            row[10] = (t[PART_WEIGHTED] + e[PART_WEIGHTED]) / weight if weight > 0.0 else np.nan
            row[11] = layout.matched_lines[y]
            row[12] = matched
            row[13] = _deviation(
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
            _rows_one(duties, entries, rows, shocks, span, seat, outlier, out)
        else:
            _rows_block(duties, entries, rows, shocks, span, seat, outlier, out)
        if others:
            work = (out.work, out.present)
            _other_rows(duties, entries, rows, shocks, span, outlier, seat, out.rate, out.part, none, none, work)
        for i in range(span[0], span[1]):
            if rows.bare[i] and not rows.nullable[i]:
                for s in range(width):
                    if np.isnan(out.rate[seat + i - span[0], s]):
                        return False
        if chunk < 0:
            continue
        _carry(layout, chunk, zero, out)
        if width == 1:
            _classes_one(layout, chunk, full, out)
        else:
            _classes_block(layout, chunk, full, out)
        _odd_classes(layout, chunk, zero, full, out)
    _finish(layout, out, figures)
    return True
