"""Rows of the pooled method: one unit value for all observations of a group (METHOD.md section 7)."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.nested import amounts, operands, settled
from fastavs.kernels.options import kernel
from fastavs.kernels.programs import ad_valorem_part, value
from fastavs.kernels.shapes import DutyTable, Entries, Factors, RowFigures
from fastavs.kernels.sums import add, add_product


@kernel
def pooled_rows(
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
    """Charge rows of duties by the pooled method; see `nested.nested_rows`.

    For each amount of a duty, what the kept observations would pay by it and the value that carries its quantity are
    added up; the duty's program then runs once on the shares of the sums.
    """
    duty, terms, ops, given = duties
    group, segments, ratio, _, more, quantity, carried = entries
    rate, part, kept, binding = out
    arg, c, term, stack = work[0], work[1], work[2], work[3]
    sums = work[4:8]  # what is paid and the value, by term, each with what it lost
    for i in range(which.size):
        row = rows[which[i]]
        one = duty[row["duty"]]
        op = ops[one["op"] : one["op_stop"]]
        own = terms[one["term"] : one["term_stop"]]
        operands(arg, op, given[one["op"] : one["op_stop"]], row["cell"], factors)
        a = ad_valorem_part(op, arg, stack, present)
        sums[:] = 0.0
        used = 0
        bind = 0
        last = group[row["group"] + 1] if row["group"] >= 0 else -1
        for g in range(group[row["group"]] if last >= 0 else 0, last):
            segment = segments[g]
            amounts(c, own, row, segment["period"], factors)
            n = segments[g + 1]["start"] - segment["start"]
            for x in range(n):
                for j in range(own.size):
                    at = segment["more"] + (own[j]["kind"] - 1) * n + x
                    term[j] = c[j] * (more[at] if own[j]["kind"] > 0 else ratio[segment["start"] + x])
                one_rate = value(op, arg, term, stack)
                if not one_rate <= outlier:  # true for NaN, which an overflow may give
                    continue
                used += 1
                bind += one_rate != a
                for j in range(own.size):
                    at = segment["start"] + x
                    if own[j]["kind"] > 0:
                        at = ratio.size + segment["more"] + (own[j]["kind"] - 1) * n + x
                    sums[0, j], sums[1, j] = add_product(sums[0, j], sums[1, j], c[j], quantity[at])
                    sums[2, j], sums[3, j] = add(sums[2, j], sums[3, j], carried[at])
        mean = np.nan
        if used > 0:
            for j in range(own.size):
                term[j] = (sums[0, j] + sums[1, j]) / (sums[2, j] + sums[3, j])
            mean = value(op, arg, term, stack)
        rate[i] = settled(mean, a, row["purely_specific"])
        part[i] = a
        kept[i] = used
        binding[i] = bind
