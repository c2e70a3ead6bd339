"""The sorted index under changes of the trade: what is left of each group, its ratios and running sums, and weights."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inlined, kernel
from fastavs.kernels.segments import add_up_segment, sort_segment
from fastavs.kernels.shapes import Changes, Entries, EntryOrigin, Further, Layout, Records
from fastavs.kernels.sums import add


@inlined
def _factor(origin: EntryOrigin, changes: Changes, period: int, i: int) -> float:
    """The factor of an observation's price."""
    kind = changes.code_class[origin.code[i]] if origin.code.size > 0 else 0
    return changes.factor[kind, period, origin.partner[i]]


@inlined
def _counts(origin: EntryOrigin, changes: Changes, period: int, i: int) -> int:
    """As how many observations one counts: as none where its value is small."""
    if origin.value.size > 0 and not origin.value[i] * _factor(origin, changes, period, i) >= changes.min_value:
        return 0
    return changes.times[period, origin.partner[i]]


@inlined
def _left(entries: Entries, origin: EntryOrigin, changes: Changes, group: int, left: np.ndarray) -> int:
    """How many observations a group has left, segment by segment into `left`."""
    total = 0
    for g in range(entries.group[group], entries.group[group + 1]):
        n = 0
        for i in range(entries.start[g], entries.start[g + 1]):
            n += _counts(origin, changes, entries.period[g], i)
        left[g] = n
        total += n
    return total


@kernel
def what_is_left(
    entries: Entries,
    origin: EntryOrigin,
    changes: Changes,
    further: Further,
    group_of: np.ndarray,
    level_of: np.ndarray,
    found: np.ndarray,
    used: np.ndarray,
    left: np.ndarray,
) -> None:
    """Find for each owner the first group of its chain that has an observation left (METHOD.md section 3).

    Parameters
    ----------
    group_of : int32[o]
        The owner's group, and then the one that is left to it (-1: none).
    level_of : int8[o]
        Digits of its level, 0 for none.
    found : int64[o]
        Usable observations.
    used : bool[g]
        Filled in: which groups are needed.
    left : int64[k]
        Filled in for those: observations left in each segment.
    """
    counted = np.full(used.size, -1, dtype=np.int64)
    for owner in range(group_of.size):
        group = group_of[owner]
        if group < 0:
            continue
        after = further.start[owner]
        while True:
            if counted[group] < 0:
                counted[group] = _left(entries, origin, changes, group, left)
            if counted[group] > 0 or after == further.start[owner + 1]:
                break
            group = further.group[after]
            level_of[owner] = further.level[after]
            after += 1
        found[owner] = counted[group]
        if counted[group] > 0:
            group_of[owner] = group
            used[group] = True
        else:
            group_of[owner] = -1
            level_of[owner] = 0


@kernel
def refill(
    entries: Entries, origin: EntryOrigin, changes: Changes, used: np.ndarray, left: np.ndarray, out: Entries
) -> None:
    """Fill the entries of an index under changes; groups that are not needed are empty.

    A partner that counts m times stands there m times. Ratios are divided by the price's factor and sorted again;
    running sums are made anew, as `segments.running_sums` makes them.

    Parameters
    ----------
    used : bool[g]
    left : int64[k]
        As `what_is_left` fills them in.
    out : Entries
        Of the sizes that `used` and `left` say, filled in.
    """
    starts, ratios, new, sums = entries.start, entries.ratio, out.ratio, out.running
    priced = changes.priced
    pooled = entries.quantity.size > 0
    longest = 0
    for group in range(used.size):
        if used[group]:
            for g in range(entries.group[group], entries.group[group + 1]):
                longest = max(longest, left[g])
    source = np.empty(longest, dtype=np.int64)
    segment = 0
    at = 0
    more_at = 0
    for group in range(used.size):
        out.group[group] = segment
        if not used[group]:
            continue
        for g in range(entries.group[group], entries.group[group + 1]):
            n = left[g]
            if n == 0:
                continue
            lo = starts[g]
            before = starts[g + 1] - lo
            period = entries.period[g]
            out.period[segment] = period
            out.start[segment] = at
            put = at
            for i in range(lo, lo + before):
                times = _counts(origin, changes, period, i)
                if times == 0:
                    continue
                x = ratios[i]
                if priced:
                    x /= _factor(origin, changes, period, i)
                for _ in range(times):
                    new[put] = x
                    source[put - at] = i
                    put += 1
            if priced:
                sort_segment(new, at, put, source, 0)
            running = at + segment
            add_up_segment(new, at, put, sums, running)
            out.low[segment] = out.ratio[at]
            out.high[segment] = out.ratio[put - 1]
            out.total[segment] = out.running[running + n]
            out.more_start[segment] = more_at
            last = entries.more_start[g + 1] if g + 1 < entries.more_start.size else entries.more.size
            for first in range(entries.more_start[g], last, before):
                for i in range(n):
                    x = entries.more[first + source[i] - lo]
                    if priced:
                        x /= _factor(origin, changes, period, source[i])
                    out.more[more_at + i] = x
                    if pooled:
                        of = ratios.size + first + source[i] - lo
                        out.quantity[new.size + more_at + i] = entries.quantity[of]
                        x = entries.quantity_value[of] * _factor(origin, changes, period, source[i])
                        out.quantity_value[new.size + more_at + i] = x
                more_at += n
            if pooled:
                for i in range(n):
                    out.quantity[at + i] = entries.quantity[source[i]]
                    x = entries.quantity_value[source[i]] * _factor(origin, changes, period, source[i])
                    out.quantity_value[at + i] = x
            at = put
            segment += 1
    out.group[used.size] = segment
    out.start[segment] = at


@kernel
def imports_of_codes(
    records: Records, changes: Changes, within: np.ndarray, everyone: np.ndarray, out: np.ndarray
) -> None:
    """Imports of each code in the periods of each basis.

    Parameters
    ----------
    within : bool[b, t]
        Periods of each basis.
    everyone : bool[b]
        Whether excluded partners weigh as well.
    out : float64[b, u]
        Filled in.
    """
    partner, value, start = records.partner, records.value, records.start
    bases, periods = within.shape
    needed = np.zeros((2, periods), dtype=np.bool_)  # whether some basis weighs by MFN partners, and by everyone
    for b in range(bases):
        needed[1 if everyone[b] else 0] |= within[b]
    part = np.empty((2, 2))  # totals by one and by the other, and what each lost to rounding
    total = np.zeros(bases)
    lost = np.zeros(bases)
    for u in range(records.code_key.size):
        kind = changes.code_class[u]
        total[:] = 0.0
        lost[:] = 0.0
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            period = records.period[z]
            for whose in range(2):
                if not needed[whose, period]:
                    continue
                of_partner = changes.weigh[whose, kind, period]
                so_far = 0.0
                so_far_lost = 0.0
                for i in range(start[z], start[z + 1]):
                    so_far, so_far_lost = add(so_far, so_far_lost, value[i] * of_partner[partner[i]])
                part[whose, 0] = so_far
                part[whose, 1] = so_far_lost
            for b in range(bases):
                if within[b, period]:
                    whose = 1 if everyone[b] else 0
                    total[b], lost[b] = add(total[b], lost[b], part[whose, 0])
                    lost[b] += part[whose, 1]
        for b in range(bases):
            out[b, u] = total[b] + lost[b]


@kernel
def count_by_code(
    records: Records, changes: Changes, within: np.ndarray, presence: np.ndarray, out: np.ndarray
) -> None:
    """Count the observations of each code that take part in AVEs, in the periods of each basis.

    Parameters
    ----------
    within : bool[b, t]
        Periods of each basis.
    presence : bool[b]
        For which bases a partner must have imports in every period.
    out : int64[b, u]
        Filled in.
    """
    partner, value, start, present = records.partner, records.value, records.start, records.present
    out[:] = 0
    for u in range(records.code_key.size):
        kind = changes.code_class[u]
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            period = records.period[z]
            for i in range(start[z], start[z + 1]):
                times = changes.times[period, partner[i]]
                if times == 0 or not value[i] * changes.factor[kind, period, partner[i]] >= changes.min_value:
                    continue
                for b in range(within.shape[0]):
                    if within[b, period] and (not presence[b] or present[i]):
                        out[b, u] += times


@kernel
def count_lacking(
    records: Records, changes: Changes, within: np.ndarray, basis_of: np.ndarray, needed: np.ndarray, out: np.ndarray
) -> None:
    """Count the observations of each line's own trade that lack a quantity which its duty needs.

    Parameters
    ----------
    within : bool[b, t]
        Periods of each basis.
    basis_of : int64[sides]
    needed : int64[h]
        A bit for each kind of quantity that a line's duty goes by.
    out : int64[h]
        Filled in.
    """
    partner, start, has = records.partner, records.start, records.kinds
    out[:] = 0
    for side in range(basis_of.size):
        periods = within[basis_of[side]]
        for k in range(records.own_start[side], records.own_start[side + 1]):
            h = records.own_line[k]
            if needed[h] == 0:
                continue
            u = records.own_code[k]
            for z in range(records.code_cell[u], records.code_cell[u + 1]):
                if not periods[records.period[z]]:
                    continue
                times = changes.times[records.period[z]]
                for i in range(start[z], start[z + 1]):
                    if has[i] & needed[h] != needed[h]:
                        out[h] += times[partner[i]]


@kernel
def imports_of_lines(records: Records, of_code: np.ndarray, basis_of: np.ndarray, imports: np.ndarray) -> None:
    """Imports of each line (float64[h]) from those of the codes that are its own trade; `basis_of` goes by side."""
    lost = np.zeros(imports.size)
    imports[:] = 0.0
    for side in range(basis_of.size):
        for i in range(records.own_start[side], records.own_start[side + 1]):
            h = records.own_line[i]
            imports[h], lost[h] = add(imports[h], lost[h], of_code[basis_of[side], records.own_code[i]])
    for h in range(imports.size):
        imports[h] += lost[h]


@kernel
def weigh_classes(
    layout: Layout,
    spans: np.ndarray,
    line_class: np.ndarray,
    imports: np.ndarray,
    matched: np.ndarray,
    weights: np.ndarray,
    numbers: np.ndarray,
    totals: np.ndarray,
) -> None:
    """Weights of the classes of a plan, and of its years.

    Parameters
    ----------
    spans : int64[y, 2]
        First line of each year, and one past the last.
    line_class : int32[...]
        The class of each line, year after year.
    imports, matched : float64[h], bool[h]
    weights, numbers : float64[classes]
        Filled in: imports of matched lines; how many lines are matched.
    totals : float64[y, 3]
        Filled in: weights of the classes that are not odd, matched lines of those, and of all.
    """
    lost = np.zeros(weights.size)
    weights[:] = 0.0
    numbers[:] = 0.0
    totals[:] = 0.0
    years = spans.shape[0]
    at = 0
    for y in range(years):
        for h in range(spans[y, 0], spans[y, 1]):
            if matched[h]:
                k = line_class[at]
                weights[k], lost[k] = add(weights[k], lost[k], imports[h])
                numbers[k] += 1.0
                totals[y, 2] += 1.0
            at += 1
    for k in range(weights.size):
        weights[k] += lost[k]
    year_lost = np.zeros(years)
    for j in range(layout.odd.size):
        y = j % years
        for k in range(layout.start[j], layout.odd[j]):
            totals[y, 0], year_lost[y] = add(totals[y, 0], year_lost[y], weights[k])
            totals[y, 1] += numbers[k]
    for y in range(years):
        totals[y, 0] += year_lost[y]
