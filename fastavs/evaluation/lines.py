"""A scenario line by line, from a plan: its groups, some of its lines, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.blocks import Block, under
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.new_duties import unprepared
from fastavs.evaluation.plan import Plan, make_plan, touched_lines
from fastavs.evaluation.rows import alone, figures_alone, row_figures, row_lanes
from fastavs.index.lines_of_years import LineLayout, pairs_of
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry, carry_counts
from fastavs.kernels.govern import compare, govern, settle
from fastavs.kernels.groups import group
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import COUNT, Charges, Compared, Factors, Governing, Groups, Pairs
from fastavs.scenario.duties import SetDuty
from fastavs.scenario.scenario import Scenario


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
    match_level, observations, outliers, no_quantity : int32[h]
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
    return matched_at(index, kinds_of, scenario)


def matched_at(index: SortedIndex, kinds_of: np.ndarray, scenario: Scenario) -> Matched:
    """Return what observations lines have for new duties, where those go by other quantities.

    Parameters
    ----------
    index : SortedIndex
    kinds_of : int64[h]
        Kinds of quantity of each line's new duty, a place among those of the study; -1: none new; -2: not among them.
    scenario : Scenario

    Raises
    ------
    InputError
        The index was not built for them.
    """
    if (kinds_of == -1).all():
        return NOTHING_NEW
    changes = [change for change in scenario.changes if isinstance(change, SetDuty)]
    if (kinds_of == -2).any():
        raise unprepared(scenario, changes[0])
    kinds = [tuple(some) for some in index.facts["kinds"]]
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
        By grouping; see `fastavs.kernels.groups.group`.
    """
    some = [plan.index.lines_of_years.members(title) for title in by]
    width = block.factors.scale.shape[1]
    figures = [np.empty((width, 6, len(one.labels))) for one in some]
    groups: list[Groups] = []
    for s, (index, governing) in enumerate(governing_of_each(plan, block)):
        groups = groups or [index.grouped(one) for one in some]
        for one, into in zip(groups, figures, strict=True):
            group(one, governing, into[s])
    return figures


def governing_of_each(plan: Plan, block: Block) -> Iterator[tuple[SortedIndex, Governing]]:
    """Give what governs the lines of all years under each scenario of a block, in the same memory, with its index."""
    whole = plan
    plan, rows, block = under(plan, block)
    index = plan.index
    found = row_lanes(plan.duties, index.entries, rows, block.factors, block.bounds, index.facts["outlier"])
    for governing in governed(whole, found.rate, found.part, rows["specific"]):
        yield index, governing


def governed(plan: Plan, rate: np.ndarray, part: np.ndarray, specific: np.ndarray) -> Iterator[Governing]:
    """Give what governs the lines of all years where rows are charged so much, scenario by scenario, in one memory.

    Parameters
    ----------
    plan : Plan
        Whose rows are in their order.
    rate, part : float64[n, s]
        NaN = null.
    specific : bool[n]
    """
    carried, n = plan.index.lines_of_years.every.carried, rate.shape[0]
    k = carried.low.shape[1]
    by_row, zero = _pairs_by_row(plan), plan.index.facts["zero"]
    charges = _empty_charges(n + k)
    charges.specific[:n] = specific
    governing = _empty_lines(by_row.applied.size)
    level_of = np.empty(k, dtype=np.int64)
    for s in range(rate.shape[1]):
        charges.rate[:n] = np.where(np.isnan(rate[:, s]), 0.0, rate[:, s]) if zero else rate[:, s]
        charges.part[:n] = part[:, s]
        carry(carried, plan.line_row, False, _as_lane(charges), level_of)
        govern(by_row, charges, governing)
        yield governing


def governing_as_it_is(index: SortedIndex) -> Governing:
    """Return what governs the lines of all years under the scenario that changes nothing."""
    plan = make_plan(index)
    every, n = index.lines_of_years.every, plan.rows.size
    k = every.carried.low.shape[1]
    factors, _ = ScenarioFactors(plan, (Scenario("as it is"),)).of(np.arange(1))
    if index.facts["min_value"] > 0.0:
        from fastavs.evaluation.changed_trade import changed_plan  # most studies count all observations

        plan = changed_plan(plan, ())
    found = row_figures(plan.duties, plan.index.entries, plan.rows, factors, index.facts["outlier"])
    charges = _empty_charges(n + k)
    charges.rate[:n] = np.where(np.isnan(found.rate), 0.0, found.rate) if index.facts["zero"] else found.rate
    charges.part[:n], charges.specific[:n] = found.part, plan.rows["specific"]
    carry(every.carried, plan.line_row, False, _as_lane(charges), np.empty(k, dtype=np.int64))
    governing = _empty_lines(every.named.size)
    govern(_pairs_by_row(plan), charges, governing)
    return governing


def _pairs_by_row(plan: Plan) -> Pairs:
    """Return the applied and the bound side of the lines of all years in terms of a plan's rows."""
    every = plan.index.lines_of_years.every
    means = plan.rows.size + np.arange(every.carried.low.shape[1])
    of = np.concatenate((plan.line_row, means, [-1]))  # place -1 is the last one: none
    return pairs_of(of[every.pairs.applied], of[every.pairs.bound])


def run_lines(plan: Plan, block: Block, wanted: Wanted) -> tuple[list[np.ndarray], LineColumns]:
    """Work out a block of a single scenario line by line.

    Returns
    -------
    groups : list of float64[6, g]
        By grouping; see `fastavs.kernels.groups.group`.
    columns : LineColumns
        Of all lines if wanted whole, else of the wanted ones.
    """
    layout = wanted.layout(plan.index)
    some = [plan.index.lines_of_years.members(title) for title in wanted.by]
    plan, rows, block = under(plan, block)
    if plan.changes is not None:
        from fastavs.evaluation.changed_trade import with_counts  # most sweeps change no trade

        plan = with_counts(plan)
    matched = newly_matched(plan.index, block.alone)
    figures_of = line_figures(plan, rows, alone(block.factors, 0), layout, matched)
    groups = []
    for found in some:
        figures = np.empty((6, len(found.labels)))
        group(plan.index.grouped(found), figures_of.governing, figures)
        groups.append(figures)
    columns = columns_of(plan.index, layout, figures_of)
    if wanted.by and not wanted.whole:
        columns = columns.at(plan.index.lines_of_years.picked(layout, wanted.lines))
    return groups, columns


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What one scenario makes of lines. p places: lines of the schedules, then means carried; h lines of years.

    Attributes
    ----------
    charges : Charges
        Every line of the schedules by itself.
    count : COUNT[p]
        The observations behind it.
    unresolved : bool[p]
        Where no rate can be known, whatever stands for it.
    governing : Governing
        What governs the lines of years.
    compared : Compared
    unresolved_lines : bool[h]
    """

    charges: Charges
    count: np.ndarray
    unresolved: np.ndarray
    governing: Governing
    compared: Compared
    unresolved_lines: np.ndarray


def line_figures(
    plan: Plan, rows: np.ndarray, factors: Factors, layout: LineLayout, matched: Matched = NOTHING_NEW
) -> LineFigures:
    """Work some lines out under one scenario, its factors of one dimension."""
    index, duties = plan.index, plan.duties
    row = plan.line_row[layout.lines]
    if layout.lines.size < index.lines.key.size:  # few lines need few rows
        some, row = np.unique(row, return_inverse=True)
        rows = readonly(rows[some], rows.dtype)
    n, k = layout.lines.size, layout.carried.low.shape[1]
    outlier, zero = index.facts["outlier"], index.facts["zero"]
    of_rows = figures_alone(duties, index.entries, rows, factors, outlier)
    charges, count = _empty_charges(n + k), np.zeros(n + k, dtype=COUNT)
    found = _observed(index, layout.lines, matched, count)
    settle(
        of_rows, readonly(rows["specific"], np.bool_), readonly(_without_terms(plan, rows), np.bool_),
        readonly(row, np.int32), found, outlier, zero, charges, count,
    )  # fmt: skip
    level_of = np.empty(k, dtype=np.int64)
    carry(layout.carried, readonly(np.arange(n), np.int32), False, _as_lane(charges), level_of)
    carry_counts(layout.carried, level_of, layout.mean_digits, charges.rate, count)
    h = layout.named.size
    governing = _empty_lines(h)
    govern(layout.pairs, charges, governing)
    compared = Compared(np.empty(h), np.empty(h), np.empty(h), np.empty(h, dtype=np.bool_), np.empty(h, dtype=COUNT))
    compare(layout.pairs, charges, count, compared)
    unresolved = _unresolved(layout, np.isnan(of_rows.rate)[row])
    applied, bound = layout.pairs
    unresolved_lines = unresolved[applied] & (unresolved[bound] | (bound < 0))
    return LineFigures(charges, count, unresolved, governing, compared, unresolved_lines)


def _unresolved(layout: LineLayout, unknown: np.ndarray) -> np.ndarray:
    """Return where no rate can be known, bool[p]: a mean carried is known where any line behind it, at any level, is.

    `unknown` (bool[l]) says which lines of the schedules have no rate.
    """
    known_before = np.concatenate(([0], np.cumsum(~unknown)))
    known = (known_before[layout.carried.high] > known_before[layout.carried.low]).any(axis=0)
    return np.concatenate((unknown, ~known))


def _empty_charges(places: int) -> Charges:
    return Charges(np.empty(places), np.empty(places), np.empty(places, dtype=np.bool_))


def _as_lane(charges: Charges) -> Charges:
    """Return the same memory as a block of one scenario."""
    return Charges(*(one[:, None] for one in charges))


def _empty_lines(h: int) -> Governing:
    return Governing(np.empty(h), np.empty(h, dtype=np.bool_), np.empty(h, dtype=np.bool_))


def _without_terms(plan: Plan, rows: np.ndarray) -> np.ndarray:
    """Whether a row's duty has no specific term, so that observations need no quantity; bool[n]."""
    duty = plan.duties.duty
    return (duty["term"] == duty["term_stop"])[rows["duty"]]


def _observed(index: SortedIndex, lines: np.ndarray, new: Matched, count: np.ndarray) -> np.ndarray:
    """Return usable observations of some lines of the index, int64[l]; fill in their level and who lacks a quantity."""
    whole = lines.size == index.lines.key.size
    found = index.lines.found if whole else index.lines.found[lines]
    for name in ("level", "no_quantity"):
        column = getattr(index.lines, name)
        count[name][: lines.size] = column if whole else column[lines]
    if new.lines.size:
        place = np.minimum(np.searchsorted(lines, new.lines), lines.size - 1)
        here = lines[place] == new.lines
        found = found.copy()
        found[place[here]] = new.found[here]
        for name in ("level", "no_quantity"):
            count[name][place[here]] = getattr(new, name)[here]
    return readonly(found, np.int64)


def columns_of(index: SortedIndex, layout: LineLayout, figures: LineFigures) -> LineColumns:
    lines, compared = figures.governing, figures.compared
    count = compared.counts
    with np.errstate(invalid="ignore"):
        share = count["binding"] / count["kept"]
    return LineColumns(
        lines.rate, compared.applied, compared.bound, compared.part, compared.bound_governs, lines.specific,
        count["level"], count["kept"], count["outliers"], count["no_quantity"], share,
        index.lines.imports[layout.named], index.lines.matched[layout.named],
    )  # fmt: skip
