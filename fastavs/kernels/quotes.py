"""Segments told apart by the prices of their observations: which hold several, what is left of them, and their parts.

A quote is a period and the prices of some partners and codes in it. Prices of one quote change alike, so that a segment
of one quote stays as it is: what a duty charges for a unit of its ratio is divided by the price.
"""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import inner, kernel, kernel_with_memory
from fastavs.kernels.segments import add_up_segment
from fastavs.kernels.shapes import Entries, Further, PriceCells
from fastavs.kernels.sums import add

SEVERAL = -1
GONE = -2
"""What quotes of segments are counted down from where observations are lost and the others have one quote."""


@inner
def kind_of_entry(prices: PriceCells, code: np.ndarray, i: int) -> int:
    """The kind of an entry's code; `code` is empty where there is one kind alone."""
    return prices.kind[code[i]] if code.size > 0 else 0


@inner
def concerns(marks: np.ndarray, wanted: np.ndarray, at: int) -> bool:
    """Whether any wanted partner is marked; marks are bits, uint64[..., words]."""
    found = np.uint64(0)
    for word in range(wanted.size):
        found |= marks[at, word] & wanted[word]
    return found != np.uint64(0)


@kernel
def mark_segments(entries: Entries, partner: np.ndarray, out: np.ndarray) -> None:
    """Mark in ``out`` (uint64[k, words]) which partners each segment has observations of."""
    one = np.uint64(1)
    for g in range(out.shape[0]):
        for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
            out[g, partner[i] >> 6] |= one << np.uint64(partner[i] & 63)


@inner
def quote_of(
    entries: Entries, partner: np.ndarray, code: np.ndarray, prices: PriceCells, times: np.ndarray, g: int
) -> int:
    """The quote of a segment's observations; `SEVERAL` if they have several, or one is excluded."""
    period = entries.segment[g]["period"]
    quote = SEVERAL
    for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
        if times[period, partner[i]] == 0:
            return SEVERAL
        kind = kind_of_entry(prices, code, i)
        one = prices.first_quote[kind] + prices.quote[prices.pattern[kind], period, partner[i]]
        if quote == SEVERAL:
            quote = one
        elif quote != one:
            return SEVERAL
    return quote


@kernel
def find_quotes(
    entries: Entries,
    partner: np.ndarray,
    code: np.ndarray,
    marks: np.ndarray,
    of_group: np.ndarray,
    prices: PriceCells,
    lead: np.ndarray,
    apart: np.ndarray,
    gone: np.ndarray,
    times: np.ndarray,
    quote: np.ndarray,
    changed: np.ndarray,
) -> None:
    """Find each segment's quote, and the groups with a segment that has several or loses observations.

    Parameters
    ----------
    entries : Entries
    partner : int16[n] or int32[n]
        Of each entry.
    code : int32[n]
        Of each entry; empty where codes are of one kind.
    marks : uint64[k, words]
        As `mark_segments` fills it in.
    of_group : int32[g]
        The kind of each group's codes; -1: several.
    prices : PriceCells
    lead : int32[patterns, t]
        The quote, within its kind, of most partners in a period.
    apart : uint64[patterns, t, words]
        The partners that have another.
    gone : uint64[t, words]
        The partners that are excluded.
    times : int32[t, p]
        0: excluded.
    quote : int32[k]
        Filled in; `SEVERAL`, or ``GONE - quote`` where observations are lost and all others have one quote.
    changed : bool[g]
        Filled in.
    """
    group, segments = entries.group, entries.segment
    for one in range(changed.size):
        changed[one] = False
        kind = of_group[one]
        for g in range(group[one], group[one + 1]):
            period = segments[g]["period"]
            pattern = prices.pattern[kind] if kind >= 0 else -1
            if pattern >= 0 and not concerns(marks, apart[pattern, period], g):
                quote[g] = prices.first_quote[kind] + lead[pattern, period]
                if concerns(marks, gone[period], g):
                    quote[g] = GONE - quote[g]
            else:
                quote[g] = quote_of(entries, partner, code, prices, times, g)
            changed[one] |= quote[g] < 0


@kernel
def settle_groups(
    further: Further, left: np.ndarray, group_of: np.ndarray, level_of: np.ndarray, found: np.ndarray
) -> None:
    """Find for each owner the first group of its chain that has an observation left (METHOD.md section 3).

    Parameters
    ----------
    further : Further
    left : int64[g]
        Observations left in each group.
    group_of : int32[o]
        The owner's group, and then the one that is left to it (-1: none).
    level_of : int8[o]
        Digits of its level, 0 for none.
    found : int64[o]
        Usable observations.
    """
    start, further_level, further_group = further
    for owner in range(group_of.size):
        one = group_of[owner]
        if one < 0:
            continue
        after = start[owner]
        while left[one] == 0 and after < start[owner + 1]:
            one = further_group[after]
            level_of[owner] = further_level[after]
            after += 1
        found[owner] = left[one]
        if left[one] == 0:
            one = -1
            level_of[owner] = 0
        group_of[owner] = one


@inner
def put_more(old: Entries, g: int, n: int, source: np.ndarray, first: int, out: Entries, at: int) -> int:
    """Put the ratios of further kinds of n observations of a segment from `at` on; returns where they end."""
    segments, pooled = old.segment, old.quantity.size > 0
    start = segments[g]["start"]
    before = segments[g + 1]["start"] - start
    for block in range(segments[g]["more"], segments[g + 1]["more"], before):
        for i in range(n):
            of = block + source[first + i] - start
            out.more[at + i] = old.more[of]
            if pooled:
                put = out.ratio.size + at + i
                out.quantity[put] = old.quantity[old.ratio.size + of]
                out.quantity_value[put] = old.quantity_value[old.ratio.size + of]
        at += n
    return at


@inner
def part_segment(
    old: Entries,
    partner: np.ndarray,
    code: np.ndarray,
    prices: PriceCells,
    times: np.ndarray,
    g: int,
    counts: np.ndarray,
    present: np.ndarray,
) -> int:
    """Count a segment's observations by quote into `counts`; returns how many quotes it has, ascending in `present`."""
    period = old.segment[g]["period"]
    some = 0
    for i in range(old.segment[g]["start"], old.segment[g + 1]["start"]):
        if times[period, partner[i]] == 0:
            continue
        kind = kind_of_entry(prices, code, i)
        quote = prices.first_quote[kind] + prices.quote[prices.pattern[kind], period, partner[i]]
        if counts[quote] == 0:
            place = some
            while place > 0 and present[place - 1] > quote:
                present[place] = present[place - 1]
                place -= 1
            present[place] = quote
            some += 1
        counts[quote] += 1
    return some


@inner
def keep_segment(
    old: Entries,
    partner: np.ndarray,
    times: np.ndarray,
    g: int,
    out: Entries,
    at: int,
    running_at: int,
    source: np.ndarray,
    told: bool,
) -> int:
    """Put a segment without the observations that are excluded from ``out.ratio[at:]`` on; returns how many are left.

    Running sums up to the first one that is excluded are those of the segment. `source` is filled in if `told`.
    """
    first = old.segment[g]["start"]
    last = old.segment[g + 1]["start"]
    of_partner = times[old.segment[g]["period"]]
    i = first
    while i < last and of_partner[partner[i]] > 0:
        i += 1
    n = i - first
    for j in range(n):
        out.ratio[at + j] = old.ratio[first + j]
    for j in range(n if told else 0):
        source[at + j] = first + j
    for j in range(n + 1):
        out.running[running_at + j] = old.running[first + g + j]
    total = old.running[first + g + n]
    lost = 0.0
    for j in range(i, last):
        if of_partner[partner[j]] > 0:
            x = old.ratio[j]
            out.ratio[at + n] = x
            if told:
                source[at + n] = j
            n += 1
            total, lost = add(total, lost, x)
            out.running[running_at + n] = total + lost
    return n


@inner
def sort_by_quote(
    old: Entries,
    partner: np.ndarray,
    code: np.ndarray,
    prices: PriceCells,
    times: np.ndarray,
    g: int,
    counts: np.ndarray,
    places: np.ndarray,
    present: np.ndarray,
    out: Entries,
    at: int,
    source: np.ndarray,
) -> int:
    """Put a segment's observations from ``out.ratio[at:]`` on, quote by quote; returns how many quotes there are."""
    period = old.segment[g]["period"]
    some = part_segment(old, partner, code, prices, times, g, counts, present)
    begin = at
    for j in range(some):
        places[present[j]] = begin
        begin += counts[present[j]]
    for i in range(old.segment[g]["start"], old.segment[g + 1]["start"]):
        if times[period, partner[i]] > 0:
            kind = kind_of_entry(prices, code, i)
            quote = prices.first_quote[kind] + prices.quote[prices.pattern[kind], period, partner[i]]
            put = places[quote]
            places[quote] = put + 1
            source[put] = i
            out.ratio[put] = old.ratio[i]
    return some


@kernel_with_memory
def part_groups(
    old: Entries,
    which: np.ndarray,
    partner: np.ndarray,
    code: np.ndarray,
    prices: PriceCells,
    times: np.ndarray,
    quote: np.ndarray,
    told_all: bool,
    out: Entries,
    source: np.ndarray,
    left: np.ndarray,
) -> tuple[int, int, int]:
    """Part the segments of some groups by quote, without the observations that are excluded; order stays.

    Parameters
    ----------
    old : Entries
    which : int64[m]
        The groups.
    partner, code, prices, times, quote
        As in `find_quotes`, which fills in the quotes.
    told_all : bool
        Whether to tell for all observations which entry they were.
    out : Entries
        Filled in; has room for all observations of those groups, and for as many segments as they may come to.
    source : int32[...]
        Filled in as far as is told: the entry that each one was.
    left : int64[m]
        Filled in: observations left in each group.

    Returns
    -------
    (int, int, int)
        How many segments, observations and ratios of further kinds there are.
    """
    quotes = prices.first_quote[prices.first_quote.size - 1]
    counts = np.zeros(quotes, dtype=np.int64)
    places = np.zeros(quotes, dtype=np.int64)
    present = np.empty(max(quotes, 1), dtype=np.int64)
    segment = 0
    at = 0
    more_at = 0
    for k in range(which.size):
        out.group[k] = segment
        begin = at
        for g in range(old.group[which[k]], old.group[which[k] + 1]):
            some = 1
            whole = quote[g] != SEVERAL
            if whole:
                present[0] = quote[g] if quote[g] >= 0 else GONE - quote[g]
                told = told_all or old.segment[g + 1]["more"] > old.segment[g]["more"]
                counts[present[0]] = keep_segment(old, partner, times, g, out, at, at + segment, source, told)
            else:
                some = sort_by_quote(old, partner, code, prices, times, g, counts, places, present, out, at, source)
            for j in range(some):
                n = counts[present[j]]
                counts[present[j]] = 0
                if n == 0:
                    continue
                if not whole:
                    add_up_segment(out.ratio, at, at + n, out.running, at + segment)
                new = out.segment[segment]
                new["start"] = at
                new["low"] = out.ratio[at]
                new["high"] = out.ratio[at + n - 1]
                new["total"] = out.running[at + segment + n]
                new["more"] = more_at
                new["period"] = present[j]
                more_at = put_more(old, g, n, source, at, out, more_at)
                if old.quantity.size > 0:
                    for i in range(at, at + n):
                        out.quantity[i] = old.quantity[source[i]]
                        out.quantity_value[i] = old.quantity_value[source[i]]
                at += n
                segment += 1
        left[k] = at - begin
    out.group[which.size] = segment
    out.segment[segment]["start"] = at
    out.segment[segment]["more"] = more_at
    return segment, at, more_at
