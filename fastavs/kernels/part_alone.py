"""A part of the lines of years under one scenario, from its factors to the summary, in one call.

A small part costs little more than its calls do, so here is but one; its steps are those of `rows`, `nested`, `carry`,
`classes` and `figures`.
"""

from __future__ import annotations

import numpy as np

from fastavs.kernels.carry import carry_mean
from fastavs.kernels.classes import add_strip, add_uncertain_year, add_up_strip
from fastavs.kernels.figures import figures_of_year
from fastavs.kernels.govern import differ, lesser_part
from fastavs.kernels.names import ACCUMULATORS, BOUND, COUNTS, KNOWN, LINES_OF, SPECIFIC, STRIP, WATER
from fastavs.kernels.nested import nested_rows
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.rows import plain_rows
from fastavs.kernels.shapes import (
    AloneMemory,
    Carried,
    Charges,
    DutyTable,
    Entries,
    Factors,
    Layout,
    RowFigures,
    Strips,
)
from fastavs.kernels.touched import largest_of


@inner
def cut_factors(numbers: np.ndarray, cells: int, currencies: int, periods: int) -> Factors:
    """The factors of one scenario that stand one after the other."""
    a, b = cells, cells * currencies
    first = 3 * a
    last = first + 3 * b
    return Factors(
        numbers[:a],
        numbers[a : 2 * a],
        numbers[2 * a : first],
        numbers[first : first + b],
        numbers[first + b : first + 2 * b],
        numbers[first + 2 * b : last],
        numbers[last:],
        periods,
        currencies,
    )


@inner
def charge_nested(
    nested: np.ndarray,
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    memory: AloneMemory,
    rate: np.ndarray,
    part: np.ndarray,
) -> None:
    """Charge the rows of nested duties."""
    m = nested.size
    no_counts = memory.kept[:0]
    found = RowFigures(memory.found[0, :m], memory.found[1, :m], no_counts, no_counts)
    nested_rows(nested, duties, entries, rows, factors, outlier, memory.work, memory.present, found)
    for i in range(m):
        rate[nested[i]] = found.rate[i]
        part[nested[i]] = found.part[i]


@inner
def charge_strip(
    number: np.ndarray,
    side: np.ndarray,
    has_bound: bool,
    full: bool,
    charges: Charges,
    charged: np.ndarray,
    tally: np.ndarray,
) -> None:
    """Fill in what a strip of sure classes is charged; count specific lines and water if all is wanted."""
    rates, parts, specifics = charges
    for j in range(STRIP):
        charged[0, j] = rates[side[0, j]]
    if has_bound:
        for j in range(STRIP):
            charged[2, j] = rates[side[1, j]]
    for j in range(STRIP if full else 0):
        applied, bound = side[0, j], side[1, j]
        specific, part = specifics[applied], parts[applied]
        if has_bound:
            x, bound_rate = charged[0, j], charged[2, j]
            tally[WATER, 0] += number[LINES_OF, j] if bound_rate > x and differ(x, bound_rate) else 0.0
            specific = specifics[bound] if x > bound_rate and differ(x, bound_rate) else specific
            part = lesser_part(part, parts[bound])
        tally[SPECIFIC, 0] += number[LINES_OF, j] if specific else 0.0
        charged[1, j] = part
    if has_bound:
        for j in range(STRIP):
            x, bound_rate = charged[0, j], charged[2, j]
            charged[0, j] = bound_rate if x > bound_rate and differ(x, bound_rate) else x


@inner
def add_year(
    layout: Layout,
    strips: Strips,
    y: int,
    lanes: Charges,
    zero: bool,
    full: bool,
    rest: np.ndarray,
    memory: AloneMemory,
) -> None:
    """Add up a year and what all other lines come to: it then stands in the first place of each accumulator."""
    acc, tally, year = memory.acc, memory.tally, layout.years[y]
    for i in range((KNOWN if full else BOUND) * STRIP):
        acc[i] = 0.0
    for q in range(ACCUMULATORS):
        acc[q * STRIP] = 0.0
    for c in range(COUNTS):
        tally[c, 0] = rest[ACCUMULATORS + c]
    charges = Charges(lanes.rate.reshape(-1), lanes.part.reshape(-1), lanes.specific.reshape(-1))
    for t in range(strips.start[y], strips.start[y + 1]):
        number = strips.number[t]
        charge_strip(number, strips.side[t], year["has_bound"], full, charges, memory.charged, tally)
        add_strip(number, memory.charged.reshape(-1), acc, year["has_bound"], full)
    add_up_strip(acc, full)
    first, last = layout.uncertain[y], layout.start[y + 1]
    if first < last:
        slots = (charges.rate.size, charges.rate.size, 0, 0)
        add_uncertain_year(layout, first, last, slots, lanes, 0, zero, year["heading_unit"], acc, 0, tally)
    for q in range(ACCUMULATORS):
        acc[q * STRIP] += rest[q]


@kernel
def part_alone(
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    nested: np.ndarray,
    carried: Carried,
    mean_row: np.ndarray,
    layout: Layout,
    strips: Strips,
    rest: np.ndarray,
    rules: tuple[float, bool, int, int, int],
    numbers: np.ndarray,
    full: bool,
    memory: AloneMemory,
    out: np.ndarray,
) -> float:
    """Work out the summary of all years under one scenario, from a part anew and what all other lines come to.

    Parameters
    ----------
    duties, entries
    rows : ROW[n]
        None of a rare form but nested ones.
    nested : int64[m]
        The rows of nested duties.
    carried : Carried
    mean_row : int32[...]
        The row of each line behind a mean.
    layout : Layout
        Of one chunk.
    strips : Strips
        Its sure classes.
    rest : float64[y, ACCUMULATORS + COUNTS]
        What all other lines come to, and what is sure of these.
    rules : (float, bool, int, int, int)
        Threshold of outliers; whether an unknown rate counts as 0; cells, currencies and periods of the factors.
    numbers : float64[...]
        The factors, one after the other.
    full : bool
        Whether all columns are wanted, or only means of rates.
    memory : AloneMemory
    out : float64[y, FIGURES]
        Filled in; NaN = null, or not wanted.

    Returns
    -------
    float
        The largest rate or ad valorem part of the part.
    """
    outlier, zero, cells, currencies, periods = rules
    n, means = rows.size, carried.low.shape[1]
    slots = n + means
    factors = cut_factors(numbers, cells, currencies, periods)
    lanes = Charges(memory.rate[:slots], memory.part[:slots], memory.specific[:slots])
    charges = Charges(lanes.rate.reshape(-1), lanes.part.reshape(-1), lanes.specific.reshape(-1))
    for i in range(n):
        charges.specific[i] = rows[i]["specific"]
    kept = memory.kept[:n]
    figures = RowFigures(charges.rate[:n], charges.part[:n], kept, kept)
    plain_rows(duties, entries, rows, factors, outlier, figures)
    if nested.size > 0:
        charge_nested(nested, duties, entries, rows, factors, outlier, memory, charges.rate, charges.part)
    for k in range(means):
        carry_mean(carried, k, mean_row, (slots, slots, 0, 0), n + k, 0, zero, lanes)
    for y in range(layout.years.size):
        add_year(layout, strips, y, lanes, zero, full, rest[y], memory)
        figures_of_year(memory.acc, 0, layout.years[y], memory.tally, 0, full, out[y])
    return largest_of(charges.rate, charges.part, slots)
