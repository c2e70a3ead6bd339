"""A plan under changes of the trade: its index derived in memory, entries and weights anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fastavs.evaluation.cell_weights import Weights, cell_layout, periods_within, weights_of
from fastavs.evaluation.draws import DrawnEntries, times_of
from fastavs.evaluation.latest import Latest
from fastavs.evaluation.parted import Parted, parted, whole_entries
from fastavs.evaluation.partners import Priced, Selection, Terms, selection_of, settle, touched
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.price_cells import PriceCells, price_cells
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels import changed_trade as kernels
from fastavs.kernels.levels import next_levels
from fastavs.kernels.options import readonly
from fastavs.kernels.quotes import settle_groups
from fastavs.kernels.shapes import SEGMENT, Bounds, Changes, Entries, EntryOrigin, Factors, changed
from fastavs.scenario.trade import TradeChange

FIXED_WEIGHTS = "fixed_weights"
"""A fact of an index whose weights stay as they are, whatever becomes of the trade."""


class Chosen(NamedTuple):
    """An index under what changes of the trade tell apart, whatever prices become."""

    terms: Terms
    prices: PriceCells
    parted: Parted


def goes_slowly(facts: dict[str, Any], selection: Selection) -> bool:
    """Whether all observations are gone through anew: where prices decide which are too small to count, or are part of
    sums over quantities."""
    return facts["min_value"] > 0.0 or bool(facts["pooled"] and (selection.prices or selection.draw))


def cells_of(index: SortedIndex, prices: Sequence[Priced]) -> PriceCells:
    """Return what changes of prices tell apart, kept with the index."""
    known: Latest[PriceCells] = index.kept.setdefault("price cells", Latest(4))
    where = [readonly(touched(index.facts, one), np.bool_) for one in prices]
    return known.get(tuple(prices), lambda: price_cells(index, prices, where))


def chosen_of(index: SortedIndex, selection: Selection) -> Chosen:
    """Return what a selection, its draw aside, makes of an index, kept with the index."""
    known: Latest[Chosen] = index.kept.setdefault("parted", Latest(4))

    def make() -> Chosen:
        terms, prices = settle(index.facts, selection.partners), cells_of(index, selection.prices)
        return Chosen(terms, prices, parted(index, prices, terms.times, selection.draw is not None))

    return known.get((selection.prices, selection.partners, selection.draw is not None), make)


def changed_plan(plan: Plan, trade: tuple[TradeChange, ...]) -> Plan:
    """Return a plan under changes of the trade, and without its small observations.

    Rows and classes stay; their observations, weights and matched lines are those of the changed trade.

    Parameters
    ----------
    plan : Plan
    trade : tuple of TradeChange
    """
    return plan.under.get(trade, lambda: _changed_plan(plan, trade))


def _changed_plan(plan: Plan, trade: tuple[TradeChange, ...]) -> Plan:
    index, (selection, of_prices) = plan.index, selection_of(trade)
    terms = settle(index.facts, trade)
    prices = cells_of(index, selection.prices)
    factor = prices.factors(np.array([of_prices]))
    changes = Changes(
        terms.times, terms.weigh, prices.table, readonly(factor[0], np.float64), bool((factor != 1.0).any()),
        float(index.facts["min_value"]),
    )  # fmt: skip
    moved = bool(trade) and not index.facts.get(FIXED_WEIGHTS, False)
    weights = weights_of(index, prices, terms.times, terms.weigh, factor[0]) if moved else None
    if goes_slowly(index.facts, selection):
        group, level, found, entries = _gone_through(index, changes)
        quoted = None
    else:
        group, level, found, entries = _taken_apart(index, chosen_of(index, selection).parted, selection)
        quoted = (prices, factor)
    new = _with_groups(index, group, level, found, entries, weights)
    rows = changed(rows_quoted(plan, prices) if quoted else plan.rows, group=new.lines.group[line_of_rows(plan)])
    layout = cell_layout(index, plan.ready, weights).layout if weights else plan.layout
    ready = plan.ready._replace(rows=rows, layout=layout)
    return replace(plan, index=new, ready=ready, changes=changes, quoted=quoted, under=Latest())


def line_of_rows(plan: Plan) -> np.ndarray:
    """Return a line of each row, int64[n]."""
    first = np.empty(plan.rows.size, dtype=np.int64)
    first[plan.line_row[::-1]] = np.arange(plan.line_row.size)[::-1]
    return first


def rows_quoted(plan: Plan, prices: PriceCells) -> np.ndarray:
    """Return the rows of a plan with their exchange rates by quote."""
    periods = len(plan.index.facts["trade_periods"])
    return changed(plan.rows, fx_offset=plan.rows["fx_offset"] // periods * prices.period.size)


def quoted_factors(factors: Factors, bounds: Bounds, prices: PriceCells, factor: np.ndarray) -> tuple[Factors, Bounds]:
    """Return the factors of a block of scenarios with exchange rates by quote.

    Parameters
    ----------
    factors, bounds
    prices : PriceCells
    factor : float64[s, cells]
        What each price cell's values are multiplied by.
    """
    quotes = prices.period.size
    if quotes == factors.periods and not prices.touch.size:
        return factors, bounds
    of_quote = factor.T[prices.cell]  # quote, scenario

    def by_quote(values: np.ndarray, by: np.ndarray) -> np.ndarray:
        periods = values.reshape(*values.shape[:-1], -1, factors.periods)
        return readonly((periods[..., prices.period] * by).reshape(*values.shape[:-1], -1), np.float64)

    least, most = of_quote.min(axis=1), of_quote.max(axis=1)
    fx = factors.fx.reshape(-1, factors.periods, factors.fx.shape[1])[:, prices.period] / of_quote
    return factors._replace(
        fx=readonly(fx.reshape(-1, factors.fx.shape[1]), np.float64), periods=quotes
    ), bounds._replace(
        low=by_quote(bounds.low, least), high=by_quote(bounds.high, most),
        largest_amount=by_quote(bounds.largest_amount, 1.0 / least),
    )  # fmt: skip


def _origin(index: SortedIndex, changes: Changes) -> EntryOrigin:
    """Whose observations the entries are; found out once and kept with the index."""
    by_code = changes.prices.pattern.size > 1
    return EntryOrigin(
        index.entry_partner,
        index.entry_code if by_code else readonly(np.empty(0), np.int32),
        index.entry_value if changes.min_value > 0.0 else readonly(np.empty(0), np.float64),
    )


Found = tuple[np.ndarray, np.ndarray, np.ndarray, Any]
"""Groups, levels and usable observations of lines and then alternatives, and entries."""


def matches_of(index: SortedIndex) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the groups, levels and usable observations of lines and then alternatives."""
    group, level, found = (
        np.concatenate([getattr(index.lines, name), getattr(index.others, name)])
        for name in ("group", "level", "found")
    )
    return group, level, found


def _taken_apart(index: SortedIndex, some: Parted, selection: Selection) -> Found:
    """Take observations apart by what they are quoted at, and leave out those that are excluded."""
    group, level, found = matches_of(index)
    entries: Entries | DrawnEntries = (whole := whole_entries(index, some))
    left = some.left
    if selection.draw:
        drawn = DrawnEntries(whole, some.partners(index), times_of(index, [selection.draw.seed]))
        entries, left = drawn, drawn.left(some.place[:-1])[:, 0]
    settle_groups(index.further, readonly(left, np.int64), group, level, found)
    return some.renumbered(group), level, found, entries


def _gone_through(index: SortedIndex, changes: Changes) -> Found:
    """Go through all observations anew."""
    group, level, found = matches_of(index)
    entries, observed = index.entries, _origin(index, changes)
    used = np.zeros(entries.group.size - 1, dtype=np.bool_)
    left = np.zeros(entries.period.size, dtype=np.int64)
    kernels.what_is_left(entries, observed, changes, index.further, group, level, found, used, left)
    return group, level, found, _refilled(entries, observed, changes, used, left)


def _with_groups(
    index: SortedIndex, group: np.ndarray, level: np.ndarray, found: np.ndarray, entries: Any, weights: Weights | None
) -> SortedIndex:
    own, lines, others = index.lines.key.size, index.lines, index.others
    group, level, found = readonly(group, np.int32), readonly(level, np.int8), readonly(found, np.int64)
    return index.with_parts(
        lines=lines._replace(
            group=group[:own],
            level=level[:own],
            found=found[:own],
            imports=weights.imports if weights else lines.imports,
            matched=weights.matched if weights else lines.matched,
        ),
        others=others._replace(group=group[own:], level=level[own:], found=found[own:]),
        entries=entries,
        observation=np.empty(0, dtype=np.int32),
    )


def _refilled(
    entries: Entries,
    observed: EntryOrigin,
    changes: Changes,
    used: np.ndarray,
    left: np.ndarray,
) -> Entries:
    """Return the entries that are left."""
    left[~np.repeat(used, np.diff(entries.group))] = 0
    sizes, more = np.diff(entries.start), np.diff(entries.segment["more"])
    segments, n = int((left > 0).sum()), int(left.sum())
    further = int((left * more // np.maximum(sizes, 1)).sum())
    out = Entries(
        np.empty(used.size + 1, dtype=np.int64), np.zeros(segments + 1, dtype=SEGMENT),
        np.empty(n), np.empty(n + segments), np.empty(further),
        *(np.empty(n + further if entries.quantity.size else 0) for _ in range(2)),
    )  # fmt: skip
    kernels.refill(entries, observed, changes, readonly(used, np.bool_), readonly(left, np.int64), out)
    return Entries(*(readonly(array, array.dtype) for array in out))


def with_counts(plan: Plan) -> Plan:
    """Return a plan under changed trade with what is counted line by line and moves no average.

    That is the observations of lines that are charged on the value alone, and those that lack a quantity.
    """
    index, changes = plan.index, plan.changes
    if changes is None:
        return plan
    lines, others = index.lines, index.others
    kinds = [tuple(some) for some in index.facts["kinds"]]
    own_kinds = np.array([kinds.index(duty.kinds) for duty in index.parsed], dtype=np.int64)[lines.duty]
    line = np.concatenate([np.arange(lines.key.size), others.line])
    kinds_of = np.concatenate([own_kinds, others.kinds])
    level, found = (np.concatenate([getattr(lines, name), getattr(others, name)]) for name in ("level", "found"))
    plain = np.flatnonzero(kinds_of == kinds.index(())) if () in kinds else np.empty(0, dtype=np.int64)
    level[plain], found[plain] = _plain_levels(index, changes, line[plain])
    lacking = np.zeros(line.size, dtype=np.int64)
    for place, some in enumerate(kinds):
        if some:
            here = np.flatnonzero(kinds_of == place)
            lacking[here] = _lacking(index, changes, line[here], some)[line[here]]
    n = lines.key.size
    return replace(plan, index=index.with_parts(
        lines=lines._replace(
            level=readonly(level[:n], np.int8), found=readonly(found[:n], np.int64),
            no_quantity=readonly(lacking[:n], np.int64),
        ),
        others=others._replace(
            level=readonly(level[n:], np.int8), found=readonly(found[n:], np.int64),
            no_quantity=readonly(lacking[n:], np.int64),
        ),
    ))  # fmt: skip


def _plain_levels(index: SortedIndex, changes: Changes, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the level at which some lines find observations of any kind, int8[l], and how many, int64[l]."""
    records, reach = index.records, index.reach
    usable = np.empty((len(index.facts["bases"]), records.code_key.size), dtype=np.int64)
    presence = readonly([presence for _, _, presence in index.facts["bases"]], np.bool_)
    kernels.count_by_code(records, changes, periods_within(index), presence, usable)
    level, found = np.zeros(line.size, dtype=np.int8), np.zeros(line.size, dtype=np.int64)
    for place, side in enumerate(index.sides):
        here = np.flatnonzero((line >= side.first) & (line < side.last))
        some, lines = slice(reach.first[place], reach.first[place + 1]), slice(side.first, side.last)
        digits = reach.levels[place][reach.levels[place] > 0]
        before = np.concatenate(([0], np.cumsum(usable[index.facts["basis_of"][place]][reach.order[some]])))
        at, counts = np.full(here.size, -1), np.zeros(here.size, dtype=np.int64)
        first, last = (np.empty(here.size, dtype=np.int64) for _ in range(2))
        next_levels(
            readonly(line[here] - side.first, np.int64), readonly(reach.borrows[lines], np.bool_),
            readonly(digits, np.int8), readonly(reach.digits[some], np.int8),
            readonly(reach.code_lo[: digits.size, lines], np.int64),
            readonly(reach.code_hi[: digits.size, lines], np.int64),
            readonly(before, np.int64), at, counts, first, last,
        )  # fmt: skip
        level[here], found[here] = np.where(at < 0, 0, digits[at]), counts
    return level, found


def _lacking(index: SortedIndex, changes: Changes, lines: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    """Return how many observations of some lines' own trade lack any of some kinds of quantity, int64[h]."""
    bits = sum(1 << index.facts["kinds_of_trade"].index(kind) for kind in kinds)
    needed = np.zeros(index.lines.key.size, dtype=np.int64)
    needed[lines] = bits
    found = np.empty(needed.size, dtype=np.int64)
    basis_of = readonly(index.facts["basis_of"], np.int64)
    kernels.count_lacking(index.records, changes, periods_within(index), basis_of, readonly(needed, np.int64), found)
    return found
