"""A part of the lines of years under one scenario, in one call: its constants and its memory are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.evaluation.adding import Part
from fastavs.evaluation.recipe import Recipe
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import ACCUMULATORS, COUNTS, KNOWN, NESTED, NUMBERS, PIECES, STACK, STRIP, WORK
from fastavs.kernels.options import readonly
from fastavs.kernels.part_alone import part_alone
from fastavs.kernels.shapes import AloneMemory, Layout, Strips, Sums


class PartAlone:
    """A part for one scenario after another; made ready for the first of them.

    Parameters
    ----------
    index : SortedIndex
    part : Part
    rest : Sums
        What all other lines come to, [..., 1].
    recipe : Recipe
    free : list of AloneMemory
        Memory that nobody works in, shared by all parts of an index.
    """

    def __init__(self, index: SortedIndex, part: Part, rest: Sums, recipe: Recipe, free: list[AloneMemory]) -> None:
        self._of = (index, part, rest, recipe)
        self._constants: tuple[Any, ...] | None = None
        self._slots, self._years = part.rows.size + part.means, part.layout.years.size
        self._free = free

    @property
    def nbytes(self) -> int:
        """How much memory it takes by itself once it is ready, at most."""
        classes = int(self._of[1].layout.number.shape[1]) + self._years * STRIP
        return classes * (NUMBERS + 1) * 8 + self._years * (ACCUMULATORS + COUNTS) * 8

    def figures(self, numbers: np.ndarray, full: bool, out: np.ndarray) -> float:
        """Fill in the summary from `specific_lines` on, and return the largest rate of the part.

        Parameters
        ----------
        numbers : float64[...]
            Factors as `Recipe.in_a_row` gives them.
        full : bool
            Whether all columns are wanted, or only means of rates.
        out : float64[y, 17]
        """
        if self._constants is None:
            self._constants = _constants(*self._of)
        try:
            memory = self._free.pop()  # no other thread takes the same
        except IndexError:
            memory = _memory(self._slots)
        if memory.kept.size < self._slots:
            memory = _memory(self._slots)
        largest: float = part_alone(*self._constants, numbers, full, memory, out)
        self._free.append(memory)
        return largest


def goes_alone(part: Part) -> bool:
    """Whether `part_alone` does all that a part needs."""
    return not part.rare.keys() - {NESTED}


def _constants(index: SortedIndex, part: Part, rest: Sums, recipe: Recipe) -> tuple[Any, ...]:
    """Return what `part_alone` takes first, whatever the scenario."""
    layout, facts = part.layout, index.facts
    years = layout.years.size
    others = np.empty((years, ACCUMULATORS + COUNTS))
    others[:, :ACCUMULATORS] = rest.acc.reshape(years, ACCUMULATORS, STRIP)[:, :, 0]
    others[:, KNOWN : KNOWN + PIECES] += layout.known
    others[:, ACCUMULATORS:] = rest.tally[:, :, 0] + layout.counts
    rules = (float(facts["outlier"]), bool(facts["zero"]), recipe.cells, recipe.shape[1], recipe.shape[2])
    return (
        part.duties, index.entries, part.rows, part.rare.get(NESTED, readonly([], np.int64)), part.carried,
        part.mean_row, layout, _strips(layout), readonly(others, np.float64), rules,
    )  # fmt: skip


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
