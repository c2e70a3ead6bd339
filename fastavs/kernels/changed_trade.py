"""The sorted index under changes of the trade: what is left of each group, its ratios and running sums, and counts."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel, kernel_with_memory
from fastavs.kernels.segments import add_up_segment
from fastavs.kernels.shapes import Changes, Entries, EntryOrigin, Further, Records
from fastavs.kernels.sorting import sort_with


@inner
def factor_of(changes: Changes, kind: int, period: int, partner: int) -> float:
    """What the values of a kind of codes are multiplied by."""
    prices = changes.prices
    return changes.factor[prices.first_cell[kind] + prices.cell[prices.pattern[kind], period, partner]]


@inner
def price_factor(changes: Changes, origin: EntryOrigin, period: int, i: int) -> float:
    """What an observation's value is multiplied by."""
    prices = changes.prices
    kind = prices.kind[origin.code[i]] if origin.code.size > 0 else 0
    return factor_of(changes, kind, period, origin.partner[i])


@inner
def times_counted(changes: Changes, origin: EntryOrigin, period: int, i: int) -> int:
    """As how many observations one counts: as none where its value is small."""
    if origin.value.size > 0 and not origin.value[i] * price_factor(changes, origin, period, i) >= changes.min_value:
        return 0
    return changes.times[period, origin.partner[i]]


@inner
def count_left(entries: Entries, origin: EntryOrigin, changes: Changes, which: int, left: np.ndarray) -> int:
    """How many observations a group has left, segment by segment into `left`."""
    segments = entries.segment
    total = 0
    for g in range(entries.group[which], entries.group[which + 1]):
        n = 0
        for i in range(segments[g]["start"], segments[g + 1]["start"]):
            n += times_counted(changes, origin, segments[g]["period"], i)
        left[g] = n
        total += n
    return total


@kernel_with_memory
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
    start, further_level, further_group = further
    counted = np.empty(used.size, dtype=np.int64)
    counted[:] = -1
    for owner in range(group_of.size):
        one = group_of[owner]
        if one < 0:
            continue
        after = start[owner]
        while True:
            if counted[one] < 0:
                counted[one] = count_left(entries, origin, changes, one, left)
            if counted[one] > 0 or after == start[owner + 1]:
                break
            one = further_group[after]
            level_of[owner] = further_level[after]
            after += 1
        found[owner] = counted[one]
        if counted[one] > 0:
            group_of[owner] = one
            used[one] = True
        else:
            group_of[owner] = -1
            level_of[owner] = 0


@inner
def refill_segment(
    old: Entries, origin: EntryOrigin, changes: Changes, g: int, at: int, ratio: np.ndarray, source: np.ndarray
) -> None:
    """Put what is left of a segment to ``ratio[at:]``, and where it came from to `source`."""
    segments = old.segment
    period = segments[g]["period"]
    put = 0
    for i in range(segments[g]["start"], segments[g + 1]["start"]):
        x = old.ratio[i]
        if changes.priced:
            x /= price_factor(changes, origin, period, i)
        for _ in range(times_counted(changes, origin, period, i)):
            ratio[at + put] = x
            source[put] = i
            put += 1


@inner
def refill_more(
    old: Entries, origin: EntryOrigin, changes: Changes, g: int, n: int, source: np.ndarray, out: Entries, at: int
) -> int:
    """Put the ratios of further kinds of what is left of a segment from `at` on; returns where they end."""
    segments, pooled = old.segment, old.quantity.size > 0
    segment = segments[g]
    before = segments[g + 1]["start"] - segment["start"]
    for first in range(segment["more"], segments[g + 1]["more"], before):
        for i in range(n):
            of = first + source[i] - segment["start"]
            factor = price_factor(changes, origin, segment["period"], source[i])
            out.more[at + i] = old.more[of] / factor if changes.priced else old.more[of]
            if pooled:
                put = out.ratio.size + at + i
                out.quantity[put] = old.quantity[old.ratio.size + of]
                out.quantity_value[put] = old.quantity_value[old.ratio.size + of] * factor
        at += n
    return at


@inner
def refill_quantities(
    old: Entries, origin: EntryOrigin, changes: Changes, period: int, n: int, source: np.ndarray, out: Entries, at: int
) -> None:
    """Put the quantities of first kinds that the pooled method adds up, and the value that carries them."""
    for i in range(n):
        factor = price_factor(changes, origin, period, source[i])
        out.quantity[at + i] = old.quantity[source[i]]
        out.quantity_value[at + i] = old.quantity_value[source[i]] * factor


@kernel_with_memory
def refill(
    old: Entries, origin: EntryOrigin, changes: Changes, used: np.ndarray, left: np.ndarray, out: Entries
) -> None:
    """Fill the entries of an index under changes; groups that are not needed are empty.

    A partner that counts m times stands there m times. Ratios are divided by the price's factor and sorted again;
    running sums are made anew.

    Parameters
    ----------
    used : bool[g]
    left : int64[k]
        As `what_is_left` fills them in.
    out : Entries
        Of the sizes that `used` and `left` say, filled in.
    """
    group, segments = old.group, old.segment
    new_group, new_segments, ratio, running = out.group, out.segment, out.ratio, out.running
    longest = 0
    for g in range(left.size):
        longest = max(longest, left[g])
    source = np.empty(longest, dtype=np.int64)
    spare_source = np.empty(longest, dtype=np.int64)
    spare = np.empty(longest)
    segment = 0
    at = 0
    more_at = 0
    for one in range(used.size):
        new_group[one] = segment
        for g in range(group[one], group[one + 1] if used[one] else 0):
            n = left[g]
            if n == 0:
                continue
            refill_segment(old, origin, changes, g, at, ratio, source)
            if changes.priced:
                sort_with(ratio, at, at + n, source, -at, spare, spare_source)
            add_up_segment(ratio, at, at + n, running, at + segment)
            new = new_segments[segment]
            new["start"] = at
            new["low"] = ratio[at]
            new["high"] = ratio[at + n - 1]
            new["total"] = running[at + segment + n]
            new["more"] = more_at
            new["period"] = segments[g]["period"]
            more_at = refill_more(old, origin, changes, g, n, source, out, more_at)
            if old.quantity.size > 0:
                refill_quantities(old, origin, changes, segments[g]["period"], n, source, out, at)
            at += n
            segment += 1
    new_group[used.size] = segment
    new_segments[segment]["start"] = at
    new_segments[segment]["more"] = more_at


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
        kind = changes.prices.kind[u]
        for z in range(records.code_cell[u], records.code_cell[u + 1]):
            period = records.period[z]
            for i in range(start[z], start[z + 1]):
                times = changes.times[period, partner[i]]
                if times == 0 or not value[i] * factor_of(changes, kind, period, partner[i]) >= changes.min_value:
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
