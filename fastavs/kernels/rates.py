"""The rate of every line from its observations, directly: each duty on each observation.

A duty is a postfix program over constants and specific terms. Term j of a duty stands for ``c[j, period] * r``
with r the observation's quantity over value, for the quantity's kind that the term names.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.names import ANY, GREATER, LESSER, STACK, SUM
from fastavs.kernels.options import inlined, inner, kernel
from fastavs.kernels.programs import value
from fastavs.kernels.sums import add

NO_SOURCE = -1  # place among the levels of a line without any usable observation
UNKNOWN, FROM_OBSERVATIONS, AD_VALOREM_PART = 0, 1, 2  # where a line's rate came from


class Duties(NamedTuple):
    """Distinct duties, compiled. Shapes: n_duties d, operations o, terms m, periods p."""

    op_start: np.ndarray  # int64[d + 1] into op, arg
    op: np.ndarray  # int8[o]
    arg: np.ndarray  # float64[o] a constant, or the number of a term within its duty
    term_start: np.ndarray  # int64[d + 1] into term_kind, c
    term_kind: np.ndarray  # int64[m] which row of Observations.quantity
    b: np.ndarray  # float64[m] currency units for one base unit
    c: np.ndarray  # float64[m, p] b * fx of the period
    ad_valorem: np.ndarray  # float64[d] fraction
    form: np.ndarray  # int8[d] one of the FORMs below


class Observations(NamedTuple):
    """Observations that can take part: n of them, code by code; g codes, sorted by what they reach."""

    code_start: np.ndarray  # int64[g] a code's first observation
    code_stop: np.ndarray  # int64[g] one past its last
    code_reach: np.ndarray  # int8[g] digits up to which a code serves lines
    period: np.ndarray  # int32[n] column of Duties.c
    ratio: np.ndarray  # float64[kinds, n] r, base units for a unit of value; 0 = none
    quantity: np.ndarray  # float64[kinds, n] base units
    quantity_value: np.ndarray  # float64[kinds, n] the value of the rows that carry the quantity


class Lines(NamedTuple):
    """The tariff lines of one schedule year. h lines, levels e (0 = the line's own)."""

    duty: np.ndarray  # int64[h]
    digits: np.ndarray  # int8[e] digits of each level
    code_lo: np.ndarray  # int64[e, h] first code (of Observations) that shares the level's digits
    code_hi: np.ndarray  # int64[e, h] one past the last
    borrows: np.ndarray  # bool[h] whether the line may look at levels past its own


class LineRates(NamedTuple):
    """What the kernel fills in, one entry a line."""

    rate: np.ndarray  # float64[h] fraction; NaN = cannot be known
    source: np.ndarray  # int8[h] UNKNOWN, FROM_OBSERVATIONS or AD_VALOREM_PART
    level: np.ndarray  # int8[h] place among Lines.digits, or NO_SOURCE
    kept: np.ndarray  # int64[h] observations used
    outliers: np.ndarray  # int64[h] observations dropped, their rate above the threshold
    binding: np.ndarray  # int64[h] used observations whose rate is not the ad valorem part


@inlined
def _terms(
    kinds: np.ndarray, c: np.ndarray, ratio: np.ndarray, span: tuple[int, int], i: int, period: int, term: np.ndarray
) -> bool:
    """Work out the specific terms ``span`` of an observation, if it has a quantity of every kind that they name."""
    for j in range(span[0], span[1]):
        r = ratio[kinds[j], i]
        if r <= 0.0:
            return False
        term[j - span[0]] = c[j, period] * r
    return True


@inlined
def _segment(
    ratio: np.ndarray,
    period: np.ndarray,
    c_of: np.ndarray,
    where: tuple[int, int, int, int],
    duty: tuple[int, float],
    outlier: float,
    so_far: tuple[float, float],
) -> tuple[float, float, int, int, int]:
    """Go over some observations with a duty of one term and a plain form.

    `where` is the row of `ratio`, that of `c_of`, the first observation and one past the last; `duty` its form and ad
    valorem part. Adds rates to `so_far`, a total and what it lost, and counts observations found, kept and binding.
    """
    kind, term, lo, hi = where
    form, part = duty
    total, lost = so_far
    found = 0
    kept = 0
    binding = 0
    current = -1
    c = 0.0
    # all forms in one: adding 0 to a rate, or holding it against infinity, leaves its bits alone
    flat = part if form == SUM else 0.0
    least = part if form == GREATER else -np.inf
    most = part if form == LESSER else np.inf
    row = np.uint64(kind)
    for i in range(np.uint64(lo), np.uint64(hi)):  # unsigned: a place that may be negative costs a test each time
        r = ratio[row, i]
        if r <= 0.0:
            continue
        if period[i] != current:  # observations come period by period
            current = period[i]
            c = c_of[term, current]
        found += 1
        rate = c * r + flat
        rate = least if least > rate else rate
        rate = most if most < rate else rate
        if rate <= outlier:  # false for what overflows into no number
            kept += 1
            binding += rate != part
            total, lost = add(total, lost, rate)
    return total, lost, found, kept, binding


@inlined
def _pool(
    duties: Duties, obs: Observations, terms: tuple[int, int], i: int, sums: np.ndarray, lost: np.ndarray
) -> None:
    """Add an observation's duty and value, term by term, to the sums from the second on."""
    for j in range(terms[1] - terms[0]):
        kind = duties.term_kind[terms[0] + j]
        duty_paid = duties.c[terms[0] + j, obs.period[i]] * obs.quantity[kind, i]
        sums[1 + 2 * j], lost[1 + 2 * j] = add(sums[1 + 2 * j], lost[1 + 2 * j], duty_paid)
        sums[2 + 2 * j], lost[2 + 2 * j] = add(sums[2 + 2 * j], lost[2 + 2 * j], obs.quantity_value[kind, i])


# Below, arrays are named once at the top: taking them out of their tuples line by line costs more than the arithmetic.


@inlined
def _reaching(
    code_start: np.ndarray, code_stop: np.ndarray, reach: np.ndarray, codes: tuple[int, int], least: int
) -> int:
    """How many observations of some codes reach so many digits."""
    found = 0
    for g in range(np.uint64(codes[0]), np.uint64(codes[1])):
        found += code_stop[g] - code_start[g] if reach[g] >= least else 0
    return found


@inner
def _percent_lines(
    duties: Duties, obs: Observations, lines: Lines, outlier: float, out: LineRates, others: np.ndarray
) -> int:
    """Rate of each line as if its duty were ad valorem; lists the lines that have a specific term, and counts them."""
    term_start, parts = duties.term_start, duties.ad_valorem
    code_start, code_stop, reach = obs.code_start, obs.code_stop, obs.code_reach
    duty_of, digits, borrows = lines.duty, lines.digits, lines.borrows
    first_code, last_code = lines.code_lo, lines.code_hi
    rate, level_of, kept, outliers = out.rate, out.level, out.kept, out.outliers
    out.source[:] = AD_VALOREM_PART
    out.binding[:] = 0
    outliers[:] = 0
    n = 0
    for h in range(duty_of.size):
        duty = np.uint64(duty_of[h])
        others[n] = h
        n += term_start[duty + np.uint64(1)] != term_start[duty]
        level = 0
        found = _reaching(code_start, code_stop, reach, (first_code[0, h], last_code[0, h]), digits[0])
        while found == 0 and borrows[h] and level + 1 < digits.size:
            level += 1
            span = (first_code[level, h], last_code[level, h])
            found = _reaching(code_start, code_stop, reach, span, digits[level])
        level_of[h] = level if found > 0 else NO_SOURCE
        part = parts[duty]
        if part > outlier:  # it charges every observation alike
            outliers[h] = found
            found = 0
        kept[h] = found
        rate[h] = part
    return n


@inner
def _plain_lines(
    duties: Duties, obs: Observations, lines: Lines, outlier: float, out: LineRates, some: np.ndarray
) -> int:
    """Rate of those of some lines that have one specific term and a plain form; leaves a list of the others."""
    term_start, term_kind, c_of = duties.term_start, duties.term_kind, duties.c
    parts, forms = duties.ad_valorem, duties.form
    code_start, code_stop, reach, period, ratio = obs.code_start, obs.code_stop, obs.code_reach, obs.period, obs.ratio
    duty_of, digits, borrows = lines.duty, lines.digits, lines.borrows
    first_code, last_code = lines.code_lo, lines.code_hi
    rate, source, level_of, kept_of, outliers, binding_of = out
    n = 0
    for h in some:
        duty = duty_of[h]
        form = forms[duty]
        if form == ANY:
            some[n] = h
            n += 1
            continue
        term = term_start[duty]
        part = parts[duty]
        found_at = NO_SOURCE
        found = 0
        kept = 0
        binding = 0
        total = 0.0
        lost = 0.0
        for level in range(digits.size if borrows[h] else 1):
            for g in range(first_code[level, h], last_code[level, h]):
                if reach[g] < digits[level]:
                    continue
                where = (term_kind[term], term, code_start[g], code_stop[g])
                total, lost, n_found, n_kept, n_binding = _segment(
                    ratio, period, c_of, where, (form, part), outlier, (total, lost)
                )
                found += n_found
                kept += n_kept
                binding += n_binding
            if found > 0:
                found_at = level
                break
        level_of[h] = found_at
        kept_of[h] = kept
        outliers[h] = found - kept
        binding_of[h] = binding
        rate[h] = (total + lost) / kept if kept > 0 else part
        source[h] = FROM_OBSERVATIONS if kept > 0 else AD_VALOREM_PART
    return n


@inner
def _program_lines(
    duties: Duties,
    obs: Observations,
    lines: Lines,
    outlier: float,
    pooled: bool,
    out: LineRates,
    some: np.ndarray,
) -> None:
    """Rate of some lines by their duties' programs, or by the pooled method."""
    op_start, ops, args, parts = duties.op_start, duties.op, duties.arg, duties.ad_valorem
    term_start, kinds, c = duties.term_start, duties.term_kind, duties.c
    code_start, code_stop, reach, period, ratio = obs.code_start, obs.code_stop, obs.code_reach, obs.period, obs.ratio
    first_code, last_code, digits, borrows = lines.code_lo, lines.code_hi, lines.digits, lines.borrows
    term = np.empty(STACK)  # values of a duty's specific terms
    stack = np.empty(STACK)
    sums = np.empty(2 * STACK + 1)  # of rates; then, by term, of duty paid and of value
    lost = np.empty(2 * STACK + 1)  # what those sums lost to rounding
    for h in some:
        duty = lines.duty[h]
        op = ops[op_start[duty] : op_start[duty + 1]]
        arg = args[op_start[duty] : op_start[duty + 1]]
        terms = (term_start[duty], term_start[duty + 1])
        part = parts[duty]
        found_at = NO_SOURCE
        found = 0
        kept = 0
        binding = 0
        sums[:] = 0.0
        lost[:] = 0.0
        for level in range(digits.size if borrows[h] else 1):
            for g in range(first_code[level, h], last_code[level, h]):
                if reach[g] < digits[level]:
                    continue
                for i in range(code_start[g], code_stop[g]):
                    if not _terms(kinds, c, ratio, terms, i, period[i], term):
                        continue
                    found += 1
                    rate = value(op, arg, term, stack)
                    if not rate <= outlier:
                        continue
                    kept += 1
                    binding += rate != part
                    sums[0], lost[0] = add(sums[0], lost[0], rate)
                    if pooled:
                        _pool(duties, obs, terms, i, sums, lost)
            if found > 0:
                found_at = level
                break
        out.level[h] = found_at
        out.kept[h] = kept
        out.outliers[h] = found - kept
        out.binding[h] = binding
        out.source[h] = FROM_OBSERVATIONS if kept > 0 else AD_VALOREM_PART
        if kept == 0:
            out.rate[h] = part
        elif pooled:
            for j in range(terms[1] - terms[0]):
                duty_paid = sums[1 + 2 * j] + lost[1 + 2 * j]
                term[j] = duty_paid / (sums[2 + 2 * j] + lost[2 + 2 * j])
            out.rate[h] = value(op, arg, term, stack)
        else:
            out.rate[h] = (sums[0] + lost[0]) / kept


@kernel
def line_rates(duties: Duties, obs: Observations, lines: Lines, outlier: float, pooled: bool, out: LineRates) -> None:
    """Rate of each line: mean over its observations' rates (eq. 2, 6, 8, 15, 16), or the pooled method's.

    A line takes its own observations; where none is usable and the line borrows, those of the first level that
    has a usable one. Observations whose rate is above `outlier` are dropped and counted.
    """
    others = np.empty(lines.duty.size + 1, dtype=np.int64)
    n = _percent_lines(duties, obs, lines, outlier, out, others)
    if not pooled:
        n = _plain_lines(duties, obs, lines, outlier, out, others[:n])
    _program_lines(duties, obs, lines, outlier, pooled, out, others[:n])


@kernel
def observation_rates(duties: Duties, duty: int, obs: Observations, chosen: np.ndarray, rate: np.ndarray) -> None:
    """Rate of one duty on the observations `chosen` (int64[k]) into `rate` (float64[k]); NaN = no quantity."""
    stack = np.empty(STACK)
    term = np.empty(STACK)
    op = duties.op[duties.op_start[duty] : duties.op_start[duty + 1]]
    arg = duties.arg[duties.op_start[duty] : duties.op_start[duty + 1]]
    terms = (duties.term_start[duty], duties.term_start[duty + 1])
    for k in range(chosen.size):
        i = chosen[k]
        usable = _terms(duties.term_kind, duties.c, obs.ratio, terms, i, obs.period[i], term)
        rate[k] = value(op, arg, term, stack) if usable else np.nan
