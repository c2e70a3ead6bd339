"""A block of scenarios with changed trade through an index: only what they tell apart is made anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.evaluation.adding import add_charges, as_lane, figures_of_large, memory
from fastavs.evaluation.averages import empty_sums, exact_up_to
from fastavs.evaluation.cell_weights import (
    CellLayout,
    cell_layout,
    figures_by_year,
    kept_apart,
    weights_of,
)
from fastavs.evaluation.changed_trade import (
    Chosen,
    chosen_of,
    line_of_rows,
    matches_of,
    quoted_factors,
    rows_quoted,
)
from fastavs.evaluation.latest import Latest
from fastavs.evaluation.partners import Selection
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.rows import alone, figures_alone, rare_lanes, row_lanes
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.index.rows import Ready
from fastavs.kernels.carry import carry
from fastavs.kernels.names import STRIP
from fastavs.kernels.options import readonly
from fastavs.kernels.quotes import settle_groups
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Bounds, Charges, Entries, Factors, RowFigures, Sums, changed
from fastavs.kernels.sweep import sweep_block


class ChosenRows(NamedTuple):
    """What a selection makes of the rows and classes of a plan. n rows."""

    ready: Ready  # whose they are
    rows: np.ndarray  # ROW[n] those on parted groups have none
    entries: Entries  # of the index, with quotes for periods
    which: np.ndarray  # int64[m] the rows on parted groups
    parted: np.ndarray  # ROW[m] those, on their groups
    moved: np.ndarray  # int64[...] the rows on other groups than in the index that are not parted
    priced: bool  # whether prices change
    cells: CellLayout | None  # None: weights are added up for each scenario


def _rows_of(plan: Plan, selection: Selection, chosen: Chosen) -> ChosenRows:
    known: Latest[ChosenRows] = plan.index.kept.setdefault("chosen rows", Latest(4))
    return known.get((selection, id(plan.ready)), lambda: _make_rows(plan, chosen))


def _make_rows(plan: Plan, chosen: Chosen) -> ChosenRows:
    index, some = plan.index, chosen.parted
    rows = rows_quoted(plan, chosen.prices)
    group = rows["group"].copy()
    if (some.left[some.which] == 0).any():
        of_line, level, found = matches_of(index)
        settle_groups(index.further, readonly(some.left, np.int64), of_line, level, found)
        group = of_line[line_of_rows(plan)]
    groups = some.left.size
    place = some.renumbered(group)
    which = np.flatnonzero(place >= groups)
    parted = changed(rows[which], group=place[which] - groups)
    cells = None
    if kept_apart(chosen.prices):
        cells = cell_layout(index, plan.ready, weights_of(index, chosen.prices, *chosen.terms))
    moved = np.flatnonzero((group != rows["group"]) & (place < groups))
    return ChosenRows(
        plan.ready, changed(rows, group=np.where(place >= groups, -1, group)),
        index.entries._replace(segment=some.segment), which, parted, moved, bool(chosen.prices.touch.size), cells,
    )  # fmt: skip


def run_chosen(plan: Plan, block: TradeBlock, full: bool) -> np.ndarray:
    """Work out a block of scenarios on one selection; float64[s, y, 17].

    Unless `full`, only means of rates alone are to be used.
    """
    index, chosen = plan.index, chosen_of(plan.index, block.selection)
    own = _rows_of(plan, block.selection, chosen)
    factor = chosen.prices.factors(block.prices)
    factors, bounds = quoted_factors(block.factors, block.bounds, chosen.prices, factor)
    cells = own.cells
    if cells is None:
        cells = cell_layout(index, plan.ready, weights_of(index, chosen.prices, *chosen.terms, factor[0]))
    width, zero = factor.shape[0], index.facts["zero"]
    if width == 1:
        sums = add_charges(cells.layout, _charge_one(plan, own, chosen.parted.entries, factors, 0), zero, full)
    else:
        sums = empty_sums(cells.layout, width)
        _add_block(plan, own, chosen.parted.entries, factors, bounds, cells, full, sums)
    figures = figures_by_year(cells, sums, factor, full)
    for s in np.flatnonzero(sums.largest > exact_up_to(plan.layout)).tolist():
        added = cell_layout(index, plan.ready, weights_of(index, chosen.prices, *chosen.terms, factor[s]))
        charges = _charge_one(plan, own, chosen.parted.entries, factors, s)
        figures[s] = figures_of_large(added.layout, charges, zero, full)
    return figures


def _charge_one(plan: Plan, own: ChosenRows, parted: Entries, factors: Factors, s: int) -> Charges:
    """Charge rows under a scenario of a block."""
    outlier, of_one = plan.index.facts["outlier"], alone(factors, s)
    if own.priced:
        figures = figures_alone(plan.duties, own.entries, own.rows, of_one, outlier)
    else:
        figures = _as_it_was(plan, of_one)
        if own.moved.size:
            found = figures_alone(plan.duties, own.entries, changed(own.rows[own.moved]), of_one, outlier)
            figures.rate[own.moved], figures.part[own.moved] = found.rate, found.part
    if own.which.size:
        found = figures_alone(plan.duties, parted, own.parted, of_one, outlier)
        figures.rate[own.which], figures.part[own.which] = found.rate, found.part
    return _carried(plan, figures.rate, figures.part)


def _as_it_was(plan: Plan, factors: Factors) -> RowFigures:
    """Return what rows are charged on the whole trade, kept with the index, in memory to be written to."""
    known: Latest[tuple[Ready, RowFigures]] = plan.index.kept.setdefault("charged rows", Latest())
    key = id(plan.ready), tuple(one.tobytes() for one in factors[:7])
    _, found = known.get(key, lambda: (
        plan.ready, figures_alone(plan.duties, plan.index.entries, plan.rows, factors, plan.index.facts["outlier"])
    ))  # fmt: skip
    return found._replace(rate=found.rate.copy(), part=found.part.copy())


def _carried(plan: Plan, rate: np.ndarray, part: np.ndarray) -> Charges:
    """Return what rows are charged under one scenario, and after them the means that are carried."""
    n, means = rate.size, plan.ready.carried.low.shape[1]
    charges = Charges(np.empty(n + means), np.empty(n + means), np.empty(n + means, dtype=np.bool_))
    charges.rate[:n], charges.part[:n], charges.specific[:n] = rate, part, plan.rows["specific"]
    level_of = np.empty(means, dtype=np.int64)
    carry(plan.ready.carried, plan.line_row, plan.index.facts["zero"], as_lane(charges), level_of)
    return charges


def _add_block(
    plan: Plan,
    own: ChosenRows,
    parted: Entries,
    factors: Factors,
    bounds: Bounds,
    cells: CellLayout,
    full: bool,
    sums: Sums,
) -> None:
    facts = plan.index.facts
    width = factors.scale.shape[1]
    shape = (plan.ready.slots, width)
    which, known = rare_lanes(plan.duties, own.entries, own.rows, factors, facts["outlier"])
    if own.which.size:
        found = row_lanes(plan.duties, parted, own.parted, factors, bounds, facts["outlier"])
        others = ~np.isin(which, own.which)
        which = np.concatenate([which[others], own.which])
        order = np.argsort(which)
        which = readonly(which[order], np.int64)
        known = Charges(*(
            readonly(np.concatenate([one[others], more])[order], one.dtype)
            for one, more in zip(known, found, strict=True)
        ))  # fmt: skip
    sweep_block(
        plan.duties, own.entries, own.rows, plan.line_row, which, known, factors, bounds, cells.layout,
        plan.ready.carried, (facts["outlier"], facts["zero"], full),
        memory(shape), np.zeros((LANES, -(-width // STRIP) * STRIP)), sums,
    )  # fmt: skip
