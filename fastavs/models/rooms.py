"""The room in which the lines of a year are put into cells; it grows as they need."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fastavs.errors import InputError
from fastavs.kernels import curve_work as work
from fastavs.kernels.curve_lines import build_lines
from fastavs.kernels.curve_work import Bench, ChargedLines, Observed, Room, Wanted, YearLines
from fastavs.kernels.names import STACK, WORK

MOST_PIECES = 512
"""Pieces that the function of one observation has at most."""
EVENTS, LONG = 1 << 18, 1 << 12
"""Sizes to begin with: events of all lines, and of one."""


def empty_room(events: int) -> Room:
    """Return a room for some events, and for fewer of all else."""
    few, some = max(events // 64, 64), max(events // 4, 64)
    return Room(
        np.zeros(work.COUNTERS, dtype=np.int64),
        np.empty((events, 6)), np.empty(events, dtype=np.int64),
        np.empty((some, 2)), np.empty(some, dtype=np.int64),
        np.empty(few, dtype=np.int64), np.empty(few), np.empty((few, 2), dtype=np.int64),
        np.empty(few, dtype=np.int64), np.empty(few, dtype=np.int64),
        np.empty(few, dtype=np.int64), np.empty(few), np.empty(few, dtype=np.int64),
        np.empty(few * 4, dtype=np.int64), np.empty(few * 4, dtype=np.int64), np.empty(few * 4),
        np.empty((some, 6), dtype=np.int64), np.empty((some, 4)),
    )  # fmt: skip


def empty_bench(sectors: int, currencies: int, longest: int) -> Bench:
    """Return memory in which a line of so many events at most is put together."""
    most = sectors * currencies + 1
    return Bench(
        np.empty((WORK, STACK)), np.empty(STACK, dtype=np.bool_),
        np.empty((STACK + 1, 3, MOST_PIECES)), np.empty(STACK + 1, dtype=np.int64),
        np.zeros(2, dtype=np.int64), np.zeros((2, most), dtype=np.int64), np.zeros(most, dtype=np.int64),
        np.zeros((2, most, 4)), np.zeros((2, 6)), np.zeros(2), np.zeros(sectors),
        np.empty((3, 3, 4 * longest + 8)), np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64),
        np.empty(longest), np.empty(longest),
    )  # fmt: skip


def filled(
    observed: Observed,
    lines: ChargedLines,
    year: YearLines,
    wanted: Wanted,
    known: np.ndarray,
    code_of: Callable[[int], str],
) -> Room:
    """Put the lines of a year into cells; returns what they come to, no larger than need be.

    `code_of` gives the code of a line of the year.

    Raises
    ------
    InputError
        A duty whose rate has too many kinks.
    """
    room, bench = empty_room(EVENTS), empty_bench(wanted.sectors, wanted.currencies, LONG)
    saved, first = np.zeros(work.COUNTERS, dtype=np.int64), 0
    while True:
        first = build_lines(observed, lines, year, wanted, known, room, bench, first, saved)
        full, room.counts[work.FULL] = int(room.counts[work.FULL]), 0
        if full == work.OVER:
            raise InputError(
                "the rate of a line has too many kinks as a function of prices", value=code_of(first),
                expected=f"a duty of {MOST_PIECES} straight pieces at most",
            )  # fmt: skip
        if not full:
            break
        larger = empty_room(2 * room.event_key.size)
        for old, new in zip(room, larger, strict=True):
            new[: old.shape[0]] = old
        room = larger
        bench = empty_bench(wanted.sectors, wanted.currencies, 2 * bench.knot.size)
    n = room.counts
    sizes = [None, work.EVENTS, work.EVENTS, work.STARTS, work.STARTS, work.MIXED, work.MIXED, work.MIXED, work.PARTS,
             work.MIXED_CURVES, work.PROGRAMS, work.PROGRAMS, work.PROGRAMS, work.OPS, work.OPS, work.OPS,
             work.TOLD, work.TOLD]  # fmt: skip
    return Room(*(
        one if size is None else one[: n[size]] for one, size in zip(room, sizes, strict=True)
    ))  # fmt: skip
