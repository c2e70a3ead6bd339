"""What a sweep adds up: classes of lines that move together, year by year and chunk by chunk."""

from __future__ import annotations

import math

import numpy as np

from fastavs import codes
from fastavs.index.sorted_index import Side, SortedIndex, headings_of
from fastavs.kernels.names import BOUND_LINES, COUNTS, HEADINGS, LINES, MATCHED_LINES, WEIGHT
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import CLASS, YEAR, Carried, Layout, records
from fastavs.kernels.sums import add_by


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


class LayoutBuilder:
    """Builds `Layout`, and the carried means that its classes rest on."""

    def __init__(
        self, index: SortedIndex, rows: np.ndarray, line_row: np.ndarray, row_start: np.ndarray, chunk: np.ndarray
    ) -> None:
        self.index = index
        self.rows = rows
        self.chunk = chunk
        self.row_start = row_start
        self.line_row = line_row
        self.means: dict[tuple[int, ...], int] = {}

    def make(self) -> tuple[Layout, Carried, int, np.ndarray]:
        """Return the layout, its means, how many seats a block needs, and each line's class, year after year, int32."""
        years = self.index.facts["years"]
        n_years, n_chunks = len(years), self.row_start.size - 1
        found = [self._year(*one) for one in years]
        carried, mean_start, rank = self._carried_means(n_chunks)
        chunk_of = np.concatenate([one["chunk"] for one in found])
        year_of = np.repeat(np.arange(n_years), [one["chunk"].size for one in found])
        uncertain = np.concatenate([one["uncertain"] for one in found])
        columns = {
            name: np.concatenate([one[name] for one in found])
            for name in ("applied", "mean", "bound", "lines", "weight", "matched", "heading", "subheading")
        }
        mean = columns.pop("mean")
        columns["applied"][mean >= 0] = self.rows.size + rank[mean[mean >= 0]]
        order = np.lexsort((columns["applied"], columns["subheading"], uncertain, year_of, chunk_of))
        part = (chunk_of * n_years + year_of)[order]
        start = np.searchsorted(part, np.arange(n_chunks * n_years + 1))
        split = np.searchsorted(part * 2 + uncertain[order], np.arange(n_chunks * n_years) * 2 + 1)
        layout = Layout(
            readonly(self.row_start, np.int64), mean_start, readonly(start, np.int64), readonly(split, np.int64),
            records(CLASS, order.size, **{name: column[order] for name, column in columns.items()}),
            records(
                YEAR, n_years, has_bound=[one[2] for one in years], own=[one[3] for one in years],
                **{name: [one[name] for one in found] for name in ("all_lines", "matched_lines")},
            ),
            readonly(np.stack([one["counts"] for one in found]), np.float64),
        )  # fmt: skip
        place = np.empty(order.size, dtype=np.int32)
        place[order] = np.arange(order.size)
        before = np.cumsum([0, *(one["chunk"].size for one in found)])
        line_class = np.concatenate([place[first + one["member"]] for first, one in zip(before, found, strict=False)])
        seats = self.row_start[0] + np.diff(self.row_start).max(initial=0) + np.diff(mean_start).max(initial=0)
        return layout, carried, int(seats), line_class

    def _carried_means(self, n_chunks: int) -> tuple[Carried, np.ndarray, np.ndarray]:
        """Return carried means chunk by chunk, each chunk's first (int64[c + 1]), and where each one went (int64)."""
        levels = len(self.index.facts["levels"])
        means = np.array(list(self.means), dtype=np.int64).reshape(len(self.means), 1 + 2 * levels)
        chunk, spans = means[:, 0], means[:, 1:]
        order = np.argsort(chunk, kind="stable")
        rank = np.empty(order.size, dtype=np.int64)
        rank[order] = np.arange(order.size)
        start = np.searchsorted(chunk[order], np.arange(n_chunks + 1))
        low, high = spans[order, :levels].T, spans[order, levels:].T
        return Carried(readonly(low, np.int64), readonly(high, np.int64)), readonly(start, np.int64), rank

    def _year(self, year: int, applied: int, has_bound: bool, own: bool) -> dict[str, np.ndarray]:
        """Classes of one year."""
        index = self.index
        applied_side = index.sides[index.side("applied", applied)]
        side = index.sides[index.side("bound", year)] if has_bound else applied_side
        here = np.arange(side.first, side.last)
        keys = index.lines.key[here]
        zero = index.facts["zero"]
        may_be_null = self.rows["nullable"][self.line_row]
        row = self.line_row[here].astype(np.int64)
        if has_bound:
            applied_row, mean, applied_null, unsure = self._carried(applied_side, side)
            bound = row
            uncertain = unsure | may_be_null[here]
            null = applied_null & may_be_null[here]
        else:
            applied_row, mean, bound = row, np.full(here.size, -1), np.full(here.size, -1)
            uncertain = null = may_be_null[here]
        if zero:
            null = np.zeros_like(null)
        heading = headings_of(keys, side.digits)
        in_heading = np.bincount(heading)
        alone = np.zeros(in_heading.size, dtype=bool)
        alone[heading[null]] = True  # subheadings whose number of known lines is not sure
        subheading = np.where(alone[heading], heading, -1)
        uncertain = uncertain | alone[heading]
        shared = self.row_start[0]
        fixed = ~uncertain & (mean < 0) & (applied_row < shared) & (bound < shared)
        chunk = np.where(fixed, 0, self.chunk[here])
        matched = index.lines.matched[here]
        first, member = distinct(chunk, uncertain, subheading, applied_row, mean, bound)
        n = first.size
        weight = np.where(matched, index.lines.imports[here], 0.0)
        share = np.where(alone[heading], 0.0, 1.0 / in_heading[heading])
        counts = np.zeros(COUNTS)
        plain = ~uncertain
        counts[LINES] = plain.sum()
        counts[WEIGHT] = add_by(weight, np.where(plain, 0, -1), 1)[0]
        counts[MATCHED_LINES] = matched[plain].sum()
        counts[HEADINGS] = (~alone).sum()
        counts[BOUND_LINES] = plain.sum() if has_bound else 0.0
        return {
            "chunk": chunk[first], "uncertain": uncertain[first],
            "applied": applied_row[first], "mean": mean[first], "bound": bound[first],
            "lines": np.bincount(member, minlength=n).astype(np.float64),
            "weight": add_by(weight, member, n),
            "matched": np.bincount(member, weights=matched, minlength=n),
            "heading": add_by(share, member, n), "member": member, "subheading": subheading[first],
            "counts": counts, "all_lines": np.float64(here.size), "matched_lines": np.float64(matched.sum()),
        }  # fmt: skip

    def _carried(self, source: Side, side: Side) -> tuple[np.ndarray, ...]:
        """Where each bound line's applied rate comes from: a row (int64[h]), or a carried mean (int64[h], -1: none).

        Also whether it may be null, and whether that or what it is carried from is not sure; bool[h] each.
        """
        index = self.index
        keys = index.lines.key[side.first : side.last]
        known = index.lines.key[source.first : source.last]
        place = np.minimum(np.searchsorted(known, keys), known.size - 1)
        same = (known[place] == keys) & (source.digits == side.digits)
        row = np.where(same, self.line_row[source.first + place], -1)
        null = same & self.rows["nullable"][self.line_row[source.first + place]]
        mean = np.full(keys.size, -1, dtype=np.int64)
        shortest = min(source.digits, side.digits)
        digits = np.array([n for n in index.facts["levels"] if n <= shortest], dtype=np.int64)
        padding = len(index.facts["levels"]) - digits.size
        without = np.flatnonzero(~same)
        low, high = codes.interval(keys[None, without], digits[:, None])
        first = np.searchsorted(known, low) + source.first
        last = np.searchsorted(known, high) + source.first
        sure = ~self.rows["nullable"][self.line_row]
        sure_before = np.concatenate(([0], np.cumsum(sure)))
        lines, known_lines = last - first, sure_before[last] - sure_before[first]
        found = (lines > 0) & (np.cumsum(lines > 0, axis=0) == 1)  # the first level with lines
        all_known = (found & (known_lines == lines)).any(axis=0)
        first, last = (np.where(all_known & ~found, 0, one) for one in (first, last))  # no other level will matter
        empty = np.zeros((padding, without.size), dtype=np.int64)
        spans = np.concatenate((self.chunk[None, side.first + without], first, empty, last, empty))
        distinct, member = np.unique(spans, axis=1, return_inverse=True)
        places = [self.means.setdefault(tuple(one), len(self.means)) for one in distinct.T.tolist()]
        mean[without] = np.array(places, dtype=np.int64)[member.reshape(-1)]
        null[without] = ~(known_lines > 0).any(axis=0)
        unsure = np.zeros(keys.size, dtype=bool)
        unsure[without] = ~all_known
        return row, mean, null, unsure | null
