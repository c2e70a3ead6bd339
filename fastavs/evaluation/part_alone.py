"""A part of the lines of years under one scenario, in one call: its constants and its memory are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastavs.evaluation.adding import Part
from fastavs.evaluation.recipe import Recipe
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import ACCUMULATORS, COUNTS, FIGURES, KNOWN, NESTED, PIECES, STACK, STRIP, WORK
from fastavs.kernels.options import readonly
from fastavs.kernels.part_alone import part_alone
from fastavs.kernels.shapes import AloneMemory, Layout, Strips, Sums


@dataclass(frozen=True, slots=True)
class PartAlone:
    """A part ready for one scenario after another.

    Attributes
    ----------
    constants : tuple
        What `part_alone` takes first, whatever the scenario.
    slots : int
        How many rows and means there are.
    years : int
    own : tuple of ndarray
        Those of the constants that stand nowhere else.
    free : list of AloneMemory
        Memory that nobody works in, shared by all parts of an index.
    """

    constants: tuple[Any, ...]
    slots: int
    years: int
    own: tuple[np.ndarray, ...]
    free: list[AloneMemory]

    @property
    def nbytes(self) -> int:
        """How much memory it takes by itself."""
        return sum(one.nbytes for one in self.own)

    def figures(self, numbers: np.ndarray, full: bool) -> tuple[np.ndarray, float]:
        """Return the summary from `specific_lines` on, float64[1, y, 17], and the largest rate of the part.

        Parameters
        ----------
        numbers : float64[...]
            Factors as `Recipe.in_a_row` gives them.
        full : bool
            Whether all columns are wanted, or only means of rates.
        """
        memory = self.free.pop() if self.free else None  # no other thread takes the same
        if memory is None or memory.kept.size < self.slots:
            memory = _memory(self.slots)
        out = np.empty((1, self.years, FIGURES))
        largest = part_alone(*self.constants, numbers, full, memory, out[0])
        self.free.append(memory)
        return out, largest


def ready_alone(
    index: SortedIndex, part: Part, rest: Sums, recipe: Recipe, free: list[AloneMemory]
) -> PartAlone | None:
    """Make a part ready for one scenario after another; None if duties need what `part_alone` does not do."""
    if part.rare.keys() - {NESTED}:
        return None
    layout, facts = part.layout, index.facts
    years = layout.years.size
    others = np.empty((years, ACCUMULATORS + COUNTS))
    others[:, :ACCUMULATORS] = rest.acc.reshape(years, ACCUMULATORS, STRIP)[:, :, 0]
    others[:, KNOWN : KNOWN + PIECES] += layout.known
    others[:, ACCUMULATORS:] = rest.tally[:, :, 0] + layout.counts
    rules = (float(facts["outlier"]), bool(facts["zero"]), recipe.cells, recipe.shape[1], recipe.shape[2])
    strips = _strips(layout)
    constants = (
        part.duties, index.entries, part.rows, part.rare.get(NESTED, readonly([], np.int64)), part.carried,
        part.mean_row, layout, strips, readonly(others, np.float64), rules,
    )  # fmt: skip
    return PartAlone(constants, part.rows.size + part.means, years, (others, *strips), free)


def _strips(layout: Layout) -> Strips:
    """Return the sure classes of a layout of one chunk by strips."""
    first, last = layout.start[:-1], layout.uncertain
    many = -(-(last - first) // STRIP)
    start = np.concatenate(([0], np.cumsum(many)))
    year = np.repeat(np.arange(many.size), many)
    begin = first[year] + (np.arange(start[-1]) - start[year]) * STRIP
    place = begin[:, None] + np.arange(STRIP)
    there = place < last[year][:, None]
    place = np.minimum(place, last[year][:, None] - 1)
    number = np.where(there, layout.number[:, place], 0.0).transpose(1, 0, 2)
    side = np.stack([layout.applied[place], layout.bound[place]], axis=1)
    return Strips(readonly(start, np.int64), readonly(number, np.float64), readonly(side, np.uint32))


def _memory(slots: int) -> AloneMemory:
    return AloneMemory(
        np.empty((slots, 1)), np.empty((slots, 1)), np.empty((slots, 1), dtype=np.bool_),
        np.empty(slots, dtype=np.int64), np.empty((2, slots)), np.empty((WORK, STACK)), np.empty(STACK, dtype=np.bool_),
        np.empty((3, STRIP)), np.empty(ACCUMULATORS * STRIP), np.empty((COUNTS, 1)),
    )  # fmt: skip
