"""A plan under changes of the trade: its index derived in memory, entries and weights anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastavs.evaluation.latest import Latest
from fastavs.evaluation.partners import Terms, settle
from fastavs.evaluation.plan import Plan
from fastavs.index.parts import Lines
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels import changed_trade as kernels
from fastavs.kernels.levels import next_levels
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import SEGMENT, Changes, Entries, EntryOrigin, Layout, changed
from fastavs.scenario.trade import TradeChange


def changed_plan(plan: Plan, changes: tuple[TradeChange, ...]) -> Plan:
    """Return a plan under changes of the trade, and without its small observations.

    Rows and classes stay; their observations, weights and matched lines are those of the changed trade.

    Parameters
    ----------
    plan : Plan
    changes : tuple of TradeChange
    """
    return plan.under.get(changes, lambda: _changed_plan(plan, settle(plan.index.facts, changes)))


def _changed_plan(plan: Plan, terms: Terms) -> Plan:
    changes = _numbers(plan.index, terms)
    index = _changed_index(plan.index, changes)
    first = np.empty(plan.rows.size, dtype=np.int64)
    first[plan.line_row[::-1]] = np.arange(plan.line_row.size)[::-1]  # a line of each row
    rows = changed(plan.rows, group=index.lines.group[first])
    ready = plan.ready._replace(rows=rows, layout=_changed_layout(plan, index.lines))
    return replace(plan, index=index, ready=ready, changes=changes, under=Latest())


def _numbers(index: SortedIndex, terms: Terms) -> Changes:
    records = index.records
    of_code, by_class = terms.price_classes(records.code_key, records.code_digits.astype(np.int64))
    factor = by_class.transpose(0, 2, 1)
    weigh = np.stack([factor * terms.times.T, factor * terms.weigh.T])
    return Changes(
        readonly(terms.times.T, np.int32), readonly(factor, np.float64), bool((factor != 1.0).any()),
        readonly(weigh, np.float64), readonly(of_code, np.int32), float(index.facts["min_value"]),
    )  # fmt: skip


def _origin(index: SortedIndex, changes: Changes) -> EntryOrigin:
    """Whose observations the entries are; found out once and kept with the index."""
    by_code = changes.factor.shape[0] > 1
    return EntryOrigin(
        index.entry_partner,
        index.entry_code if by_code else readonly(np.empty(0), np.int32),
        index.entry_value if changes.min_value > 0.0 else readonly(np.empty(0), np.float64),
    )


def _changed_index(index: SortedIndex, changes: Changes) -> SortedIndex:
    """Return the index with the observations that are left, their multiplicities and prices, and new weights."""
    lines, others, entries = index.lines, index.others, index.entries
    observed = _origin(index, changes)
    group, level, found = (
        np.concatenate([getattr(lines, name), getattr(others, name)]) for name in ("group", "level", "found")
    )
    used = np.zeros(entries.group.size - 1, dtype=np.bool_)
    left = np.zeros(entries.period.size, dtype=np.int64)
    kernels.what_is_left(entries, observed, changes, index.further, group, level, found, used, left)
    new = _refilled(entries, observed, changes, used, left)
    own = lines.key.size
    group, level, found = readonly(group, np.int32), readonly(level, np.int8), readonly(found, np.int64)
    imports = _imports(index, changes)
    matched = lines.matched
    if index.facts["match_on_imports"]:
        matched = np.concatenate([
            lines.matched[side.first : side.last] if side.own_trade else imports[side.first : side.last] > 0.0
            for side in index.sides
        ])  # fmt: skip
    return index.with_parts(
        lines=lines._replace(
            group=group[:own], level=level[:own], found=found[:own],
            imports=readonly(imports, np.float64), matched=readonly(matched, np.bool_),
        ),
        others=others._replace(group=group[own:], level=level[own:], found=found[own:]),
        entries=new,
        observation=np.empty(0, dtype=np.int32),
    )  # fmt: skip


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


def _within(index: SortedIndex) -> np.ndarray:
    """Return the periods of each basis, bool[b, t]."""
    facts = index.facts
    within = np.zeros((len(facts["bases"]), len(facts["trade_periods"])), dtype=bool)
    for place, (_, periods, _) in enumerate(facts["bases"]):
        within[place, periods] = True
    return readonly(within, np.bool_)


def _imports(index: SortedIndex, changes: Changes) -> np.ndarray:
    """Return the imports of each line, float64[h]."""
    facts, records, within = index.facts, index.records, _within(index)
    of_code = np.empty((within.shape[0], records.code_key.size))
    everyone = readonly([everyone for everyone, _, _ in facts["bases"]], np.bool_)
    kernels.imports_of_codes(records, changes, within, everyone, of_code)
    imports = np.empty(index.lines.key.size)
    kernels.imports_of_lines(records, readonly(of_code, np.float64), readonly(facts["basis_of"], np.int64), imports)
    return imports


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
    kernels.count_by_code(records, changes, _within(index), presence, usable)
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
    kernels.count_lacking(index.records, changes, _within(index), basis_of, readonly(needed, np.int64), found)
    return found


def _changed_layout(plan: Plan, lines: Lines) -> Layout:
    """Return the layout with the weights and matched lines of changed trade."""
    layout, index = plan.layout, plan.index
    sides = [
        index.sides[index.side("bound", year) if has_bound else index.side("applied", applied)]
        for year, applied, has_bound, _ in index.facts["years"]
    ]
    spans = readonly([(side.first, side.last) for side in sides], np.int64)
    number = layout.number.copy()
    counts, known = layout.counts.copy(), layout.known.copy()
    matched_lines, units = np.empty(len(sides)), np.empty(len(sides))
    place_of = readonly(plan.ready.line_class, np.int32)
    kernels.weigh_classes(
        layout, spans, place_of, lines.imports, lines.matched, number, counts, known, matched_lines, units
    )
    return layout._replace(
        number=readonly(number, np.float64), counts=readonly(counts, np.float64), known=readonly(known, np.float64),
        years=changed(layout.years, matched_lines=matched_lines, weight_unit=units),
    )  # fmt: skip
