"""Rows of rare forms, under one scenario: nested duties, and those that go by several quantities or subtract."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fastavs.kernels.names import CONST
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.programs import ad_valorem_part, count_values_up_to, line_from, value, value_at
from fastavs.kernels.searches import count_up_to
from fastavs.kernels.shapes import DutyTable, Entries, Factors, RowFigures
from fastavs.kernels.steps import after_steps
from fastavs.kernels.sums import add, add_product

FINITE = float(np.finfo(np.float64).max)


@inner
def operands(arg: np.ndarray, op: np.ndarray, given: np.ndarray, cell: int, factors: Factors) -> None:
    """Fill in the operands that a duty's program has under a scenario."""
    scale, shift, floor = factors.scale[cell], factors.shift[cell], factors.floor[cell]
    for o in range(op.size):
        arg[o] = after_steps(given[o], scale, shift, floor) if op[o] == CONST else given[o]


@inner
def amounts(c: np.ndarray, terms: np.ndarray, row: Any, period: int, factors: Factors) -> None:
    """Fill in what a duty's specific terms charge for one unit of their ratios in a period."""
    _, _, _, scale_b, shift_b, floor_b, fx, periods, currencies = factors
    for j in range(terms.size):
        term = terms[j]
        of = row["cell"] * currencies + term["currency"]
        unit = term["per_unit"]
        b = after_steps(term["b"], scale_b[of], shift_b[of] * unit, floor_b[of] * unit)
        c[j] = b * fx[row["fx_offset"] + term["currency"] * periods + period]


@inner
def settled(mean: float, part: float, purely_specific: bool) -> float:
    """A row's rate: without any kept observation, so without a mean, its ad valorem part, if it has one."""
    return part if math.isnan(mean) and not purely_specific else mean


@inner
def charge_lines(
    op: np.ndarray,
    arg: np.ndarray,
    c: np.ndarray,
    ratio: np.ndarray,
    running: np.ndarray,
    first: int,
    at: int,
    kept: int,
    so_far: tuple[float, float],
    lines: np.ndarray,
) -> tuple[float, float]:
    """Add the kept rates of finite ratios, from `first` on, to a total and what it lost: line by straight line.

    No line begins or falls below 0, so the rate for a unit of the ratio never rises with it: what lies below a line
    costs at least the line's slope. The difference of two running sums therefore loses no more than a few ulp of the
    whole (METHOD.md section 6).
    """
    total, lost = so_far
    k = 0
    while k < kept:
        flat, slope, until = line_from(op, arg, c, ratio[first + k], lines)
        end = kept
        if not ratio[first + kept - 1] <= until:
            end = k + max(count_up_to(ratio, first + k, kept - k, 1.0, until), 1)
        total, lost = add_product(total, lost, float(end - k), flat)
        if slope > 0.0:
            total, lost = add_product(total, lost, slope, running[at + end] - running[at + k])
        k = end
    return total, lost


@kernel
def nested_rows(
    which: np.ndarray,
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    work: np.ndarray,
    present: np.ndarray,
    out: RowFigures,
) -> None:
    """Charge rows of nested duties, which go by one quantity and never fall with it.

    Parameters
    ----------
    which : int64[m]
        The rows of such duties.
    duties, entries
    rows : ROW[n]
    factors : Factors
        Of the scenario alone.
    outlier : float
    work, present : float64[WORK, STACK], bool[STACK]
        Memory to work in.
    out : RowFigures
        Of those m rows, filled in; without counts if these have no size.
    """
    duty, terms, ops, given = duties
    group, segments, ratio, running, _, _, _ = entries
    rate, part, kept, binding = out
    arg, c, term, stack, lines = work[0], work[1], work[2], work[3], work[4:7]
    for i in range(which.size):
        row = rows[which[i]]
        one = duty[row["duty"]]
        op = ops[one["op"] : one["op_stop"]]
        own = terms[one["term"] : one["term_stop"]]
        operands(arg, op, given[one["op"] : one["op_stop"]], row["cell"], factors)
        a = ad_valorem_part(op, arg, stack, present)
        below_a = math.nextafter(a, -math.inf)
        total = 0.0
        lost = 0.0
        used = 0
        bind = 0
        last = group[row["group"] + 1] if row["group"] >= 0 and own.size > 0 else -1
        for g in range(group[row["group"]] if last >= 0 else 0, last):
            segment = segments[g]
            amounts(c, own, row, segment["period"], factors)
            first = segment["start"]
            n = segments[g + 1]["start"] - first
            if segment["high"] == np.inf:  # an absurd ratio may be infinite: not to be found in running sums
                absurd = n - count_up_to(ratio, first, n, 1.0, FINITE)
                n -= absurd
                one_rate = value_at(op, arg, c, own.size, np.inf, term, stack)
                if one_rate <= outlier:
                    used += absurd
                    bind += absurd if one_rate != a else 0
                    total, lost = add_product(total, lost, float(absurd), one_rate)
            n = count_values_up_to(op, arg, c, own.size, ratio, first, n, outlier, term, stack)
            total, lost = charge_lines(op, arg, c, ratio, running, first, first + g, n, (total, lost), lines)
            used += n
            if binding.size > 0:
                up_to_a = count_values_up_to(op, arg, c, own.size, ratio, first, n, a, term, stack)
                under_a = count_values_up_to(op, arg, c, own.size, ratio, first, n, below_a, term, stack)
                bind += n - (up_to_a - under_a)
        rate[i] = settled((total + lost) / used if used > 0 else np.nan, a, row["purely_specific"])
        part[i] = a
        if binding.size > 0:
            kept[i] = used
            binding[i] = bind


@kernel
def nested_lanes(
    which: np.ndarray,
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    work: np.ndarray,
    present: np.ndarray,
    out: RowFigures,
) -> None:
    """Charge rows of nested duties under scenario after scenario; see `nested_rows`.

    `factors` and `out` have a first dimension more, of scenarios.
    """
    scale, shift, floor, scale_b, shift_b, floor_b, fx, periods, currencies = factors
    for s in range(scale.shape[0]):
        own = Factors(scale[s], shift[s], floor[s], scale_b[s], shift_b[s], floor_b[s], fx[s], periods, currencies)
        found = RowFigures(out.rate[s], out.part[s], out.kept[s], out.binding[s])
        nested_rows(which, duties, entries, rows, own, outlier, work, present, found)


@kernel
def program_rows(
    which: np.ndarray,
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    work: np.ndarray,
    present: np.ndarray,
    out: RowFigures,
) -> None:
    """Charge rows of any other duties, observation by observation; see `nested_rows`."""
    duty, terms, ops, given = duties
    group, segments, ratio, _, more, _, _ = entries
    rate, part, kept, binding = out
    arg, c, term, stack = work[0], work[1], work[2], work[3]
    for i in range(which.size):
        row = rows[which[i]]
        one = duty[row["duty"]]
        op = ops[one["op"] : one["op_stop"]]
        own = terms[one["term"] : one["term_stop"]]
        operands(arg, op, given[one["op"] : one["op_stop"]], row["cell"], factors)
        a = ad_valorem_part(op, arg, stack, present)
        total = 0.0
        lost = 0.0
        used = 0
        bind = 0
        last = group[row["group"] + 1] if row["group"] >= 0 and own.size > 0 else -1
        for g in range(group[row["group"]] if last >= 0 else 0, last):
            segment = segments[g]
            amounts(c, own, row, segment["period"], factors)
            n = segments[g + 1]["start"] - segment["start"]
            for x in range(n):
                for j in range(own.size):
                    kind = own[j]["kind"]
                    at = segment["more"] + (kind - 1) * n + x
                    term[j] = c[j] * (more[at] if kind > 0 else ratio[segment["start"] + x])
                one_rate = value(op, arg, term, stack)
                if one_rate <= outlier:  # false for NaN, which an overflow may give
                    used += 1
                    bind += one_rate != a
                    total, lost = add(total, lost, one_rate)
        rate[i] = settled((total + lost) / used if used > 0 else np.nan, a, row["purely_specific"])
        part[i] = a
        kept[i] = used
        binding[i] = bind
