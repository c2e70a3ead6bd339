"""Rows of the pooled method: one unit value for all observations of a group (METHOD.md section 7)."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import CONST, POOLED, STACK
from fastavs.kernels.nested import settled
from fastavs.kernels.options import inner
from fastavs.kernels.programs import ad_valorem_part, value
from fastavs.kernels.shapes import DutyTable, Entries, Rows, Shocks
from fastavs.kernels.sums import add_product


@inner
def pooled_rows(
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
    present: np.ndarray,
) -> None:
    """Rows of duties by the pooled method under all scenarios; see `rows.plain_rows`.

    For each amount of a duty, what the kept observations would pay by it and the value that carries its quantity are
    added up; the duty's program then runs once on the shares of the sums.
    """
    form_of, op_start, ops, args = duties.form, duties.op_start, duties.op, duties.arg
    term_start, places, b, per_unit = duties.term_start, duties.place, duties.b, duties.per_unit
    currency_of = duties.currency
    first_of, period, start, more_start = entries.group, entries.period, entries.start, entries.more_start
    ratio, more, quantity, carried = entries.ratio, entries.more, entries.quantity, entries.quantity_value
    duty_of, group_of, cell_of, quote_of, bare = rows.duty, rows.group, rows.cell, rows.quote, rows.bare
    scale, shift, scale_b, shift_b, fx = shocks.scale, shocks.shift, shocks.scale_b, shocks.shift_b, shocks.fx
    arg, c, term, stack = np.empty(STACK), np.empty(STACK), np.empty(STACK), np.empty(STACK)
    paid, paid_lost, value_of, value_lost = np.empty(STACK), np.empty(STACK), np.empty(STACK), np.empty(STACK)
    counting = kept.size > 0
    for i in range(span[0], span[1]):
        d = duty_of[i]
        if form_of[d] != POOLED:
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
            paid[:n_terms] = 0.0
            paid_lost[:n_terms] = 0.0
            value_of[:n_terms] = 0.0
            value_lost[:n_terms] = 0.0
            used = 0
            bind = 0
            segments = (0, 0) if group < 0 else (first_of[group], first_of[group + 1])
            for g in range(segments[0], segments[1]):
                for j in range(n_terms):
                    currency = currency_of[first + j]
                    of = cell * shocks.currencies + currency
                    amount = max(b[first + j] * scale_b[of, s] + shift_b[of, s] * per_unit[first + j], 0.0)
                    c[j] = amount * fx[quote_of[i] + currency * shocks.periods + period[g], s]
                n = start[g + 1] - start[g]
                for x in range(start[g], start[g + 1]):
                    for j in range(n_terms):
                        at = more_start[g] + (places[first + j] - 1) * n + x - start[g]
                        term[j] = c[j] * (more[at] if places[first + j] > 0 else ratio[x])
                    one = value(op, arg, term, stack)
                    if not one <= outlier:  # true for what overflows into no number
                        continue
                    used += 1
                    bind += one != of_value
                    for j in range(n_terms):
                        at = x
                        if places[first + j] > 0:
                            at = ratio.size + more_start[g] + (places[first + j] - 1) * n + x - start[g]
                        paid[j], paid_lost[j] = add_product(paid[j], paid_lost[j], c[j], quantity[at])
                        value_of[j], value_lost[j] = add_product(value_of[j], value_lost[j], 1.0, carried[at])
            mean = np.nan
            if used > 0:
                for j in range(n_terms):
                    term[j] = (paid[j] + paid_lost[j]) / (value_of[j] + value_lost[j])
                mean = value(op, arg, term, stack)
            rate[here, s] = settled(mean, of_value, bare[i])
            part[here, s] = of_value
            if counting:
                kept[here] = used
                binding[here] = bind
