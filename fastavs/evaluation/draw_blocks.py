"""A block of draws of one scenario through an index: all of them side by side."""

from __future__ import annotations

import numpy as np

from fastavs.evaluation.adding import figures_of_large
from fastavs.evaluation.averages import empty_sums, exact_up_to, summary_of
from fastavs.evaluation.cell_weights import cell_layout, drawn_imports_of, of_lines, sides_of_years
from fastavs.evaluation.changed_trade import Chosen, chosen_of, line_of_rows, quoted_factors, rows_quoted
from fastavs.evaluation.draws import DrawnEntries, times_of
from fastavs.evaluation.latest import Latest
from fastavs.evaluation.parted import whole_entries
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.rows import alone, charge_rare, rare_rows
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.index.rows import Ready
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.drawn_classes import add_draws
from fastavs.kernels.lanes import ABREAST
from fastavs.kernels.names import ALL_MATCHED_LINES, MATCHED_LINES
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Charges, Factors, RowFigures, changed
from fastavs.scenario.trade import Resample


def run_drawn(plan: Plan, block: TradeBlock, full: bool) -> np.ndarray:
    """Work out draws of one scenario; float64[s, y, 17]."""
    index, draws = plan.index, len(block.seeds)
    charges, drawn, chosen, factor = charges_of_draws(plan, block)
    of_code = drawn_imports_of(index, chosen.prices, factor[0], chosen.terms.times, drawn.times)
    figures, largest = _added_up(plan, charges, of_code, full)
    for s in np.flatnonzero(largest[:draws] > exact_up_to(plan.layout)).tolist():
        everything = np.ones(of_code.shape[0], dtype=bool)
        weights = of_lines(index, readonly(of_code[:, :, s, None], np.float64), everything, None)
        of_one = Charges(*(np.ascontiguousarray(one[:, s]) for one in charges))
        layout = cell_layout(index, plan.ready, weights).layout
        figures[s] = figures_of_large(layout, of_one, index.facts["zero"], full)
    return figures[:draws]


def charges_of_draws(plan: Plan, block: TradeBlock) -> tuple[Charges, DrawnEntries, Chosen, np.ndarray]:
    """Return what rows are charged in draws, whose entries that takes, and what values are multiplied by."""
    index, draws = plan.index, len(block.seeds)
    chosen = chosen_of(index, block.selection._replace(draw=Resample(block.seeds[0])))
    factor = chosen.prices.factors(block.prices)
    factors, _ = quoted_factors(block.factors, block.bounds, chosen.prices, factor)
    some = chosen.parted
    drawn = DrawnEntries(whole_entries(index, some), some.partners(index), times_of(index, block.seeds))
    rows = rows_quoted(plan, chosen.prices)
    rows = changed(rows, group=some.renumbered(rows["group"]))
    start, chain = _chains(plan)
    chain = readonly(some.renumbered(chain), np.int32)
    return _charged(plan, drawn, rows, (start, chain), alone(factors, 0), draws), drawn, chosen, factor


def _charged(
    plan: Plan,
    drawn: DrawnEntries,
    rows: np.ndarray,
    chains: tuple[np.ndarray, np.ndarray],
    factors: Factors,
    draws: int,
) -> Charges:
    """Return what rows are charged in each draw, and after them room for means; [..., s]."""
    outlier, n = plan.index.facts["outlier"], rows.size
    start, chain = chains
    rate, part, kept, binding = drawn.charge(plan.duties, rows, chains, factors, outlier)
    shape = n + plan.ready.carried.low.shape[1], ABREAST
    charges = Charges(np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.bool_))
    charges.rate[:n], charges.part[:n], charges.specific[:n] = rate, part[:, None], plan.rows["specific"][:, None]
    which = np.concatenate([*rare_rows(plan.duties, rows).values(), np.empty(0, dtype=np.int64)])
    if not which.size:
        return charges
    charges.rate[which] = charges.part[which] = 0.0  # of draws of nobody
    group = rows["group"][which][:, None] + np.zeros((1, draws), dtype=np.int64)
    group = _settled(drawn, group, start[which], start[which + 1], chain)
    for s in range(draws):
        groups = rows["group"].copy()
        groups[which] = group[:, s]
        figures = RowFigures(charges.rate[:n, s], charges.part[:n, s], kept[:, s], binding[:, s])
        charge_rare(plan.duties, drawn, changed(rows, group=groups), factors, outlier, s, figures)
    return charges


def _added_up(plan: Plan, charges: Charges, of_code: np.ndarray, full: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of the summary in each draw, and the largest rate of each."""
    index, ready, layout = plan.index, plan.ready, plan.layout
    facts, number, counts = index.facts, layout.number.copy(), layout.counts.copy()
    counts[:, MATCHED_LINES] = 0.0
    layout = layout._replace(
        number=readonly(number, np.float64),
        counts=readonly(counts, np.float64),
        known=readonly(np.zeros(layout.known.shape), np.float64),
    )
    sides = sides_of_years(index)
    years = [
        (of.first, of.last, side, facts["basis_of"][side], facts["match_on_imports"] and not of.own_trade)
        for side, of in ((side, index.sides[side]) for side in sides)
    ]
    known: Latest[tuple[Ready, np.ndarray, np.ndarray]] = index.kept.setdefault("lines of classes", Latest())
    _, start, line = known.get(id(ready), lambda: _lines_of_classes(index, ready, sides))
    matched_lines = np.empty((len(years), ABREAST))
    sums = empty_sums(layout, ABREAST)
    add_draws(
        layout, number, ready.carried, plan.line_row, plan.rows.size, charges, index.records, of_code,
        readonly(years, np.int64), (start, line, index.lines.matched), (facts["zero"], full), matched_lines, sums,
    )  # fmt: skip
    figures = summary_of(layout, sums, full)
    figures[:, :, ALL_MATCHED_LINES] = matched_lines.T
    return figures, sums.largest


def _lines_of_classes(index: SortedIndex, ready: Ready, sides: list[int]) -> tuple[Ready, np.ndarray, np.ndarray]:
    """Return where the lines of each class begin, int64[k + 1], and which they are, int64[...]; and whose they are."""
    line = np.concatenate([np.arange(index.sides[side].first, index.sides[side].last) for side in sides])
    order = np.argsort(ready.line_class, kind="stable")
    size = np.bincount(ready.line_class, minlength=ready.layout.applied.size)
    return ready, readonly(np.concatenate(([0], np.cumsum(size))), np.int64), readonly(line[order], np.int64)


def _chains(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Return the groups that each row goes on to where it has no observation left."""
    further, line = plan.index.further, line_of_rows(plan)
    sizes = np.diff(further.start)[line]
    start = np.concatenate(([0], np.cumsum(sizes)))
    place = np.repeat(further.start[line] - start[:-1], sizes) + np.arange(start[-1])
    return readonly(start, np.int64), further.group[place]


def _settled(
    drawn: DrawnEntries, group: np.ndarray, first: np.ndarray, last: np.ndarray, chain: np.ndarray
) -> np.ndarray:
    """Return the first group of each chain with an observation left, by draw; int64[r, s], -1: none.

    `group` (int64[r, s]) is the first one of all, and the others stand from `first` to `last` in `chain`.
    """
    draws = group.shape[1]
    found = np.full_like(group, -1)
    wanted, depth = group[:, 0], 0
    while True:
        some, place = np.unique(wanted, return_inverse=True)
        left = drawn.left(np.maximum(some, 0))[:, :draws] * (some >= 0)[:, None]
        take = (found < 0) & (left[place.reshape(-1)] > 0)
        found[take] = np.broadcast_to(wanted[:, None], take.shape)[take]
        at = first + depth
        more = at < last
        if not (more & (found < 0).any(axis=1)).any():
            return found
        wanted = np.where(more, chain[np.where(more, at, 0)] if chain.size else -1, -1)
        depth += 1
