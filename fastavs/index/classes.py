"""What a sweep adds up: classes of lines that move together, year by year and chunk by chunk."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from fastavs.index.lines_of_years import LineLayout
from fastavs.index.parts import IndexParts, Year, headings_of
from fastavs.kernels.names import BOUND_LINES, COUNTS, HEADINGS, LINES, MATCHED_LINES, NUMBERS
from fastavs.kernels.options import readonly
from fastavs.kernels.pieces import power_over, weight_pieces
from fastavs.kernels.shapes import YEAR, Carried, Layout, records

FACTS = ("all_lines", "matched_lines", "weight_unit", "heading_unit")


def distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell rows of integer columns apart, sorted by the columns, the first one first.

    Returns
    -------
    first : int64[distinct]
        A row of each kind.
    member : int64[n]
        Each row's kind.
    """
    lows = [int(column.min(initial=0)) for column in columns]
    sizes = [int(column.max(initial=0)) - low + 1 for column, low in zip(columns, lows, strict=True)]
    n = columns[0].size
    if math.prod(sizes) < 2**62:  # all in one number: one sort instead of one a column
        key = np.zeros(n, dtype=np.int64)
        for column, low, size in zip(columns, lows, sizes, strict=True):
            key = key * size + (column.astype(np.int64) - low)
        order = np.argsort(key, kind="stable")
        new = np.ones(n, dtype=bool)
        new[1:] = key[order[1:]] != key[order[:-1]]
    else:
        order = np.lexsort(columns[::-1])
        new = np.ones(n, dtype=bool)
        new[1:] = False
        for column in columns:
            new[1:] |= column[order[1:]] != column[order[:-1]]
    member = np.empty(n, dtype=np.int64)
    member[order] = np.cumsum(new) - 1
    return order[new], member


class ClassBuilder:
    """Builds `Layout`: lines that move together, and how a block goes through them.

    Parameters
    ----------
    parts : IndexParts
    every : LineLayout
        Of all lines of all years.
    rows : ROW[n]
    line_row : int64[h]
        The row of each line of the index.
    row_start : int64[chunks + 1]
    chunk : int64[h]
    """

    def __init__(
        self,
        parts: IndexParts,
        every: LineLayout,
        rows: np.ndarray,
        line_row: np.ndarray,
        row_start: np.ndarray,
        chunk: np.ndarray,
    ) -> None:
        self.parts, self.every = parts, every
        self.chunk = chunk
        self.row_start = row_start
        self.rows = rows.size
        self.line_row = line_row.astype(np.int64)
        self.nullable = rows["nullable"][line_row]
        self._tell_means_apart()

    def make(self) -> tuple[Layout, Carried, int, np.ndarray]:
        """Return the layout, the means that its classes rest on, how many slots a block needs, and lines' classes.

        Those are int32[...], year after year.
        """
        years = self.parts.years
        n_years, n_chunks = len(years), self.row_start.size - 1
        carried, mean_null, mean_uncertain = self._means()
        mean_start = np.searchsorted(self.mean_chunk, np.arange(n_chunks + 1))
        ends = np.cumsum([0, *self.parts.line_counts])
        found = [
            self._year(year, np.arange(first, last), mean_null, mean_uncertain)
            for year, (first, last) in zip(years, pairwise(ends.tolist()), strict=True)
        ]
        chunk_of = np.concatenate([one["chunk"] for one in found])
        year_of = np.repeat(np.arange(n_years), [one["chunk"].size for one in found])
        uncertain = np.concatenate([one["uncertain"] for one in found])
        applied, bound, subheading = (
            np.concatenate([one[name] for one in found]) for name in ("applied", "bound", "subheading")
        )
        order = np.lexsort((applied, subheading, uncertain, year_of, chunk_of))
        part = (chunk_of * n_years + year_of)[order]
        start = np.searchsorted(part, np.arange(n_chunks * n_years + 1))
        split = np.searchsorted(part * 2 + uncertain[order], np.arange(n_chunks * n_years) * 2 + 1)
        layout = Layout(
            readonly(self.row_start, np.int64), readonly(mean_start, np.int64),
            readonly(start, np.int64), readonly(split, np.int64),
            readonly(np.concatenate([one["number"] for one in found], axis=1)[:, order], np.float64),
            readonly(applied[order], np.int32), readonly(bound[order], np.int32), readonly(subheading[order], np.int32),
            records(
                YEAR, n_years,
                has_bound=[year.has_bound for year in years], own=[year.own_trade for year in years],
                **{name: [one[name] for one in found] for name in FACTS},
            ),
            readonly(np.stack([one["counts"] for one in found]), np.float64),
            readonly(np.stack([one["known"] for one in found]), np.float64),
        )  # fmt: skip
        place = np.empty(order.size, dtype=np.int32)
        place[order] = np.arange(order.size)
        before = np.cumsum([0, *(one["chunk"].size for one in found)])
        line_class = np.concatenate([place[first + one["member"]] for first, one in zip(before, found, strict=False)])
        slots = self.row_start[0] + np.diff(self.row_start).max(initial=0) + np.diff(mean_start).max(initial=0)
        return layout, carried, int(slots), line_class

    def _tell_means_apart(self) -> None:
        """Give each carried mean a place in every chunk that has lines it is carried to; chunk by chunk."""
        n, applied = self.parts.lines.key.size, self.every.pairs.applied
        some = np.flatnonzero(applied >= n)
        means = self.every.carried.low.shape[1]
        pairs, member = np.unique(self.chunk[self.every.named[some]] * means + applied[some] - n, return_inverse=True)
        self.mean_chunk, self.mean_of = np.divmod(pairs, max(means, 1))
        self.mean = np.full(applied.size, -1)
        self.mean[some] = member

    def _means(self) -> tuple[Carried, np.ndarray, np.ndarray]:
        """Return the lines behind each carried mean, and whether it may be null or is uncertain; bool[k]."""
        low, high = (one[:, self.mean_of] for one in self.every.carried)
        sure_before = np.concatenate(([0], np.cumsum(~self.nullable)))
        lines, known = high - low, sure_before[high] - sure_before[low]
        first_with_lines = (lines > 0) & (np.cumsum(lines > 0, axis=0) == 1)
        all_known = (first_with_lines & (known == lines)).any(axis=0)
        low, high = (np.where(all_known & ~first_with_lines, 0, one) for one in (low, high))  # no other level matters
        null = ~(known > 0).any(axis=0)
        return Carried(readonly(low, np.int64), readonly(high, np.int64)), null, ~all_known | null

    def _year(
        self, year: Year, here: np.ndarray, mean_null: np.ndarray, mean_uncertain: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Classes of one year, whose lines stand at some places of all years' (int64[h])."""
        parts, shared = self.parts, self.row_start[0]
        applied, named, mean = self.every.pairs.applied[here], self.every.named[here], self.mean[here]
        some = mean >= 0
        line = np.where(some, 0, applied)
        applied = np.where(some, self.rows + mean, self.line_row[line])
        null, uncertain = self.nullable[line].copy(), self.nullable[line].copy()
        null[some], uncertain[some] = mean_null[mean[some]], mean_uncertain[mean[some]]
        bound = np.full(here.size, -1)
        if year.has_bound:
            bound = self.line_row[named]
            uncertain = uncertain | self.nullable[named]
            null = null & self.nullable[named]
        if parts.facts["zero"]:
            null = np.zeros_like(null)
        heading = headings_of(parts.lines.key[named], int(self.every.digits[here[0]]) if here.size else 0)
        in_heading = np.bincount(heading)
        alone = np.zeros(in_heading.size, dtype=bool)
        alone[heading[null]] = True  # subheadings whose number of known lines is not sure
        uncertain = uncertain | alone[heading]
        subheading = np.where(alone[heading], heading, -1)
        fixed = ~uncertain & (applied < shared) & (bound < shared)
        chunk = np.where(fixed, 0, self.chunk[named])
        matched = parts.lines.matched[named]
        first, member = distinct(chunk, uncertain, subheading, applied, bound)
        size = first.size
        weight = np.where(matched, parts.lines.imports[named], 0.0)
        share = 1.0 / in_heading[heading]
        units = power_over(math.fsum(weight)), power_over(float(in_heading.size))
        weights, shares = (weight_pieces(one, unit) for one, unit in zip((weight, share), units, strict=True))
        number = np.empty((NUMBERS, size))
        for into, one in zip(number, (np.ones(here.size), matched, *weights, *shares), strict=True):
            into[:] = np.bincount(member, weights=one, minlength=size)
        counts = np.zeros(COUNTS)
        plain = ~uncertain
        counts[LINES] = plain.sum()
        counts[MATCHED_LINES] = matched[plain].sum()
        counts[HEADINGS] = (~alone).sum()
        counts[BOUND_LINES] = plain.sum() if year.has_bound else 0.0
        return {
            "chunk": chunk[first], "uncertain": uncertain[first], "member": member, "number": number,
            "applied": applied[first], "bound": bound[first], "subheading": subheading[first],
            "counts": counts, "known": weights[:, plain].sum(axis=1),
            "all_lines": np.float64(here.size), "matched_lines": np.float64(matched.sum()),
            "weight_unit": np.float64(units[0]), "heading_unit": np.float64(units[1]),
        }  # fmt: skip
