"""Groups of observations parted by what they are quoted at; all others stay as they are in the index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.evaluation.price_cells import PriceCells, marked_bits
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.kernels.quotes import find_quotes, part_groups
from fastavs.kernels.shapes import SEGMENT, Entries, changed


class Parted(NamedTuple):
    """What changes of the trade make of the entries of an index. g groups, k segments."""

    segment: np.ndarray  # SEGMENT[k + 1] of the index, with quotes for periods; those of parted groups do not matter
    left: np.ndarray  # int64[g] observations that each group has left
    which: np.ndarray  # int64[m] the groups that are parted
    entries: Entries  # of those
    source: np.ndarray  # int32[...] the entry of the index that each of theirs was
    place: np.ndarray  # int32[g + 1] each group's number where all stand together; the last is none

    def renumbered(self, group: np.ndarray) -> np.ndarray:
        """Return groups by the numbers that they have where all stand together; -1 stays."""
        return self.place[group]

    def partners(self, index: SortedIndex) -> np.ndarray:
        """Return the partner of each entry where all stand together."""
        if not self.which.size:
            return index.entry_partner
        partner = index.entry_partner
        return readonly(np.concatenate([partner, partner[self.source]]), partner.dtype)


def parted(index: SortedIndex, prices: PriceCells, times: np.ndarray, told: bool) -> Parted:
    """Part the groups that hold several quotes in a period, or lose observations.

    Parameters
    ----------
    index : SortedIndex
    prices : PriceCells
    times : int32[t, p]
        0: excluded.
    told : bool
        Whether to tell which entry each one was.
    """
    entries = index.entries
    groups = entries.group.size - 1
    by_code = prices.table.pattern.size > 1
    code = index.entry_code if by_code else readonly(np.empty(0), np.int32)
    of_group = np.zeros(groups, dtype=np.int32)
    if by_code:
        kind = prices.table.kind
        turn = np.concatenate(([0], np.cumsum(kind[1:] != kind[:-1])))
        low, high = index.group_codes
        of_group = np.where(turn[low] == turn[high], kind[low], -1)
    gone = (times == 0) & (index.taking_part > 0)
    apart = prices.table.quote != prices.lead[:, :, None]
    quote, is_parted = np.empty(entries.period.size, dtype=np.int32), np.empty(groups, dtype=np.bool_)
    find_quotes(
        entries, index.entry_partner, code, index.segment_marks, readonly(of_group, np.int32), prices.table,
        prices.lead, marked_bits(apart), marked_bits(gone), times, quote, is_parted,
    )  # fmt: skip
    which = readonly(np.flatnonzero(is_parted), np.int64)
    segment = entries.segment
    if prices.touch.size:
        segment = changed(segment, period=np.append(quote, np.int32(0)))
    place = np.append(np.arange(groups, dtype=np.int32), np.int32(-1))
    place[which] = groups + np.arange(which.size, dtype=np.int32)
    left = np.diff(entries.start[entries.group])
    some, source, left[which] = _parts(index, code, prices, times, readonly(quote, np.int32), which, told)
    return Parted(segment, left, which, some, source, place)


def _parts(
    index: SortedIndex,
    code: np.ndarray,
    prices: PriceCells,
    times: np.ndarray,
    quote: np.ndarray,
    which: np.ndarray,
    told: bool,
) -> tuple[Entries, np.ndarray, np.ndarray]:
    """Return the entries of some groups parted, what each was, and how many each group has left."""
    entries, cells = index.entries, int(prices.table.first_cell[-1])
    first, last = entries.group[which], entries.group[which + 1]
    room = int((entries.start[last] - entries.start[first]).sum())
    most = np.minimum(np.diff(entries.start), cells)
    before = np.concatenate(([0], np.cumsum(most)))
    segments = int((before[last] - before[first]).sum())
    more = entries.segment["more"]
    further = int((more[last] - more[first]).sum())
    pooled = room + further if entries.quantity.size else 0
    out = Entries(
        np.empty(which.size + 1, dtype=np.int64), np.zeros(segments + 1, dtype=SEGMENT),
        np.empty(room), np.empty(room + segments), np.empty(further), np.empty(pooled), np.empty(pooled),
    )  # fmt: skip
    source, left = np.empty(room, dtype=np.int32), np.empty(which.size, dtype=np.int64)
    k, n, m = part_groups(
        entries, which, index.entry_partner, code, prices.table, times, quote, told or pooled > 0, out, source, left
    )
    quantity, value = (np.concatenate([one[:n], one[room : room + m]]) if pooled else one for one in out[5:])
    return Entries(
        readonly(out.group, np.int64), readonly(out.segment[: k + 1], SEGMENT), readonly(out.ratio[:n], np.float64),
        readonly(out.running[: n + k], np.float64), readonly(out.more[:m], np.float64),
        readonly(quantity, np.float64), readonly(value, np.float64),
    ), source[:n], left  # fmt: skip


def whole_entries(index: SortedIndex, some: Parted) -> Entries:
    """Return all entries together: those of the index with their quotes, and then those of the parted groups."""
    old, new = index.entries._replace(segment=some.segment), some.entries
    if not some.which.size:
        return old
    segment = changed(
        new.segment, start=new.segment["start"] + old.ratio.size, more=new.segment["more"] + old.more.size
    )
    quantity, value = old.quantity, old.quantity_value
    if quantity.size:
        n, m = old.ratio.size, new.ratio.size
        quantity, value = (
            np.concatenate([left[:n], right[:m], left[n:], right[m:]])
            for left, right in zip(old[5:], new[5:], strict=True)
        )
    return Entries(
        readonly(np.concatenate([old.group, new.group[1:] + old.period.size]), np.int64),
        readonly(np.concatenate([old.segment[:-1], segment]), SEGMENT),
        readonly(np.concatenate([old.ratio, new.ratio]), np.float64),
        readonly(np.concatenate([old.running, new.running]), np.float64),
        readonly(np.concatenate([old.more, new.more]), np.float64),
        readonly(quantity, np.float64), readonly(value, np.float64),
    )  # fmt: skip
