"""Imports and classes of lines under changed trade: weights kept apart by price cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.evaluation.averages import empty_sums, summary_of
from fastavs.evaluation.price_cells import PriceCells, marked_bits
from fastavs.index.rows import Ready
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels import cell_classes
from fastavs.kernels import cell_weights as kernels
from fastavs.kernels.draws import drawn_imports
from fastavs.kernels.names import PIECES, WEIGHT_OF
from fastavs.kernels.options import readonly
from fastavs.kernels.pieces import power_over
from fastavs.kernels.shapes import Layout, Sums, changed

MOST_CELLS, MOST_OF_KIND = 16, 4
"""How many price cells weights are kept apart for, and how many of one kind of codes; where there are more, they are
added up for each scenario."""


class Weights(NamedTuple):
    """Imports of all lines. h lines, b bases."""

    imports: np.ndarray  # float64[h]
    matched: np.ndarray  # bool[h]
    affected: np.ndarray  # bool[b] for which bases they may differ from those of the index
    apart: CellImports | None  # where weights are kept apart by price cell


class CellImports(NamedTuple):
    """Imports of all lines by price cell, with prices as they are. h lines."""

    start: np.ndarray  # int64[h + 1] where a line's cells begin
    cell: np.ndarray  # int64[...]
    value: np.ndarray  # float64[...]
    cells: int


class CellLayout(NamedTuple):
    """Classes whose weights are kept apart by price cell: what a year adds up to has a row for each of its cells."""

    layout: Layout
    first: np.ndarray  # int64[y + 1] the first row of each year
    cell: np.ndarray  # int64[rows]


def kept_apart(prices: PriceCells) -> bool:
    """Whether weights are kept apart by price cell."""
    first = prices.table.first_cell
    return bool(first[-1] <= MOST_CELLS and np.diff(first).max() <= MOST_OF_KIND)


def weights_of(
    index: SortedIndex, prices: PriceCells, times: np.ndarray, weigh: np.ndarray, factor: np.ndarray | None = None
) -> Weights:
    """Return the weights of changed trade.

    Parameters
    ----------
    index : SortedIndex
    prices : PriceCells
    times, weigh : int32[t, p]
        As how many partners each weighs, where excluded ones do not, and where they do.
    factor : float64[cells], optional
        What values are multiplied by, to add all cells up; default: they are kept apart.
    """
    most = 1 if factor is not None else int(np.diff(prices.table.first_cell).max())
    within, both = periods_within(index), np.stack([times, weigh])
    others = both != np.stack([index.taking_part, np.ones_like(index.taking_part)])
    everyone = np.array([everyone for everyone, _, _ in index.facts["bases"]], dtype=bool)
    affected = (others.any(axis=2)[everyone.astype(np.int64)] & within).any(axis=1)
    apart = factor is not None or prices.touch_start.size > 2
    affected |= apart
    of_code = np.empty((within.shape[0], index.records.code_key.size, most))
    whole, marks, bound = index.whole_imports
    if factor is not None and not others.any() and prices.table.first_cell[-1] == prices.table.pattern.size:
        of_code[:, :, 0] = _whole_of_codes(index) * factor[prices.table.kind]  # a kind of codes has one price
    else:
        kernels.imports_of_codes(
            index.records, prices.table, readonly(_uniform(prices), np.int32), readonly(both, np.int32), whole, marks,
            marked_bits(others), _few_gone(both, others), within, readonly(everyone, np.bool_),
            readonly(affected, np.bool_), readonly([] if factor is None else factor, np.float64), bound, of_code,
        )  # fmt: skip
    of_code = readonly(of_code, np.float64)
    return of_lines(index, of_code, affected, prices if apart and factor is None else None)


def _few_gone(times: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the partners (bool[2, t, p]) that weigh otherwise in a period, where they are few and do not weigh at all,
    and then -1; else -2; int32[2, t, FEW]."""
    found = np.full((*others.shape[:2], kernels.FEW), -1, dtype=np.int32)
    size = others.sum(axis=2)
    many = (size > kernels.FEW) | (others & (times != 0)).any(axis=2)
    which = np.nonzero(others & ~many[:, :, None])
    start = np.cumsum(np.where(many, 0, size).reshape(-1)) - np.where(many, 0, size).reshape(-1)
    place = np.arange(which[0].size) - start[which[0] * others.shape[1] + which[1]]
    found[which[0], which[1], place] = which[2]
    found[many] = -2
    return readonly(found, np.int32)


def _whole_of_codes(index: SortedIndex) -> np.ndarray:
    """Return the imports of each code in the periods of each basis as they are, float64[b, u], kept with the index."""
    if "imports of codes" not in index.kept:
        within, (whole, _, _) = periods_within(index), index.whole_imports
        everyone = [everyone for everyone, _, _ in index.facts["bases"]]
        found = np.empty((within.shape[0], index.records.code_key.size))
        kernels.whole_of_codes(index.records, whole, within, readonly(everyone, np.bool_), found)
        index.kept["imports of codes"] = found
    known: np.ndarray = index.kept["imports of codes"]
    return known


def drawn_imports_of(
    index: SortedIndex, prices: PriceCells, factor: np.ndarray, present: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Return the imports of each code in the periods of each basis, in some draws; float64[b, u, s].

    Parameters
    ----------
    index : SortedIndex
    prices : PriceCells
    factor : float64[cells]
        What values are multiplied by.
    present : int32[t, p]
        0: excluded.
    times : float64[p, s]
        How many times each partner is drawn.
    """
    records, within = index.records, periods_within(index)
    _, _, bound = index.whole_imports
    everyone = readonly([everyone for everyone, _, _ in index.facts["bases"]], np.bool_)
    of_code = np.empty((within.shape[0], records.code_key.size, times.shape[1]))
    bound *= float(factor.max() * times.shape[0]) * 2.0
    by_period = np.concatenate([np.where(present[:, :, None] > 0, times, 0.0), times[None]])
    drawn_imports(
        records, prices.table, readonly(factor if prices.touch.size else [], np.float64),
        readonly(by_period, np.float64), bound, within, everyone, of_code,
    )  # fmt: skip
    return readonly(of_code, np.float64)


def of_lines(index: SortedIndex, of_code: np.ndarray, affected: np.ndarray, apart: PriceCells | None) -> Weights:
    """Return the weights of all lines from the imports of codes.

    Parameters
    ----------
    index : SortedIndex
    of_code : float64[b, u, c]
        By basis and price cell within a kind.
    affected : bool[b]
        For which bases they are given; all others are as in the index.
    apart : PriceCells or None
        To keep those cells apart.
    """
    facts, records = index.facts, index.records
    basis_of = readonly(facts["basis_of"], np.int64)
    sides = readonly([(side.first, side.last) for side in index.sides], np.int64)
    imports = index.lines.imports.copy()
    kernels.imports_of_lines(records, of_code, basis_of, readonly(affected, np.bool_), sides, imports)
    matched = index.lines.matched
    if facts["match_on_imports"]:
        matched = np.concatenate([
            matched[side.first : side.last] if side.own_trade else imports[side.first : side.last] > 0.0
            for side in index.sides
        ])  # fmt: skip
    found = None
    if apart is not None:
        start = np.empty(imports.size + 1, dtype=np.int64)
        kernels.count_by_line(records, of_code, basis_of, start)
        cell, value = np.empty(start[-1], dtype=np.int64), np.empty(start[-1])
        start, table = readonly(start, np.int64), apart.table
        kernels.cells_of_lines(records, table.first_cell, table.kind, of_code, basis_of, start, cell, value)
        found = CellImports(start, readonly(cell, np.int64), readonly(value, np.float64), int(table.first_cell[-1]))
    return Weights(readonly(imports, np.float64), readonly(matched, np.bool_), affected, found)


def periods_within(index: SortedIndex) -> np.ndarray:
    """Return the periods of each basis, bool[b, t]."""
    facts = index.facts
    within = np.zeros((len(facts["bases"]), len(facts["trade_periods"])), dtype=bool)
    for place, (_, periods, _) in enumerate(facts["bases"]):
        within[place, periods] = True
    return readonly(within, np.bool_)


def _uniform(prices: PriceCells) -> np.ndarray:
    """Return the cell that all partners of a pattern have in a period, int32[x, t]; -1: several."""
    cell = prices.table.cell
    return np.where((cell == cell[:, :, :1]).all(axis=2), cell[:, :, 0], -1)


def sides_of_years(index: SortedIndex) -> list[int]:
    """Return the side that the lines of each year are of."""
    return [
        index.side("bound", year) if has_bound else index.side("applied", applied)
        for year, applied, has_bound, _ in index.facts["years"]
    ]


def cell_layout(index: SortedIndex, ready: Ready, weights: Weights) -> CellLayout:
    """Return the layout of a plan with the weights and matched lines of changed trade."""
    sides = sides_of_years(index)
    spans = readonly([(index.sides[one].first, index.sides[one].last) for one in sides], np.int64)
    if weights.apart is None:
        affected = weights.affected[np.array(index.facts["basis_of"])[sides]]
        layout = _reweighed(ready, weights, spans, affected)
        return CellLayout(layout, np.arange(len(sides) + 1), np.zeros(len(sides), dtype=np.int64))
    return _by_cell(ready, weights, weights.apart, spans)


def _reweighed(ready: Ready, weights: Weights, spans: np.ndarray, affected: np.ndarray) -> Layout:
    """Return the layout of a plan with other weights and matched lines in some years (bool[y])."""
    layout = ready.layout
    number, units = layout.number.copy(), layout.years["weight_unit"].copy()
    cell_classes.weigh_lines(
        spans, readonly(affected, np.bool_), readonly(ready.line_class, np.int32), weights.imports, weights.matched,
        number, units,
    )  # fmt: skip
    years = changed(layout.years, matched_lines=_matched_lines(weights, spans), weight_unit=units)
    return _counted(layout._replace(number=readonly(number, np.float64), years=years))


def _counted(layout: Layout) -> Layout:
    """Return a layout with what its classes come to that are not uncertain."""
    counts, known = layout.counts.copy(), np.empty((layout.years.size, PIECES))
    cell_classes.count_sure(layout, counts, known)
    return layout._replace(counts=readonly(counts, np.float64), known=readonly(known, np.float64))


def _matched_lines(weights: Weights, spans: np.ndarray) -> list[float]:
    return [float(np.count_nonzero(weights.matched[low:high])) for low, high in spans.tolist()]


def _by_cell(ready: Ready, weights: Weights, apart: CellImports, spans: np.ndarray) -> CellLayout:
    """Return the layout of a plan with a row of classes for each year and price cell."""
    layout, years = ready.layout, spans.shape[0]
    lines, total = np.empty((years, apart.cells), dtype=np.int64), np.empty((years, apart.cells))
    of_lines = apart.start, apart.cell, apart.value
    cell_classes.weights_by_year(spans, *of_lines, weights.matched, lines, total)
    lead = lines.argmax(axis=1)
    others = lines > 0
    others[np.arange(years), lead] = False
    first = np.concatenate(([0], np.cumsum(1 + others.sum(axis=1))))
    row_of = np.where(others, first[:-1, None] + np.cumsum(others, axis=1), -1)
    year, cell = np.repeat(np.arange(years), np.diff(first)), np.empty(first[-1], dtype=np.int64)
    cell[first[:-1]] = lead
    cell[row_of[others]] = np.nonzero(others)[1]
    units = np.array([power_over(one) for one in total[year, cell].tolist()])
    room = int((apart.start[spans[:, 1]] - apart.start[spans[:, 0]]).sum()) if others.any() else 0
    number = layout.number.copy()
    of, row, more = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64), np.empty((PIECES, room))
    n = cell_classes.weigh_cells(
        spans, readonly(ready.line_class, np.int32), of_lines, weights.matched, readonly(row_of, np.int32),
        readonly(first[:-1], np.int64), readonly(units, np.float64), number, of, row, more,
    )  # fmt: skip
    counts = np.zeros((first[-1], layout.counts.shape[1]))
    counts[first[:-1]] = layout.counts
    of_rows = changed(layout.years, matched_lines=_matched_lines(weights, spans))[year]
    further = np.setdiff1d(np.arange(first[-1]), first[:-1])
    of_rows["all_lines"][further] = of_rows["matched_lines"][further] = 0.0
    layout = layout._replace(
        number=readonly(number, np.float64),
        years=changed(of_rows, weight_unit=units),
        counts=readonly(counts, np.float64),
    )
    layout = _with_more(layout, first, of[:n], row[:n], more[:, :n])
    return CellLayout(_counted(layout), readonly(first, np.int64), cell)


def _with_more(layout: Layout, first: np.ndarray, of: np.ndarray, row: np.ndarray, weight: np.ndarray) -> Layout:
    """Put classes that hold what others weigh in further price cells into a layout by row; they have no lines."""
    years, rows, classes = first.size - 1, int(first[-1]), layout.applied.size
    part = np.repeat(np.arange(layout.uncertain.size), np.diff(layout.start))
    unsure = np.arange(classes) >= layout.uncertain[part]
    chunk, year = np.divmod(part, years)
    key = np.concatenate([
        (chunk * rows + first[year]) * 2 + unsure,
        (chunk[of] * rows + row) * 2 + unsure[of],
    ])  # fmt: skip
    order = np.lexsort((np.concatenate([np.arange(classes), of]), key))
    parts = layout.uncertain.size // years * rows
    before = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=parts * 2))))
    number = np.zeros((layout.number.shape[0], of.size))
    number[WEIGHT_OF : WEIGHT_OF + PIECES] = weight
    subheading = np.concatenate([layout.subheading, np.full(of.size, -1)])
    return layout._replace(
        start=readonly(before[::2], np.int64), uncertain=readonly(before[1::2], np.int64),
        number=readonly(np.concatenate([layout.number, number], axis=1)[:, order], np.float64),
        applied=readonly(np.concatenate([layout.applied, layout.applied[of]])[order], np.int32),
        bound=readonly(np.concatenate([layout.bound, layout.bound[of]])[order], np.int32),
        subheading=readonly(subheading[order], np.int32),
    )  # fmt: skip


def figures_by_year(found: CellLayout, sums: Sums, factor: np.ndarray, full: bool) -> np.ndarray:
    """Return what a block of scenarios comes to, as `averages.summary_of` does.

    Parameters
    ----------
    found : CellLayout
    sums : Sums
        By row.
    factor : float64[s, cells]
        What each price cell's values are multiplied by.
    full : bool
    """
    layout, lead = found.layout, found.first[:-1]
    if found.cell.size == lead.size:
        return summary_of(layout, sums, full)
    by = readonly(factor.T[found.cell] * layout.years["weight_unit"][:, None], np.float64)
    layout = layout._replace(years=layout.years[lead], counts=layout.counts[lead], known=layout.known[lead])
    of_years = empty_sums(layout, factor.shape[0])._replace(tally=sums.tally[lead])
    cell_classes.add_up_cells(found.first, by, sums, of_years)
    return summary_of(layout, of_years, full)
