"""What lines need of the trade, level by level, and its observations laid out in sorted segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.index.records import levels_of
from fastavs.kernels.options import readonly
from fastavs.kernels.segments import (
    count_segments,
    fill_segments,
    find_observations,
    finish_segments,
    further_ratios,
    usable_by_code,
)
from fastavs.kernels.shapes import SEGMENT, Entries, Source

if TYPE_CHECKING:
    from fastavs.matching.basis import Basis
    from fastavs.matching.match import Match
    from fastavs.matching.matches import Matches

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
        self.sources: dict[tuple[int, int], Source] = {}
        self.quantities: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}  # by the pooled method

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
        found, first, last = (np.zeros(n, dtype=np.int64) for _ in range(3))
        self.asked.append(
            Asked(
                prepared, self.basis_place(prepared.basis.of_any_value), kinds, readonly(lines, np.int64),
                lines + offset,
                np.zeros(n, dtype=np.int8), found, first, last, np.zeros((n, 2), dtype=np.uint64),
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
                self._answer(one, usable, words)

    def _answer(self, asked: Asked, usable: np.ndarray, words: np.ndarray) -> None:
        """Find level and codes of some lines, and the levels behind those at which borrowing lines found observations.

        `usable` are each code's observations, and `words` tell it from all others; a code without any makes no
        difference.
        """
        order = asked.prepared.served.order
        counts = usable[order]
        before = np.concatenate(([0], np.cumsum(counts)))
        sums = np.zeros((counts.size + 1, 2), dtype=np.uint64)
        np.cumsum(np.where(counts[:, None] > 0, words[order], np.uint64(0)), axis=0, out=sums[1:])
        levels = levels_of(asked.prepared, asked.lines, before)
        for nth, (some, level, found, first, last) in enumerate(levels):
            told_by = sums[last] - sums[first]
            if nth == 0:
                asked.level[some], asked.found[some] = level, found
                asked.first[some], asked.last[some], asked.words[some] = first, last, told_by
                if not self.kinds[asked.kinds]:
                    return
                continue
            lines = readonly(asked.lines[some], np.int64)
            self.behind.append(Asked(
                asked.prepared, asked.basis, asked.kinds, lines, asked.line[some], level, found, first, last, told_by,
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
                start = np.concatenate(([0], np.cumsum(np.where(codes, sizes, 0))))
                names = [self.matches.checked.trade.kinds[kind] for kind in self.kinds[kinds]]
                self.sources[place, kinds] = Source(
                    readonly(start[:-1], np.int64), readonly(start[1:], np.int64),
                    readonly(at, at.dtype), readonly(basis.recorded.period, basis.recorded.period.dtype),
                    basis.recorded.ratios(at, names),
                )  # fmt: skip
                if self.matches.checked.options.method == "pooled":
                    self.quantities[place, kinds] = basis.recorded.quantities(at, names)

    def lay_out(self) -> tuple[Entries, np.ndarray, list[np.ndarray]]:
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

    def _segments(self, codes: list[np.ndarray], batch: np.ndarray) -> tuple[Entries, np.ndarray]:
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
        start = np.concatenate(([0], np.cumsum(counts[owner, period]))).astype(np.int64)
        cursor = np.zeros_like(counts)
        cursor[owner, period] = start[:-1]
        ratio, place = np.empty(start[-1]), np.empty(start[-1], dtype=np.int32)
        for members, part in parts:
            fill_segments(*part, cursor[members], ratio, place)
        segments = np.zeros(owner.size + 1, dtype=SEGMENT)
        segments["start"], segments["period"][:-1] = start, period
        running = np.empty(ratio.size + owner.size)
        finish_segments(segments, ratio, place, running)
        more = self._further(batch[owner], segments, place)
        segments = readonly(segments, SEGMENT)
        pooled = self._pooled(batch[owner], segments, place, more)
        for one in np.unique(batch):
            observation = self.sources[divmod(int(one), len(self.kinds))].observation
            which = readonly(np.flatnonzero(batch[owner] == one), np.int64)
            find_observations(segments, which, observation, place)
        group = readonly(np.searchsorted(owner, np.arange(len(codes) + 1)), np.int64)
        ratio, running, more = (readonly(one, np.float64) for one in (ratio, running, more))
        return Entries(group, segments, ratio, running, more, *pooled), readonly(place, np.int32)

    def _further(self, batch: np.ndarray, segments: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Ratios of second and further kinds, for segments of duties on several quantities."""
        kinds = np.array([len(some) for some in self.kinds], dtype=np.int64)[batch % len(self.kinds)]
        sizes = np.diff(segments["start"]) * np.maximum(kinds - 1, 0)
        segments["more"] = np.concatenate(([0], np.cumsum(sizes)))
        more = np.empty(segments["more"][-1])
        for one in np.unique(batch[kinds > 1]):
            ratio = self.sources[divmod(int(one), len(self.kinds))].ratio
            which = readonly(np.flatnonzero(batch == one), np.int64)
            further_ratios(readonly(segments, SEGMENT), which, readonly(place, np.int32), ratio, more)
        return more

    def _pooled(
        self, batch: np.ndarray, segments: np.ndarray, place: np.ndarray, more: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Quantities and the value that carries them, as `Entries` has them; empty but by the pooled method."""
        if self.matches.checked.options.method != "pooled":
            return readonly([], np.float64), readonly([], np.float64)
        quantity, value = np.empty(place.size + more.size), np.empty(place.size + more.size)
        for g, (first, last) in enumerate(pairwise(segments["start"].tolist())):
            quantities, values = self.quantities[divmod(int(batch[g]), len(self.kinds))]
            at = place[first:last]
            for k in range(quantities.shape[0]):
                begin = first if k == 0 else place.size + segments["more"][g] + (k - 1) * at.size
                quantity[begin : begin + at.size] = quantities[k, at]
                value[begin : begin + at.size] = values[k, at]
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
