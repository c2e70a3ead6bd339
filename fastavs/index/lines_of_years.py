"""Which lines of the index are the applied and the bound one of each year's lines, whatever the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastavs import codes
from fastavs.codes import Grouping, chapters
from fastavs.errors import InputError, did_you_mean
from fastavs.index.parts import IndexParts, Side
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Carried, Pairs


@dataclass(frozen=True, slots=True)
class LineLayout:
    """The lines of all years, or some of them: h lines, made of l lines of schedules.

    Attributes
    ----------
    lines : int64[l]
        Places among the lines of the index, ascending.
    pairs : Pairs
        Places of the applied and the bound line of each; places from l on are those of the means carried, k of them.
    carried : Carried
    mean_digits : int8[e, k]
        Digits of each level of a mean carried; 0: no such level.
    named : int64[h]
        Place among the lines of the index of the line that gives each its code, imports and match.
    year : int64[h]
    digits : int64[h]
        Length of the code.
    """

    lines: np.ndarray
    pairs: Pairs
    carried: Carried
    mean_digits: np.ndarray
    named: np.ndarray
    year: np.ndarray
    digits: np.ndarray


@dataclass(frozen=True, slots=True)
class Members:
    """The lines of all years by group: g groups of one year each.

    Attributes
    ----------
    start : int64[g + 1]
        Each group's first line in `line`.
    line : int64[h]
        Lines, group by group.
    year : int64[g]
        Each group's year, from 0, ascending.
    year_start : int64[y + 1]
        Each year's first line.
    labels : tuple of (str, str or None, int)
        Group, its name, and the year.
    lines : int64[g]
        How many lines a group has.
    """

    start: np.ndarray
    line: np.ndarray
    year: np.ndarray
    year_start: np.ndarray
    labels: tuple[tuple[str, str | None, int], ...]
    lines: np.ndarray


class LinesOfYears:
    """The lines of all years of an index; whatever becomes of its trade, they stay.

    Parameters
    ----------
    parts : IndexParts
    """

    def __init__(self, parts: IndexParts) -> None:
        self.key, self.sides, self.years, self.groups = parts.lines.key, parts.sides, parts.years, parts.groups
        self.levels: tuple[int, ...] = tuple(parts.facts["levels"])
        self._side = parts.side
        self._members: dict[str, Members] = {}
        self._some: tuple[tuple[str, ...], LineLayout] | None = None

    @cached_property
    def every(self) -> LineLayout:
        """The layout of all lines."""
        n = self.key.size
        applied_of, bound_of, year_of, digits_of = [], [], [], []
        without: list[np.ndarray] = []  # spans of carried means: digits, low and high at each level
        for year in self.years:
            source = self.sides[self._side("applied", year.applied_year)]
            side = self.sides[self._side("bound", year.year)] if year.has_bound else source
            here = np.arange(side.first, side.last)
            year_of.append(np.full(here.size, year.year))
            digits_of.append(np.full(here.size, side.digits))
            if not year.has_bound:
                applied_of.append(here)
                bound_of.append(np.full(here.size, -1))
                continue
            same, spans = self._carried(source, side)
            same[same < 0] = n + sum(some.shape[1] for some in without) + np.arange(spans.shape[1])
            without.append(spans)
            applied_of.append(same)
            bound_of.append(here)
        levels = len(self.levels)
        spans = np.concatenate(without, axis=1) if without else np.zeros((3 * levels, 0), dtype=np.int64)
        distinct, place = np.unique(spans, axis=1, return_inverse=True)
        applied, bound = np.concatenate(applied_of), np.concatenate(bound_of)
        means = applied >= n
        applied[means] = n + place.reshape(-1)[applied[means] - n]
        carried, mean_digits = _means(distinct[:levels], distinct[levels : 2 * levels], distinct[2 * levels :])
        return LineLayout(
            np.arange(n), pairs_of(applied, bound), carried, mean_digits,
            np.where(bound >= 0, bound, applied), np.concatenate(year_of), np.concatenate(digits_of),
        )  # fmt: skip

    def _carried(self, source: Side, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Return each bound line's own applied line, -1 for none, and spans of the others, int64[3 levels, others]."""
        keys, known = self.key[side.first : side.last], self.key[source.first : source.last]
        place = np.minimum(np.searchsorted(known, keys), known.size - 1)
        has_own = (known[place] == keys) & (source.digits == side.digits)
        others = keys[~has_own]
        levels = np.array(self.levels, dtype=np.int64)
        digits = np.where(levels <= min(source.digits, side.digits), levels, 0)
        low, high = codes.interval(others[None, :], np.maximum(digits, 1)[:, None])
        usable = digits[:, None] > 0
        if source.unread and source.digits == side.digits:  # its own duty is there, and nobody knows what it is
            usable = usable & ~np.isin(others, source.unread)[None, :]
        first = np.where(usable, np.searchsorted(known, low) + source.first, 0)
        last = np.where(usable, np.searchsorted(known, high) + source.first, 0)
        each = np.broadcast_to(np.where(usable, digits[:, None], 0), first.shape)
        return np.where(has_own, source.first + place, -1), np.concatenate((each, first, last))

    def of(self, chosen: Sequence[str]) -> LineLayout:
        """Return the layout of the lines with some codes; of all lines where none is named."""
        if not chosen:
            return self.every
        if self._some is None or self._some[0] != tuple(chosen):
            self._some = (tuple(chosen), layout_of_some(self.every, self.picked(self.every, chosen)))
        return self._some[1]

    def picked(self, layout: LineLayout, chosen: Sequence[str]) -> np.ndarray:
        """Return the places of the lines of all years that have some codes."""
        keys = self.key[layout.named]
        wanted = np.zeros(keys.size, dtype=bool)
        for digits in {len(code) for code in chosen}:
            some = codes.to_keys([code for code in chosen if len(code) == digits])
            wanted |= (layout.digits == digits) & np.isin(keys, some)
        return np.flatnonzero(wanted)

    def check_codes(self, chosen: Sequence[str]) -> None:
        """Raise an InputError for a code that is no line of any schedule."""
        for code in chosen:
            sides = [side for side in self.sides if isinstance(code, str) and side.digits == len(code)]
            known = not codes.trouble(code) if sides else False
            if not known or not any((self.key[side.first : side.last] == codes.to_key(code)).any() for side in sides):
                raise InputError(
                    "no schedule has that line", key="lines", value=code, expected="the code of a tariff line"
                )

    def grouping(self, title: str) -> Grouping | None:
        """Return a grouping of the study, or None for the chapters.

        Raises
        ------
        InputError
            A grouping that the study does not have.
        """
        if title not in self.groups and title != "chapter":
            known = ["chapter", *self.groups]
            raise InputError(
                "the study has no such grouping", value=title,
                expected=f"{', '.join(known)}.{did_you_mean(str(title), known)}",
            )  # fmt: skip
        return self.groups.get(title)

    def members(self, title: str) -> Members:
        """Return the groups of all lines by a grouping."""
        if title not in self._members:
            self._members[title] = self._find_members(title)
        return self._members[title]

    def _find_members(self, title: str) -> Members:
        layout, chosen = self.every, self.grouping(title)
        keys = self.key[layout.named]
        member = np.empty(keys.size, dtype=np.int64)
        labels: list[tuple[str, str | None, int]] = []
        year_of: list[int] = []
        year_start = [0]
        for y, year in enumerate(self.years):
            here = np.flatnonzero(layout.year == year.year)
            year_start.append(year_start[-1] + here.size)
            grouping = chapters(keys[here]) if chosen is None else chosen
            names, place = grouping.assign(keys[here], int(layout.digits[here[0]]) if here.size else 0)
            member[here] = place + len(labels)
            labels += [(name, grouping.names.get(name), year.year) for name in names]
            year_of += [y] * len(names)
        lines = np.bincount(member, minlength=len(labels))
        return Members(
            readonly(np.concatenate(([0], np.cumsum(lines))), np.int64),
            readonly(np.argsort(member, kind="stable"), np.int64),
            readonly(year_of, np.int64), readonly(year_start, np.int64), tuple(labels), lines,
        )  # fmt: skip


def pairs_of(applied: np.ndarray, bound: np.ndarray) -> Pairs:
    """Return the places of applied and bound lines as kernels take them."""
    return Pairs(readonly(applied, np.int64), readonly(bound, np.int64))


def _means(digits: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[Carried, np.ndarray]:
    return Carried(readonly(low, np.int64), readonly(high, np.int64)), readonly(digits, np.int8)


def layout_of_some(layout: LineLayout, chosen: np.ndarray) -> LineLayout:
    """Return the layout of some of the lines of all years."""
    n = layout.lines.size
    applied, bound = (one[chosen] for one in layout.pairs)
    means = np.unique(applied[applied >= n]) - n
    low, high = (one[:, means] for one in layout.carried)
    ranges = [np.arange(first, last) for first, last in zip(low.reshape(-1), high.reshape(-1), strict=True)]
    lines = np.unique(np.concatenate([applied[applied < n], bound[bound >= 0], *ranges]).astype(np.int64))
    of_mean = lines.size + np.searchsorted(means, applied - n)
    new_applied = np.where(applied < n, np.searchsorted(lines, applied), of_mean)
    new_bound = np.where(bound >= 0, np.searchsorted(lines, bound), -1)
    new_low = np.searchsorted(lines, low)
    carried, mean_digits = _means(layout.mean_digits[:, means], new_low, new_low + (high - low))
    return LineLayout(
        lines, pairs_of(new_applied, new_bound), carried, mean_digits,
        layout.named[chosen], layout.year[chosen], layout.digits[chosen],
    )  # fmt: skip
