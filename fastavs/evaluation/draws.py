"""Draws of partners: entries in which each partner counts as often as it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.partners import drawn
from fastavs.index.parts import IndexParts
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import SEGMENT, DutyTable, Entries, Factors

DRAWS = 16
"""Draws worked out together."""


@dataclass(frozen=True, slots=True)
class DrawnEntries:
    """Entries in some draws.

    Attributes
    ----------
    entries : Entries
    partner : int16[n] or int32[n]
        Of each entry.
    times : float64[p, s]
        How many times each partner is drawn; s is `ABREAST`, draws of nobody stand last.
    """

    entries: Entries
    partner: np.ndarray
    times: np.ndarray

    def left(self, groups: np.ndarray) -> np.ndarray:
        """Return how many observations some groups have in each draw, int64[g, s]."""
        from fastavs.kernels.draws import drawn_groups

        found = np.empty((groups.size, self.times.shape[1]), dtype=np.int64)
        drawn_groups(self.entries, self.partner, self.times, readonly(groups, np.int64), found)
        return found

    def charge(
        self,
        duties: DutyTable,
        rows: np.ndarray,
        chain: tuple[np.ndarray, np.ndarray],
        factors: Factors,
        outlier: float,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Charge rows of plain forms.

        Returns
        -------
        rate : float64[r, s]
        part : float64[r]
        kept, binding : int64[r, s]
        """
        from fastavs.kernels.draws import drawn_rows

        shape = rows.size, self.times.shape[1]
        rate, part = np.empty(shape), np.empty(rows.size)
        kept, binding = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        drawn_rows(
            duties, self.entries, self.partner, self.times, rows, *chain, factors, outlier, rate, part, kept, binding
        )
        return rate, part, kept, binding

    def repeated(self, groups: np.ndarray, s: int) -> Entries:
        """Return the entries of some groups in a draw, one by one; all other groups are empty."""
        from fastavs.kernels.draws import repeat_groups

        old = self.entries
        wanted = np.zeros(old.group.size - 1, dtype=np.bool_)
        wanted[groups[groups >= 0]] = True
        most = int(self.times[:, s].max(initial=1.0))
        some = np.flatnonzero(wanted)
        room = most * int((old.start[old.group[some + 1]] - old.start[old.group[some]]).sum())
        more = old.segment["more"]
        further = most * int((more[old.group[some + 1]] - more[old.group[some]]).sum())
        segments = int((old.group[some + 1] - old.group[some]).sum())
        nothing = readonly(np.empty(0), np.float64)
        out = Entries(
            np.empty(wanted.size + 1, dtype=np.int64), np.zeros(segments + 1, dtype=SEGMENT), np.empty(room),
            np.empty(room + segments), np.empty(further), nothing, nothing,
        )  # fmt: skip
        repeat_groups(old, self.partner, self.times, s, readonly(wanted, np.bool_), out)
        k = int(out.group[-1])
        return Entries(
            readonly(out.group, np.int64), readonly(out.segment[: k + 1], SEGMENT),
            *(readonly(one, np.float64) for one in out[2:]),
        )  # fmt: skip


def no_chain(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return chains of rows that go on to no other group."""
    return readonly(np.zeros(rows.size + 1), np.int64), readonly(np.empty(0), np.int32)


def times_of(index: IndexParts, seeds: Sequence[int]) -> np.ndarray:
    """Return how many times each partner is drawn, float64[p, s], s being `ABREAST`."""
    from fastavs.kernels.lanes import ABREAST

    excluded = index.taking_part == 0
    found = np.zeros((excluded.shape[1], ABREAST))
    for place, seed in enumerate(seeds):
        found[:, place] = drawn(seed, excluded)
    return readonly(found, np.float64)
