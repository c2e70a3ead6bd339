"""Classes of lines added up, year by year."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.govern import apart as differ
from fastavs.kernels.names import (
    BOUND,
    BOUND_LINES,
    HEADING,
    HEADINGS,
    LINES,
    MATCHED,
    MATCHED_LINES,
    MATCHED_SQUARES,
    PART,
    PART_SQUARES,
    PART_WEIGHTED,
    RATE,
    SPECIFIC,
    SQUARES,
    UNRESOLVED,
    WATER,
    WEIGHTED,
    WEIGHTED_SQUARES,
    WEIGHTS,
)
from fastavs.kernels.options import inlined, inner
from fastavs.kernels.shapes import Layout, Scratch
from fastavs.kernels.sums import add_product, add_square


@inner
def odd_classes(layout: Layout, chunk: int, zero: bool, full: bool, out: Scratch) -> None:
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
                    apart = differ(x, bound)
                    governs = (apart and x > bound) or (np.isnan(x) and not np.isnan(bound)) or np.isnan(part)
                    if apart and bound > x:
                        count[WATER, s] += lines
                    if not np.isnan(bound):
                        count[BOUND_LINES, s] += lines
                        total[BOUND, s], lost[BOUND, s] = add_product(total[BOUND, s], lost[BOUND, s], lines, bound)
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
                    total[WEIGHTS, s], lost[WEIGHTS, s] = add_product(total[WEIGHTS, s], lost[WEIGHTS, s], weight, 1.0)
                    count[MATCHED_LINES, s] += matched
                    total[RATE, s], lost[RATE, s] = add_product(total[RATE, s], lost[RATE, s], lines, x)
                    total[WEIGHTED, s], lost[WEIGHTED, s] = add_product(
                        total[WEIGHTED, s], lost[WEIGHTED, s], weight, x
                    )
                    total[MATCHED, s], lost[MATCHED, s] = add_product(total[MATCHED, s], lost[MATCHED, s], matched, x)
                if not full:
                    continue
                total[PART, s], lost[PART, s] = add_product(total[PART, s], lost[PART, s], lines, part)
                total[PART_SQUARES, s], lost[PART_SQUARES, s] = add_square(
                    total[PART_SQUARES, s], lost[PART_SQUARES, s], lines, part
                )
                if known:
                    total[PART_WEIGHTED, s], lost[PART_WEIGHTED, s] = add_product(
                        total[PART_WEIGHTED, s], lost[PART_WEIGHTED, s], weight, part
                    )
                    total[SQUARES, s], lost[SQUARES, s] = add_square(total[SQUARES, s], lost[SQUARES, s], lines, x)
                    total[WEIGHTED_SQUARES, s], lost[WEIGHTED_SQUARES, s] = add_square(
                        total[WEIGHTED_SQUARES, s], lost[WEIGHTED_SQUARES, s], weight, x
                    )
                    total[MATCHED_SQUARES, s], lost[MATCHED_SQUARES, s] = add_square(
                        total[MATCHED_SQUARES, s], lost[MATCHED_SQUARES, s], matched, x
                    )
                subheading = subheadings[k]
                if subheading < 0:
                    total[HEADING, s], lost[HEADING, s] = add_product(
                        total[HEADING, s], lost[HEADING, s], headings[k], x
                    )
                    continue
                if known:  # lines of one subheading come together, each on its own or by a number of equals
                    heading_sum, heading_lost = add_product(heading_sum, heading_lost, lines, x)
                    heading_lines += int(lines)
                if k + 1 == last or subheadings[k + 1] != subheading:
                    if heading_lines > 0:
                        mean = (heading_sum + heading_lost) / heading_lines
                        total[HEADING, s], lost[HEADING, s] = add_product(
                            total[HEADING, s], lost[HEADING, s], 1.0, mean
                        )
                        count[HEADINGS, s] += 1.0
                    heading_sum = 0.0
                    heading_lost = 0.0
                    heading_lines = 0


@inner
def classes_one(layout: Layout, chunk: int, full: bool, out: Scratch) -> None:
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
                apart = differ(x, bound)
                water += lines if apart and bound > x else 0.0
                t4, e4 = add_product(t4, e4, lines, bound)
                above = apart and x > bound
                x = bound if above else x
                has_specific = specifics[right, 0] if above else has_specific
                part = min(part, parts[right, 0])
            specific += lines if has_specific else 0.0
            t0, e0 = add_product(t0, e0, lines, x)
            t1, e1 = add_product(t1, e1, weight, x)
            if not own:
                t2, e2 = add_product(t2, e2, matched[k], x)
            if full:
                t3, e3 = add_product(t3, e3, headings[k], x)
                t5, e5 = add_product(t5, e5, lines, part)
                t6, e6 = add_product(t6, e6, weight, part)
                t7, e7 = add_square(t7, e7, lines, x)
                t8, e8 = add_square(t8, e8, weight, x)
                if not own:
                    t9, e9 = add_square(t9, e9, matched[k], x)
                t10, e10 = add_square(t10, e10, lines, part)
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
        total[s], lost[s] = add_product(total[s], lost[s], weight, x[s])


@inlined
def _add_square_lanes(total: np.ndarray, lost: np.ndarray, weight: float, x: np.ndarray) -> None:
    for s in range(x.size):
        total[s], lost[s] = add_square(total[s], lost[s], weight, x[s])


@inner
def classes_block(layout: Layout, chunk: int, full: bool, out: Scratch) -> None:
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
                        apart = differ(applied, bound)
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
                        above = applied > bound and differ(applied, bound)
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
