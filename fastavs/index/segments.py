"""The observations that lines need, laid out in sorted segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from fastavs.index.needs import Needs
from fastavs.kernels.options import readonly
from fastavs.kernels.segments import (
    count_segments,
    fill_segments,
    find_observations,
    finish_segments,
    further_ratios,
)
from fastavs.kernels.shapes import SEGMENT, Entries
from fastavs.kernels.sorting import longest


def lay_out(needs: Needs) -> tuple[Entries, np.ndarray, list[np.ndarray]]:
    """Sort observations into segments; returns them, their observations, and each request's groups."""
    everything = [*needs.asked, *needs.further]
    asked = [one for one in everything if one.line.size and needs.kinds[one.kinds]]
    sizes = [one.line.size for one in asked]
    total = sum(sizes)
    batch = np.repeat([one.basis * len(needs.kinds) + one.kinds for one in asked], sizes).astype(np.int64)
    request = np.repeat(np.arange(len(asked)), sizes)
    first = joined([one.first for one in asked], np.int64)
    last = joined([one.last for one in asked], np.int64)
    words = np.concatenate([one.words for one in asked]) if asked else np.zeros((0, 2), dtype=np.uint64)
    key = joined([one.prepared.schedule.keys[one.lines] for one in asked], np.int64)
    some = np.flatnonzero(joined([one.found for one in asked], np.int64) > 0)
    further = request >= sum(one.line.size > 0 and bool(needs.kinds[one.kinds]) for one in needs.asked)
    order = some[np.lexsort((key[some], further[some], words[some, 1], words[some, 0], batch[some]))]
    new = np.ones(order.size, dtype=bool)
    new[1:] = (batch[order[1:]] != batch[order[:-1]]) | (words[order[1:]] != words[order[:-1]]).any(axis=1)
    leader = order[new]  # the first line that needs each group
    by_code = np.lexsort((batch[leader], key[leader], further[leader]))  # what is needed last stands last
    rank = np.empty(leader.size, dtype=np.int64)
    rank[by_code] = np.arange(leader.size)
    group = np.full(total, -1, dtype=np.int32)
    group[order] = rank[np.cumsum(new) - 1]
    leader = leader[by_code]
    chosen = [(int(request[one]), int(first[one]), int(last[one])) for one in leader]
    codes = [asked[place].prepared.served.order[lo:hi] for place, lo, hi in chosen]
    entries, observation = _segments(needs, codes, batch[leader])
    groups = iter(np.split(group, np.cumsum(sizes)))
    none = [np.full(one.line.size, -1, dtype=np.int32) for one in everything]
    return entries, observation, [
        next(groups) if any(one is some for some in asked) else without
        for one, without in zip(everything, none, strict=True)
    ]  # fmt: skip


def _segments(needs: Needs, codes: list[np.ndarray], batch: np.ndarray) -> tuple[Entries, np.ndarray]:
    counts = np.zeros((len(codes), len(needs.matches.checked.trade.periods)), dtype=np.int64)
    parts = []
    for one in np.unique(batch):
        members = np.flatnonzero(batch == one)
        listed = [codes[g] for g in members]
        part = (
            needs.sources[divmod(int(one), len(needs.kinds))],
            readonly(np.concatenate(([0], np.cumsum([some.size for some in listed]))), np.int64),
            readonly(np.concatenate(listed), np.int64),
        )
        found = np.zeros((members.size, counts.shape[1]), dtype=np.int64)
        count_segments(*part, found)
        counts[members] = found
        parts.append((members, part))
    owner, period = np.nonzero(counts)
    start = np.concatenate(([0], np.cumsum(counts[owner, period]))).astype(np.int64)
    cursor = np.zeros_like(counts)
    cursor[owner, period] = start[:-1]
    ratio, place = np.empty(start[-1]), np.empty(start[-1], dtype=np.int32)
    for members, part in parts:
        fill_segments(*part, cursor[members], ratio, place)
    segments = np.zeros(owner.size + 1, dtype=SEGMENT)
    segments["start"], segments["period"][:-1] = start, period
    running = np.empty(ratio.size + owner.size)
    most = longest(start)
    finish_segments(segments, ratio, place, running, np.empty(most), np.empty(most, dtype=np.int32))
    more = _further(needs, batch[owner], segments, place)
    segments = readonly(segments, SEGMENT)
    pooled = _pooled(needs, batch[owner], segments, place, more)
    for one in np.unique(batch):
        observation = needs.sources[divmod(int(one), len(needs.kinds))].observation
        which = readonly(np.flatnonzero(batch[owner] == one), np.int64)
        find_observations(segments, which, observation, place)
    group = readonly(np.searchsorted(owner, np.arange(len(codes) + 1)), np.int64)
    ratio, running, more = (readonly(one, np.float64) for one in (ratio, running, more))
    return Entries(group, segments, ratio, running, more, *pooled), readonly(place, np.int32)


def _further(needs: Needs, batch: np.ndarray, segments: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Ratios of second and further kinds, for segments of duties on several quantities."""
    kinds = np.array([len(some) for some in needs.kinds], dtype=np.int64)[batch % len(needs.kinds)]
    sizes = np.diff(segments["start"]) * np.maximum(kinds - 1, 0)
    segments["more"] = np.concatenate(([0], np.cumsum(sizes)))
    more = np.empty(segments["more"][-1])
    for one in np.unique(batch[kinds > 1]):
        ratio = needs.sources[divmod(int(one), len(needs.kinds))].ratio
        which = readonly(np.flatnonzero(batch == one), np.int64)
        further_ratios(readonly(segments, SEGMENT), which, readonly(place, np.int32), ratio, more)
    return more


def _pooled(
    needs: Needs, batch: np.ndarray, segments: np.ndarray, place: np.ndarray, more: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantities and the value that carries them, as `Entries` has them; empty but by the pooled method."""
    if needs.matches.checked.options.method != "pooled":
        return readonly([], np.float64), readonly([], np.float64)
    quantity, value = np.empty(place.size + more.size), np.empty(place.size + more.size)
    for g, (first, last) in enumerate(pairwise(segments["start"].tolist())):
        quantities, values = needs.quantities[divmod(int(batch[g]), len(needs.kinds))]
        at = place[first:last]
        for k in range(quantities.shape[0]):
            begin = first if k == 0 else place.size + segments["more"][g] + (k - 1) * at.size
            quantity[begin : begin + at.size] = quantities[k, at]
            value[begin : begin + at.size] = values[k, at]
    return readonly(quantity, np.float64), readonly(value, np.float64)


def joined(parts: Sequence[np.ndarray], kind: Any) -> np.ndarray:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)
