"""A plan under changes of the trade: its index derived in memory, entries and weights anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.latest import Latest
from fastavs.evaluation.partners import Terms, settle, shocks_prices
from fastavs.evaluation.plan import Plan
from fastavs.index.sorted_index import Lines, SortedIndex
from fastavs.kernels import changed_trade as reindexing
from fastavs.kernels.names import MATCHED_LINES, WEIGHT
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import SEGMENT, Changes, Entries, EntryOrigin, Layout, changed
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import TradeChange

UNTOUCHED = ("line_layout", "some_lines", "members", "behind_by_row")  # what is kept of lines, whatever their trade


def check_prices(facts: dict[str, Any], scenarios: Sequence[Scenario]) -> None:
    """Make sure that the index holds every observation that the scenarios may need.

    Raises
    ------
    InputError
        A shock to prices, where the smallest observations take no part and were not indexed.
    """
    if facts["min_value"] > 0.0 and shocks_prices(scenarios):
        raise InputError(
            "prices cannot be changed in an index that leaves small observations out", key="options.min_value",
            value=facts["min_value"], cure="give the study instead of the index, or set min_value to 0",
        )  # fmt: skip


def changed_plan(plan: Plan, changes: tuple[TradeChange, ...]) -> Plan:
    """Return a careful plan under changes of the trade; the same for any plan of the same lines and rows.

    Rows and classes stay; their observations, weights and matched lines are those of the changed trade.

    Parameters
    ----------
    plan : Plan
        Ready for any purely specific duty to lose its last observation.
    changes : tuple of TradeChange
    """
    return plan.under.get(changes, lambda: _changed_plan(plan, settle(plan.index.facts, changes)))


def _changed_plan(plan: Plan, terms: Terms) -> Plan:
    changes = _numbers(plan.index, terms)
    index = _changed_index(plan.index, changes)
    first = np.empty(plan.rows.size, dtype=np.int64)
    first[plan.line_row[::-1]] = np.arange(plan.line_row.size)[::-1]  # a line of each row
    rows = changed(plan.rows, group=index.lines.group[first])
    return replace(plan, index=index, rows=rows, layout=_changed_layout(plan, index.lines), under=Latest())


def _numbers(index: SortedIndex, terms: Terms) -> Changes:
    records = index.records
    factor = terms.factor.transpose(0, 2, 1)
    weigh = np.stack([factor * terms.times.T, factor * terms.weigh.T])
    return Changes(
        readonly(terms.times.T, np.int32), readonly(factor, np.float64), terms.priced, readonly(weigh, np.float64),
        readonly(terms.classes(records.code_key, records.code_digits.astype(np.int64)), np.int32),
    )  # fmt: skip


def _observed(index: SortedIndex, by_code: bool) -> EntryOrigin:
    """Whose observations the entries are; found out once and kept with the index."""
    records, kept = index.records, index.kept
    if "partner" not in kept:
        kept["partner"] = readonly(records.partner[_record(index)], records.partner.dtype)
    if not by_code:
        return EntryOrigin(kept["partner"], readonly(np.empty(0), np.int32))
    if "code" not in kept:
        code = np.repeat(np.arange(records.code_key.size, dtype=np.int32), np.diff(records.start[records.code_cell]))
        kept["code"] = readonly(code[_record(index)], np.int32)
    return EntryOrigin(kept["partner"], kept["code"])


def _record(index: SortedIndex) -> np.ndarray:
    """Return the record of each entry, int32[n] or int64[n]."""
    first = index.records.group_record
    if not first.any():
        return index.observation
    start = index.entries.start[index.entries.group]
    return index.observation + np.repeat(first, np.diff(start))


def _changed_index(index: SortedIndex, changes: Changes) -> SortedIndex:
    """Return the index with the observations that are left, their multiplicities and prices, and new weights."""
    lines, others, entries = index.lines, index.others, index.entries
    observed = _observed(index, by_code=changes.factor.shape[0] > 1)
    group, level, found = (
        np.concatenate([getattr(lines, name), getattr(others, name)]) for name in ("group", "level", "found")
    )
    used = np.zeros(entries.group.size - 1, dtype=np.bool_)
    left = np.zeros(entries.period.size, dtype=np.int64)
    reindexing.what_is_left(entries, observed, changes, index.further, group, level, found, used, left)
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
    return replace(
        index,
        lines=lines._replace(
            group=group[:own], level=level[:own], found=found[:own],
            imports=readonly(imports, np.float64), matched=readonly(matched, np.bool_),
        ),
        others=others._replace(group=group[own:], level=level[own:], found=found[own:]),
        entries=new,
        observation=np.empty(0, dtype=np.int32),
        kept={name: index.kept[name] for name in UNTOUCHED if name in index.kept},
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
    )  # fmt: skip
    reindexing.refill(entries, observed, changes, readonly(used, np.bool_), readonly(left, np.int64), out)
    return Entries(*(readonly(array, array.dtype) for array in out))


def _imports(index: SortedIndex, changes: Changes) -> np.ndarray:
    """Return the imports of each line, float64[h]."""
    facts, records = index.facts, index.records
    within = np.zeros((len(facts["bases"]), len(facts["trade_periods"])), dtype=bool)
    for place, (_, periods) in enumerate(facts["bases"]):
        within[place, periods] = True
    of_code = np.empty((within.shape[0], records.code_key.size))
    everyone = readonly([one for one, _ in facts["bases"]], np.bool_)
    reindexing.imports_of_codes(records, changes, readonly(within, np.bool_), everyone, of_code)
    imports = np.empty(index.lines.key.size)
    reindexing.imports_of_lines(records, readonly(of_code, np.float64), readonly(facts["basis_of"], np.int64), imports)
    return imports


def _changed_layout(plan: Plan, lines: Lines) -> Layout:
    """Return the layout with the weights and matched lines of changed trade."""
    layout, index = plan.layout, plan.index
    sides = [
        index.sides[index.side("bound", year) if has_bound else index.side("applied", applied)]
        for year, applied, has_bound, _ in index.facts["years"]
    ]
    spans = readonly([(side.first, side.last) for side in sides], np.int64)
    weight, matched = np.empty(layout.classes.size), np.empty(layout.classes.size)
    totals = np.empty((len(sides), 3))
    reindexing.weigh_classes(
        layout, spans, readonly(plan.line_class, np.int32), lines.imports, lines.matched, weight, matched, totals
    )
    counts = layout.counts.copy()
    counts[:, WEIGHT], counts[:, MATCHED_LINES] = totals[:, 0], totals[:, 1]
    return layout._replace(
        classes=changed(layout.classes, weight=weight, matched=matched),
        years=changed(layout.years, matched_lines=totals[:, 2]), counts=readonly(counts, np.float64),
    )  # fmt: skip
