"""What rows come to: a duty charged on a group of observations, under a scenario or under a block of them."""

from __future__ import annotations

import numpy as np

from fastavs.evaluation.draws import DrawnEntries, no_chain
from fastavs.kernels.names import ANY, NESTED, POOLED, STACK, WORK
from fastavs.kernels.nested import nested_lanes, nested_rows, program_rows
from fastavs.kernels.options import readonly
from fastavs.kernels.pooled import pooled_rows
from fastavs.kernels.row_lanes import LANES, plain_lanes
from fastavs.kernels.rows import plain_rows
from fastavs.kernels.shapes import Bounds, Charges, DutyTable, Entries, Factors, RowFigures

RARE = {NESTED: nested_rows, ANY: program_rows, POOLED: pooled_rows}


def row_figures(
    duties: DutyTable, entries: Entries | DrawnEntries, rows: np.ndarray, factors: Factors, outlier: float
) -> RowFigures:
    """Charge rows under one scenario.

    Parameters
    ----------
    duties, entries
    rows : ROW[n]
    factors : Factors
        Of a block of one scenario.
    outlier : float
    """
    return figures_alone(duties, entries, rows, alone(factors, 0), outlier)


def figures_alone(
    duties: DutyTable, entries: Entries | DrawnEntries, rows: np.ndarray, factors: Factors, outlier: float
) -> RowFigures:
    """Charge rows under one scenario, `factors` being of it alone."""
    n = rows.size
    kept, binding = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    figures = RowFigures(np.empty(n), np.empty(n), kept, binding)
    charge_rows(duties, entries, rows, factors, outlier, figures)
    return figures


def charge_rows(
    duties: DutyTable,
    entries: Entries | DrawnEntries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    out: RowFigures,
) -> None:
    """Charge rows under one scenario, `factors` being of it alone, and fill in what they come to."""
    if isinstance(entries, DrawnEntries):
        rate, part, kept, binding = entries.charge(duties, rows, no_chain(rows), factors, outlier)
        for into, one in zip(out, (rate[:, 0], part, kept[:, 0], binding[:, 0]), strict=True):
            into[:] = one
        charge_rare(duties, entries, rows, factors, outlier, 0, out)
        return
    charge_given(rare_rows(duties, rows), duties, entries, rows, factors, outlier, out)


def charge_given(
    rare: dict[int, np.ndarray],
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
    out: RowFigures,
) -> None:
    """Do as `charge_rows` where the rows of rare forms are known."""
    plain_rows(duties, entries, rows, factors, outlier, out)
    for form, which in rare.items():
        found = rare_figures(form, which, duties, entries, rows, factors, outlier)
        for column, one in zip(out, found, strict=True):
            column[which] = one


def charge_rare(
    duties: DutyTable, drawn: DrawnEntries, rows: np.ndarray, factors: Factors, outlier: float, s: int, out: RowFigures
) -> None:
    """Charge the rows of rare forms in a draw."""
    for form, which in rare_rows(duties, rows).items():
        entries = drawn.repeated(rows["group"][which], s)
        found = rare_figures(form, which, duties, entries, rows, factors, outlier)
        for column, one in zip(out, found, strict=True):
            column[which] = one


def rare_rows(duties: DutyTable, rows: np.ndarray) -> dict[int, np.ndarray]:
    """Return the rows of rare forms, by form."""
    forms = duties.duty["form"]
    some = [form for form in RARE if (forms == form).any()]
    if not some:
        return {}
    of_row = forms[rows["duty"]]
    found = {form: readonly(np.flatnonzero(of_row == form), np.int64) for form in some}
    return {form: which for form, which in found.items() if which.size}


def rare_figures(
    form: int,
    which: np.ndarray,
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
) -> RowFigures:
    """Charge some rows of a rare form under one scenario."""
    n = which.size
    found = RowFigures(np.empty(n), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64))
    work, present = np.empty((WORK, STACK)), np.empty(STACK, dtype=np.bool_)
    RARE[form](which, duties, entries, rows, factors, outlier, work, present, found)
    return found


def rare_lanes(
    duties: DutyTable, entries: Entries, rows: np.ndarray, factors: Factors, outlier: float
) -> tuple[np.ndarray, Charges]:
    """Charge rows of rare forms under all scenarios of a block.

    Returns
    -------
    which : int64[m]
        Those rows, ascending.
    found : Charges
        What they come to, [m, s].
    """
    return rare_lanes_of(rare_rows(duties, rows), duties, entries, rows, factors, outlier)


def rare_lanes_of(
    rare: dict[int, np.ndarray],
    duties: DutyTable,
    entries: Entries,
    rows: np.ndarray,
    factors: Factors,
    outlier: float,
) -> tuple[np.ndarray, Charges]:
    """Do as `rare_lanes` where the rows of rare forms are known."""
    which = np.concatenate([*rare.values(), np.empty(0, dtype=np.int64)])
    order = np.argsort(which)
    width = factors.scale.shape[1]
    rate, part = np.empty((which.size, width)), np.empty((which.size, width))
    first = 0
    for form, some in rare.items():
        here = slice(first, first + some.size)
        first += some.size
        if form == NESTED:
            found = _nested_lanes(some, duties, entries, rows, factors, outlier)
            rate[here], part[here] = found.rate.T, found.part.T
            continue
        for s in range(width):
            found = rare_figures(form, some, duties, entries, rows, alone(factors, s), outlier)
            rate[here, s], part[here, s] = found.rate, found.part
    specific = np.empty(rate.shape, dtype=np.bool_)
    specific[:] = rows["specific"][which[order], None]
    return readonly(which[order], np.int64), Charges(
        readonly(rate[order], np.float64), readonly(part[order], np.float64), readonly(specific, np.bool_)
    )


def _nested_lanes(
    which: np.ndarray, duties: DutyTable, entries: Entries, rows: np.ndarray, factors: Factors, outlier: float
) -> RowFigures:
    shape = (factors.scale.shape[1], which.size)
    no_counts = np.empty((shape[0], 0), dtype=np.int64)
    found = RowFigures(np.empty(shape), np.empty(shape), no_counts, no_counts)
    scale, shift, floor, scale_b, shift_b, floor_b, fx = (readonly(one.T, np.float64) for one in factors[:7])
    own = Factors(scale, shift, floor, scale_b, shift_b, floor_b, fx, factors.periods, factors.currencies)
    work, present = np.empty((WORK, STACK)), np.empty(STACK, dtype=np.bool_)
    nested_lanes(which, duties, entries, rows, own, outlier, work, present, found)
    return found


def row_lanes(
    duties: DutyTable, entries: Entries, rows: np.ndarray, factors: Factors, bounds: Bounds, outlier: float
) -> Charges:
    """Charge rows under all scenarios of a block; [n, s]."""
    n, width = rows.size, factors.scale.shape[1]
    charges = Charges(np.empty((n, width)), np.empty((n, width)), np.empty((n, width), dtype=np.bool_))
    if width == 1 or isinstance(entries, DrawnEntries):
        charges.specific[:] = rows["specific"][:, None]
        for s in range(width):
            found = row_figures(duties, entries, rows, factors if width == 1 else alone(factors, s), outlier)
            charges.rate[:, s], charges.part[:, s] = found.rate, found.part
        return charges
    plain_lanes(duties, entries, rows, factors, bounds, outlier, charges, np.empty((LANES, width)))
    which, rare = rare_lanes(duties, entries, rows, factors, outlier)
    for into, one in zip(charges, rare, strict=True):
        into[which] = one
    return charges


def alone(factors: Factors, s: int) -> Factors:
    """Return the factors of one scenario of a block."""
    scale, shift, floor, scale_b, shift_b, floor_b, fx = (readonly(one[:, s], np.float64) for one in factors[:7])
    return Factors(scale, shift, floor, scale_b, shift_b, floor_b, fx, factors.periods, factors.currencies)
