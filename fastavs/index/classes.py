"""What a sweep adds up: classes of lines that move together, year by year and chunk by chunk."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from fastavs.index.lines_of_years import LineLayout
from fastavs.index.parts import IndexParts, Year, headings_of
from fastavs.kernels import shapes
from fastavs.kernels.names import BOUND_LINES, COUNTS, HEADINGS, LINES, MATCHED_LINES, WEIGHT
from fastavs.kernels.options import readonly
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


class ClassBuilder:
    """Builds `shapes.Layout`: lines that move together, and how a run goes through them.

    Parameters
    ----------
    parts : IndexParts
    every : LineLayout
        Of all lines of all years.
    rows : shapes.Rows
    line_row : int64[h]
        The row of each line of the index.
    row_start : int64[chunks + 1]
    chunk : int64[h]
    """

    def __init__(
        self,
        parts: IndexParts,
        every: LineLayout,
        rows: shapes.Rows,
        line_row: np.ndarray,
        row_start: np.ndarray,
        chunk: np.ndarray,
    ) -> None:
        self.parts, self.every = parts, every
        self.chunk = chunk
        self.row_start = row_start
        shared = int(row_start[0])
        place = np.searchsorted(row_start, np.arange(rows.duty.size), side="right") - 1
        seat = np.arange(rows.duty.size)
        local = place >= 0
        seat[local] += shared - row_start[place[local]]
        self.line_seat = seat[line_row].astype(np.int32)
        self.slot_seat = shared + int(np.diff(row_start).max(initial=0))
        self.nullable = rows.nullable[line_row]
        self._tell_slots_apart()

    def make(self) -> tuple[shapes.Layout, int, np.ndarray]:
        """Return the layout, how many seats a run needs, and each line's class, year after year, int32[...]."""
        years = self.parts.years
        n_years, n_chunks = len(years), self.row_start.size - 1
        low, high, slot_null, slot_uncertain = self._slots()
        slot_chunk = self.slot_chunk
        slot_order = np.argsort(slot_chunk, kind="stable")
        rank = np.empty(slot_order.size, dtype=np.int64)
        rank[slot_order] = np.arange(slot_order.size)
        slot_start = np.searchsorted(slot_chunk[slot_order], np.arange(n_chunks + 1))
        seat_of_slot = self.slot_seat + rank - slot_start[slot_chunk]
        ends = np.cumsum([0, *self.parts.line_counts])
        found = [
            self._year(year, np.arange(first, last), slot_null, slot_uncertain)
            for year, (first, last) in zip(years, pairwise(ends.tolist()), strict=True)
        ]
        chunk_of = np.concatenate([one["chunk"] for one in found])
        year_of = np.repeat(np.arange(n_years), [one["chunk"].size for one in found])
        odd = np.concatenate([one["odd"] for one in found])
        columns = {
            name: np.concatenate([one[name] for one in found])
            for name in ("left", "slot", "right", "lines", "weight", "matched", "heading", "subheading")
        }
        carried = columns["slot"] >= 0
        columns["left"] = columns["left"].astype(np.int64)
        columns["left"][carried] = seat_of_slot[columns["slot"][carried]]
        order = np.lexsort((columns["left"], columns["subheading"], odd, year_of, chunk_of))
        part = (chunk_of * n_years + year_of)[order]
        start = np.searchsorted(part, np.arange(n_chunks * n_years + 1))
        split = np.searchsorted(part * 2 + odd[order], np.arange(n_chunks * n_years) * 2 + 1)

        def column(name: str, kind: type) -> np.ndarray:
            return readonly(columns[name][order], kind)

        layout = shapes.Layout(
            readonly(self.row_start, np.int64), readonly(slot_start, np.int64), self.slot_seat,
            readonly(low[:, slot_order], np.int64), readonly(high[:, slot_order], np.int64),
            readonly(self.line_seat, np.int32), readonly(start, np.int64), readonly(split, np.int64),
            column("left", np.int32), column("right", np.int32), column("lines", np.float64),
            column("weight", np.float64), column("matched", np.float64), column("heading", np.float64),
            column("subheading", np.int32),
            readonly(np.stack([one["counts"] for one in found]), np.float64),
            readonly([one["all_lines"] for one in found], np.float64),
            readonly([one["matched_lines"] for one in found], np.float64),
            readonly([year.has_bound for year in years], np.bool_),
            readonly([year.own_trade for year in years], np.bool_),
        )  # fmt: skip
        rank = np.empty(order.size, dtype=np.int32)
        rank[order] = np.arange(order.size)
        before = np.cumsum([0, *(one["chunk"].size for one in found)])
        line_class = np.concatenate([rank[first + one["member"]] for first, one in zip(before, found, strict=False)])
        return layout, self.slot_seat + int(np.diff(slot_start).max(initial=0)), line_class

    def _slots(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the lines behind each carried mean, int64[e, k] twice, and whether it may be null or is uncertain."""
        low, high = (one[:, self.mean_of_slot] for one in (self.every.years.low, self.every.years.high))
        sure_before = np.concatenate(([0], np.cumsum(~self.nullable)))
        lines, known = high - low, sure_before[high] - sure_before[low]
        first_with_lines = (lines > 0) & (np.cumsum(lines > 0, axis=0) == 1)
        all_known = (first_with_lines & (known == lines)).any(axis=0)
        low, high = (np.where(all_known & ~first_with_lines, 0, one) for one in (low, high))  # no other level matters
        null = ~(known > 0).any(axis=0)
        return low, high, null, ~all_known | null

    def _tell_slots_apart(self) -> None:
        """Give each carried mean a slot in every chunk that has lines it is carried to."""
        n, left = self.parts.lines.key.size, self.every.years.left
        carried = np.flatnonzero(left >= n)
        chunks = self.row_start.size - 1
        pairs, member = np.unique(
            (left[carried] - n) * chunks + self.chunk[self.every.named[carried]], return_inverse=True
        )
        self.mean_of_slot, self.slot_chunk = np.divmod(pairs, chunks)
        self.slot = np.full(left.size, -1)
        self.slot[carried] = member

    def _year(
        self, year: Year, here: np.ndarray, slot_null: np.ndarray, slot_uncertain: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Classes of one year, whose lines stand at some places of all years' (int64[h])."""
        parts = self.parts
        behind, named = self.every.years.left[here], self.every.named[here]
        slot = self.slot[here]
        carried = slot >= 0
        line = np.where(carried, 0, behind)
        left = np.where(carried, -1, self.line_seat[line])
        null, odd = self.nullable[line].copy(), self.nullable[line].copy()
        null[carried], odd[carried] = slot_null[slot[carried]], slot_uncertain[slot[carried]]
        right = np.full(here.size, -1)
        if year.has_bound:
            right = self.line_seat[named]
            odd = odd | self.nullable[named]
            null = null & self.nullable[named]
        if parts.facts["zero"]:
            null = np.zeros_like(null)
        heading = headings_of(parts.lines.key[named], int(self.every.digits[here[0]]) if here.size else 0)
        in_heading = np.bincount(heading)
        alone = np.zeros(in_heading.size, dtype=bool)
        alone[heading[null]] = True  # subheadings whose number of known lines is not sure
        subheading = np.where(alone[heading], heading, -1)
        odd = odd | alone[heading]
        shared = self.row_start[0]
        fixed = ~odd & (slot < 0) & (left < shared) & (right < shared)
        chunk = np.where(fixed, 0, self.chunk[named])
        matched = parts.lines.matched[named]
        first, member = distinct(chunk, odd, subheading, left, slot, right)
        size = first.size
        weight = np.where(matched, parts.lines.imports[named], 0.0)
        share = np.where(alone[heading], 0.0, 1.0 / in_heading[heading])
        counts = np.zeros(COUNTS)
        plain = ~odd
        counts[LINES] = plain.sum()
        counts[WEIGHT] = add_by(weight, np.where(plain, 0, -1), 1)[0]
        counts[MATCHED_LINES] = matched[plain].sum()
        counts[HEADINGS] = (~alone).sum()
        counts[BOUND_LINES] = plain.sum() if year.has_bound else 0.0
        return {
            "chunk": chunk[first], "odd": odd[first], "left": left[first], "slot": slot[first], "right": right[first],
            "lines": np.bincount(member, minlength=size).astype(np.float64),
            "weight": add_by(weight, member, size),
            "matched": np.bincount(member, weights=matched, minlength=size),
            "heading": add_by(share, member, size), "member": member, "subheading": subheading[first],
            "counts": counts, "all_lines": np.float64(here.size), "matched_lines": np.float64(matched.sum()),
        }  # fmt: skip
