"""A scenario line by line, from a plan: its groups, some of its lines, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.blocks import Block, scratch, under, unprepared
from fastavs.evaluation.changed_trade import with_counts
from fastavs.evaluation.plan import Plan, touched_lines
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels import shapes
from fastavs.kernels.carry import carry
from fastavs.kernels.govern import govern, settle
from fastavs.kernels.groups import group
from fastavs.kernels.options import readonly
from fastavs.kernels.row_lanes import block_rates
from fastavs.kernels.rows import row_rates
from fastavs.scenario.scenario import Scenario, SetDuty


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is reported of each scenario beside its summary.

    Attributes
    ----------
    by : tuple of str
        Groupings.
    lines : tuple of str
        Codes of lines.
    whole : bool
        Whether every line is.
    """

    by: tuple[str, ...]
    lines: tuple[str, ...]
    whole: bool

    def layout(self, index: SortedIndex) -> LineLayout:
        """Return the lines to be worked out."""
        return index.lines_of_years.of(() if self.by or self.whole else self.lines)


@dataclass(frozen=True, slots=True)
class Matched:
    """What observations some lines of the index have under a new duty. t lines.

    Attributes
    ----------
    lines : int64[t]
        Ascending.
    level : int8[t]
    found, no_quantity : int64[t]
    """

    lines: np.ndarray
    level: np.ndarray
    found: np.ndarray
    no_quantity: np.ndarray


NOTHING_NEW = Matched(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int8, np.int64, np.int64)))


@dataclass(frozen=True, slots=True)
class LineColumns:
    """What a scenario makes of lines: the columns of ``rates.parquet`` that it may change. h lines.

    Attributes
    ----------
    rate, applied, bound, ad_valorem, specific_share : float64[h]
        NaN = null.
    bound_governs, has_specific : bool[h]
    match_level : int8[h]
    observations, outliers, no_quantity : int32[h]
    """

    rate: np.ndarray
    applied: np.ndarray
    bound: np.ndarray
    ad_valorem: np.ndarray
    bound_governs: np.ndarray
    has_specific: np.ndarray
    match_level: np.ndarray
    observations: np.ndarray
    outliers: np.ndarray
    no_quantity: np.ndarray
    specific_share: np.ndarray
    imports: np.ndarray
    matched: np.ndarray

    def at(self, places: np.ndarray) -> LineColumns:
        """Return some of the lines."""
        return LineColumns(*(getattr(self, name)[places] for name in self.__slots__))


def newly_matched(index: SortedIndex, scenario: Scenario | None) -> Matched:
    """Return what observations lines have for the new duties of a scenario, where those go by other quantities.


    Raises
    ------
    InputError
        The index was not built for them: what a line has for a duty on the value alone is not needed for its rate.
    """
    changes = [change for change in scenario.changes if isinstance(change, SetDuty)] if scenario else []
    if not scenario or not changes:
        return NOTHING_NEW
    kinds_of = np.full(index.lines.key.size, -1, dtype=np.int64)  # of the new duties
    kinds = [tuple(some) for some in index.facts["kinds"]]
    for change in changes:
        if change.new.kinds not in kinds:
            raise unprepared(scenario, change)
        kinds_of[touched_lines(index, change.where)] = kinds.index(change.new.kinds)
    own = np.array([kinds.index(duty.kinds) for duty in index.parsed], dtype=np.int64)
    new = np.flatnonzero((kinds_of >= 0) & (kinds_of != own[index.lines.duty]))
    others = index.others
    known, wanted = others.line * len(kinds) + others.kinds, new * len(kinds) + kinds_of[new]
    at = np.searchsorted(known, wanted)
    if new.size and (known.size == 0 or (known[np.minimum(at, known.size - 1)] != wanted).any()):
        raise unprepared(scenario, changes[0])
    return Matched(new, others.level[at], others.found[at], others.no_quantity[at])


def run_groups(plan: Plan, block: Block, by: Sequence[str]) -> list[np.ndarray]:
    """Work out the groups of a block of scenarios.

    Returns
    -------
    list of float64[s, 6, g]
        By grouping; see `kernels.group`.
    """
    some = [plan.index.lines_of_years.members(title) for title in by]
    years, k = _years_by_row(plan), plan.index.lines_of_years.every.years.low.shape[1]
    plan, rows = under(plan, block)
    index = plan.index
    n, width = rows.duty.size, block.shocks.scale.shape[1]
    found = scratch(n, 0, width)
    block_rates(plan.duties, index.entries, rows, block.shocks, index.facts["outlier"], found)
    nothing = np.empty(0, dtype=np.int64)
    sides = shapes.Sides(
        np.empty(n + k), np.empty(n + k), np.empty(n + k, dtype=np.bool_), np.empty(0, dtype=np.int8),
        nothing, nothing, nothing, nothing,
    )  # fmt: skip
    sides.specific[:n] = rows.specific
    groups = [index.grouped(one) for one in some]
    figures = [np.empty((width, 6, len(one.labels))) for one in some]
    governing = _empty_lines(years.left.size, 0)
    for s in range(width):
        rate = found.rate[:, s]
        sides.rate[:n] = np.where(np.isnan(rate), 0.0, rate) if index.facts["zero"] else rate
        sides.part[:n] = found.part[:, s]
        carry(years, plan.line_row, n, False, sides)
        govern(years, sides, False, governing)
        for one, into in zip(groups, figures, strict=True):
            group(one, governing, into[s])
    return figures


def _years_by_row(plan: Plan) -> shapes.Years:
    """Return what stands behind the lines of all years in terms of a plan's rows."""
    years = plan.index.lines_of_years.every.years
    of = np.concatenate((plan.line_row, plan.rows.duty.size + np.arange(years.low.shape[1]), [-1]))
    left, right = of[years.left], of[years.right]  # place -1 is the last one: none
    return years._replace(left=readonly(left, np.int64), right=readonly(right, np.int64))


def run_lines(plan: Plan, block: Block, wanted: Wanted) -> tuple[list[np.ndarray], LineColumns]:
    """Work out a block of a single scenario line by line.

    Returns
    -------
    groups : list of float64[6, g]
        By grouping; see `kernels.group`.
    columns : LineColumns
        Of all lines if wanted whole, else of the wanted ones.
    """
    layout = wanted.layout(plan.index)
    some = [plan.index.lines_of_years.members(title) for title in wanted.by]
    plan, rows = under(plan, block)
    plan = with_counts(plan)
    governing = line_figures(plan, rows, block, layout).governing
    groups = []
    for found in some:
        figures = np.empty((6, len(found.labels)))
        group(plan.index.grouped(found), governing, figures)
        groups.append(figures)
    columns = columns_of(plan.index, layout, governing)
    if wanted.by and not wanted.whole:
        columns = columns.at(plan.index.lines_of_years.picked(layout, wanted.lines))
    return groups, columns


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What one scenario makes of lines. p places: lines of the schedules, then means carried; h lines of years.

    Attributes
    ----------
    sides : shapes.Sides
        Every line of the schedules by itself.
    unresolved : bool[p]
        Where no rate can be known, whatever stands for it.
    governing : shapes.Governing
        What governs the lines of years.
    unresolved_lines : bool[h]
    """

    sides: shapes.Sides
    unresolved: np.ndarray
    governing: shapes.Governing
    unresolved_lines: np.ndarray


def line_figures(plan: Plan, rows: shapes.Rows, block: Block, layout: LineLayout) -> LineFigures:
    """Work some lines out under one scenario."""
    index = plan.index
    row = plan.line_row[layout.lines]
    if layout.lines.size < index.lines.key.size:  # few lines need few rows
        some, row = np.unique(row, return_inverse=True)
        rows = shapes.Rows(*(readonly(column[some], column.dtype) for column in rows))
    n = layout.lines.size
    places = n + layout.years.low.shape[1]
    of_rows = _row_figures(plan, rows, block)
    sides = shapes.Sides(
        np.empty(places), np.empty(places), np.empty(places, dtype=np.bool_), np.empty(places, dtype=np.int8),
        *(np.empty(places, dtype=np.int64) for _ in range(4)),
    )  # fmt: skip
    schedule = _schedule(index, row, layout.lines, newly_matched(index, block.alone))
    settle(of_rows, schedule, index.facts["outlier"], index.facts["zero"], sides)
    carry(layout.years, readonly(np.arange(n), np.int32), n, True, sides)
    governing = _empty_lines(layout.named.size, layout.named.size)
    govern(layout.years, sides, True, governing)
    unresolved = _unresolved(layout, np.isnan(of_rows.rate)[row])
    left, right = layout.years.left, layout.years.right
    return LineFigures(sides, unresolved, governing, unresolved[left] & (unresolved[right] | (right < 0)))


def _unresolved(layout: LineLayout, unknown: np.ndarray) -> np.ndarray:
    """Return where no rate can be known, bool[p]: a mean carried is known where any line behind it, at any level, is.

    `unknown` (bool[l]) says which lines of the schedules have no rate.
    """
    known_before = np.concatenate(([0], np.cumsum(~unknown)))
    known = (known_before[layout.years.high] > known_before[layout.years.low]).any(axis=0)
    return np.concatenate((unknown, ~known))


def _empty_lines(h: int, detail: int) -> shapes.Governing:
    flag, count = np.bool_, np.int32
    return shapes.Governing(
        np.empty(h), np.empty(h, flag), np.empty(h, flag),
        np.empty(detail), np.empty(detail), np.empty(detail), np.empty(detail, flag), np.empty(detail, np.int8),
        np.empty(detail, count), np.empty(detail, count), np.empty(detail, count), np.empty(detail, count),
    )  # fmt: skip


def _row_figures(plan: Plan, rows: shapes.Rows, block: Block) -> shapes.RowFigures:
    n = rows.duty.size
    rate, part = np.empty(n), np.empty(n)
    kept, binding = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    row_rates(
        plan.duties, plan.index.entries, rows, block.shocks, plan.index.facts["outlier"],
        (rate, part, kept, binding),
    )  # fmt: skip
    plain = (np.diff(plan.duties.term_start) == 0)[rows.duty]
    return shapes.RowFigures(rate, part, kept, binding, rows.specific, readonly(plain, np.bool_))


def _schedule(index: SortedIndex, row: np.ndarray, lines: np.ndarray, new: Matched) -> shapes.Schedule:
    """Return rows and observations of some lines of the index under a scenario."""
    whole = lines.size == index.lines.key.size
    level, found, no_quantity = (
        column if whole else column[lines] for column in (index.lines.level, index.lines.found, index.lines.no_quantity)
    )
    if new.lines.size:
        place = np.minimum(np.searchsorted(lines, new.lines), lines.size - 1)
        here = lines[place] == new.lines
        level, found, no_quantity = level.copy(), found.copy(), no_quantity.copy()
        level[place[here]] = new.level[here]
        found[place[here]] = new.found[here]
        no_quantity[place[here]] = new.no_quantity[here]
    return shapes.Schedule(
        readonly(row, np.int32), readonly(level, np.int8), readonly(found, np.int64), readonly(no_quantity, np.int64)
    )


def columns_of(index: SortedIndex, layout: LineLayout, lines: shapes.Governing) -> LineColumns:
    with np.errstate(invalid="ignore"):
        share = lines.binding / lines.kept
    return LineColumns(
        lines.rate, lines.applied, lines.bound, lines.part, lines.bound_governs, lines.specific, lines.level,
        lines.kept, lines.outliers, lines.no_quantity, share,
        index.lines.imports[layout.named], index.lines.matched[layout.named],
    )  # fmt: skip
