"""Classes of lines added up in many draws at once: each draw has rates and weights of its own, side by side."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.class_lanes import carry_lanes, govern_lanes, note_largest
from fastavs.kernels.class_sums import pieces_of
from fastavs.kernels.classes import add_uncertain_year
from fastavs.kernels.lanes import ABREAST
from fastavs.kernels.names import (
    BOUND,
    HEADING,
    HEADING_OF,
    KNOWN,
    LINES_OF,
    MATCHED,
    MATCHED_LINES,
    MATCHED_OF,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    PIECES,
    RATE,
    SPECIFIC,
    SQUARES,
    STRIP,
    WEIGHTED,
    WEIGHTED_SQUARES,
)
from fastavs.kernels.options import inner, kernel_with_memory, merged
from fastavs.kernels.pieces import (
    WEIGHT_RULERS,
    add_counted,
    add_counted_square,
    add_weighed,
    add_weighed_square,
    cut_rate,
    cut_square,
    first_accumulator,
    power_over,
    rounded,
)
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Carried, Charges, Layout, Records, Sums
from fastavs.kernels.sums import add


@merged
def add_to(total: np.ndarray, lost: np.ndarray, x: np.ndarray) -> None:
    """Add numbers to totals, lane by lane, and what that loses to `lost`."""
    for s in range(ABREAST):
        total[s], lost[s] = add(total[s], lost[s], x[s])


@inner
def weigh_year(
    records: Records,
    side: int,
    of_code: np.ndarray,
    low: int,
    high: int,
    matched: np.ndarray,
    by_imports: bool,
    imports: np.ndarray,
    lost: np.ndarray,
    matched_lines: np.ndarray,
    per_unit: np.ndarray,
) -> None:
    """Work out imports, matched lines and the unit of weights of a year, whose lines are `low` to `high`.

    Parameters
    ----------
    of_code : float64[u, s]
        Imports of codes in the year's basis.
    imports, lost : float64[lines, s]
        Filled in: imports of its lines; memory to work in.
    matched_lines, per_unit : float64[s]
        Filled in: how many lines are matched, and one over what weights are measured in.
    """
    imports[: high - low] = 0.0
    lost[: high - low] = 0.0
    for k in range(records.own_start[side], records.own_start[side + 1]):
        line = records.own_line[k] - low
        add_to(imports[line], lost[line], of_code[records.own_code[k]])
    matched_lines[:] = 0.0
    total, rest = per_unit[0], per_unit[1]
    total[:] = 0.0
    rest[:] = 0.0
    for h in range(low, high):
        of_line, of_lost = imports[h - low], lost[h - low]
        for s in range(ABREAST):
            of_line[s] += of_lost[s]
        if by_imports:
            for s in range(ABREAST):
                matched_lines[s] += 1.0 if of_line[s] > 0.0 else 0.0
        elif matched[h]:
            for s in range(ABREAST):
                matched_lines[s] += 1.0
        if by_imports or matched[h]:
            add_to(total, rest, of_line)
    for s in range(ABREAST):
        total[s] = 1.0 / power_over(total[s] + rest[s])


@merged
def weigh_class(
    lines: np.ndarray,
    first: int,
    last: int,
    low: int,
    imports: np.ndarray,
    per_unit: np.ndarray,
    matched: np.ndarray,
    by_imports: bool,
    out: np.ndarray,
) -> None:
    """Fill in how many lines of a class are matched, and the pieces of their weight; float64[1 + PIECES, s]."""
    count, one, two, three, four, five, six = out[0], out[1], out[2], out[3], out[4], out[5], out[6]
    out[:] = 0.0
    for i in range(first, last):
        h = lines[i]
        if not (by_imports or matched[h]):
            continue
        of_line = imports[h - low]
        for s in range(ABREAST):
            x = of_line[s]
            count[s] += 1.0 if x > 0.0 or not by_imports else 0.0
            left = x * per_unit[s]
            piece = rounded(left, WEIGHT_RULERS[0])
            one[s] += piece
            left -= piece
            piece = rounded(left, WEIGHT_RULERS[1])
            two[s] += piece
            left -= piece
            piece = rounded(left, WEIGHT_RULERS[2])
            three[s] += piece
            left -= piece
            piece = rounded(left, WEIGHT_RULERS[3])
            four[s] += piece
            left -= piece
            piece = rounded(left, WEIGHT_RULERS[4])
            five[s] += piece
            six[s] += rounded(left - piece, WEIGHT_RULERS[5])


@merged
def add_class(
    number: np.ndarray,
    k: int,
    weight: np.ndarray,
    x: np.ndarray,
    parts: np.ndarray,
    bounds: np.ndarray,
    acc: np.ndarray,
    matched: np.ndarray,
    has_bound: bool,
    full: bool,
) -> None:
    """Add a class to the accumulators of all draws; if not full, to those that means of rates rest on.

    Parameters
    ----------
    weight : float64[1 + PIECES, s]
        As `weigh_class` fills it in.
    x, parts, bounds : float64[s]
        What governs, ad valorem parts, and bound rates.
    acc : float64[ACCUMULATORS * STRIP]
    matched : float64[s]
        Matched lines of the year.
    """
    n = number[LINES_OF, k]
    count, one, two, three, four, five, six = (
        weight[0],
        weight[1],
        weight[2],
        weight[3],
        weight[4],
        weight[5],
        weight[6],
    )
    for j in range(STRIP):
        rate = cut_rate(x[j])
        add_counted(acc, RATE * STRIP + j, n, rate)
        add_counted(acc, MATCHED * STRIP + j, count[j], rate)
    for j in range(STRIP):
        add_weighed(acc, WEIGHTED * STRIP + j, (one[j], two[j], three[j], four[j], five[j], six[j]), cut_rate(x[j]))
    for j in range(STRIP):
        matched[j] += count[j]
        acc[KNOWN * STRIP + j] += one[j]
        acc[(KNOWN + 1) * STRIP + j] += two[j]
        acc[(KNOWN + 2) * STRIP + j] += three[j]
        acc[(KNOWN + 3) * STRIP + j] += four[j]
        acc[(KNOWN + 4) * STRIP + j] += five[j]
        acc[(KNOWN + 5) * STRIP + j] += six[j]
    if not full:
        return
    share = pieces_of(number, HEADING_OF, k)
    for j in range(STRIP):
        add_weighed(acc, HEADING * STRIP + j, share, cut_rate(x[j]))
    for j in range(STRIP):
        square = cut_square(x[j])
        add_counted_square(acc, SQUARES * STRIP + j, n, square)
        add_counted_square(acc, MATCHED_SQUARES * STRIP + j, count[j], square)
        add_weighed_square(
            acc, WEIGHTED_SQUARES * STRIP + j, (one[j], two[j], three[j], four[j], five[j], six[j]), square
        )
    for j in range(STRIP):
        part = cut_rate(parts[j])
        add_counted(acc, PART * STRIP + j, n, part)
        add_weighed(acc, PART_WEIGHTED * STRIP + j, (one[j], two[j], three[j], four[j], five[j], six[j]), part)
        add_counted_square(acc, PART_SQUARES * STRIP + j, n, cut_square(parts[j]))
    if has_bound:
        for j in range(STRIP):
            add_counted(acc, BOUND * STRIP + j, n, cut_rate(bounds[j]))


@inner
def add_sure_classes(
    layout: Layout,
    first: int,
    last: int,
    charges: Charges,
    year: tuple[int, int, bool],
    lines: tuple[np.ndarray, np.ndarray, np.ndarray],
    imports: np.ndarray,
    per_unit: np.ndarray,
    weight: np.ndarray,
    lanes: np.ndarray,
    acc: np.ndarray,
    count: np.ndarray,
    full: bool,
) -> None:
    """Add classes of a year whose rates are sure to be known."""
    y, low, by_imports = year
    has_bound = layout.years[y]["has_bound"]
    for k in range(first, last):
        weigh_class(lines[1], lines[0][k], lines[0][k + 1], low, imports, per_unit, lines[2], by_imports, weight)
        applied = layout.applied[k]
        bound = applied
        x, part = charges.rate[applied], charges.part[applied]
        if has_bound:
            bound = layout.bound[k]
            x, part = lanes[0], lanes[1]
            govern_lanes(layout.number[LINES_OF, k], applied, bound, charges, full, x, part, count)
        elif full and charges.specific[applied, 0]:
            for s in range(ABREAST):
                count[SPECIFIC, s] += layout.number[LINES_OF, k]
        add_class(layout.number, k, weight, x, part, charges.rate[bound], acc, count[MATCHED_LINES], has_bound, full)


@kernel_with_memory
def add_draws(
    layout: Layout,
    number: np.ndarray,
    carried: Carried,
    line_row: np.ndarray,
    rows: int,
    charges: Charges,
    records: Records,
    of_code: np.ndarray,
    years: np.ndarray,
    lines: tuple[np.ndarray, np.ndarray, np.ndarray],
    rules: tuple[bool, bool],
    matched_lines: np.ndarray,
    sums: Sums,
) -> None:
    """Carry means, and add up all classes, in many draws.

    Parameters
    ----------
    layout : Layout
        Without matched lines and weights of classes that are sure.
    number : float64[NUMBERS, k]
        That of `layout`, to be written to.
    carried : Carried
    line_row : int32[l]
        The row of each line of the schedules.
    rows : int
    charges : Charges
        Of rows, [..., s]; the means after them are filled in.
    records : Records
    of_code : float64[b, u, s]
        Imports of codes.
    years : int64[y, 5]
        First line and one past the last, side, basis, and whether imports tell which lines are matched.
    lines : (int64[k + 1], int64[...], bool[h])
        Lines of each class: where they begin, and which they are; whether each is matched.
    rules : (bool, bool)
        Whether an unknown rate counts as 0; whether all sums are wanted, or only those of rates alone.
    matched_lines : float64[y, s]
        Filled in.
    sums : Sums
        Added to.
    """
    zero, full = rules
    everywhere = charges.rate.shape[0]
    lanes = np.zeros((LANES, ABREAST))
    means = (rows, rows, 0, 0)
    carry_lanes(carried, 0, everywhere - rows, line_row, means, zero, charges, lanes)
    note_largest(charges, 0, everywhere, sums.largest)
    longest, most = 0, 1
    for y in range(years.shape[0]):
        longest = max(longest, years[y, 1] - years[y, 0])
    for part in range(layout.uncertain.size):
        most = max(most, layout.start[part + 1] - layout.uncertain[part])
    imports, lost = np.empty((longest, ABREAST)), np.empty((longest, ABREAST))
    units, weight = np.empty((2, ABREAST)), np.empty((most, 1 + PIECES, ABREAST))
    slots = (everywhere, everywhere, 0, 0)
    width = sums.tally.shape[2]
    for y in range(years.shape[0]):
        low, high, by_imports = years[y, 0], years[y, 1], years[y, 4] != 0
        weigh_year(
            records, years[y, 2], of_code[years[y, 3]], low, high, lines[2], by_imports, imports, lost,
            matched_lines[y], units,
        )  # fmt: skip
        at = first_accumulator(y, 0, width)
        acc, count = sums.acc[at:], sums.tally[y]
        for part in range(y, layout.uncertain.size, years.shape[0]):
            first, last = layout.uncertain[part], layout.start[part + 1]
            add_sure_classes(
                layout, layout.start[part], first, charges, (y, low, by_imports), lines, imports, units[0],
                weight[0], lanes, acc, count, full,
            )  # fmt: skip
            if first == last:
                continue
            for k in range(first, last):
                own = weight[k - first]
                weigh_class(lines[1], lines[0][k], lines[0][k + 1], low, imports, units[0], lines[2], by_imports, own)
            for s in range(ABREAST):
                for k in range(first, last):
                    for q in range(1 + PIECES):
                        number[MATCHED_OF + q, k] = weight[k - first, q, s]
                unit, here = layout.years[y]["heading_unit"], first_accumulator(y, s, width)
                add_uncertain_year(layout, first, last, slots, charges, s, zero, unit, sums.acc, here, count)
