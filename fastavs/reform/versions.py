"""Which duties stand behind the lines of years while steps change them.

A line of a schedule has one duty, as long as all lines of years that rest on it are changed alike. Where a step
changes some of them and leaves others, the line gets another version for those. A bound line serves one line of one
year; an applied line may serve several, its means carried to bound lines among them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fastavs.index.lines_of_years import LineLayout
from fastavs.index.sorted_index import SortedIndex

Mask: TypeAlias = np.ndarray | bool
"""Which lines of years, bool[h]; or all of them, or none."""


class Versions:
    """Versions of the lines of an index: v of them, of which the first h are the lines as they stand.

    Attributes
    ----------
    line : int64[v]
        The line that each is of.
    duty : int64[v]
        Its duty, a number in a book.
    applied, bound : int64[h]
        The version behind each line of each year; -1: none, or a mean.
    mean : int64[h]
        The carried mean behind it, a place among `means`; -1: none.
    of_mean : int64[k]
        The mean of the index that each mean is, with versions of its own.
    """

    def __init__(self, index: SortedIndex) -> None:
        every = index.lines_of_years.every
        n = index.lines.key.size
        self.index, self.every, self.lines = index, every, n
        self.line = np.arange(n)
        self.duty = index.lines.duty.astype(np.int64)
        self.is_bound = np.zeros(n, dtype=bool)
        for side in index.sides:
            self.is_bound[side.first : side.last] = side.kind == "bound"
        carried = every.pairs.applied >= n
        self.applied = np.where(carried, -1, every.pairs.applied)
        self.bound = every.pairs.bound.astype(np.int64)
        self.mean = np.where(carried, every.pairs.applied - n, -1)
        self.of_mean = np.arange(every.carried.low.shape[1])
        self._members: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def split(self) -> bool:
        """Whether some line has several versions."""
        return self.line.size > self.lines

    def members(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the versions behind the means: where each mean's begin (int64[k + 1]), and they (int64[...]).

        Of a mean they are those of its widest level, in order.
        """
        if self._members is None:
            low, high = widest(self.every)
            sizes = high - low
            start = np.concatenate(([0], np.cumsum(sizes)))
            self._members = start, np.arange(start[-1]) - np.repeat(start[:-1] - low, sizes)
        return self._members

    def lines_with(self, some: np.ndarray) -> np.ndarray:
        """Return the lines of years behind which any of some versions stands, bool[h]."""
        marked = np.zeros(self.line.size, dtype=bool)
        marked[some] = True
        found: np.ndarray = marked[np.maximum(self.applied, 0)] & (self.applied >= 0)
        found |= marked[np.maximum(self.bound, 0)] & (self.bound >= 0)
        if self.of_mean.size:
            start, member = self.members()
            before = np.concatenate(([0], np.cumsum(marked[member])))
            found |= (before[start[1:]] > before[start[:-1]])[np.maximum(self.mean, 0)] & (self.mean >= 0)
        return found

    def touch(self, on_applied: Mask, on_bound: Mask) -> np.ndarray:
        """Give lines of years that a step is for versions of their own, where they share one with others.

        Parameters
        ----------
        on_applied, on_bound : bool[h] or bool
            Lines of years whose applied, or bound, duty the step is for.

        Returns
        -------
        int64[...]
            The versions that the step is for, ascending.
        """
        chosen = np.zeros(self.line.size, dtype=bool)
        if on_bound is True:
            chosen |= self.is_bound[self.line]
        elif on_bound is not False:
            some = self.bound[on_bound]
            chosen[some[some >= 0]] = True
        if on_applied is True:
            chosen |= ~self.is_bound[self.line]
        elif on_applied is not False and on_applied.any():
            chosen = self._touch_applied(on_applied, chosen)
        return np.flatnonzero(chosen)

    def _touch_applied(self, masked: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        self._split_means(masked)
        versions, means = self.line.size, self.of_mean.size
        direct = self.applied >= 0
        inside, outside = (np.zeros(versions, dtype=bool) for _ in range(2))
        inside[self.applied[direct & masked]] = True
        outside[self.applied[direct & ~masked]] = True
        mean_chosen = np.zeros(means, dtype=bool)
        if means:
            mean_chosen[self.mean[(self.mean >= 0) & masked]] = True
            start, member = self.members()
            of_chosen = np.repeat(mean_chosen, np.diff(start))
            inside[member[of_chosen]] = True
            outside[member[~of_chosen]] = True
        mixed = np.flatnonzero(inside & outside)
        if mixed.size:
            new = np.arange(versions)
            new[mixed] = versions + np.arange(mixed.size)
            self.line = np.concatenate((self.line, self.line[mixed]))
            self.duty = np.concatenate((self.duty, self.duty[mixed]))
            here = direct & masked
            self.applied[here] = new[self.applied[here]]
            if means:
                start, member = self.members()
                self._members = start, np.where(np.repeat(mean_chosen, np.diff(start)), new[member], member)
            inside[mixed] = False
            inside = np.concatenate((inside, np.ones(mixed.size, dtype=bool)))
            chosen = np.concatenate((chosen, np.zeros(mixed.size, dtype=bool)))
        return chosen | inside

    def _split_means(self, masked: np.ndarray) -> None:
        """Give means that only some of their lines of years are chosen of one of their own for these."""
        carried = self.mean >= 0
        means = self.of_mean.size
        inside, outside = (np.zeros(means, dtype=bool) for _ in range(2))
        inside[self.mean[carried & masked]] = True
        outside[self.mean[carried & ~masked]] = True
        mixed = np.flatnonzero(inside & outside)
        if not mixed.size:
            return
        start, member = self.members()
        new = np.arange(means)
        new[mixed] = means + np.arange(mixed.size)
        here = carried & masked
        self.mean[here] = new[self.mean[here]]
        self.of_mean = np.concatenate((self.of_mean, self.of_mean[mixed]))
        sizes = np.diff(start)[mixed]
        copied = np.repeat(start[mixed] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        self._members = (
            np.concatenate((start, start[-1] + np.cumsum(sizes))), np.concatenate((member, member[copied])),
        )  # fmt: skip


def widest(every: LineLayout) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines behind each carried mean at its widest level, which holds the others: first, one past the last.

    int64[k] each; the same number twice for none.
    """
    low, high = every.carried.low, every.carried.high
    if not low.shape[0]:
        return np.zeros(low.shape[1], dtype=np.int64), np.zeros(low.shape[1], dtype=np.int64)
    some = high > low
    first = np.where(some, low, np.iinfo(np.int64).max).min(axis=0)
    last = np.where(some, high, 0).max(axis=0)
    return np.where(some.any(axis=0), first, 0), np.where(some.any(axis=0), last, 0)
