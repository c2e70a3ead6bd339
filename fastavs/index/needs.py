"""What lines need of the trade: at which level, whose observations, and the ratios of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.index.records import levels_of
from fastavs.kernels.options import readonly
from fastavs.kernels.segments import usable_by_code
from fastavs.kernels.shapes import Source
from fastavs.threads import side_by_side

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


class Needs:
    """What lines need of the trade: collected, then answered level by level."""

    def __init__(self, matches: Matches) -> None:
        self.matches = matches
        self.bases: list[Basis] = []
        self.kinds: list[tuple[int, ...]] = []
        self.asked: list[Asked] = []
        self.further: list[Asked] = []  # what lines need where observations of theirs are gone
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
        """Find level and codes of some lines, and the levels beyond those at which borrowing lines found observations.

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
            self.further.append(Asked(
                asked.prepared, asked.basis, asked.kinds, lines, asked.line[some], level, found, first, last, told_by,
            ))  # fmt: skip

    def _find_sources(self, together: Mapping[tuple[int, int], Sequence[Asked]]) -> None:
        """Work out the ratios that duties on each set of kinds need, for the codes that their lines may look at."""
        needed: dict[int, dict[int, np.ndarray]] = {place: {} for place in range(len(self.bases))}
        for (place, kinds), some in together.items():
            if self.kinds[kinds]:
                needed[place][kinds] = _codes_of(some)
        for place, found in zip(needed, side_by_side(self._sources_of, needed.items()), strict=True):
            for kinds, (source, pooled) in found.items():
                self.sources[place, kinds] = source
                if pooled is not None:
                    self.quantities[place, kinds] = pooled

    def _sources_of(
        self, needed: tuple[int, Mapping[int, np.ndarray]]
    ) -> dict[int, tuple[Source, tuple[np.ndarray, np.ndarray] | None]]:
        """Work out what one basis gives to each set of kinds, and by the pooled method its quantities as well."""
        place, codes_of_kinds = needed
        basis, checked = self.bases[place], self.matches.checked
        sizes = basis.code_stop - basis.code_start
        of_any = np.logical_or.reduce([np.zeros(sizes.size, dtype=bool), *codes_of_kinds.values()])
        chosen = basis.chosen_of(of_any)
        found = {}
        for kinds, codes in codes_of_kinds.items():
            at = chosen[np.repeat(codes[of_any], sizes[of_any])]
            start = np.concatenate(([0], np.cumsum(np.where(codes, sizes, 0))))
            names = [checked.trade.kinds[kind] for kind in self.kinds[kinds]]
            source = Source(
                readonly(start[:-1], np.int64), readonly(start[1:], np.int64),
                readonly(at, at.dtype), readonly(basis.recorded.period, basis.recorded.period.dtype),
                basis.recorded.ratios(at, names),
            )  # fmt: skip
            pooled = basis.recorded.quantities(at, names) if checked.options.method == "pooled" else None
            found[kinds] = source, pooled
        return found


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
