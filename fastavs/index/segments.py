"""What lines need of the trade, level by level, and its observations laid out in sorted segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.index.records import further_levels
from fastavs.kernels import shapes
from fastavs.kernels.levels import find_levels, usable_by_code
from fastavs.kernels.options import readonly
from fastavs.kernels.segments import (
    count_segments,
    fill_segments,
    find_observations,
    further_ratios,
    running_sums,
    sort_segments,
)

if TYPE_CHECKING:
    from fastavs.matching.basis import Basis
    from fastavs.matching.match import Match
    from fastavs.matching.matches import Matches
    from fastavs.matching.recorded import Recorded

NO_QUANTITY = readonly(np.empty((0, 0)), np.float64)
SEED = 20120605  # of the words that tell sets of codes apart


@dataclass(slots=True)
class Asked:
    """Lines of a side that need a group of observations of some kinds. l lines."""

    prepared: Match
    basis: int
    kinds: int
    lines: np.ndarray  # int64[l] place in the schedule
    line: np.ndarray  # int64[l] place among all lines
    level: np.ndarray  # int8[l] digits; this and the rest is what `answer` finds
    found: np.ndarray  # int64[l]
    first: np.ndarray  # int64[l] the line's codes, in the order of the side
    last: np.ndarray
    words: np.ndarray  # uint64[l, 2] what tells its set of codes apart


class Builder:
    """Collects what lines need, then lays it out."""

    def __init__(self, matches: Matches) -> None:
        self.matches = matches
        self.bases: list[Basis] = []
        self.kinds: list[tuple[int, ...]] = []
        self.asked: list[Asked] = []
        self.behind: list[Asked] = []  # what lines need where observations of theirs are gone
        self.sources: dict[tuple[int, int], shapes.Source] = {}

    def basis_place(self, basis: Basis) -> int:
        for place, known in enumerate(self.bases):
            if known is basis:
                return place
        self.bases.append(basis)
        return len(self.bases) - 1

    def kinds_place(self, kinds: Sequence[str]) -> int:
        wanted = tuple(self.matches.checked.trade.kinds.index(kind) for kind in kinds)
        if wanted not in self.kinds:
            self.kinds.append(wanted)
        return self.kinds.index(wanted)

    def ask(self, prepared: Match, lines: np.ndarray, offset: int, kinds: int) -> None:
        """Take note that some lines of a side have a duty on some kinds of quantity."""
        n = lines.size
        found, first, last = (np.empty(n, dtype=np.int64) for _ in range(3))
        self.asked.append(
            Asked(
                prepared, self.basis_place(prepared.basis.of_any_value), kinds, readonly(lines, np.int64),
                lines + offset,
                np.empty(n, dtype=np.int8), found, first, last, np.empty((n, 2), dtype=np.uint64),
            )
        )  # fmt: skip

    def answer(self) -> None:
        """Find level and codes of all lines asked for."""
        together: dict[tuple[int, int], list[Asked]] = {}
        for one in self.asked:
            together.setdefault((one.basis, one.kinds), []).append(one)
        self._find_sources(together)
        for (basis, kinds), some in together.items():
            chosen = self.bases[basis]
            usable = chosen.code_stop - chosen.code_start
            if self.kinds[kinds]:
                usable_by_code(self.sources[basis, kinds], usable)
            words = np.random.default_rng(SEED).integers(0, 2**64, size=(usable.size, 2), dtype=np.uint64)
            for one in some:
                served = one.prepared.served
                find_levels(
                    one.lines,
                    readonly(one.prepared.borrows, np.bool_),
                    readonly(served.level_digits, np.int8),
                    served.code_reach,
                    (readonly(served.code_lo, np.int64), readonly(served.code_hi, np.int64)),
                    (readonly(served.order, np.int64), readonly(usable, np.int64), readonly(words, np.uint64)),
                    (one.level, one.found, one.first, one.last, one.words),
                )
                if self.kinds[kinds]:
                    self._answer_further(one, usable, words)

    def _answer_further(self, asked: Asked, usable: np.ndarray, words: np.ndarray) -> None:
        """Find the levels behind the one at which borrowing lines found observations."""
        prepared, served = asked.prepared, asked.prepared.served
        if not prepared.borrows[asked.lines].any():
            return
        counts = usable[served.order]
        before = np.concatenate(([0], np.cumsum(counts)))
        sums = np.zeros((counts.size + 1, 2), dtype=np.uint64)
        np.cumsum(np.where(counts[:, None] > 0, words[served.order], np.uint64(0)), axis=0, out=sums[1:])
        for some, level, found, first, last in further_levels(prepared, asked.lines, before, asked.level, asked.found):
            lines = readonly(asked.lines[some], np.int64)
            self.behind.append(Asked(
                prepared, asked.basis, asked.kinds, lines, asked.line[some], level, found, first, last,
                sums[last] - sums[first],
            ))  # fmt: skip

    def _find_sources(self, together: Mapping[tuple[int, int], Sequence[Asked]]) -> None:
        """Work out the ratios that duties on each set of kinds need, for the codes that their lines may look at."""
        needed = {key: _codes_of(some) for key, some in together.items() if self.kinds[key[1]]}
        for place, basis in enumerate(self.bases):
            sizes = basis.code_stop - basis.code_start
            mine = {kinds: codes for (one, kinds), codes in needed.items() if one == place}
            of_any = np.logical_or.reduce([np.zeros(sizes.size, dtype=bool), *mine.values()])
            chosen = basis.chosen_of(of_any)
            for kinds, codes in mine.items():
                at = chosen[np.repeat(codes[of_any], sizes[of_any])]
                self.sources[place, kinds] = self._source(basis, self.kinds[kinds], np.where(codes, sizes, 0), at)

    def _source(self, basis: Basis, kinds: tuple[int, ...], sizes: np.ndarray, at: np.ndarray) -> shapes.Source:
        """Return observations `at`, so many of each code (int64[codes]), with their ratios of some kinds."""
        recorded, start = basis.recorded, np.concatenate(([0], np.cumsum(sizes)))
        names = [self.matches.checked.trade.kinds[kind] for kind in kinds]
        return shapes.Source(
            readonly(start[:-1], np.int64), readonly(start[1:], np.int64), readonly(at, at.dtype),
            readonly(recorded.period, recorded.period.dtype), recorded.ratios(at, names),
            *self._quantities(recorded, at, names),
        )  # fmt: skip

    def _quantities(self, recorded: Recorded, at: np.ndarray, kinds: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Quantities and the value that carries them, float64[kinds, n], for the pooled method; else empty."""
        if self.matches.checked.options.method != "pooled":
            return NO_QUANTITY, NO_QUANTITY
        quantity, value = recorded.quantities(at, kinds)
        return readonly(quantity, np.float64), readonly(value, np.float64)

    def lay_out(self) -> tuple[shapes.Entries, np.ndarray, list[np.ndarray]]:
        """Sort observations into segments; returns them, their observations, and each request's groups."""
        everything = [*self.asked, *self.behind]
        asked = [one for one in everything if one.line.size and self.kinds[one.kinds]]
        sizes = [one.line.size for one in asked]
        total = sum(sizes)
        batch = np.repeat([one.basis * len(self.kinds) + one.kinds for one in asked], sizes).astype(np.int64)
        request = np.repeat(np.arange(len(asked)), sizes)
        first = joined([one.first for one in asked], np.int64)
        last = joined([one.last for one in asked], np.int64)
        words = np.concatenate([one.words for one in asked]) if asked else np.zeros((0, 2), dtype=np.uint64)
        key = joined([one.prepared.schedule.keys[one.lines] for one in asked], np.int64)
        some = np.flatnonzero(joined([one.found for one in asked], np.int64) > 0)
        behind = request >= sum(one.line.size > 0 and bool(self.kinds[one.kinds]) for one in self.asked)
        order = some[np.lexsort((key[some], behind[some], words[some, 1], words[some, 0], batch[some]))]
        new = np.ones(order.size, dtype=bool)
        new[1:] = (batch[order[1:]] != batch[order[:-1]]) | (words[order[1:]] != words[order[:-1]]).any(axis=1)
        leader = order[new]  # the first line that needs each group
        by_code = np.lexsort((batch[leader], key[leader], behind[leader]))  # what is needed last stands last
        rank = np.empty(leader.size, dtype=np.int64)
        rank[by_code] = np.arange(leader.size)
        group = np.full(total, -1, dtype=np.int32)
        group[order] = rank[np.cumsum(new) - 1]
        leader = leader[by_code]
        chosen = [(int(request[one]), int(first[one]), int(last[one])) for one in leader]
        codes = [asked[place].prepared.served.order[lo:hi] for place, lo, hi in chosen]
        entries, observation = self._segments(codes, batch[leader])
        groups = iter(np.split(group, np.cumsum(sizes)))
        none = [np.full(one.line.size, -1, dtype=np.int32) for one in everything]
        return entries, observation, [
            next(groups) if any(one is some for some in asked) else without
            for one, without in zip(everything, none, strict=True)
        ]  # fmt: skip

    def _segments(self, codes: list[np.ndarray], batch: np.ndarray) -> tuple[shapes.Entries, np.ndarray]:
        counts = np.zeros((len(codes), len(self.matches.checked.trade.periods)), dtype=np.int64)
        parts = []
        for one in np.unique(batch):
            members = np.flatnonzero(batch == one)
            listed = [codes[g] for g in members]
            part = (
                self.sources[divmod(int(one), len(self.kinds))],
                readonly(np.concatenate(([0], np.cumsum([some.size for some in listed]))), np.int64),
                readonly(np.concatenate(listed), np.int64),
            )
            found = np.zeros((members.size, counts.shape[1]), dtype=np.int64)
            count_segments(*part, found)
            counts[members] = found
            parts.append((members, part))
        owner, period = np.nonzero(counts)
        start = readonly(np.concatenate(([0], np.cumsum(counts[owner, period]))), np.int64)
        cursor = np.zeros_like(counts)
        cursor[owner, period] = start[:-1]
        ratio, place = np.empty(start[-1]), np.empty(start[-1], dtype=np.int32)
        for members, part in parts:
            fill_segments(*part, cursor[members], ratio, place)
        sort_segments(start, ratio, place)
        running = np.empty(ratio.size + owner.size)
        low, high, sums = (np.empty(owner.size) for _ in range(3))
        ratio = readonly(ratio, np.float64)
        running_sums(start, ratio, running, low, high, sums)
        more, more_start = self._further(batch[owner], start, place)
        pooled = self._pooled(batch[owner], start, place, more, more_start)
        for one in np.unique(batch):
            observation = self.sources[divmod(int(one), len(self.kinds))].observation
            segments = readonly(np.flatnonzero(batch[owner] == one), np.int64)
            find_observations(start, segments, observation, place)
        return (
            shapes.Entries(
                readonly(np.searchsorted(owner, np.arange(len(codes) + 1)), np.int64),
                readonly(period, np.int32), start, readonly(low, np.float64), readonly(high, np.float64),
                readonly(sums, np.float64), ratio, readonly(running, np.float64),
                readonly(more, np.float64), readonly(more_start, np.int64), *pooled,
            ),
            readonly(place, np.int32),
        )  # fmt: skip

    def _further(self, batch: np.ndarray, start: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ratios of second and further kinds, for segments of duties on several quantities."""
        kinds = np.array([len(some) for some in self.kinds], dtype=np.int64)[batch % len(self.kinds)]
        sizes = np.diff(start) * np.maximum(kinds - 1, 0)
        more_start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        more = np.empty(more_start[-1])
        for g in np.flatnonzero(sizes):
            ratio = self.sources[divmod(int(batch[g]), len(self.kinds))].ratio
            here = more[more_start[g] : more_start[g + 1]]
            further_ratios(start, readonly(place, np.int32), ratio, (int(g), int(g) + 1), here)
        return more, more_start[:-1]

    def _pooled(
        self, batch: np.ndarray, start: np.ndarray, place: np.ndarray, more: np.ndarray, more_start: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Quantities and the value that carries them, as `shapes.Entries` has them; empty but by the pooled method."""
        if self.matches.checked.options.method != "pooled":
            return readonly([], np.float64), readonly([], np.float64)
        quantity, value = np.empty(place.size + more.size), np.empty(place.size + more.size)
        for g, (first, last) in enumerate(pairwise(start)):
            source = self.sources[divmod(int(batch[g]), len(self.kinds))]
            at = place[first:last]
            for k in range(source.ratio.shape[0]):
                begin = first if k == 0 else place.size + more_start[g] + (k - 1) * at.size
                quantity[begin : begin + at.size] = source.quantity[k, at]
                value[begin : begin + at.size] = source.quantity_value[k, at]
        return readonly(quantity, np.float64), readonly(value, np.float64)


def _codes_of(asked: Sequence[Asked]) -> np.ndarray:
    """Return which codes any of the lines asked for may look at, bool[codes], codes as in `Recorded`."""
    found = np.zeros(asked[0].prepared.served.order.size, dtype=bool)
    for one in asked:
        found[one.prepared.served.order[_within_reach(one)]] = True
    return found


def _within_reach(asked: Asked) -> np.ndarray:
    """Return which codes the lines asked for may look at, at whatever level; bool[codes], in the order of the side."""
    served, borrowing = asked.prepared.served, asked.lines[asked.prepared.borrows[asked.lines]]
    edges = np.zeros(served.order.size + 1, dtype=np.int64)
    for level in range(served.level_digits.size):
        some = borrowing if level else asked.lines
        np.add.at(edges, served.code_lo[level, some], 1)
        np.add.at(edges, served.code_hi[level, some], -1)
    return np.cumsum(edges[:-1]) > 0


def joined(parts: Sequence[np.ndarray], kind: Any) -> np.ndarray:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)
