"""The tables that the lines of a year are put into, cell by cell; they grow as need be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fastavs.errors import InputError
from fastavs.kernels import curve_records as records
from fastavs.kernels.curve_lines import build_lines
from fastavs.kernels.curve_records import CellTables, Observed, ScheduleLines, Scratch, Wanted, YearLines
from fastavs.kernels.names import STACK, WORK

MOST_PIECES = 512
"""Pieces that the function of one observation has at most."""
EVENTS, LONG = 1 << 18, 1 << 12
"""Sizes to begin with: events of all lines, and of one."""


def empty_tables(events: int) -> CellTables:
    """Return tables for some events, and for fewer of all else."""
    few, some = max(events // 64, 64), max(events // 4, 64)
    return CellTables(
        np.zeros(records.COUNTERS, dtype=np.int64), np.empty(events, records.EVENT), np.empty(some, records.START),
        np.empty(few, records.MIXED_LINE), np.empty(few, dtype=np.int64), np.empty(few, dtype=np.int64),
        np.empty(few, records.PROGRAM), np.empty(4 * few, records.OPERATION), np.empty(some, records.SPECIFIC_LINE),
    )  # fmt: skip


def empty_scratch(sectors: int, currencies: int, longest: int) -> Scratch:
    """Return memory in which a line of so many events at most is put together."""
    return Scratch(
        np.empty((WORK, STACK)), np.empty(STACK, dtype=np.bool_),
        np.empty((STACK + 1, 3, MOST_PIECES)), np.empty(STACK + 1, dtype=np.int64),
        np.zeros(2, records.SIDE), np.zeros((2, sectors * currencies + 1), records.MOVED),
        np.empty((3, 3, 4 * longest + 8)), np.empty((2, longest), dtype=np.int64), np.empty((2, longest)),
    )  # fmt: skip


def fill_cells(
    observed: Observed,
    lines: ScheduleLines,
    year: YearLines,
    wanted: Wanted,
    known: np.ndarray,
    pooled: bool,
    code_of: Callable[[int], str],
) -> CellTables:
    """Put the lines of a year into cells; returns what they come to, no larger than need be.

    `code_of` gives the code of a line of the year.

    Raises
    ------
    InputError
        A duty whose rate has too many kinks.
    """
    tables, scratch = empty_tables(EVENTS), empty_scratch(wanted.sectors, wanted.currencies, LONG)
    votes = np.empty(wanted.sectors) if pooled else None
    saved, first = np.zeros(records.COUNTERS, dtype=np.int64), 0
    while True:
        first = build_lines(observed, lines, year, wanted, known, tables, scratch, votes, first, saved)
        full, tables.counts[records.FULL] = int(tables.counts[records.FULL]), 0
        if full == records.OVER:
            raise InputError(
                "the rate of a line has too many kinks as a function of prices", value=code_of(first),
                expected=f"a duty of {MOST_PIECES} straight pieces at most",
            )  # fmt: skip
        if not full:
            break
        larger = empty_tables(2 * tables.event.size)
        for old, new in zip(tables, larger, strict=True):
            new[: old.shape[0]] = old
        tables = larger
        scratch = empty_scratch(wanted.sectors, wanted.currencies, 2 * scratch.knot.shape[1])
    sizes = (
        records.EVENTS, records.STARTS, records.MIXED, records.PARTS, records.MIXED_CURVES, records.PROGRAMS,
        records.OPS, records.SPECIFIC_LINES,
    )  # fmt: skip
    return CellTables(tables.counts, *(one[: tables.counts[size]] for one, size in zip(tables[1:], sizes, strict=True)))
