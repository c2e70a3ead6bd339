"""The sorted index from columns in memory: the package's own kernels, and numpy's lexsort.

Both start from the same dictionary codes and end at the same arrays: the segments of each (line, period), their
ratios in ascending order, which row each came from, and running sums from the smallest up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.kernels import segments
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import SEGMENT, Source
from fastavs.kernels.sorting import longest
from fastavs.matching.order import sort_packed

BASE = ("2009", "2010", "2011H1")
HISTORIC = tuple(str(year) for year in range(2001, 2011))
WHICH = {"base": BASE, "historic": HISTORIC}


class Columns(NamedTuple):
    """Trade rows with a quantity, as dictionary codes and numbers. n of them."""

    line: np.ndarray  # int32[n]
    period: np.ndarray  # int16[n]
    value: np.ndarray  # float64[n]
    quantity: np.ndarray  # float64[n]
    lines: int
    periods: int


class Index(NamedTuple):
    """m observations in k segments."""

    line: np.ndarray  # int64[k]
    period: np.ndarray  # int64[k]
    start: np.ndarray  # int64[k + 1]
    ratio: np.ndarray  # float64[m]
    row: np.ndarray  # int[m] place among the columns
    running: np.ndarray  # float64[m + k] of each segment, from 0 on


def read_columns(folder: Path, periods: Sequence[str]) -> Columns:
    """Read the trade of some periods, texts as dictionary codes."""
    texts = ["line", "period"]
    tables = [
        pq.read_table(folder / f"{period}.parquet", columns=[*texts, "value", "quantity"], read_dictionary=texts)
        for period in periods
    ]
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    quantity = table["quantity"].to_numpy()
    has = np.flatnonzero(quantity > 0.0)
    codes = {name: table[name].chunk(0) for name in texts}
    return Columns(
        codes["line"].indices.to_numpy()[has], codes["period"].indices.to_numpy().astype(np.int16)[has],
        table["value"].to_numpy()[has], quantity[has],
        len(codes["line"].dictionary), len(codes["period"].dictionary),
    )  # fmt: skip


def by_kernels(given: Columns) -> Index:
    """Build the index as the package does: rows counted into lines, then each segment sorted."""
    line, period, order = given.line.copy(), given.period.copy(), np.empty(given.line.size, dtype=np.int32)
    partner = np.zeros(line.size, dtype=np.int16)  # told apart by the package, and not by lexsort
    by_period = given.lines * given.periods <= 2 * line.size + (1 << 16)
    sort_packed(line, period, partner, given.periods, 0, by_period, order)
    every = np.arange(given.lines)
    source = Source(
        readonly(np.searchsorted(line, every), np.int64), readonly(np.searchsorted(line, every, "right"), np.int64),
        readonly(np.arange(line.size), np.int32), readonly(period, np.int16),
        readonly((given.quantity[order] / given.value[order])[None, :], np.float64),
    )  # fmt: skip
    groups = readonly(np.arange(given.lines + 1), np.int64), readonly(every, np.int64)
    counts = np.zeros((given.lines, given.periods), dtype=np.int64)
    segments.count_segments(source, *groups, counts)
    owner, of_period = np.nonzero(counts)
    start = np.concatenate(([0], np.cumsum(counts[owner, of_period]))).astype(np.int64)
    cursor = np.zeros_like(counts)
    cursor[owner, of_period] = start[:-1]
    ratio, place = np.empty(line.size), np.empty(line.size, dtype=np.int32)
    segments.fill_segments(source, *groups, cursor, ratio, place)
    table = np.zeros(start.size, dtype=SEGMENT)
    table["start"] = start
    running = np.empty(line.size + owner.size)
    most = longest(start)
    segments.finish_segments(table, ratio, place, running, np.empty(most), np.empty(most, dtype=np.int32))
    return Index(owner, of_period, start, ratio, order[place], running)


def by_lexsort(given: Columns) -> Index:
    """Build it with one lexsort; running sums of all segments of one length go together as a matrix."""
    ratio = given.quantity / given.value
    key = given.line * np.int64(given.periods) + given.period
    order = np.lexsort((ratio, key))
    key, ratio = key[order], ratio[order]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    start = np.append(first, key.size)
    n = np.diff(start)
    running = np.zeros(key.size + first.size)
    by_length = np.argsort(n, kind="stable")
    cut = np.flatnonzero(np.diff(n[by_length])) + 1
    for some in np.split(by_length, cut):
        within = np.arange(n[some[0]])
        at = start[some, None] + within
        running[at + some[:, None] + 1] = np.cumsum(ratio[at], axis=1)
    return Index(key[first] // given.periods, key[first] % given.periods, start, ratio, order, running)


def insist_on_same(one: Index, other: Index) -> None:
    """Raise an AssertionError unless two indexes are the same, running sums up to rounding."""
    for name in ("line", "period", "start", "ratio", "row"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    np.testing.assert_allclose(one.running, other.running, rtol=1e-12)
