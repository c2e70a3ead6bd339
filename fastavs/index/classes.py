"""What a sweep adds up: classes of lines that move together, year by year and chunk by chunk."""

from __future__ import annotations

import math

import numpy as np

from fastavs import codes
from fastavs.index.sorted_index import Side, SortedIndex, headings_of
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


class LayoutBuilder:
    """Builds `shapes.Layout`."""

    def __init__(
        self, index: SortedIndex, rows: shapes.Rows, line_row: np.ndarray, row_start: np.ndarray, chunk: np.ndarray
    ) -> None:
        self.index = index
        self.rows = rows
        self.chunk = chunk
        self.row_start = row_start
        shared = int(row_start[0])
        place = np.searchsorted(row_start, np.arange(rows.duty.size), side="right") - 1
        seat = np.arange(rows.duty.size)
        local = place >= 0
        seat[local] += shared - row_start[place[local]]
        self.line_row = line_row
        self.line_seat = seat[line_row].astype(np.int32)
        self.slot_seat = shared + int(np.diff(row_start).max(initial=0))
        self.slots: dict[tuple[int, ...], int] = {}

    def make(self) -> tuple[shapes.Layout, int, np.ndarray]:
        """Return the layout, how many seats a run needs, and each line's class, year after year, int32[...]."""
        years = self.index.facts["years"]
        n_years, n_chunks = len(years), self.row_start.size - 1
        found = [self._year(*one) for one in years]
        levels = len(self.index.facts["levels"])
        slots = np.array(list(self.slots), dtype=np.int64).reshape(len(self.slots), 1 + 2 * levels)
        slot_chunk, spans = slots[:, 0], slots[:, 1:]
        slot_order = np.argsort(slot_chunk, kind="stable")
        rank = np.empty(slot_order.size, dtype=np.int64)
        rank[slot_order] = np.arange(slot_order.size)
        slot_start = np.searchsorted(slot_chunk[slot_order], np.arange(n_chunks + 1))
        seat_of_slot = self.slot_seat + rank - slot_start[slot_chunk]
        spans = spans[slot_order]
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
            readonly(spans[:, :levels].T, np.int64), readonly(spans[:, levels:].T, np.int64),
            readonly(self.line_seat, np.int32), readonly(start, np.int64), readonly(split, np.int64),
            column("left", np.int32), column("right", np.int32), column("lines", np.float64),
            column("weight", np.float64), column("matched", np.float64), column("heading", np.float64),
            column("subheading", np.int32),
            readonly(np.stack([one["counts"] for one in found]), np.float64),
            readonly([one["all_lines"] for one in found], np.float64),
            readonly([one["matched_lines"] for one in found], np.float64),
            readonly([one[2] for one in years], np.bool_), readonly([one[3] for one in years], np.bool_),
        )  # fmt: skip
        rank = np.empty(order.size, dtype=np.int32)
        rank[order] = np.arange(order.size)
        before = np.cumsum([0, *(one["chunk"].size for one in found)])
        line_class = np.concatenate([rank[first + one["member"]] for first, one in zip(before, found, strict=False)])
        return layout, self.slot_seat + int(np.diff(slot_start).max(initial=0)), line_class

    def _year(self, year: int, applied: int, has_bound: bool, own: bool) -> dict[str, np.ndarray]:
        """Classes of one year."""
        index = self.index
        left_side = index.sides[index.side("applied", applied)]
        side = index.sides[index.side("bound", year)] if has_bound else left_side
        here = np.arange(side.first, side.last)
        keys = index.lines.key[here]
        zero = index.facts["zero"]
        may_be_null = self.rows.nullable[self.line_row]
        if has_bound:
            left, slot, left_null, left_odd = self._carried(left_side, side)
            right = self.line_seat[here]
            odd = left_odd | may_be_null[here]
            null = left_null & may_be_null[here]
        else:
            left, slot, right = self.line_seat[here], np.full(here.size, -1), np.full(here.size, -1)
            odd = null = may_be_null[here]
        if zero:
            null = np.zeros_like(null)
        heading = headings_of(keys, side.digits)
        in_heading = np.bincount(heading)
        alone = np.zeros(in_heading.size, dtype=bool)
        alone[heading[null]] = True  # subheadings whose number of known lines is not sure
        subheading = np.where(alone[heading], heading, -1)
        odd = odd | alone[heading]
        shared = self.row_start[0]
        fixed = ~odd & (slot < 0) & (left < shared) & (right < shared)
        chunk = np.where(fixed, 0, self.chunk[here])
        matched = index.lines.matched[here]
        first, member = distinct(chunk, odd, subheading, left, slot, right)
        n = first.size
        weight = np.where(matched, index.lines.imports[here], 0.0)
        share = np.where(alone[heading], 0.0, 1.0 / in_heading[heading])
        counts = np.zeros(COUNTS)
        plain = ~odd
        counts[LINES] = plain.sum()
        counts[WEIGHT] = add_by(weight, np.where(plain, 0, -1), 1)[0]
        counts[MATCHED_LINES] = matched[plain].sum()
        counts[HEADINGS] = (~alone).sum()
        counts[BOUND_LINES] = plain.sum() if has_bound else 0.0
        return {
            "chunk": chunk[first], "odd": odd[first], "left": left[first], "slot": slot[first], "right": right[first],
            "lines": np.bincount(member, minlength=n).astype(np.float64),
            "weight": add_by(weight, member, n),
            "matched": np.bincount(member, weights=matched, minlength=n),
            "heading": add_by(share, member, n), "member": member, "subheading": subheading[first],
            "counts": counts, "all_lines": np.float64(here.size), "matched_lines": np.float64(matched.sum()),
        }  # fmt: skip

    def _carried(self, source: Side, side: Side) -> tuple[np.ndarray, ...]:
        """Where each bound line's applied rate comes from: a seat (int64[h]), or a carried mean (int64[h], -1: none).

        Also whether it may be null, and whether that or what it is carried from is not sure; bool[h] each.
        """
        index = self.index
        keys = index.lines.key[side.first : side.last]
        known = index.lines.key[source.first : source.last]
        place = np.minimum(np.searchsorted(known, keys), known.size - 1)
        same = (known[place] == keys) & (source.digits == side.digits)
        left = np.where(same, self.line_seat[source.first + place], -1)
        null = same & self.rows.nullable[self.line_row[source.first + place]]
        slot = np.full(keys.size, -1, dtype=np.int64)
        shortest = min(source.digits, side.digits)
        digits = np.array([n for n in index.facts["levels"] if n <= shortest], dtype=np.int64)
        padding = len(index.facts["levels"]) - digits.size
        without = np.flatnonzero(~same)
        low, high = codes.interval(keys[None, without], digits[:, None])
        first = np.searchsorted(known, low) + source.first
        last = np.searchsorted(known, high) + source.first
        sure = ~self.rows.nullable[self.line_row]
        sure_before = np.concatenate(([0], np.cumsum(sure)))
        lines, known_lines = last - first, sure_before[last] - sure_before[first]
        found = (lines > 0) & (np.cumsum(lines > 0, axis=0) == 1)  # the first level with lines
        all_known = (found & (known_lines == lines)).any(axis=0)
        first, last = (np.where(all_known & ~found, 0, one) for one in (first, last))  # no other level will matter
        empty = np.zeros((padding, without.size), dtype=np.int64)
        spans = np.concatenate((self.chunk[None, side.first + without], first, empty, last, empty))
        distinct, member = np.unique(spans, axis=1, return_inverse=True)
        places = [self.slots.setdefault(tuple(one), len(self.slots)) for one in distinct.T.tolist()]
        slot[without] = np.array(places, dtype=np.int64)[member.reshape(-1)]
        null[without] = ~(known_lines > 0).any(axis=0)
        odd = np.zeros(keys.size, dtype=bool)
        odd[without] = ~all_known
        odd |= null
        return left, slot, null, odd
